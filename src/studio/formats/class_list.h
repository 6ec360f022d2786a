/* Classes as the JSON that versions keep them in: a list of {"name","type","color","attributes",
 * "skeleton"}, as the dialects have them. */
#pragma once

#include "studio/classes.h"

/* Of AnnotationClass. Owned by the caller. */
char *class_list_write(const GPtrArray *classes);
/* What class_list_write wrote, of AnnotationClass; CORRUPT. */
GPtrArray *class_list_read(const char *json, GError **error);
