#include "library/facets.h"

#include "library/catalog_tally.h"

#include <string.h>

typedef struct {
    const char *text;
    gint32 number;
    gint64 count;
} Value;

static int most_first(gconstpointer a, gconstpointer b)
{
    const Value *x = a;
    const Value *y = b;
    if (x->count != y->count) {
        return x->count > y->count ? -1 : 1;
    }
    return strcmp(x->text, y->text);
}

static int least_first(gconstpointer a, gconstpointer b)
{
    const Value *x = a;
    const Value *y = b;
    return (x->number > y->number) - (x->number < y->number);
}

/* `names` is NULL for numbers. */
static GArray *values_of(GHashTable *counts, const CatalogNames *names)
{
    GArray *values = g_array_new(FALSE, FALSE, sizeof(Value));
    GHashTableIter iter;
    gpointer number = NULL;
    gpointer count = NULL;
    g_hash_table_iter_init(&iter, counts);
    while (g_hash_table_iter_next(&iter, &number, &count)) {
        const Value value = {
            .text = names ? names->texts[GPOINTER_TO_INT(number)] : NULL,
            .number = GPOINTER_TO_INT(number),
            .count = GPOINTER_TO_INT(count),
        };
        g_array_append_val(values, value);
    }
    return values;
}

static GArray *count_facet(const CatalogView *view, Facet facet)
{
    const CatalogTally *tally = catalog_audience_tally(view->audience);
    const CatalogColumns *columns = catalog_columns(view);
    switch (facet) {
    case FACET_CAMERAS:
        return values_of(tally->cameras, &columns->cameras);
    case FACET_LENSES:
        return values_of(tally->lenses, &columns->lenses);
    case FACET_TAGS:
        return values_of(tally->tags, &columns->tags.names);
    case FACET_PERSONS:
        return values_of(tally->persons, &columns->persons.names);
    case FACET_OBJECTS:
        return values_of(tally->objects, &columns->objects.names);
    case FACET_APERTURES:
        return values_of(tally->apertures, NULL);
    case FACET_FOCAL_LENGTHS:
        return values_of(tally->focal_lengths, NULL);
    case FACET_DAYS:
        break;
    }
    return values_of(tally->days, NULL);
}

gboolean facet_list(Library *library, const Principal *viewer, Facet facet, gint64 limit,
                    FacetVisit visit, gpointer data, GError **error)
{
    g_autoptr(CatalogView) view = catalog_view(library_catalog(library), viewer, error);
    if (!view) {
        return FALSE;
    }
    g_autoptr(GArray) values = count_facet(view, facet);
    gboolean is_text = facet <= FACET_OBJECTS;
    g_array_sort(values, is_text ? most_first : least_first);
    for (guint i = 0; i < values->len && i < limit; i++) {
        const Value *value = &g_array_index(values, Value, i);
        double number = facet == FACET_APERTURES ? value->number / 10.0 : value->number;
        visit(value->text, is_text ? 0 : number, value->count, data);
    }
    return TRUE;
}

static int most_photos_first(gconstpointer a, gconstpointer b)
{
    const FacetPerson *x = a;
    const FacetPerson *y = b;
    if (x->photos != y->photos) {
        return x->photos > y->photos ? -1 : 1;
    }
    return (x->id > y->id) - (x->id < y->id);
}

gboolean facet_list_persons(Library *library, const Principal *viewer, FacetPersonVisit visit,
                            gpointer data, GError **error)
{
    g_autoptr(CatalogView) view = catalog_view(library_catalog(library), viewer, error);
    if (!view) {
        return FALSE;
    }
    g_autoptr(GArray) persons = g_array_new(FALSE, FALSE, sizeof(FacetPerson));
    GHashTableIter iter;
    gpointer number = NULL;
    gpointer count = NULL;
    g_hash_table_iter_init(&iter, catalog_audience_tally(view->audience)->persons);
    while (g_hash_table_iter_next(&iter, &number, &count)) {
        const CatalogPerson *known = catalog_person(view, GPOINTER_TO_UINT(number));
        if (known && !known->is_hidden) {
            const FacetPerson person = {known->id, known->name, GPOINTER_TO_INT(count)};
            g_array_append_val(persons, person);
        }
    }
    g_array_sort(persons, most_photos_first);
    for (guint i = 0; i < persons->len; i++) {
        visit(&g_array_index(persons, FacetPerson, i), data);
    }
    return TRUE;
}
