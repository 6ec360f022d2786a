#include "api/pictograph/pictograph.h"

#include "api/public_url.h"
#include "base/limits.h"

#include <string.h>

#define SDK "pictograph-python/"

int pictograph_sdk_major(const HttpRequest *request)
{
    const char *agent = http_request_header(request, "User-Agent");
    if (!agent || !g_str_has_prefix(agent, SDK)) {
        return -1;
    }
    gint64 major = g_ascii_strtoll(agent + strlen(SDK), NULL, 10);
    return (int)CLAMP(major, 0, G_MAXINT16);
}

gboolean pictograph_wants_paths(const HttpRequest *request, gboolean by_name, const char *asked)
{
    return by_name || pictograph_sdk_major(request) >= 1 || g_strcmp0(asked, "paths") == 0;
}

/* --- what is asked --- */

const char *pictograph_first_of_body(const HttpRequest *request, const char *const *names)
{
    const char *found = NULL;
    for (; *names && !found; names++) {
        const char *text = json_string_value(json_object_get(http_body(request), *names));
        found = text && *text ? text : NULL;
    }
    return found;
}

const char *pictograph_told_text(const HttpRequest *request, const char *name)
{
    return json_string_value(json_object_get(http_body(request), name));
}

const char *pictograph_first_of_query(const HttpRequest *request, const char *const *names)
{
    const char *found = NULL;
    for (; *names && !found; names++) {
        found = http_text(request, *names, NULL);
    }
    return found;
}

PictographPage pictograph_page(const HttpRequest *request)
{
    return (PictographPage){
        .limit = MIN(http_int(request, "limit", PICTOGRAPH_PAGE_DEFAULT), PICTOGRAPH_PAGE_MOST),
        .offset = http_int(request, "offset", 0),
    };
}

/* --- answers --- */

JsonWriter *pictograph_writer(void)
{
    return json_writer_new(LIMIT_JSON_OUTPUT_BYTES);
}

/* What a writer holds; frees the writer. NULL on error: too large. */
static GBytes *finish(JsonWriter *writer, GError **error)
{
    g_autoptr(JsonWriter) owned = writer;
    g_autoptr(GError) problem = NULL;
    GBytes *bytes = json_writer_finish(owned, &problem);
    if (!bytes) { /* no fault of the request */
        g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_INTERNAL, problem->message);
    }
    return bytes;
}

static void write_value(JsonWriter *writer, const char *key, GBytes *value)
{
    json_key(writer, key);
    json_raw(writer, g_bytes_get_data(value, NULL), g_bytes_get_size(value));
}

/* The members of an object, without its brackets. */
static void write_members(JsonWriter *writer, GBytes *object)
{
    const char *text = g_bytes_get_data(object, NULL);
    gsize length = g_bytes_get_size(object);
    g_assert(length >= 2 && text[0] == '{');
    if (length > 2) {
        json_raw(writer, text + 1, length - 2);
    }
}

gboolean pictograph_answer(HttpRequest *request, JsonWriter *data, const char *twin,
                           JsonWriter *more, GError **error)
{
    g_autoptr(JsonWriter) beside = more;
    g_autoptr(GBytes) value = finish(data, error);
    g_autoptr(GBytes) members = value && beside ? finish(g_steal_pointer(&beside), error) : NULL;
    if (!value || (more && !members)) {
        return FALSE;
    }
    JsonWriter *writer = pictograph_writer();
    json_object_begin(writer);
    write_value(writer, "data", value);
    if (twin) {
        write_value(writer, twin, value);
    }
    if (members) {
        write_members(writer, members);
    }
    json_object_end(writer);
    return http_respond_json(request, writer, error);
}

gboolean pictograph_answer_list(HttpRequest *request, JsonWriter *items, const char *twin,
                                PictographPage page, gint64 total, GError **error)
{
    JsonWriter *more = pictograph_writer();
    json_object_begin(more);
    json_key(more, "pagination");
    json_object_begin(more);
    json_member_int(more, "limit", page.limit);
    json_member_int(more, "offset", page.offset);
    json_member_int(more, "total", total);
    json_member_bool(more, "has_more", page.offset + page.limit < total);
    json_object_end(more);
    json_object_end(more);
    gboolean old = pictograph_sdk_major(request) < 0;
    return pictograph_answer(request, items, old ? twin : NULL, more, error);
}

gboolean pictograph_answer_bare(HttpRequest *request, JsonWriter *value, GError **error)
{
    return http_respond_json(request, value, error);
}

gboolean pictograph_answer_nothing(HttpRequest *request)
{
    http_set_status(request, 204);
    return http_respond_bytes(request, NULL, NULL);
}

/* --- addresses --- */

char *pictograph_url(const HttpRequest *request, const char *path)
{
    g_autofree char *base = public_url(request);
    return g_strconcat(base, path, NULL);
}
