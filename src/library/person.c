#include "library/person.h"

#include "library/catalog.h"

#include <math.h>
#include <string.h>

void person_free(Person *person)
{
    g_free(person->name);
    g_free(person);
}

/* The tally of a viewer: everybody, by id. Kept among the library's summaries as one block, names
 * behind the entries. */
typedef struct {
    gint64 id;
    gint64 faces, photos;
    gint64 first_ms, last_ms;
    gint64 chosen, best; /* faces */
    double best_score;
    guint32 name; /* where it begins behind the entries; 0: none */
    guint8 is_hidden, is_kept, sees_chosen;
} Entry;

/* What is read of the database */

typedef struct {
    gint64 person, photo, face;
    float score;
} FaceRow;

typedef struct {
    GArray *entries; /* Entry */
    GString *names;  /* begins with a NUL, so that no name is at 0 */
    GArray *faces;   /* FaceRow, by person and photo */
} Rows;

static void rows_clear(Rows *rows)
{
    g_clear_pointer(&rows->entries, g_array_unref);
    g_clear_pointer(&rows->faces, g_array_unref);
    if (rows->names) {
        g_string_free(rows->names, TRUE);
    }
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Rows, rows_clear)

static gboolean read_persons(StoreTx *tx, Rows *rows, GError **error)
{
    static const StoreQuery query = {
        .name = "person_tally_persons",
        .sql = "SELECT id, name, is_hidden, made_by, avatar_face_id FROM person ORDER BY id",
    };
    StoreStatement *row = store_prepare(tx, &query, error);
    StoreStep step = STORE_ERROR;
    while (row && (step = store_step(row, error)) == STORE_ROW) {
        const char *name = store_column_text(row, 1);
        Entry entry = {
            .id = store_column_int(row, 0),
            .is_hidden = store_column_int(row, 2) != 0,
            .is_kept = name || strcmp(store_column_text(row, 3), "user") == 0,
            .chosen = store_column_int(row, 4),
            .first_ms = CATALOG_NO_DATE,
            .last_ms = CATALOG_NO_DATE,
            .best_score = -1,
        };
        if (name) {
            entry.name = (guint32)rows->names->len;
            g_string_append_len(rows->names, name, (gssize)strlen(name) + 1);
        }
        g_array_append_val(rows->entries, entry);
    }
    return step == STORE_DONE;
}

/* How well a face stands for its person: sure, large, and seen from the front. What a user drew has
 * no confidence, and is taken for a fair one. */
static float score_of(const StoreStatement *row)
{
    double confidence = store_column_double(row, 3);
    double side = (double)MIN(store_column_int(row, 4), store_column_int(row, 5));
    double yaw = store_column_double(row, 6);
    double sure = isnan(confidence) ? 0.5 : confidence;
    double frontal = isnan(yaw) ? 0.5 : 1 - MIN(fabs(yaw), 90) / 90;
    return (float)(sure * MIN(side / 200, 1) * (0.5 + 0.5 * frontal));
}

static gboolean read_faces(StoreTx *tx, Rows *rows, GError **error)
{
    static const StoreQuery query = {
        .name = "person_tally_faces",
        .sql = "SELECT person_id, photo_id, id, confidence, x2 - x1, y2 - y1, yaw FROM face "
               "WHERE person_id IS NOT NULL ORDER BY person_id, photo_id, id",
    };
    StoreStatement *row = store_prepare(tx, &query, error);
    StoreStep step = STORE_ERROR;
    while (row && (step = store_step(row, error)) == STORE_ROW) {
        const FaceRow face = {
            .person = store_column_int(row, 0),
            .photo = store_column_int(row, 1),
            .face = store_column_int(row, 2),
            .score = score_of(row),
        };
        g_array_append_val(rows->faces, face);
    }
    return step == STORE_DONE;
}

static gboolean read_rows(Library *library, Rows *rows, GError **error)
{
    *rows = (Rows){
        .entries = g_array_new(FALSE, FALSE, sizeof(Entry)),
        .names = g_string_new_len("", 1),
        .faces = g_array_new(FALSE, FALSE, sizeof(FaceRow)),
    };
    g_autoptr(StoreTx) tx = store_read(library_store(library), error);
    return tx && read_persons(tx, rows, error) && read_faces(tx, rows, error);
}

/* What of it the viewer sees */

