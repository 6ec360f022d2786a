/* Classes of a project: what its shapes are called. A class is known by its name and kind (0: any).
 * Shapes keep their class by name: a class taken off the list leaves the shapes as they are.
 * In the caller's transaction, as studio/dataset.h says. */
#pragma once

#include "studio/dataset.h"

typedef struct {
    gint64 id;
    char *name;
    ShapeKind kind;   /* 0: any */
    char *color;      /* "#rrggbb"; NULL: none chosen */
    char *attributes; /* JSON: [{"name","type":"text|number|select|checkbox","values":[..]|null}];
                         NULL */
    char *skeleton;   /* JSON: {"nodes":[{"name","x","y"}],"edges":[[i,j]]}; NULL */
    gint64 annotation_count, image_count; /* where told: of shapes of its name and kind */
} AnnotationClass;
AnnotationClass *class_new(const char *name, ShapeKind kind);
void class_free(AnnotationClass *class_);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(AnnotationClass, class_free)

/* In their order; of AnnotationClass. */
GPtrArray *class_list(StoreTx *tx, gint64 project_id, GError **error);
/* With their counts, and names that only occur on shapes at the end (id 0). */
GPtrArray *class_list_counted(StoreTx *tx, gint64 project_id, GError **error);
/* A colour that those of `classes` do not have, as far as there are such; "#rrggbb". Static. */
const char *class_next_color(const GPtrArray *classes);

/* INVALID for a blank or too long name, a colour or an attribute that is none; `ret_field` names
 * the member, the caller's. The JSON is checked by whoever parsed it (api/, formats/). */
gboolean class_check(const AnnotationClass *class_, char **ret_field, GError **error);
/* The list is this one from now on. A class that stays without a skeleton, attributes or colour of
 * its own keeps those that it had. INVALID when two are the same, TOO_LARGE beyond
 * LIMIT_CLASSES_PER_PROJECT. */
gboolean class_replace(StoreTx *tx, gint64 project_id, const GPtrArray *classes, GError **error);
/* Appends those that are missing. */
gboolean class_add_missing(StoreTx *tx, gint64 project_id, const GPtrArray *classes,
                           GError **error);

typedef struct {
    gint64 images, annotations; /* that were changed */
    gboolean config;            /* the list was */
} ClassChanged;
/* With the shapes, each image's save being a revision of it. NOT_FOUND, CONFLICT when there is a
 * class of that name and kind: those are merged. */
gboolean class_rename(StoreTx *tx, const Principal *viewer, gint64 project_id, const char *from,
                      const char *to, ClassChanged *ret_changed, GError **error);
gboolean class_merge(StoreTx *tx, const Principal *viewer, gint64 project_id, const char *source,
                     const char *target, ClassChanged *ret_changed, GError **error);
/* `kind` 0: of every kind. */
gboolean class_delete(StoreTx *tx, const Principal *viewer, gint64 project_id, const char *name,
                      ShapeKind kind, gboolean with_annotations, ClassChanged *ret_changed,
                      GError **error);
