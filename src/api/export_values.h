/* How facts of an export are written, whatever the dialect. */
#pragma once

#include "base/json_writer.h"
#include "studio/export.h"

/* A number, or null while it is not known (below 0). */
void export_member_count(JsonWriter *writer, const char *key, gint64 value);
/* Its "class_filter" and "status_filter"; null: all. */
void export_member_filters(JsonWriter *writer, const DatasetExport *value);
