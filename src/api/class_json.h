/* Classes as JSON, as every dialect of the studio sends them:
 *
 *     {"name", "type": KIND|null, "color": "#rrggbb"|null,
 *      "attributes": [{"name", "type": "text|number|select|checkbox", "values": [..]|null}]|null,
 *      "skeleton": {"nodes": [{"name","x","y"}], "edges": [[i,j]]}|null}
 *
 * What else stands in one is passed over. */
#pragma once

#include "studio/classes.h"
#include "studio/formats/annotation_json.h"

/* Of AnnotationClass. The kind "tag" only with `tags`. NULL when there are faults: at most
 * LIMIT_ANNOTATION_FAULTS of AnnotationFault are put into `faults`, at least one. All classes have
 * passed class_check. */
GPtrArray *class_json_read_list(const json_t *list, gboolean tags, GPtrArray *faults);

/* The members "name", "type", "color", "attributes" and, where there is one, "skeleton". */
void class_json_write_members(JsonWriter *writer, const AnnotationClass *class_);
