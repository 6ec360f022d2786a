#include "studio/formats/coco_values.h"

char *coco_place_here(const Coco *coco)
{
    g_autofree char *path = json_reader_path(coco->json);
    return reading_place(&coco->reading, path);
}

/* A problem where the reader stands, whose value is passed over. */
gboolean coco_pass_over(Coco *coco, JsonRead token, const char *what, GError **error)
{
    g_autofree char *place = coco_place_here(coco);
    reading_problem(&coco->reading, place, "%s", what);
    coco->at.is_bad = TRUE;
    return json_reader_skip(coco->json, token, error);
}

gboolean coco_read_whole(Coco *coco, gint64 *ret_value, GError **error)
{
    JsonRead token = json_reader_next(coco->json, error);
    if (token == JSON_READ_FAILED) {
        return FALSE;
    }
    if (token == JSON_READ_NUMBER && json_reader_whole(coco->json, ret_value)) {
        return TRUE;
    }
    return coco_pass_over(coco, token, "a whole number is expected", error);
}

gboolean coco_read_double(Coco *coco, double *ret_value, GError **error)
{
    JsonRead token = json_reader_next(coco->json, error);
    if (token == JSON_READ_FAILED) {
        return FALSE;
    }
    if (token == JSON_READ_NUMBER) {
        *ret_value = json_reader_number(coco->json);
        return TRUE;
    }
    return coco_pass_over(coco, token, "a number is expected", error);
}

gboolean coco_read_string(Coco *coco, char **ret_text, GError **error)
{
    JsonRead token = json_reader_next(coco->json, error);
    if (token == JSON_READ_FAILED) {
        return FALSE;
    }
    if (token == JSON_READ_TEXT) {
        g_free(*ret_text);
        *ret_text = g_strdup(json_reader_text(coco->json, NULL));
        return TRUE;
    }
    return coco_pass_over(coco, token, "a text is expected", error);
}

/* Numbers up to the end of an array that has begun; at most `most`, the rest is told of. */
gboolean coco_read_numbers(Coco *coco, GArray *numbers, gsize most, GError **error)
{
    gboolean is_told = FALSE;
    for (;;) {
        JsonRead token = json_reader_next(coco->json, error);
        if (token == JSON_READ_FAILED || token == JSON_READ_ARRAY_END) {
            return token != JSON_READ_FAILED;
        }
        double number = json_reader_number(coco->json);
        if (token != JSON_READ_NUMBER) {
            if (!coco_pass_over(coco, token, "a number is expected", error)) {
                return FALSE;
            }
        } else if (numbers->len < most) {
            g_array_append_val(numbers, number);
        } else if (!is_told && (is_told = TRUE) &&
                   !coco_pass_over(coco, token, "there are more numbers than are allowed", error)) {
            return FALSE;
        }
    }
}

gboolean coco_read_number_list(Coco *coco, GArray *numbers, gsize most, GError **error)
{
    JsonRead token = json_reader_next(coco->json, error);
    if (token == JSON_READ_FAILED) {
        return FALSE;
    }
    return token == JSON_READ_ARRAY
               ? coco_read_numbers(coco, numbers, most, error)
               : coco_pass_over(coco, token, "a list of numbers is expected", error);
}

/* The members of an object that has begun. */
gboolean coco_read_members(Coco *coco, CocoReadMember read, gpointer item, GError **error)
{
    for (;;) {
        JsonRead token = json_reader_next(coco->json, error);
        if (token == JSON_READ_FAILED || token == JSON_READ_OBJECT_END) {
            return token != JSON_READ_FAILED;
        }
        char key[32];
        g_strlcpy(key, json_reader_text(coco->json, NULL), sizeof key);
        if (!read(coco, item, key, error)) {
            return FALSE;
        }
    }
}
