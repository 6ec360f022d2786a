#include "library/find.h"

#include "library/catalog_parts.h"
#include "library/catalog_scan.h"
#include "library/catalog_tally.h"

#include <string.h>

typedef struct {
    const CatalogView *view;
    char *needle; /* in the case that texts are compared in */
    guint limit;
} Search;

static void hit_free(gpointer data)
{
    FindHit *hit = data;
    g_free(hit->text);
    g_free(hit);
}

void find_result_free(FindResult *result)
{
    for (int i = 0; result && i < FIND_KINDS; i++) {
        g_clear_pointer(&result->hits[i], g_ptr_array_unref);
    }
    g_free(result);
}

/* 2: a word begins so; 1: it is a part of one; 0: neither. */
static int rank_of(const char *text, const char *needle)
{
    g_autofree char *folded = g_utf8_casefold(text, -1);
    int rank = 0;
    for (const char *at = folded; (at = strstr(at, needle)) != NULL; at = g_utf8_next_char(at)) {
        const char *before = g_utf8_find_prev_char(folded, at);
        if (!before || !g_unichar_isalnum(g_utf8_get_char(before))) {
            return 2;
        }
        rank = 1;
    }
    return rank;
}

typedef struct {
    FindHit hit;
    int rank;
} Candidate;

static int best_first(gconstpointer a, gconstpointer b)
{
    const Candidate *x = a;
    const Candidate *y = b;
    if (x->rank != y->rank) {
        return y->rank - x->rank;
    }
    if (x->hit.photos != y->hit.photos) {
        return x->hit.photos > y->hit.photos ? -1 : 1;
    }
    return strcmp(x->hit.text, y->hit.text);
}

/* `text` is what people read, by which a hit is found and which it gets unless `whole` is given. */
static void consider(const Search *search, GArray *candidates, gint64 id, const char *text,
                     const char *whole, gint64 photos)
{
    int rank = rank_of(text, search->needle);
    if (rank > 0) {
        const Candidate candidate = {
            .hit = {.id = id, .text = g_strdup(whole ? whole : text), .photos = photos},
            .rank = rank,
        };
        g_array_append_val(candidates, candidate);
    }
}

static GArray *candidates_new(void)
{
    return g_array_new(FALSE, FALSE, sizeof(Candidate));
}

/* The best of them. */
static GPtrArray *choose(const Search *search, GArray *candidates)
{
    GPtrArray *hits = g_ptr_array_new_with_free_func(hit_free);
    g_array_sort(candidates, best_first);
    for (guint i = 0; i < candidates->len; i++) {
        Candidate *candidate = &g_array_index(candidates, Candidate, i);
        if (i < search->limit) {
            g_ptr_array_add(hits, g_memdup2(&candidate->hit, sizeof candidate->hit));
        } else {
            g_free(candidate->hit.text);
        }
    }
    return hits;
}

static GPtrArray *find_people(const Search *search, GHashTable *counts)
{
    g_autoptr(GArray) candidates = candidates_new();
    GHashTableIter iter;
    gpointer number = NULL;
    gpointer count = NULL;
    g_hash_table_iter_init(&iter, counts);
    while (g_hash_table_iter_next(&iter, &number, &count)) {
        const CatalogPerson *person = catalog_person(search->view, GPOINTER_TO_UINT(number));
        if (person && person->name && !person->is_hidden) {
            consider(search, candidates, person->id, person->name, NULL, GPOINTER_TO_INT(count));
        }
    }
    return choose(search, candidates);
}

static GPtrArray *find_names(const Search *search, GHashTable *counts, const CatalogNames *names)
{
    g_autoptr(GArray) candidates = candidates_new();
    GHashTableIter iter;
    gpointer number = NULL;
    gpointer count = NULL;
    g_hash_table_iter_init(&iter, counts);
    while (g_hash_table_iter_next(&iter, &number, &count)) {
        consider(search, candidates, 0, names->texts[GPOINTER_TO_UINT(number)], NULL,
                 GPOINTER_TO_INT(count));
    }
    return choose(search, candidates);
}

static GPtrArray *find_folders(const Search *search, const guint8 *listed)
{
    const CatalogColumns *columns = catalog_columns(search->view);
    g_autoptr(GArray) candidates = candidates_new();
    g_autofree guint32 *counts = g_new0(guint32, MAX(columns->folders.count, 1));
    for (guint32 row = 0; row < columns->rows; row++) {
        counts[columns->folder[row]] += listed[row];
    }
    for (guint32 i = 1; i < columns->folders.count; i++) {
        const char *path = columns->folders.texts[i];
        const char *slash = strrchr(path, '/');
        if (counts[i] > 0) {
            consider(search, candidates, 0, slash ? slash + 1 : path, path, counts[i]);
        }
    }
    return choose(search, candidates);
}

static GPtrArray *find_files(const Search *search, const char *text, const guint8 *listed)
{
    const CatalogColumns *columns = catalog_columns(search->view);
    GPtrArray *hits = g_ptr_array_new_with_free_func(hit_free);
    g_autofree char *lower = g_ascii_strdown(text, -1);
    g_autofree guint8 *keep = g_new0(guint8, MAX(columns->rows, 1));
    catalog_texts_search(&search->view->catalog->texts, lower, keep);
    scan_and(keep, columns->rows, listed);
    g_autofree guint32 *rows = g_new(guint32, (gsize)columns->rows + 1);
    guint32 count = scan_count(keep, columns->rows);
    catalog_walk(search->view, CATALOG_BY_DATE, FALSE, keep, rows);
    for (guint32 i = 0; i < count && hits->len < search->limit; i++) {
        FindHit *hit = g_new(FindHit, 1);
        *hit = (FindHit){
            .id = columns->id[rows[i]],
            .text = g_strdup(catalog_name(search->view, rows[i])),
            .photos = 1,
        };
        g_ptr_array_add(hits, hit);
    }
    return hits;
}

FindResult *find_by_text(Library *library, const Principal *viewer, const char *text, guint limit,
                         GError **error)
{
    g_autoptr(CatalogView) view = catalog_view(library_catalog(library), viewer, error);
    if (!view) {
        return NULL;
    }
    g_autofree char *needle = g_utf8_casefold(text, -1);
    const Search search = {.view = view, .needle = needle, .limit = *needle ? limit : 0};
    const CatalogColumns *columns = catalog_columns(view);
    const CatalogTally *tally = catalog_audience_tally(view->audience);
    const guint8 *listed = catalog_audience_listed(view->audience);
    FindResult *result = g_new0(FindResult, 1);
    result->hits[FIND_PEOPLE] = find_people(&search, tally->persons);
    result->hits[FIND_OBJECTS] = find_names(&search, tally->objects, &columns->objects.names);
    result->hits[FIND_TAGS] = find_names(&search, tally->tags, &columns->tags.names);
    result->hits[FIND_FOLDERS] = find_folders(&search, listed);
    result->hits[FIND_CAMERAS] = find_names(&search, tally->cameras, &columns->cameras);
    result->hits[FIND_FILES] =
        *needle ? find_files(&search, text, listed) : g_ptr_array_new_with_free_func(hit_free);
    return result;
}
