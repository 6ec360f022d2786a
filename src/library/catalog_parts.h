/* Private to the catalogue (catalog*.c, photo_query.c, photo_filter.c, facets.c): how it lies in
 * memory.
 *
 * Everything is read under a shared lock and changed under an exclusive one, but for what is worked
 * out when first asked for (orders, audiences, who is a copy), which has locks of its own and then
 * does not change before the next exclusive lock. */
#pragma once

#include "base/hash.h"
#include "library/catalog.h"
#include "library/dictionary.h"
#include "library/name_sets.h"
#include "library/row_index.h"

#include <stdatomic.h>

/* One row's values, each an array. */
#define CATALOG_TABLE(X)                                                                           \
    X(guint32, id)                                                                                 \
    X(guint32, folder)                                                                             \
    X(guint32, path_rank)                                                                          \
    X(guint32, text) /* of its record in CatalogTexts */                                           \
    X(gint64, taken_ms)                                                                            \
    X(gint32, day)                                                                                 \
    X(guint16, aspect)                                                                             \
    X(guint32, camera)                                                                             \
    X(guint32, lens)                                                                               \
    X(guint32, tag_set)                                                                            \
    X(guint32, person_set)                                                                         \
    X(guint32, object_set)                                                                         \
    X(gint32, face_count)                                                                          \
    X(gint32, faces_unknown)                                                                       \
    X(gint32, iso)                                                                                 \
    X(float, shutter_seconds)                                                                      \
    X(float, focal_length_mm)                                                                      \
    X(float, f_stop)                                                                               \
    X(double, latitude)                                                                            \
    X(double, longitude)                                                                           \
    X(gint8, file_rating)                                                                          \
    X(guint8, marks) /* CATALOG_MARK_* by what the file says */                                    \
    X(guint8, flags)                                                                               \
    X(guint8, format) /* number in `formats` */                                                    \
    X(guint8, orientation)                                                                         \
    X(guint32, stack_of) /* photo.id of who stands for it; 0 */                                    \
    X(guint64, phash)                                                                              \
    X(guint32, next_copy) /* the next row of the same content; CATALOG_NO_ROW */                   \
    X(ContentHash, content)

typedef struct {
#define CATALOG_ARRAY_(type, name) type *name;
    CATALOG_TABLE(CATALOG_ARRAY_)
#undef CATALOG_ARRAY_
} CatalogTable;

/* A viewer's marks in one byte. */
enum {
    CATALOG_MARK_STARS = 7,
    CATALOG_MARK_FAVORITE = 1 << 3,
    CATALOG_MARK_REJECTED = 1 << 4,
    CATALOG_MARK_OWN = 1 << 7, /* the viewer's own rating, not the file's */
};

/* Names, titles and captions, in records one after the other, so that a search runs through them
 * from one end to the other. */
typedef struct {
    guint32 row; /* CATALOG_NO_ROW: nobody's any more */
    guint32 length;
    char text[]; /* name, title, caption, each with its NUL */
} CatalogText;

typedef struct {
    guint8 *bytes;
    gsize used, capacity;
    gsize wasted; /* of `used`: in records that are nobody's */
} CatalogTexts;

guint32 catalog_texts_add(CatalogTexts *texts, guint32 row, const char *name, const char *title,
                          const char *caption);
void catalog_texts_drop(CatalogTexts *texts, guint32 at);
const CatalogText *catalog_texts_at(const CatalogTexts *texts, guint32 at);
/* Whether much of it is nobody's; then it is put together anew, and `moved` told where each record
 * is now. */
void catalog_texts_tidy(CatalogTexts *texts, void (*moved)(gpointer data, guint32 row, guint32 at),
                        gpointer data);
/* Sets 1 for the rows in whose texts `lower` (lower-case, not empty) occurs, in any case of ASCII
 * letters. */
void catalog_texts_search(const CatalogTexts *texts, const char *lower, guint8 *hits);
void catalog_texts_clear(CatalogTexts *texts);

