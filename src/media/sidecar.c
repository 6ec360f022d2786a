#include "media/sidecar.h"

#include "media/xmp.h"

#include <string.h>

gboolean sidecar_name_fits(const char *name)
{
    gsize length = strlen(name);
    return length > 4 && g_ascii_strcasecmp(name + length - 4, ".xmp") == 0;
}

static void take_text(char **text, char **other)
{
    if (*other) {
        g_free(*text);
        *text = g_steal_pointer(other);
    }
}

static void take_place(MediaFacts *facts, const MediaFacts *other)
{
    if (!isnan(other->latitude) && !isnan(other->longitude)) {
        facts->latitude = other->latitude;
        facts->longitude = other->longitude;
        facts->altitude = other->altitude;
    }
}

/* A time comes with its own offset, or without one. */
static void take_time(MediaFacts *facts, const MediaFacts *other)
{
    if (other->taken_local_ms != FACT_NONE) {
        facts->taken_local_ms = other->taken_local_ms;
        facts->taken_offset_minutes = other->taken_offset_minutes;
    }
}

void sidecar_apply(MediaFacts *facts, GBytes *xmp)
{
    g_autoptr(MediaFacts) said = xmp_read(xmp, NULL);
    if (!said) {
        return;
    }
    take_text(&facts->title, &said->title);
    take_text(&facts->description, &said->description);
    take_place(facts, said);
    take_time(facts, said);
    if (said->rating != FACT_NONE) {
        facts->rating = said->rating;
    }
    if (said->keywords) {
        g_clear_pointer(&facts->keywords, g_ptr_array_unref);
        facts->keywords = g_steal_pointer(&said->keywords);
    }
    media_facts_merge(facts, said);
}
