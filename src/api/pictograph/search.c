/* Images that look like another one. */
#include "api/pictograph/lookup.h"
#include "api/pictograph/objects.h"
#include "api/pictograph/pictograph.h"
#include "api/pictograph/routes.h"
#include "base/limits.h"
#include "studio/look_alikes.h"

static Item *read_item(HttpRequest *request, GError **error)
{
    g_autoptr(StoreTx) tx = api_read(request, error);
    return tx ? item_find(tx, api_principal(request), http_text(request, "image_id", ""), error)
              : NULL;
}

static void write_result(JsonWriter *writer, const HttpRequest *request, const Item *item,
                         double similarity)
{
    json_object_begin(writer);
    json_member_string(writer, "image_id", item->uuid);
    json_member_double(writer, "similarity", similarity);
    json_key(writer, "image");
    pictograph_write_image(writer, request, item);
    json_object_end(writer);
}

static gboolean answer(HttpRequest *request, const GArray *alikes, GError **error)
{
    g_autoptr(StoreTx) tx = api_read(request, error);
    if (!tx) {
        return FALSE;
    }
    JsonWriter *writer = pictograph_writer();
    json_object_begin(writer);
    json_key(writer, "results");
    json_array_begin(writer);
    for (guint i = 0; i < alikes->len; i++) {
        const LookAlike *alike = &g_array_index(alikes, LookAlike, i);
        g_autoptr(Item) item = item_find(tx, api_principal(request), alike->uuid, NULL);
        if (item) { /* else it was deleted meanwhile */
            write_result(writer, request, item, alike->similarity);
        }
    }
    json_array_end(writer);
    json_object_end(writer);
    return pictograph_answer_bare(request, writer, error);
}

static gboolean find_similar(HttpRequest *request, GError **error)
{
    g_autofree char *directory =
        directory_clean_path(http_text(request, "directory_path", "/"), error);
    g_autoptr(Item) item = directory ? read_item(request, error) : NULL;
    const LookAlikesWanted wanted = {
        .threshold = http_number(request, "threshold", 0.7),
        .limit = (guint)http_int(request, "limit", 20),
        .directory = directory,
    };
    g_autoptr(GArray) alikes =
        item ? look_alikes_of(api_of(request)->library, item, &wanted, error) : NULL;
    return alikes && answer(request, alikes, error);
}

static const HttpParameter similar_query[] = {
    {.name = "image_id", .type = HTTP_TEXT, .required = TRUE},
    {.name = "threshold",
     .type = HTTP_NUMBER,
     .bounded = TRUE,
     .min = 0,
     .max = 1,
     .fallback = "0.7"},
    {.name = "limit",
     .type = HTTP_INT,
     .bounded = TRUE,
     .min = 1,
     .max = LIMIT_SIMILAR_PHOTOS,
     .fallback = "20"},
    {.name = "directory_path", .type = HTTP_TEXT, .summary = "In it and beneath it"},
    {0},
};

const HttpRoute pictograph_search_routes[] = {
    HTTP_ROUTE(CAPABILITY_DATASETS, .method = HTTP_GET, .path = PICTOGRAPH_BASE "/search/similar",
               .query = similar_query, .tag = "pictograph search",
               .summary = "Images of its dataset that look like an image",
               .response_schema = "PictographSimilar", .handler = find_similar),
};

G_STATIC_ASSERT(G_N_ELEMENTS(pictograph_search_routes) == PICTOGRAPH_SEARCH_ROUTES);