static void count_face(Entry *entry, const FaceRow *face, gboolean is_first, gint64 taken_ms)
{
    entry->faces++;
    entry->photos += is_first;
    entry->sees_chosen = entry->sees_chosen || face->face == entry->chosen;
    if (face->score > entry->best_score) {
        entry->best_score = face->score;
        entry->best = face->face;
    }
    if (taken_ms == CATALOG_NO_DATE) {
        return;
    }
    if (entry->first_ms == CATALOG_NO_DATE || taken_ms < entry->first_ms) {
        entry->first_ms = taken_ms;
    }
    entry->last_ms = MAX(entry->last_ms, taken_ms);
}

G_STATIC_ASSERT(CATALOG_NO_DATE == G_MININT64); /* less than any date */

static void count_faces(const CatalogView *view, Rows *rows)
{
    const CatalogColumns *columns = catalog_columns(view);
    guint at = 0;
    for (guint i = 0; i < rows->faces->len; i++) {
        const FaceRow *face = &g_array_index(rows->faces, FaceRow, i);
        const FaceRow *last = i > 0 ? &g_array_index(rows->faces, FaceRow, i - 1) : NULL;
        while (at < rows->entries->len &&
               g_array_index(rows->entries, Entry, at).id < face->person) {
            at++;
        }
        guint32 row = catalog_row_of_id(view, face->photo);
        if (at < rows->entries->len && row != CATALOG_NO_ROW) {
            gboolean is_first = !last || last->person != face->person || last->photo != face->photo;
            count_face(&g_array_index(rows->entries, Entry, at), face, is_first,
                       columns->taken_ms[row]);
        }
    }
}

static GBytes *block_of(const Rows *rows, gboolean sees_all)
{
    GByteArray *block = g_byte_array_new();
    guint64 count = 0;
    g_byte_array_append(block, (const guint8 *)&count, sizeof count);
    for (guint i = 0; i < rows->entries->len; i++) {
        const Entry *entry = &g_array_index(rows->entries, Entry, i);
        if (entry->faces > 0 || (sees_all && entry->is_kept)) {
            g_byte_array_append(block, (const guint8 *)entry, sizeof *entry);
            count++;
        }
    }
    memcpy(block->data, &count, sizeof count);
    g_byte_array_append(block, (const guint8 *)rows->names->str, (guint)rows->names->len);
    return g_byte_array_free_to_bytes(block);
}

static char *key_of(Library *library, const Principal *viewer, GError **error)
{
    g_autoptr(CatalogView) view = catalog_view(library_catalog(library), viewer, error);
    return view ? g_strdup_printf("people %s", catalog_view_key(view)) : NULL;
}

/* The catalogue is looked at before and after: what came between is not kept under either key. */
static GBytes *make_tally(Library *library, const Principal *viewer, const char *key,
                          GError **error)
{
    g_auto(Rows) rows = {0};
    if (!read_rows(library, &rows, error)) {
        return NULL;
    }
    g_autoptr(CatalogView) view = catalog_view(library_catalog(library), viewer, error);
    if (!view) {
        return NULL;
    }
    count_faces(view, &rows);
    gboolean sees_all = principal_sees_library(viewer) && !principal_directories(viewer);
    GBytes *block = block_of(&rows, sees_all);
    g_autofree char *now = g_strdup_printf("people %s", catalog_view_key(view));
    if (strcmp(now, key) == 0) {
        lru_cache_put(library_summaries(library), key, block, g_bytes_get_size(block));
    }
    return block;
}

typedef struct {
    GBytes *block;
    const Entry *entries;
    gsize count;
    const char *names;
} Tally;

