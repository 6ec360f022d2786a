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
/* With their counts (proposals are not counted), and at the end the names and kinds that only occur
 * on shapes (id 0). */
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
/* Appends those whose name and kind are missing; one without a colour gets one. */
gboolean class_add_missing(StoreTx *tx, gint64 project_id, const GPtrArray *classes,
                           GError **error);

typedef struct {
    gint64 images, annotations; /* that were changed */
    gboolean config;            /* the list was */
} ClassChanged;
/* With the shapes of every image, archived ones and proposals too, each image's being a revision of
 * it whose state before stays in its history. Classes of every kind that have the name. NOT_FOUND
 * when neither the list nor a shape has it, CONFLICT when there is a class of the new name and the
 * same kind: those are merged. */
gboolean class_rename(StoreTx *tx, const Principal *viewer, gint64 project_id, const char *from,
                      const char *to, ClassChanged *ret_changed, GError **error);
/* The shapes of the source become the target's, and so does a class of the source whose kind the
 * target has none for; the others are taken off the list. NOT_FOUND, INVALID for one and the same.
 */
gboolean class_merge(StoreTx *tx, const Principal *viewer, gint64 project_id, const char *source,
                     const char *target, ClassChanged *ret_changed, GError **error);
/* `kind` 0: of every kind. Without the annotations these stay and keep the name. NOT_FOUND. */
gboolean class_delete(StoreTx *tx, const Principal *viewer, gint64 project_id, const char *name,
                      ShapeKind kind, gboolean with_annotations, ClassChanged *ret_changed,
                      GError **error);
