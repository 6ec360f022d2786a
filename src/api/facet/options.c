/* Values to filter by, as Facet's arrays of tuples. */
#include "api/facet/facet.h"

#include "base/limits.h"
#include "library/facets.h"

static void write_text(const char *text, double number, gint64 count, gpointer data)
{
    JsonWriter *writer = data;
    json_array_begin(writer);
    json_text(writer, text);
    json_int(writer, count);
    json_array_end(writer);
}

static void write_decimal(const char *text, double number, gint64 count, gpointer data)
{
    JsonWriter *writer = data;
    json_array_begin(writer);
    json_double(writer, number);
    json_int(writer, count);
    json_array_end(writer);
}

static void write_whole(const char *text, double number, gint64 count, gpointer data)
{
    JsonWriter *writer = data;
    json_array_begin(writer);
    json_int(writer, (gint64)number);
    json_int(writer, count);
    json_array_end(writer);
}

static gboolean respond(HttpRequest *request, Facet facet, const char *key, gint64 limit,
                        FacetVisit write, GError **error)
{
    g_autoptr(JsonWriter) writer = json_writer_new(LIMIT_JSON_OUTPUT_BYTES);
    json_object_begin(writer);
    json_key(writer, key);
    json_array_begin(writer);
    if (!facet_list(api_of(request)->library, api_principal(request), facet, limit, write, writer,
                    error)) {
        return FALSE;
    }
    json_array_end(writer);
    json_member_bool(writer, "cached", FALSE);
    json_object_end(writer);
    return http_respond_json(request, g_steal_pointer(&writer), error);
}

static gint64 most(const HttpRequest *request, const char *key)
{
    return settings_int(api_of(request)->settings, "dropdowns", key, 50);
}

gboolean facet_cameras(HttpRequest *request, GError **error)
{
    return respond(request, FACET_CAMERAS, "cameras", most(request, "max_cameras"), write_text,
                   error);
}

gboolean facet_lenses(HttpRequest *request, GError **error)
{
    return respond(request, FACET_LENSES, "lenses", most(request, "max_lenses"), write_text, error);
}

gboolean facet_apertures(HttpRequest *request, GError **error)
{
    return respond(request, FACET_APERTURES, "apertures", G_MAXINT32, write_decimal, error);
}

gboolean facet_focal_lengths(HttpRequest *request, GError **error)
{
    return respond(request, FACET_FOCAL_LENGTHS, "focal_lengths", G_MAXINT32, write_whole, error);
}

gboolean facet_tags(HttpRequest *request, GError **error)
{
    return respond(request, FACET_TAGS, "tags", most(request, "max_tags"), write_text, error);
}

/* What no photo has yet: there are no such values. */
static gboolean respond_none(HttpRequest *request, const char *key, GError **error)
{
    JsonWriter *writer = json_writer_new(LIMIT_JSON_OUTPUT_BYTES);
    json_object_begin(writer);
    json_key(writer, key);
    json_array_begin(writer);
    json_array_end(writer);
    json_member_bool(writer, "cached", FALSE);
    json_object_end(writer);
    return http_respond_json(request, writer, error);
}

gboolean facet_patterns(HttpRequest *request, GError **error)
{
    return respond_none(request, "patterns", error);
}

gboolean facet_categories(HttpRequest *request, GError **error)
{
    return respond_none(request, "categories", error);
}

typedef struct {
    JsonWriter *writer;
    gint64 least, left; /* photos of whom is listed; how many still may be */
    char **ids;
    gboolean asked_for; /* those by their ids who are not listed, or else those who are */
} PersonList;

static void write_person(const FacetPerson *person, gpointer data)
{
    PersonList *list = data;
    g_autofree char *id = g_strdup_printf("%" G_GINT64_FORMAT, person->id);
    gboolean is_listed = person->photos >= list->least && list->left > 0;
    list->left -= is_listed;
    if (is_listed == list->asked_for ||
        (list->asked_for && !g_strv_contains((const char *const *)list->ids, id))) {
        return;
    }
    json_array_begin(list->writer);
    json_int(list->writer, person->id);
    json_text(list->writer, person->name);
    json_int(list->writer, person->photos);
    json_array_end(list->writer);
}

static gboolean write_persons(HttpRequest *request, JsonWriter *writer, gboolean asked_for,
                              GError **error)
{
    const Api *api = api_of(request);
    g_auto(GStrv) ids = g_strsplit(http_text(request, "ids", ""), ",", -1);
    for (char **id = ids; *id; id++) {
        g_strstrip(*id);
    }
    PersonList list = {
        .writer = writer,
        .least = settings_int(api->settings, "dropdowns", "min_photos_for_person", 1),
        .left = most(request, "max_persons"),
        .ids = ids,
        .asked_for = asked_for,
    };
    return facet_list_persons(api->library, api_principal(request), write_person, &list, error);
}

gboolean facet_person_options(HttpRequest *request, GError **error)
{
    g_autoptr(JsonWriter) writer = json_writer_new(LIMIT_JSON_OUTPUT_BYTES);
    json_object_begin(writer);
    json_key(writer, "persons");
    json_array_begin(writer);
    if (!write_persons(request, writer, TRUE, error) ||
        !write_persons(request, writer, FALSE, error)) {
        return FALSE;
    }
    json_array_end(writer);
    json_member_bool(writer, "cached", FALSE);
    json_object_end(writer);
    return http_respond_json(request, g_steal_pointer(&writer), error);
}

/* Without a table of places every place is without a name, and clients show its coordinates. */
gboolean facet_location_name(HttpRequest *request, GError **error)
{
    JsonWriter *writer = json_writer_new(LIMIT_JSON_OUTPUT_BYTES);
    json_object_begin(writer);
    json_member_string(writer, "display_name", "");
    json_object_end(writer);
    return http_respond_json(request, writer, error);
}