/* What a photo's row holds, as the database tells it. Texts are borrowed. */
typedef struct {
    guint32 id;
    gboolean shown;
    const char *folder, *name, *title, *caption, *camera, *lens, *format;
    const char *tags, *persons, *objects; /* a name a line */
    gint32 face_count, faces_unknown;     /* -1: nobody has looked */
    gboolean blinks;
    guint32 stack_of;
    gint64 taken_ms; /* CATALOG_NO_DATE */
    guint16 aspect;
    guint8 orientation;
    gint32 iso;
    float shutter_seconds, focal_length_mm, f_stop;
    double latitude, longitude;
    gint8 file_rating;
    guint64 phash;
    ContentHash content;
} CatalogPhoto;

typedef struct {
    gint64 account;
    guint32 photo_id;
    guint8 marks;
} CatalogRating;

/* The marks of an account that has rated a photo. */
typedef struct {
    guint8 *marks; /* by row */
} CatalogAccount;

/* What changed from one version to the next. */
typedef struct {
    GArray *people;          /* of CatalogPerson */
    GArray *gone;            /* of guint32: ids of photos that are deleted */
    GArray *photos;          /* of CatalogPhoto */
    GArray *ratings;         /* of CatalogRating */
    gboolean owner_has_none; /* account 0 has no rating */
    GStringChunk *texts;
} CatalogChange;

/* Orders that are kept: rows sorted by a column, and where that is equal by path. */
typedef enum {
    CATALOG_BY_PATH,
    CATALOG_BY_DATE,
    CATALOG_BY_ISO,
    CATALOG_BY_F_STOP,
    CATALOG_BY_SHUTTER,
    CATALOG_BY_FOCAL_LENGTH,
    CATALOG_ORDERS, /* how many are kept; what follows has few values, and those the viewer's own */
    CATALOG_BY_STARS,
    CATALOG_BY_FAVORITE,
    CATALOG_BY_REJECTED,
} CatalogOrderBy;

/* An entry is a row's number; the first of those that are equal but for their paths has this bit,
 * so that the order can be walked downwards with paths still upwards. */
#define CATALOG_STARTS_RUN (1U << 31)
#define CATALOG_MOST_ROWS  CATALOG_STARTS_RUN
#define CATALOG_ROW(entry) ((entry) & ~CATALOG_STARTS_RUN)

typedef struct {
    guint32 *entries;
    guint32 count;
    gboolean kept; /* somebody asked for it once */
    GArray *stale; /* of guint32: rows that are to be placed anew, or to go */
} CatalogOrder;

typedef struct CatalogAudience CatalogAudience;
typedef struct CatalogTally CatalogTally;

struct Catalog {
    Store *store;
    GMutex refreshing;
    _Atomic gint64 version;  /* library_version it shows; 0: not loaded */
    _Atomic gint64 asked_us; /* when the database was last asked, monotonic */
    _Atomic int changes;     /* calls of catalog_changed */
    _Atomic int changes_seen;

    /* Who comes waits for `gate`, and so behind an exclusive lock that waits for those inside. */
    GMutex gate;
    GRWLock lock;
    CatalogTable table;
    CatalogColumns columns; /* `table` and the dictionaries, to be read */
    guint32 capacity;
    GArray *free_rows; /* of guint32 */
    Dictionary *folders, *cameras, *lenses, *formats;
    NameSets *tags, *persons, *objects;
    CatalogTexts texts;
    RowIndex by_id, by_path, by_content; /* the last holds the first of each chain of copies */
    GHashTable *stacks;                  /* photo.id of who stands for others -> GArray of rows */
    GHashTable *accounts;                /* account.id -> CatalogAccount */
    GHashTable *people;                  /* person.id in decimal -> CatalogPerson */

    GMutex working_out; /* orders and audiences */
    CatalogOrder orders[CATALOG_ORDERS];
    GPtrArray *audiences; /* of CatalogAudience, lately asked for first */
};

