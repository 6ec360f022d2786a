/* Private to studio/: what an import is read into. */
#pragma once

#include "studio/formats/reader.h"
#include "studio/import.h"

/* What dataset_import.format holds before it was guessed. */
#define IMPORT_AUTO "auto"
/* Whoever asks; NOT_FOUND. */
DatasetImport *import_get(StoreTx *tx, const char *uuid, GError **error);
/* Files that nobody has touched since then. */
void import_files_sweep(Library *library, gint64 before_ms);

const char *import_file_uuid(const ImportFile *file);
gint64 import_file_bytes(const ImportFile *file);
/* The descriptor of the file of an import; -1 with an error. The caller closes it. */
int import_file_open(Library *library, const char *uuid, GError **error);
/* A file beside it that has no name any more; -1 with an error. The caller closes it. */
int import_scratch_open(Library *library, GError **error);

/* Items of a dataset by what files call them. */
typedef struct {
    gint64 id, width, height;
    const char *path; /* "a/b/c.jpg" */
} ImportItem;
typedef struct ImportItems ImportItems;
ImportItems *import_items_load(StoreTx *tx, gint64 dataset_id, GError **error);
void import_items_free(ImportItems *items);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ImportItems, import_items_free)
gsize import_items_count(const ImportItems *items);
const ImportItem *import_items_at(const ImportItems *items, guint32 item);
/* Which one it is: by directory and filename, also without folders at its beginning that formats
 * put there ("train", "images"); then by a filename that only one has; for stems the same without
 * extensions. FALSE when it is none, or it cannot be told. */
gboolean import_items_match(const ImportItems *items, const FoundImage *image, guint32 *ret_item);

/* Shapes on the disk until all have been read: those of each item are found again, in their order.
 */
typedef struct ImportSpool ImportSpool;
/* Takes the descriptor, an empty file. */
ImportSpool *import_spool_new(int fd, gsize item_count);
void import_spool_free(ImportSpool *spool);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ImportSpool, import_spool_free)
gboolean import_spool_add(ImportSpool *spool, guint32 item, const Shape *shape, GError **error);
/* Of Shape. */
GPtrArray *import_spool_get(ImportSpool *spool, guint32 item, GError **error);

/* A plan as it is stored. */
char *import_plan_write(const ImportPlan *plan);
/* Its `classes` are the caller's to unref. CORRUPT. */
gboolean import_plan_read(const char *json, ImportPlan *ret_plan, GError **error);

/* What a file says, gathered by a walk through it. */
typedef struct {
    guint32 item;     /* 1 + its number; 0: we have none */
    gboolean is_left; /* a problem was told: its shapes are left out */
} ImportImage;
typedef struct {
    Split split;       /* that the file tells */
    gboolean is_named; /* the file has it */
    guint32 shapes, bytes;
} ImportWork;
typedef struct {
    char *name;
    ShapeKind kind; /* 0: listed without one */
    gint64 shapes;
    gboolean is_good;
    AnnotationClass *listed; /* as the file has it; NULL */
} ImportClass;
typedef struct {
    const Format *format;
    const ImportPlan *plan; /* NULL: a preview */
    ImportItems *items;
    ImportSpool *spool; /* NULL: a preview */
    GArray *images;     /* of ImportImage, by their keys */
    ImportWork *works;  /* by item */
    GPtrArray *classes; /* of ImportClass, as they come */
    GHashTable *by_class;
    GHashTable *losses;                          /* from a sentence to a gint64 */
    GPtrArray *unmatched;                        /* of char * */
    GPtrArray *problem_paths, *problem_messages; /* of char * */
    GHashTable *uids;                            /* of the image at hand */
    gint64 uids_key;
    gint64 matched, unmatched_count, shapes, problem_count;
    ImportProgress progress;
    gpointer progress_data;
    gint64 total_bytes;
} ImportReading;
void import_reading_clear(ImportReading *reading);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(ImportReading, import_reading_clear)
/* Reads the file; items, format and the rest that is told to it are set. */
gboolean import_reading_run(ImportReading *reading, int fd, const char *filename,
                            GCancellable *cancellable, GError **error);
