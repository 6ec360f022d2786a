/* Choosing and ordering photographs: one filter for lists, counts and layouts of every dialect. */
#pragma once

#include "library/library.h"
#include "library/photo.h"

/* The ranges a filter may have (Facet's names; `min_` and `max_` before them are its parameters). A
 * range over something the library does not measure yet matches nothing, as a NULL would not. */
#define PHOTO_RANGES(X)                                                                            \
    X(score, NUMBER)                                                                               \
    X(aesthetic, NUMBER)                                                                           \
    X(quality_score, NUMBER)                                                                       \
    X(topiq, NUMBER)                                                                               \
    X(aesthetic_iaa, NUMBER)                                                                       \
    X(face_quality_iqa, NUMBER)                                                                    \
    X(liqe, NUMBER)                                                                                \
    X(sharpness, NUMBER)                                                                           \
    X(exposure, NUMBER)                                                                            \
    X(color, NUMBER)                                                                               \
    X(contrast, NUMBER)                                                                            \
    X(noise, NUMBER)                                                                               \
    X(saturation, NUMBER)                                                                          \
    X(luminance, NUMBER)                                                                           \
    X(histogram_spread, NUMBER)                                                                    \
    X(dynamic_range, NUMBER)                                                                       \
    X(composition, NUMBER)                                                                         \
    X(power_point, NUMBER)                                                                         \
    X(leading_lines, NUMBER)                                                                       \
    X(isolation, NUMBER)                                                                           \
    X(face_count, INT)                                                                             \
    X(face_quality, NUMBER)                                                                        \
    X(eye_sharpness, NUMBER)                                                                       \
    X(face_sharpness, NUMBER)                                                                      \
    X(face_ratio, NUMBER)                                                                          \
    X(face_confidence, NUMBER)                                                                     \
    X(subject_sharpness, NUMBER)                                                                   \
    X(subject_prominence, NUMBER)                                                                  \
    X(subject_placement, NUMBER)                                                                   \
    X(bg_separation, NUMBER)                                                                       \
    X(star_rating, INT)                                                                            \
    X(iso, INT)                                                                                    \
    X(aperture, NUMBER)                                                                            \
    X(focal_length, NUMBER)

#define PHOTO_RANGE_ID_(name, type) PHOTO_RANGE_##name,
typedef enum { PHOTO_RANGES(PHOTO_RANGE_ID_) PHOTO_RANGE_COUNT } PhotoRange;

typedef struct {
    double min, max; /* inclusive; NaN: open; an infinite bound matches nothing */
} PhotoBounds;

/* What photos must match, all of it. Texts are borrowed; NULL or 0 is no condition. */
typedef struct {
    PhotoBounds ranges[PHOTO_RANGE_COUNT];
    const char *camera;       /* equals */
    const char *lens;         /* begins with, any case; read up to its first U+FFFD */
    const char *tag;          /* has */
    const char *require_tags; /* has one of this comma list */
    const char *exclude_tags; /* has none of this comma list */
    const char *persons;      /* has all of these person.id by commas; what is no number is none */
    const char *objects;      /* has all of these object classes by commas */
    const char *search;       /* a part of name, camera, lens, title, caption, tag or of the name of
                                 a person on it, any case */
    const char *path_prefix;  /* lies beneath; when nothing does, beneath the same after a "/" */
    const char *date_from;    /* YYYY-MM-DD, the camera's day; what is no date is no condition */
    const char *date_to;
    double latitude, longitude, radius_km; /* a box around the point when all three are numbers */
    int min_stars;                         /* 1..5; this and the marks below are the viewer's own */
    gboolean only_favorites;
    gboolean only_rejected; /* wins over hide_rejected */
    gboolean hide_rejected;
    gboolean hide_blinks;     /* not those on which somebody has closed eyes */
    gboolean hide_duplicates; /* of photos with the same content, the one of the least id stays */
    gboolean nothing;         /* asks for something that no photo has yet: a category, an album */
} PhotoFilter;

void photo_filter_init(PhotoFilter *filter); /* everything open */

typedef struct {
    const char *name; /* Facet's column */
    int by;           /* how the catalogue calls it; while it is not measured, by path alone */
} PhotoSort;

/* The sort of this name, or NULL. */
const PhotoSort *photo_sort_find(const char *name);

/* How many photos match, exactly; -1 on error. */
gint64 photo_count(Library *library, const Principal *viewer, const PhotoFilter *filter,
                   GError **error);

/* How many other photos that the viewer sees have the same content; -1 on error. Not inside a
 * transaction. */
gint64 photo_copies(Library *library, const Principal *viewer, const Photo *photo, GError **error);
/* Tells each photo its duplicate_group among what lists show the viewer, whether it stands for
 * others, and who is on it, as the catalogue knows it by now; also inside a transaction. Of Photo.
 */
void photo_find_relatives(Library *library, const Principal *viewer, GPtrArray *photos);

/* What a gallery needs to place every picture of a selection before it loads any: parallel arrays
 * in the order of the selection. */
typedef struct {
    guint32 count;
    guint32 *ids;
    guint16 *aspects; /* width / height x 1000, at least 100, at most 10000 */
    gint32 *days;     /* since 1970-01-01 of the camera's date; PHOTO_NO_DAY unknown */
} PhotoLayout;
#define PHOTO_NO_DAY G_MININT32