struct CatalogView {
    Catalog *catalog;
    CatalogAudience *audience;
    const guint8 *marks; /* by row */
    gint64 account;      /* whose marks; -1: those of the files */
    char *key;           /* made when asked for */
};

/* catalog_load.c: reads what changed after `version` (all there is when 0) as of the transaction's
 * snapshot. */
CatalogChange *catalog_change_read(StoreTx *tx, gint64 version, GError **error);
void catalog_change_free(CatalogChange *change);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CatalogChange, catalog_change_free)
/* Fills an empty catalogue. */
gboolean catalog_load(Catalog *catalog, StoreTx *tx, GError **error);

/* catalog_rows.c: under the exclusive lock. */
void catalog_rows_new(Catalog *catalog);
void catalog_rows_free(Catalog *catalog);
void catalog_rows_apply(Catalog *catalog, const CatalogChange *change);
void catalog_rows_add(Catalog *catalog, const CatalogPhoto *photo);
/* After adding: what the rows are to each other. */
void catalog_rows_flag(Catalog *catalog);
void catalog_rows_rate(Catalog *catalog, const CatalogRating *rating);
void catalog_rows_know(Catalog *catalog, const CatalogPerson *person);
/* After the last change: what is read is what there is now. */
void catalog_rows_publish(Catalog *catalog, gint64 version);
guint32 catalog_rows_find(const Catalog *catalog, guint32 photo_id);
/* The first of the rows that have the same content. */
guint32 catalog_rows_first_copy(const Catalog *catalog, guint32 row);
guint32 catalog_rows_find_path(const Catalog *catalog, const char *path);
static inline const char *catalog_row_name(const Catalog *catalog, guint32 row)
{
    return catalog_texts_at(&catalog->texts, catalog->table.text[row])->text;
}

/* catalog_order.c */
void catalog_orders_new(Catalog *catalog);
void catalog_orders_free(Catalog *catalog);
void catalog_orders_stale(Catalog *catalog, guint32 row);
/* Under the exclusive lock: puts the paths in order and tells every row its rank. */
void catalog_orders_rank(Catalog *catalog);
const CatalogOrder *catalog_order(Catalog *catalog, CatalogOrderBy by);

/* catalog_walk.c: the rows that are 1 in `keep`, in an order. `rows` has room for one more than
 * there are. */
void catalog_walk(const CatalogView *view, CatalogOrderBy by, gboolean ascending,
                  const guint8 *keep, guint32 *rows);

/* catalog_audience.c: those who see the same folders. */
void catalog_audiences_new(Catalog *catalog);
void catalog_audiences_free(Catalog *catalog);
void catalog_audiences_grow(Catalog *catalog, guint32 old_capacity);
/* A number of `folders` has a new meaning. */
void catalog_audiences_folder(Catalog *catalog, guint32 folder);
/* Before and after a row changes. */
void catalog_audiences_leave(Catalog *catalog, guint32 row);
void catalog_audiences_enter(Catalog *catalog, guint32 row);
CatalogAudience *catalog_audience_of(Catalog *catalog, const Principal *viewer);
void catalog_audience_end(CatalogAudience *audience);
const char *catalog_audience_key(const CatalogAudience *audience);
gboolean catalog_audience_sees(const CatalogAudience *audience, const Catalog *catalog,
                               guint32 row);
gboolean catalog_audience_sees_folder(const CatalogAudience *audience, guint32 folder);
/* 1 for each row that lists show. */
const guint8 *catalog_audience_listed(const CatalogAudience *audience);
const CatalogTally *catalog_audience_tally(const CatalogAudience *audience);
/* How many listed photos have the row's content, itself among them, and the least id of theirs. */
guint32 catalog_audience_copies(const CatalogAudience *audience, const Catalog *catalog,
                                guint32 row, guint32 *ret_lead_id);
/* 1 for each listed row of which another listed one, with a smaller id, has the same content. */
const guint8 *catalog_audience_find_copies(Catalog *catalog, CatalogAudience *audience);
