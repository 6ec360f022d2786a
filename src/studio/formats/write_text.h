/* What writers of several formats have in common. */
#pragma once

#include "base/json_writer.h"
#include "studio/formats/writer.h"

#include <jansson.h>

/* Sentences that more than one format counts its losses by. */
#define LOSS_POLYLINES      "polylines are left out"
#define LOSS_KEYPOINTS      "keypoints are left out"
#define LOSS_TAGS           "tags of whole pictures are left out"
#define LOSS_POLYGONS       "polygons are left out"
#define LOSS_POLYGONS_BOXED "polygons became the boxes around them"
#define LOSS_HOLES          "holes of polygons are filled"
#define LOSS_ROTATION       "rotated boxes became the upright boxes around them"
#define LOSS_ATTRIBUTES     "attributes are left out"
#define LOSS_CONFIDENCE     "confidences below 1 are left out"
#define LOSS_OUTSIDE        "shapes that lie outside of their picture are left out"
#define LOSS_CUT            "shapes that reach beyond their picture end at its edge"

/* "folder" + "rooms/" + "a/b/c" + ".txt" in one text that lives until the next call. */
const char *text_path(GString *buffer, const char *folder, const char *room, const char *stem_path,
                      const char *suffix);

/* base/number_text.h */
void text_number(GString *out, double value);
void text_integer(GString *out, gint64 value);
/* As the content of an XML element or of an attribute in quotes: what XML 1.0 has no way to say
 * becomes U+FFFD. */
void text_xml(GString *out, const char *text);
/* A name in a file that has one a line: what ends or begins a line becomes a blank. */
void text_line(GString *out, const char *text);
/* RFC 4180: in quotes where need be. */
void text_csv(GString *out, const char *text);
/* JSON with nothing around it, for a file that is no JSON otherwise. */
void text_json(GString *out, const char *text);

/* A writer without a cap: what it writes is taken out after each image. */
JsonWriter *text_json_writer(void);
/* Moves what `writer` has to the end of `out`. */
void text_take_json(GString *out, JsonWriter *writer);
/* The end of a file's text, which is one JSON value and a newline. */
void text_end_json(GString *out, JsonWriter *writer);
/* {"x":..,"y":..} */
void text_json_point(JsonWriter *writer, ShapePoint point);
/* [x,y,x,y..] of one ring. */
void text_json_flat(JsonWriter *writer, const ShapePoint *points, guint count);

/* The class's place in FormatDataset.names, from 0. */
guint text_class(const FormatDataset *dataset, const char *name);

/* What a shape's attributes say: called for each with its value as text. Counts what has another
 * form than an object, or a list of objects with name and value. */
typedef void (*AttributeTold)(gpointer data, const char *name, const char *value);
void text_attributes(const Shape *shape, AttributeTold told, gpointer data);
gboolean text_has_attributes(const Shape *shape);
/* Whether the attribute "occluded" is true. */
gboolean text_is_occluded(const Shape *shape);
/* All of them as one object, whichever form they have; NULL when there are none. The caller's. */
json_t *text_attributes_object(const Shape *shape);

/* Counts what every format that lacks it loses of a shape that it holds otherwise. */
void text_count_losses(const Shape *shape, gboolean holds_attributes, gboolean holds_confidence,
                       FormatLoss loss, gpointer data);
/* The same of a shape of which only the upright box is kept. */
void text_count_box(const Shape *shape, FormatLoss loss, gpointer data);
/* Of a box, or of the upright box around a polygon: as shape_corners has them. */
void text_corners(const Shape *shape, ShapePoint ret_corners[4]);
/* The sentence for a kind that is left out. */
const char *text_left_out(ShapeKind kind);
