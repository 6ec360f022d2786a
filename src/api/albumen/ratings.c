/* Ratings with what they were before, so that a client can undo. */
#include "api/albumen/albumen.h"

#include "base/limits.h"
#include "library/rating.h"

static RatingMark mark_of(const json_t *wish, const char *name)
{
    const json_t *mark = json_object_get(wish, name);
    if (!json_is_boolean(mark)) {
        return RATING_KEEP;
    }
    return json_is_true(mark) ? RATING_SET : RATING_CLEAR;
}

static gboolean read_change(const json_t *wish, RatingChange *ret_change, GError **error)
{
    const json_t *stars = json_object_get(wish, "stars");
    ret_change->rejected = mark_of(wish, "rejected");
    ret_change->favorite = mark_of(wish, "favorite");
    ret_change->stars = json_is_integer(stars) ? (int)json_integer_value(stars) : -1;
    if (ret_change->rejected == RATING_SET && ret_change->favorite == RATING_SET) {
        g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_INVALID,
                            "A photo cannot be a favourite and rejected at once");
        return FALSE;
    }
    return TRUE;
}

/* The same for each of "ids". */
static RatingWish *wishes_for_ids(const json_t *body, const json_t *ids, GError **error)
{
    gsize count = json_array_size(ids);
    g_autofree RatingWish *wishes = g_new0(RatingWish, MAX(count, 1));
    for (gsize i = 0; i < count; i++) {
        wishes[i].photo_id = json_integer_value(json_array_get(ids, i));
        if (!read_change(body, &wishes[i].change, error)) {
            return NULL;
        }
    }
    return g_steal_pointer(&wishes);
}

/* Each as it says: what a client sends to undo. */
static RatingWish *wishes_of_list(const json_t *list, GError **error)
{
    gsize count = json_array_size(list);
    g_autofree RatingWish *wishes = g_new0(RatingWish, MAX(count, 1));
    for (gsize i = 0; i < count; i++) {
        const json_t *wish = json_array_get(list, i);
        wishes[i].photo_id = json_integer_value(json_object_get(wish, "id"));
        if (!read_change(wish, &wishes[i].change, error)) {
            return NULL;
        }
    }
    return g_steal_pointer(&wishes);
}

static void write_rating(JsonWriter *writer, const Rating *rating)
{
    json_member_int(writer, "stars", rating->stars);
    json_member_bool(writer, "favorite", rating->favorite);
    json_member_bool(writer, "rejected", rating->rejected);
}

static JsonWriter *write_results(const GArray *results)
{
    JsonWriter *writer = json_writer_new(LIMIT_JSON_OUTPUT_BYTES);
    json_object_begin(writer);
    json_key(writer, "ratings");
    json_array_begin(writer);
    for (guint i = 0; i < results->len; i++) {
        const RatingResult *result = &g_array_index(results, RatingResult, i);
        json_object_begin(writer);
        json_member_int(writer, "id", result->photo_id);
        write_rating(writer, &result->now);
        json_key(writer, "previous");
        json_object_begin(writer);
        write_rating(writer, &result->before);
        json_object_end(writer);
        json_object_end(writer);
    }
    json_array_end(writer);
    json_object_end(writer);
    return writer;
}

gboolean albumen_rate(HttpRequest *request, GError **error)
{
    const json_t *body = http_body(request);
    const json_t *ids = json_object_get(body, "ids");
    const json_t *list = json_object_get(body, "ratings");
    if (json_is_array(ids) == json_is_array(list)) {
        g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_INVALID,
                            "Name the photos either in \"ids\" or in \"ratings\"");
        return FALSE;
    }
    g_autofree RatingWish *wishes =
        json_is_array(ids) ? wishes_for_ids(body, ids, error) : wishes_of_list(list, error);
    if (!wishes) {
        return FALSE;
    }
    gsize count = json_array_size(json_is_array(ids) ? ids : list);
    g_autoptr(GArray) results =
        rating_apply(api_of(request)->library, api_principal(request), wishes, count, error);
    return results && http_respond_json(request, write_results(results), error);
}
