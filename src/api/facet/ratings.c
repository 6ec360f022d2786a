/* Stars, favourites and rejects, as Facet's client sets them. */
#include "api/facet/facet.h"

#include "base/limits.h"
#include "library/rating.h"

/* One photo's; NOT_FOUND when the caller may not know of it. */
static gboolean rate_one(HttpRequest *request, const RatingChange *change, Rating *ret_now,
                         GError **error)
{
    const char *path = json_string_value(json_object_get(http_body(request), "photo_path"));
    const RatingWish wish = {.path = path, .change = *change};
    g_autoptr(GArray) results =
        rating_apply(api_of(request)->library, api_principal(request), &wish, 1, error);
    if (!results) {
        return FALSE;
    }
    if (results->len == 0) {
        g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_NOT_FOUND, "Photo not found");
        return FALSE;
    }
    *ret_now = g_array_index(results, RatingResult, 0).now;
    return TRUE;
}

static gboolean respond(HttpRequest *request, json_t *json, GError **error)
{
    g_assert(json);
    gboolean sent = http_respond_json_t(request, json, error);
    json_decref(json);
    return sent;
}

gboolean facet_set_rating(HttpRequest *request, GError **error)
{
    gint64 stars = json_integer_value(json_object_get(http_body(request), "rating"));
    if (stars < 0 || stars > RATING_STARS_MOST) {
        g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_INVALID,
                            "rating must be integer 0-5");
        return FALSE;
    }
    const RatingChange change = {.stars = (int)stars};
    Rating now;
    return rate_one(request, &change, &now, error) &&
           respond(request, json_pack("{s:b, s:i}", "success", TRUE, "rating", now.stars), error);
}

/* What a toggle leaves as it was is null, not absent: the client tells them apart. */
gboolean facet_toggle_favorite(HttpRequest *request, GError **error)
{
    const RatingChange change = {.favorite = RATING_TOGGLE, .stars = -1};
    Rating now;
    if (!rate_one(request, &change, &now, error)) {
        return FALSE;
    }
    json_t *rejected = now.favorite ? json_false() : json_null();
    return respond(request,
                   json_pack("{s:b, s:b, s:o}", "success", TRUE, "is_favorite", now.favorite,
                             "is_rejected", rejected),
                   error);
}

gboolean facet_toggle_rejected(HttpRequest *request, GError **error)
{
    const RatingChange change = {.rejected = RATING_TOGGLE, .stars = -1};
    Rating now;
    if (!rate_one(request, &change, &now, error)) {
        return FALSE;
    }
    json_t *stars = now.rejected ? json_integer(0) : json_null();
    json_t *favorite = now.rejected ? json_false() : json_null();
    return respond(request,
                   json_pack("{s:b, s:b, s:o, s:o}", "success", TRUE, "is_rejected", now.rejected,
                             "star_rating", stars, "is_favorite", favorite),
                   error);
}

static gboolean rate_many(HttpRequest *request, const RatingChange *change, GError **error)
{
    const json_t *paths = json_object_get(http_body(request), "photo_paths");
    gsize count = json_array_size(paths);
    g_autofree RatingWish *wishes = g_new0(RatingWish, count);
    for (gsize i = 0; i < count; i++) {
        wishes[i].path = json_string_value(json_array_get(paths, i));
        wishes[i].change = *change;
    }
    g_autoptr(GArray) results =
        rating_apply(api_of(request)->library, api_principal(request), wishes, count, error);
    return results &&
           respond(request, json_pack("{s:b, s:i}", "success", TRUE, "count", (int)results->len),
                   error);
}

gboolean facet_batch_favorite(HttpRequest *request, GError **error)
{
    const RatingChange change = {.favorite = RATING_SET, .stars = -1};
    return rate_many(request, &change, error);
}

gboolean facet_batch_reject(HttpRequest *request, GError **error)
{
    const RatingChange change = {.rejected = RATING_SET, .stars = -1};
    return rate_many(request, &change, error);
}

gboolean facet_batch_rating(HttpRequest *request, GError **error)
{
    gint64 stars = json_integer_value(json_object_get(http_body(request), "rating"));
    const RatingChange change = {.stars = (int)stars};
    return rate_many(request, &change, error);
}
