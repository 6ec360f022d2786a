#include "media/facts.h"

#include "base/limits.h"

MediaFacts *media_facts_new(void)
{
    MediaFacts *facts = g_new0(MediaFacts, 1);
    facts->taken_local_ms = FACT_NONE;
    facts->taken_offset_minutes = FACT_NONE;
    facts->iso = FACT_NONE;
    facts->f_stop = NAN;
    facts->shutter_seconds = NAN;
    facts->focal_length_mm = NAN;
    facts->focal_length_35mm = NAN;
    facts->exposure_bias_ev = NAN;
    facts->flash = FACT_NONE;
    facts->rating = FACT_NONE;
    facts->latitude = NAN;
    facts->longitude = NAN;
    facts->altitude = NAN;
    facts->orientation = 1;
    return facts;
}

void media_facts_free(MediaFacts *facts)
{
    if (!facts) {
        return;
    }
    g_free(facts->camera_make);
    g_free(facts->camera_model);
    g_free(facts->lens_model);
    g_free(facts->software);
    g_free(facts->artist);
    g_free(facts->copyright);
    g_free(facts->title);
    g_free(facts->description);
    g_clear_pointer(&facts->keywords, g_ptr_array_unref);
    g_free(facts);
}

void media_facts_add_keyword(MediaFacts *facts, const char *keyword)
{
    if (!facts->keywords && *keyword) {
        facts->keywords = g_ptr_array_new_with_free_func(g_free);
    }
    if (*keyword && facts->keywords->len < LIMIT_KEYWORDS_PER_PHOTO &&
        !g_ptr_array_find_with_equal_func(facts->keywords, keyword, g_str_equal, NULL)) {
        g_ptr_array_add(facts->keywords, g_strdup(keyword));
    }
}

void media_facts_set_place(MediaFacts *facts, double latitude, double longitude)
{
    if (fabs(latitude) <= 90 && fabs(longitude) <= 180) { /* FALSE for NaN */
        facts->latitude = latitude;
        facts->longitude = longitude;
    }
}

static void merge_text(char **text, const char *other)
{
    if (!*text) {
        *text = g_strdup(other);
    }
}

static void merge_integer(gint64 *number, gint64 other)
{
    if (*number == FACT_NONE) {
        *number = other;
    }
}

static void merge_number(double *number, double other)
{
    if (isnan(*number)) {
        *number = other;
    }
}

static GPtrArray *copy_texts(const GPtrArray *texts)
{
    GPtrArray *copy = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i < texts->len; i++) {
        g_ptr_array_add(copy, g_strdup(texts->pdata[i]));
    }
    return copy;
}

void media_facts_merge(MediaFacts *facts, const MediaFacts *other)
{
    /* A date and its offset belong together, and so do the two halves of a place. */
    if (facts->taken_local_ms == FACT_NONE) {
        facts->taken_local_ms = other->taken_local_ms;
        facts->taken_offset_minutes = other->taken_offset_minutes;
    } else if (facts->taken_local_ms == other->taken_local_ms) {
        merge_integer(&facts->taken_offset_minutes, other->taken_offset_minutes);
    }
    if (isnan(facts->latitude)) {
        facts->latitude = other->latitude;
        facts->longitude = other->longitude;
    }
    merge_number(&facts->altitude, other->altitude);

    merge_text(&facts->camera_make, other->camera_make);
    merge_text(&facts->camera_model, other->camera_model);
    merge_text(&facts->lens_model, other->lens_model);
    merge_text(&facts->software, other->software);
    merge_text(&facts->artist, other->artist);
    merge_text(&facts->copyright, other->copyright);
    merge_text(&facts->title, other->title);
    merge_text(&facts->description, other->description);
    merge_integer(&facts->iso, other->iso);
    merge_number(&facts->f_stop, other->f_stop);
    merge_number(&facts->shutter_seconds, other->shutter_seconds);
    merge_number(&facts->focal_length_mm, other->focal_length_mm);
    merge_number(&facts->focal_length_35mm, other->focal_length_35mm);
    merge_number(&facts->exposure_bias_ev, other->exposure_bias_ev);
    merge_integer(&facts->flash, other->flash);
    merge_integer(&facts->rating, other->rating);
    if (!facts->keywords && other->keywords) {
        facts->keywords = copy_texts(other->keywords);
    }
}
