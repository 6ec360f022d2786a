#include "api/export_values.h"

void export_member_count(JsonWriter *writer, const char *key, gint64 value)
{
    json_key(writer, key);
    if (value < 0) {
        json_none(writer);
    } else {
        json_int(writer, value);
    }
}

void export_member_filters(JsonWriter *writer, const DatasetExport *value)
{
    json_key(writer, "class_filter");
    if (value->class_filter) {
        json_array_begin(writer);
        for (char **name = value->class_filter; *name; name++) {
            json_text(writer, *name);
        }
        json_array_end(writer);
    } else {
        json_none(writer);
    }
    json_member_string(writer, "status_filter", value->status_filter);
}