static void tally_clear(Tally *tally)
{
    g_clear_pointer(&tally->block, g_bytes_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Tally, tally_clear)

static gboolean get_tally(Library *library, const Principal *viewer, Tally *tally, GError **error)
{
    g_autofree char *key = key_of(library, viewer, error);
    if (!key) {
        return FALSE;
    }
    tally->block = lru_cache_get(library_summaries(library), key);
    if (!tally->block) {
        tally->block = make_tally(library, viewer, key, error);
    }
    if (!tally->block) {
        return FALSE;
    }
    const guint8 *data = g_bytes_get_data(tally->block, NULL);
    guint64 count = 0;
    memcpy(&count, data, sizeof count);
    tally->count = count;
    tally->entries = (const Entry *)(const void *)(data + sizeof count);
    tally->names = (const char *)(tally->entries + count);
    return TRUE;
}

static const char *name_of(const Tally *tally, const Entry *entry)
{
    return entry->name ? tally->names + entry->name : NULL;
}

static Person *tell(const Tally *tally, const Entry *entry)
{
    Person *person = g_new0(Person, 1);
    person->id = entry->id;
    person->name = g_strdup(name_of(tally, entry));
    person->is_hidden = entry->is_hidden;
    person->faces = entry->faces;
    person->photos = entry->photos;
    person->avatar_face = entry->sees_chosen ? entry->chosen : entry->best;
    person->first_taken_ms = entry->first_ms;
    person->last_taken_ms = entry->last_ms;
    return person;
}

Person *person_get(Library *library, const Principal *viewer, gint64 id, GError **error)
{
    g_auto(Tally) tally = {0};
    if (!get_tally(library, viewer, &tally, error)) {
        return NULL;
    }
    for (gsize i = 0; i < tally.count; i++) {
        if (tally.entries[i].id == id) {
            return tell(&tally, &tally.entries[i]);
        }
    }
    g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_NOT_FOUND, "Person not found");
    return NULL;
}

/* Lists */

typedef struct {
    const Tally *tally;
    const PersonFilter *filter;
} Order;

static int compare_numbers(gint64 a, gint64 b)
{
    return (a > b) - (a < b);
}

static int compare_by_sort(const Order *order, const Entry *a, const Entry *b)
{
    const char *one = name_of(order->tally, a);
    const char *other = name_of(order->tally, b);
    int by_name = 0;
    switch (order->filter->sort) {
    case PERSON_BY_COUNT:
        return compare_numbers(a->faces, b->faces);
    case PERSON_BY_RECENT:
        return compare_numbers(a->last_ms, b->last_ms);
    case PERSON_BY_ID:
        return compare_numbers(a->id, b->id);
    case PERSON_BY_NAME:
        by_name = strcmp(one ? one : "", other ? other : "");
        break;
    }
    return by_name;
}

static gint compare_entries(gconstpointer one, gconstpointer other, gpointer data)
{
    const Order *order = data;
    const Entry *a = *(const Entry *const *)one;
    const Entry *b = *(const Entry *const *)other;
    int by_sort = compare_by_sort(order, a, b);
    if (by_sort == 0 && order->filter->sort == PERSON_BY_NAME && a->faces != b->faces) {
        return a->faces > b->faces ? -1 : 1;
    }
    if (by_sort == 0) {
        return compare_numbers(a->id, b->id);
    }
    return order->filter->ascending ? by_sort : -by_sort;
}

static gboolean matches(const Tally *tally, const Entry *entry, const PersonFilter *filter,
                        const char *search)
{
    if (filter->is_hidden >= 0 && entry->is_hidden != (filter->is_hidden > 0)) {
        return FALSE;
    }
    if (!search || !*search) {
        return TRUE;
    }
    const char *name = name_of(tally, entry);
    g_autofree char *folded = name ? g_utf8_casefold(name, -1) : NULL;
    return folded && strstr(folded, search);
}

GPtrArray *person_list(Library *library, const Principal *viewer, const PersonFilter *filter,
                       gint64 offset, gint64 limit, gint64 *ret_total, GError **error)
{
    g_auto(Tally) tally = {0};
    if (!get_tally(library, viewer, &tally, error)) {
        return NULL;
    }
    g_autofree char *trimmed = filter->search ? g_strstrip(g_strdup(filter->search)) : NULL;
    g_autofree char *search = trimmed ? g_utf8_casefold(trimmed, -1) : NULL;
    g_autoptr(GPtrArray) found = g_ptr_array_new();
    for (gsize i = 0; i < tally.count; i++) {
        if (matches(&tally, &tally.entries[i], filter, search)) {
            g_ptr_array_add(found, (gpointer)&tally.entries[i]);
        }
    }
    Order order = {&tally, filter};
    g_ptr_array_sort_with_data(found, compare_entries, &order);
    if (ret_total) {
        *ret_total = found->len;
    }
    GPtrArray *persons = g_ptr_array_new_with_free_func((GDestroyNotify)person_free);
    for (gint64 i = offset; i < found->len && i - offset < limit; i++) {
        g_ptr_array_add(persons, tell(&tally, g_ptr_array_index(found, i)));
    }
    return persons;
}
