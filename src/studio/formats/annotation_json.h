/* One annotation as JSON, read and written for every dialect and for files of the first dialect's
 * own format:
 *
 *     {"id", "name", "type": "bbox|polygon|polyline|keypoint", "confidence"?, "created_by"?,
 *      "attributes"?, and by the type
 *      "bounding_box": {"x","y","w","h"}, "oriented_box": {"cx","cy","w","h","angle"}?
 *      "polygon": {"paths": [[{"x","y"}, ..], ..]} or {"path": [{"x","y"}, ..], "holes": [..]?}
 *      "polyline": {"path": [..]}, either with "bounding_box"?
 *      "keypoint": {"x","y"}, "instance_id"?}
 *
 * Our own dialect adds "source", "model", "proposed" and "answers" to each, and the type "tag",
 * which has no geometry. Whatever else stands in an annotation is a fault. */
#pragma once

#include "base/json_writer.h"
#include "studio/shape.h"

#include <jansson.h>

typedef enum {
    ANNOTATION_PATH,  /* polygons as one path and its holes */
    ANNOTATION_PATHS, /* polygons as paths */
    ANNOTATION_OWN,   /* the same, with what our own dialect adds */
} AnnotationSpelling;

/* What is wrong with one. */
typedef struct {
    json_t *location; /* [3,"polygon","paths",0,7,"x"], from the list on */
    const char *kind; /* pydantic's name for it: "missing", "extra_forbidden", "value_error" */
    char *message;    /* for a person */
} AnnotationFault;
void annotation_fault_free(AnnotationFault *fault);
GPtrArray *annotation_faults_new(void); /* of AnnotationFault */
/* "annotations.3.polygon.paths.0.7.x" with "annotations" before it; the caller's. */
char *annotation_fault_path(const AnnotationFault *fault, const char *before);
/* Of a shape's field as shape_check and annotations_save name it ("polygon.paths.0.7.x"; NULL: as a
 * whole); below 0 for `index`: of the list. */
AnnotationFault *annotation_fault_new(int index, const char *field, const char *message);

/* A list of annotations with their ids told apart; of Shape. Both spellings of polygons are read,
 * what our own dialect adds only for ANNOTATION_OWN. `list` may be NULL. NULL when there are
 * faults: at most LIMIT_ANNOTATION_FAULTS are put into `faults`, at least one. All shapes have
 * passed shape_check. */
GPtrArray *annotation_json_read_list(const json_t *list, AnnotationSpelling spelling,
                                     GPtrArray *faults);
/* The same for one by itself, whose faults' locations begin in it. */
Shape *annotation_json_read(const json_t *value, AnnotationSpelling spelling, GPtrArray *faults);

/* One value into an array. Paths come with the bounding box of what encloses an area, a path only
 * with the one that its client gave. */
void annotation_json_write(JsonWriter *writer, const Shape *shape, AnnotationSpelling spelling);
/* All of them, as an array; `shapes` of Shape. */
void annotation_json_write_list(JsonWriter *writer, const GPtrArray *shapes,
                                AnnotationSpelling spelling);
