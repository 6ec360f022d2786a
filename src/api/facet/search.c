/* Search by words: what is written of photos, and what they look like where a model knows words. */
#include "api/facet/facet.h"
#include "api/facet/photo_json.h"
#include "base/limits.h"
#include "library/similar.h"
#include "library/text_search.h"

#define LOOK_WEIGHT    0.7
#define WRITING_WEIGHT 0.3
#define MOST_FOUND     200

static void add(GHashTable *found, gint64 photo_id, double part)
{
    SimilarPhoto *known = g_hash_table_lookup(found, &photo_id);
    if (!known) {
        known = g_new0(SimilarPhoto, 1);
        known->photo_id = photo_id;
        g_hash_table_insert(found, &known->photo_id, known);
    }
    known->similarity += part;
}

static gint by_similarity(gconstpointer a, gconstpointer b)
{
    const SimilarPhoto *one = a, *other = b;
    if (one->similarity != other->similarity) {
        return one->similarity < other->similarity ? 1 : -1;
    }
    return (one->photo_id > other->photo_id) - (one->photo_id < other->photo_id);
}

static GArray *best_of(GHashTable *found, guint limit)
{
    GArray *best = g_array_new(FALSE, FALSE, sizeof(SimilarPhoto));
    GHashTableIter iter;
    gpointer one = NULL;
    g_hash_table_iter_init(&iter, found);
    while (g_hash_table_iter_next(&iter, NULL, &one)) {
        g_array_append_vals(best, one, 1);
    }
    g_array_sort(best, by_similarity);
    g_array_set_size(best, MIN(best->len, limit));
    return best;
}

/* Without a model for words nothing is found by its look, which is no error. */
static gboolean add_looks(HttpRequest *request, const char *query, guint limit, GHashTable *found,
                          GError **error)
{
    const Api *api = api_of(request);
    g_autoptr(GArray) vector =
        api->vision ? vision_pool_text(api->vision, query, NULL, NULL) : NULL;
    if (!vector) {
        return TRUE;
    }
    g_autoptr(GArray) looks =
        similar_to_words(api->library, api_principal(request), vector,
                         http_number(request, "threshold", 0.15), limit, error);
    for (guint i = 0; looks && i < looks->len; i++) {
        const SimilarPhoto *look = &g_array_index(looks, SimilarPhoto, i);
        add(found, look->photo_id, LOOK_WEIGHT * look->similarity);
    }
    return looks != NULL;
}

static GArray *find(HttpRequest *request, const char *query, guint limit, GError **error)
{
    g_autoptr(GArray) written =
        text_search(api_of(request)->library, api_principal(request), query, limit, error);
    if (!written) {
        return NULL;
    }
    g_autoptr(GHashTable) found = g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL, g_free);
    for (guint i = 0; i < written->len; i++) {
        const TextMatch *match = &g_array_index(written, TextMatch, i);
        add(found, match->photo_id, WRITING_WEIGHT * match->score);
    }
    return add_looks(request, query, limit, found, error) ? best_of(found, limit) : NULL;
}

static gboolean respond(HttpRequest *request, const char *query, const GArray *found,
                        const char *failure, GError **error)
{
    g_autoptr(GPtrArray) photos = found ? facet_read_similar(request, found, error) : NULL;
    if (found && !photos) {
        return FALSE;
    }
    JsonWriter *writer = json_writer_new(LIMIT_JSON_OUTPUT_BYTES);
    json_object_begin(writer);
    json_key(writer, "photos");
    json_array_begin(writer);
    if (photos) {
        FacetPhotoStyle style = facet_photo_style(api_of(request)->settings, TRUE);
        facet_write_similar(writer, found, photos, &style, facet_write_photo);
    }
    json_array_end(writer);
    json_member_int(writer, "total", photos ? photos->len : 0);
    json_member_string(writer, "query", query);
    if (failure) {
        json_member_string(writer, "error", failure);
    }
    json_object_end(writer);
    return http_respond_json(request, writer, error);
}

gboolean facet_search(HttpRequest *request, GError **error)
{
    const char *query = http_text(request, "q", "");
    guint limit = (guint)MIN(http_int(request, "limit", 50), MOST_FOUND);
    if (!facet_has_feature(api_of(request)->settings, "show_semantic_search")) {
        return respond(request, query, NULL, "Semantic search is disabled", error);
    }
    g_autoptr(GError) failure = NULL;
    g_autoptr(GArray) found = find(request, query, limit, &failure);
    if (found) {
        return respond(request, query, found, NULL, error);
    }
    if (g_error_matches(failure, ALBUMEN_ERROR, ALBUMEN_ERROR_TOO_LARGE)) {
        return respond(request, query, NULL, failure->message, error);
    }
    g_propagate_error(error, g_steal_pointer(&failure)); /* the server logs what it is */
    return FALSE;
}
