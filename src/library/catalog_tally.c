#include "library/catalog_tally.h"

#include <math.h>

CatalogTally *catalog_tally_new(void)
{
    CatalogTally *tally = g_new0(CatalogTally, 1);
    GHashTable **tables[] = {&tally->cameras,       &tally->lenses,  &tally->tags,
                             &tally->persons,       &tally->objects, &tally->apertures,
                             &tally->focal_lengths, &tally->days};
    for (gsize i = 0; i < G_N_ELEMENTS(tables); i++) {
        *tables[i] = g_hash_table_new(g_direct_hash, g_direct_equal);
    }
    return tally;
}

void catalog_tally_free(CatalogTally *tally)
{
    g_hash_table_unref(tally->cameras);
    g_hash_table_unref(tally->lenses);
    g_hash_table_unref(tally->tags);
    g_hash_table_unref(tally->persons);
    g_hash_table_unref(tally->objects);
    g_hash_table_unref(tally->apertures);
    g_hash_table_unref(tally->focal_lengths);
    g_hash_table_unref(tally->days);
    g_free(tally);
}

static void add(GHashTable *counts, gint32 number, int more)
{
    gpointer key = GINT_TO_POINTER(number);
    int count = GPOINTER_TO_INT(g_hash_table_lookup(counts, key)) + more;
    g_assert(count >= 0);
    if (count > 0) {
        g_hash_table_insert(counts, key, GINT_TO_POINTER(count));
    } else {
        g_hash_table_remove(counts, key);
    }
}

static void add_rounded(GHashTable *counts, float value, float scale, int more)
{
    const float most = 1e6F; /* of either; what is beyond is no measure */
    float scaled = roundf(value * scale);
    if (scaled >= 1 && scaled < most) { /* no NaN */
        add(counts, (gint32)scaled, more);
    }
}

static void add_members(GHashTable *counts, const NameSets *sets, guint32 set, int more)
{
    const guint32 *member = name_sets_members(sets)[set];
    for (; member && *member; member++) {
        add(counts, (gint32)*member, more);
    }
}

void catalog_tally_add(CatalogTally *tally, const Catalog *catalog, guint32 row, int count)
{
    const CatalogTable *table = &catalog->table;
    tally->photos += (guint32)count;
    if (table->camera[row]) {
        add(tally->cameras, (gint32)table->camera[row], count);
    }
    if (table->lens[row]) {
        add(tally->lenses, (gint32)table->lens[row], count);
    }
    add_members(tally->tags, catalog->tags, table->tag_set[row], count);
    add_members(tally->persons, catalog->persons, table->person_set[row], count);
    add_members(tally->objects, catalog->objects, table->object_set[row], count);
    if (table->day[row] != CATALOG_NO_DAY) {
        add(tally->days, table->day[row], count);
    }
    if (table->f_stop[row] < 1000) {
        add_rounded(tally->apertures, table->f_stop[row], 10, count);
    }
    add_rounded(tally->focal_lengths, table->focal_length_mm[row], 1, count);
}
