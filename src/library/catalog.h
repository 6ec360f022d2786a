/* The catalogue: what lists are made of, of every photo that is shown, in memory, in columns.
 *
 * Any filter is one pass over a few columns, any order a permutation that is kept, any count a
 * number that is kept: a page of a million photos takes milliseconds on either database. The rows
 * themselves stay in the database, which is the truth; the catalogue follows it by library_version,
 * taking in the rows that changed since, whoever changed them. It learns of
 *   - photos and ratings whose `version` is younger than what it shows,
 *   - deleted photos by photo_gone,
 *   - a source that is removed or comes back by its photos, which whoever does it stamps with a new
 *     version, as do all who rename a folder;
 *   - ratings of account 0 that went to the first account: they are forgotten when there are none
 *     any more. Other ratings are deleted only together with their photo or their account, and no
 *     account ever has the number of one before it.
 * docs/internals/catalog.md tells more. */
#pragma once

#include "library/access.h"
#include "store/store.h"

typedef struct Catalog Catalog;

#define CATALOG_NO_DATE G_MININT64
#define CATALOG_NO_DAY  G_MININT32
#define CATALOG_NO_ROW  G_MAXUINT32

/* Names kept once; number 0 stands for none. A number nobody uses has an empty text. */
typedef struct {
    guint32 count;
    const char *const *texts; /* [0] is "" */
} CatalogNames;

/* Sets of names, each kept once: of a photo's tags, say. */
typedef struct {
    CatalogNames names;
    CatalogNames sets;             /* a name a line */
    const guint32 *const *members; /* by number of a set: numbers in `names`, ended by 0; NULL */
} CatalogSets;

/* Flags of a row. */
enum {
    CATALOG_STACKED = 1 << 0,    /* another photo stands for it in lists (photo.stack_of) */
    CATALOG_HAS_STACK = 1 << 1,  /* it stands for others */
    CATALOG_HAS_COPIES = 1 << 2, /* another photo has the same content */
    CATALOG_BLINKS = 1 << 3,     /* somebody on it has closed eyes */
};

/* Parallel arrays of `rows` entries. A row whose id is 0 is empty. */
typedef struct {
    gint64 version; /* library_version it shows */
    guint32 rows;
    const guint32 *id;        /* photo.id */
    const guint32 *folder;    /* number in `folders` */
    const guint32 *path_rank; /* grows with the path, by its bytes */
    const gint64 *taken_ms;   /* photo.taken_local_ms; CATALOG_NO_DATE */
    const gint32 *day;        /* days since 1970-01-01 of it; CATALOG_NO_DAY */
    const guint16 *aspect;    /* width / height x 1000, 100..10000 */
    const guint32 *camera;    /* number in `cameras` */
    const guint32 *lens;
    const guint32 *tag_set; /* number in `tags.sets` */
    const guint32 *person_set, *object_set;
    const gint32 *face_count, *faces_unknown;                /* -1: nobody has looked */
    const gint32 *iso;                                       /* -1: not known */
    const float *shutter_seconds, *focal_length_mm, *f_stop; /* NaN: not known */
    const double *latitude, *longitude;                      /* NaN: not known */
    const gint8 *file_rating; /* -1 rejected, 0..5; 0 also when the file says nothing */
    const guint8 *flags;
    const guint64 *phash; /* media/phash.h */
    CatalogNames folders; /* paths */
    CatalogNames cameras, lenses;
    CatalogSets tags;
    CatalogSets persons; /* names: person.id in decimal */
    CatalogSets objects; /* names: of object classes */
} CatalogColumns;

/* What a viewer thinks of a row's photo: the viewer's own rating, else what the file says. */
typedef struct {
    guint8 stars; /* 0..5 */
    gboolean favorite, rejected;
} CatalogMarks;

/* A look at the catalogue for one viewer. While it lives nothing in it changes, and whoever brings
 * changes waits: end it soon, open none beside it on the same thread, and neither open one inside a
 * transaction (but for catalog_look) nor begin a transaction inside one. The viewer must outlive
 * it.
 */
typedef struct CatalogView CatalogView;

/* Brings the catalogue up to date with the database first. NULL with an error. */
CatalogView *catalog_view(Catalog *catalog, const Principal *viewer, GError **error);
/* Asks the database only when this process changed the library, or none was asked for a second: for
 * what is looked up thousands of times a second. */
CatalogView *catalog_glance(Catalog *catalog, const Principal *viewer, GError **error);
/* As it is, without asking; also inside a transaction. NULL before it was loaded. */
CatalogView *catalog_look(Catalog *catalog, const Principal *viewer);
void catalog_view_end(CatalogView *view);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CatalogView, catalog_view_end)

const CatalogColumns *catalog_columns(const CatalogView *view);
/* Whether the row is one that the viewer may see (not empty, in a folder of theirs). */
gboolean catalog_sees(const CatalogView *view, guint32 row);
/* Whether it is also one that lists show: not behind another photo that the viewer sees. */
gboolean catalog_lists(const CatalogView *view, guint32 row);
CatalogMarks catalog_marks(const CatalogView *view, guint32 row);
/* The row of a photo that the viewer may see; CATALOG_NO_ROW when there is none. */
guint32 catalog_row_of_id(const CatalogView *view, gint64 photo_id);
guint32 catalog_row_of_path(const CatalogView *view, const char *path);
/* The path of a row; owned by the caller. */
char *catalog_path(const CatalogView *view, guint32 row);
/* Its last part; owned by the catalogue. */
const char *catalog_name(const CatalogView *view, guint32 row);
/* How many other photos that the viewer sees have the row's content. */
guint32 catalog_copies(const CatalogView *view, guint32 row);
/* Photos with the same content, of those that lists show the viewer, are a group, and the least id
 * of theirs names it and leads it; 0 when the row is in none. */
gint64 catalog_duplicate_group(const CatalogView *view, guint32 row);
/* What the viewer sees, for keys of caches: equal for two viewers who see the same with the same
 * marks at the same version. */
const char *catalog_view_key(const CatalogView *view);

typedef struct {
    gint64 id;
    const char *name; /* NULL: not named yet */
    gboolean is_hidden;
} CatalogPerson;
/* Who a name in `persons.names` means; owned by the catalogue. */
const CatalogPerson *catalog_person(const CatalogView *view, guint32 number);

Catalog *catalog_new(Store *store);
/* Brings it up to date, so that the first who looks does not wait while it is loaded. */
gboolean catalog_prepare(Catalog *catalog, GError **error);
void catalog_free(Catalog *catalog);
/* This process has committed a change: the next look takes it in even where looks do not ask the
 * database (catalog_glance). */
void catalog_changed(Catalog *catalog);
