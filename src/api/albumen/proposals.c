/* Proposals: what the library has found in photos, to be accepted or thrown away. */
#include "api/albumen/annotations.h"

#include "base/limits.h"
#include "studio/proposals.h"

static gboolean body_flag(HttpRequest *request, const char *member)
{
    return json_is_true(json_object_get(http_body(request), member));
}

/* The ids of "items"; NULL without an error when all are meant. NOT_FOUND when one is not the
 * dataset's. */
static gboolean read_items(HttpRequest *request, const AlbumenChange *change, GArray **ret_items,
                           GError **error)
{
    if (!albumen_body_has(request, "items")) {
        return TRUE;
    }
    g_autoptr(GArray) unknown = NULL;
    g_autofree const char **uuids = albumen_body_texts(request, "items");
    *ret_items = item_ids(change->tx, change->dataset, uuids, &unknown, error);
    if (*ret_items && unknown->len > 0) {
        g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_NOT_FOUND, "Item not found");
        return FALSE;
    }
    return *ret_items != NULL;
}

gboolean albumen_proposals_make(HttpRequest *request, GError **error)
{
    g_autofree const char **classes = albumen_body_texts(request, "classes");
    const ProposalsWanted wanted = {
        .objects = body_flag(request, "objects"),
        .faces = body_flag(request, "faces"),
        .names = body_flag(request, "names"),
        .min_confidence = json_number_value(json_object_get(http_body(request), "min_confidence")),
        .classes = albumen_body_has(request, "classes") ? classes : NULL,
    };
    gint64 item_count = 0;
    gint64 shape_count = 0;
    g_autoptr(GArray) items = NULL;
    g_auto(AlbumenChange) change = {0};
    if (!albumen_change_begin(request, &change, error) ||
        !read_items(request, &change, &items, error) ||
        !proposals_make(change.tx, api_principal(request), change.dataset, items, &wanted,
                        &item_count, &shape_count, error) ||
        !albumen_change_commit(request, &change, error)) {
        return FALSE;
    }
    JsonWriter *writer = json_writer_new(LIMIT_JSON_OUTPUT_BYTES);
    json_object_begin(writer);
    json_member_int(writer, "items", item_count);
    json_member_int(writer, "shapes", shape_count);
    json_object_end(writer);
    return http_respond_json(request, writer, error);
}

static gboolean decide(HttpRequest *request, gboolean accept, GError **error)
{
    double least = json_number_value(json_object_get(http_body(request), "min_confidence"));
    gint64 shapes = 0;
    g_autoptr(GArray) items = NULL;
    g_auto(AlbumenChange) change = {0};
    if (!albumen_change_begin(request, &change, error) ||
        !read_items(request, &change, &items, error) ||
        !proposals_decide(change.tx, api_principal(request), change.dataset, items, least, accept,
                          &shapes, error) ||
        !albumen_change_commit(request, &change, error)) {
        return FALSE;
    }
    JsonWriter *writer = json_writer_new(LIMIT_JSON_OUTPUT_BYTES);
    json_object_begin(writer);
    json_member_int(writer, "shapes", shapes);
    json_object_end(writer);
    return http_respond_json(request, writer, error);
}

gboolean albumen_proposals_accept(HttpRequest *request, GError **error)
{
    return decide(request, TRUE, error);
}

gboolean albumen_proposals_reject(HttpRequest *request, GError **error)
{
    return decide(request, FALSE, error);
}
