/* Search as you type, and what there is to filter by beyond Facet's lists. */
#include "api/albumen/albumen.h"
#include "base/limits.h"
#include "library/facets.h"
#include "library/find.h"

#include <string.h>

typedef struct {
    const char *group; /* the answer's member */
    const char *text;  /* what a hit's text is called */
    gboolean has_id, has_photos, has_name;
} HitShape;

static const HitShape shapes[FIND_KINDS] = {
    [FIND_PEOPLE] = {.group = "people", .text = "name", .has_id = TRUE, .has_photos = TRUE},
    [FIND_OBJECTS] = {.group = "objects", .text = "label", .has_photos = TRUE},
    [FIND_TAGS] = {.group = "tags", .text = "name", .has_photos = TRUE},
    [FIND_FOLDERS] = {.group = "folders", .text = "path", .has_photos = TRUE, .has_name = TRUE},
    [FIND_CAMERAS] = {.group = "cameras", .text = "name", .has_photos = TRUE},
    [FIND_FILES] = {.group = "files", .text = "filename", .has_id = TRUE},
};

static void write_hit(JsonWriter *writer, const HitShape *shape, const FindHit *hit)
{
    json_object_begin(writer);
    if (shape->has_id) {
        json_member_int(writer, "id", hit->id);
    }
    json_member_string(writer, shape->text, hit->text);
    if (shape->has_name) {
        const char *slash = strrchr(hit->text, '/');
        json_member_string(writer, "name", slash ? slash + 1 : hit->text);
    }
    if (shape->has_photos) {
        json_member_int(writer, "photos", hit->photos);
    }
    json_object_end(writer);
}

gboolean albumen_search(HttpRequest *request, GError **error)
{
    g_autoptr(FindResult) result =
        find_by_text(api_of(request)->library, api_principal(request), http_text(request, "q", ""),
                     (guint)http_int(request, "limit", 8), error);
    if (!result) {
        return FALSE;
    }
    JsonWriter *writer = json_writer_new(LIMIT_JSON_OUTPUT_BYTES);
    json_object_begin(writer);
    for (int kind = 0; kind < FIND_KINDS; kind++) {
        const GPtrArray *hits = result->hits[kind];
        json_key(writer, shapes[kind].group);
        json_array_begin(writer);
        for (guint i = 0; i < hits->len; i++) {
            write_hit(writer, &shapes[kind], g_ptr_array_index(hits, i));
        }
        json_array_end(writer);
    }
    json_object_end(writer);
    return http_respond_json(request, writer, error);
}

static void write_object(const char *text, double number, gint64 count, gpointer data)
{
    JsonWriter *writer = data;
    json_object_begin(writer);
    json_member_string(writer, "label", text);
    json_member_int(writer, "photos", count);
    json_object_end(writer);
}

gboolean albumen_objects(HttpRequest *request, GError **error)
{
    g_autoptr(JsonWriter) writer = json_writer_new(LIMIT_JSON_OUTPUT_BYTES);
    json_object_begin(writer);
    json_key(writer, "objects");
    json_array_begin(writer);
    if (!facet_list(api_of(request)->library, api_principal(request), FACET_OBJECTS,
                    LIMIT_LISTED_OBJECTS, write_object, writer, error)) {
        return FALSE;
    }
    json_array_end(writer);
    json_object_end(writer);
    return http_respond_json(request, g_steal_pointer(&writer), error);
}
