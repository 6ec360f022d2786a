/* Photos on the map. */
#include "api/facet/facet.h"
#include "api/photo_values.h"
#include "base/calendar.h"
#include "base/limits.h"
#include "library/photo_map.h"

#include <math.h>

/* One number of the list, which ends at `end`. */
static gboolean read_degrees(const char *text, double *ret_degrees)
{
    g_autofree char *trimmed = g_strstrip(g_strdup(text));
    char *end = NULL;
    *ret_degrees = g_ascii_strtod(trimmed, &end);
    return end != trimmed && *end == '\0' && isfinite(*ret_degrees);
}

static gboolean read_bounds(const char *text, MapBounds *ret_bounds, GError **error)
{
    double *const edges[] = {&ret_bounds->south, &ret_bounds->west, &ret_bounds->north,
                             &ret_bounds->east};
    g_auto(GStrv) parts = g_strsplit(text, ",", 6);
    gboolean fits = g_strv_length(parts) == G_N_ELEMENTS(edges);
    for (gsize i = 0; fits && i < G_N_ELEMENTS(edges); i++) {
        fits = read_degrees(parts[i], edges[i]);
    }
    if (!fits) {
        g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_INVALID,
                            "Invalid bounds format. Expected: sw_lat,sw_lng,ne_lat,ne_lng");
    }
    return fits;
}

static gboolean read_day(const HttpRequest *request, const char *name, MapQuestion *question,
                         gint32 *ret_day, GError **error)
{
    if (!http_has(request, name)) {
        return TRUE;
    }
    if (!calendar_parse(http_text(request, name, ""), ret_day)) {
        g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_INVALID,
                    "Invalid %s format. Expected: YYYY-MM-DD", name);
        return FALSE;
    }
    question->dated = TRUE;
    return TRUE;
}

static gboolean read_question(const HttpRequest *request, MapQuestion *ret_question, GError **error)
{
    *ret_question = (MapQuestion){
        .from_day = CALENDAR_FIRST_DAY,
        .to_day = CALENDAR_LAST_DAY,
        .most = (guint)http_int(request, "limit", 500),
    };
    return read_bounds(http_text(request, "bounds", ""), &ret_question->bounds, error) &&
           read_day(request, "date_from", ret_question, &ret_question->from_day, error) &&
           read_day(request, "date_to", ret_question, &ret_question->to_day, error);
}

static void write_clusters(JsonWriter *writer, const GArray *clusters)
{
    json_key(writer, "clusters");
    json_array_begin(writer);
    for (guint i = 0; clusters && i < clusters->len; i++) {
        const MapCluster *cluster = &g_array_index(clusters, MapCluster, i);
        json_object_begin(writer);
        json_member_double(writer, "lat", cluster->latitude);
        json_member_double(writer, "lng", cluster->longitude);
        json_member_int(writer, "count", cluster->count);
        json_member_string(writer, "representative_path", cluster->path);
        json_object_end(writer);
    }
    json_array_end(writer);
}

static void write_photo(JsonWriter *writer, const MapPhoto *photo)
{
    const MediaFacts facts = {.taken_local_ms = photo->taken_ms};
    g_autofree char *taken = photo_taken_exif(&facts);
    json_object_begin(writer);
    json_member_string(writer, "path", photo->path);
    json_member_double(writer, "lat", photo->latitude);
    json_member_double(writer, "lng", photo->longitude);
    json_member_null(writer, "aggregate");
    json_member_string(writer, "filename", photo->name);
    json_member_string(writer, "date_taken", taken);
    json_member_null(writer, "category");
    json_object_end(writer);
}

static void write_photos(JsonWriter *writer, const GArray *photos)
{
    json_key(writer, "photos");
    json_array_begin(writer);
    for (guint i = 0; photos && i < photos->len; i++) {
        write_photo(writer, &g_array_index(photos, MapPhoto, i));
    }
    json_array_end(writer);
}

gboolean facet_map(HttpRequest *request, GError **error)
{
    const Api *api = api_of(request);
    const Principal *viewer = api_principal(request);
    int zoom = (int)http_int(request, "zoom", 10);
    gint64 threshold = settings_option_int(api->settings, "map", "cluster_zoom_threshold", 10);
    MapQuestion question;
    if (!read_question(request, &question, error)) {
        return FALSE;
    }
    g_autoptr(GArray) clusters =
        zoom < threshold ? photo_map_clusters(api->library, viewer, &question, zoom, error) : NULL;
    g_autoptr(GArray) photos =
        zoom < threshold ? NULL : photo_map_photos(api->library, viewer, &question, error);
    if (!clusters && !photos) {
        return FALSE;
    }
    JsonWriter *writer = json_writer_new(LIMIT_JSON_OUTPUT_BYTES);
    json_object_begin(writer);
    write_clusters(writer, clusters);
    write_photos(writer, photos);
    json_object_end(writer);
    return http_respond_json(request, writer, error);
}

gboolean facet_map_count(HttpRequest *request, GError **error)
{
    g_autoptr(Principal) owner = NULL;
    const Principal *viewer = api_bootstrap_viewer(request, &owner);
    gint64 count = photo_map_count(api_of(request)->library, viewer, error);
    if (count < 0) {
        return FALSE;
    }
    JsonWriter *writer = json_writer_new(LIMIT_JSON_OUTPUT_BYTES);
    json_object_begin(writer);
    json_member_int(writer, "count", owner ? MIN(count, 1) : count);
    json_object_end(writer);
    return http_respond_json(request, writer, error);
}
