/* Private to the reader of COCO: what it is in the middle of, and values of its JSON. A wrong value
 * becomes a problem where it stands, and is passed over. */
#pragma once

#include "studio/formats/id_set.h"
#include "studio/formats/read_text.h"

typedef struct {
    char *name;
    GPtrArray *joints; /* of char *; NULL: it has none */
    gboolean is_alone; /* its one joint is itself: a keypoint that belongs to no object */
} CocoCategory;

enum { HAS_IMAGE = 1, HAS_CATEGORY = 2, HAS_BOX = 4, HAS_ID = 8, HAS_ORIENTED = 16, HAS_MASK = 32 };

/* The annotation at hand; its arrays are used again for the next. */
typedef struct {
    guint has;
    gboolean is_bad; /* a problem of it was told */
    gint64 index, id, image_id, category_id;
    double box[4];
    ShapeOriented oriented;
    GArray *numbers;   /* of double: coordinates of all rings */
    GArray *rings;     /* of guint: numbers of each */
    GArray *keypoints; /* of double */
    GArray *runs;      /* of guint32 */
    gint64 mask_width, mask_height;
    gboolean is_crowd;
    double score;
    GString *attributes;
} CocoAnnotation;

typedef struct {
    Reading reading;
    JsonReader *json;
    GHashTable *images;     /* from an id to its key + 1 */
    GHashTable *categories; /* from an id */
    GArray *instances;      /* of guint32: the objects with keypoints of each image of this file */
    gint64 first_key;       /* of this file */
    IdSet *ids;
    CocoAnnotation at;
} Coco;

/* Ids are keys of the tables as they are. */
static inline gpointer coco_id_key(gint64 id)
{
    return GSIZE_TO_POINTER((gsize)id);
}

char *coco_place_here(const Coco *coco);
/* A problem where the reader stands, whose value is passed over. */
gboolean coco_pass_over(Coco *coco, JsonRead token, const char *what, GError **error);
gboolean coco_read_whole(Coco *coco, gint64 *ret_value, GError **error);
gboolean coco_read_double(Coco *coco, double *ret_value, GError **error);
gboolean coco_read_string(Coco *coco, char **ret_text, GError **error);
/* Numbers up to the end of an array that has begun; at most `most`, the rest is told of. */
gboolean coco_read_numbers(Coco *coco, GArray *numbers, gsize most, GError **error);
gboolean coco_read_number_list(Coco *coco, GArray *numbers, gsize most, GError **error);

typedef gboolean (*CocoReadMember)(Coco *coco, gpointer item, const char *key, GError **error);
/* The members of an object that has begun. */
gboolean coco_read_members(Coco *coco, CocoReadMember read, gpointer item, GError **error);

/* read_coco_annotation.c: the members of one that has begun, and what it tells. */
gboolean coco_read_annotation(Coco *coco, GError **error);
