/* Orders that are kept: when few rows changed, these are placed anew among the rest. */
#include "library/catalog_parts.h"

#include <math.h>
#include <string.h>

void catalog_orders_new(Catalog *catalog)
{
    for (int by = 0; by < CATALOG_ORDERS; by++) {
        catalog->orders[by] = (CatalogOrder){
            .kept = by == CATALOG_BY_PATH,
            .stale = g_array_new(FALSE, FALSE, sizeof(guint32)),
        };
    }
}

void catalog_orders_free(Catalog *catalog)
{
    for (int by = 0; by < CATALOG_ORDERS; by++) {
        g_clear_pointer(&catalog->orders[by].entries, g_free);
        g_clear_pointer(&catalog->orders[by].stale, g_array_unref);
    }
}

void catalog_orders_stale(Catalog *catalog, guint32 row)
{
    for (int by = 0; by < CATALOG_ORDERS; by++) {
        if (catalog->orders[by].kept) {
            g_array_append_val(catalog->orders[by].stale, row);
        }
    }
}

/* Paths */

/* The folder with a slash at its end, which only the root has by itself. */
static const char *with_slash(const char *folder, char **ret_owned)
{
    *ret_owned = g_str_has_suffix(folder, "/") ? NULL : g_strconcat(folder, "/", NULL);
    return *ret_owned ? *ret_owned : folder;
}

static int compare_char(guint8 a, guint8 b)
{
    return (a > b) - (a < b);
}

/* A file's name with a folder's, which is followed by a slash. */
static int compare_with_folder(const char *name, const char *folder)
{
    gsize length = strlen(folder);
    int order = strncmp(name, folder, length);
    return order == 0 ? compare_char((guint8)name[length], '/') : order;
}

/* "folder/name" with "other/name", without putting them together. */
static int compare_paths(const Catalog *catalog, guint32 a, guint32 b)
{
    const CatalogTable *table = &catalog->table;
    const char *const *folders = dictionary_texts(catalog->folders);
    const char *name_a = catalog_row_name(catalog, a);
    const char *name_b = catalog_row_name(catalog, b);
    if (table->folder[a] == table->folder[b]) {
        return strcmp(name_a, name_b);
    }
    const char *folder_a = folders[table->folder[a]];
    const char *folder_b = folders[table->folder[b]];
    gsize same = 0;
    while (folder_a[same] && folder_a[same] == folder_b[same]) {
        same++;
    }
    if (folder_a[same] && folder_b[same]) {
        return compare_char((guint8)folder_a[same], (guint8)folder_b[same]);
    }
    /* One folder holds the other, or its name begins as the other's: the shorter's slash and name
     * stand against the rest of the longer. The root has its slash already. */
    gboolean a_is_shorter = !folder_a[same];
    const char *rest = a_is_shorter ? folder_b + same : folder_a + same;
    const char *name = a_is_shorter ? name_a : name_b;
    gboolean is_root = same == 1 && folder_a[0] == '/';
    int order = is_root ? 0 : compare_char('/', (guint8)*rest);
    if (order == 0) {
        order = compare_with_folder(name, is_root ? rest : rest + 1);
    }
    return a_is_shorter ? order : -order;
}

static int by_name(gconstpointer a, gconstpointer b, gpointer data)
{
    const Catalog *catalog = data;
    return strcmp(catalog_row_name(catalog, *(const guint32 *)a),
                  catalog_row_name(catalog, *(const guint32 *)b));
}

/* Sorts the rows of one folder, which mostly come as a scan found them: sorted. */
static void sort_names(Catalog *catalog, guint32 *rows, guint32 count)
{
    for (guint32 i = 1; i < count; i++) {
        if (by_name(&rows[i - 1], &rows[i], catalog) > 0) {
            g_qsort_with_data(rows, (gint)count, sizeof *rows, by_name, catalog);
            return;
        }
    }
}

typedef struct {
    const char *path; /* with a slash at its end */
    char *owned;
    guint32 first, count; /* its rows in `grouped` */
} PathFolder;

typedef struct {
    const Catalog *catalog;
    const GArray *folders; /* of PathFolder, by their paths */
    const guint32 *grouped;
    guint32 *sorted;
    guint32 done;
} PathMerge;

/* Writes the folder at `at` and those in it, the names of files and folders in one order, and gives
 * the next folder. Folders in folders are no deeper than their paths are long. */
static guint merge_folder(PathMerge *merge, guint at)
{
    const PathFolder *folder = &g_array_index(merge->folders, PathFolder, at);
    const gsize length = strlen(folder->path);
    const guint32 end = folder->first + folder->count;
    guint32 next_row = folder->first;
    guint next = at + 1;
    while (next < merge->folders->len) {
        const char *inner = g_array_index(merge->folders, PathFolder, next).path;
        if (strncmp(inner, folder->path, length) != 0) {
            break;
        }
        while (next_row < end && strcmp(catalog_row_name(merge->catalog, merge->grouped[next_row]),
                                        inner + length) < 0) {
            merge->sorted[merge->done++] = merge->grouped[next_row++];
        }
        next = merge_folder(merge, next);
    }
    while (next_row < end) {
        merge->sorted[merge->done++] = merge->grouped[next_row++];
    }
    return next;
}

static int by_folder_path(gconstpointer a, gconstpointer b)
{
    return strcmp(((const PathFolder *)a)->path, ((const PathFolder *)b)->path);
}

static void path_folder_clear(gpointer data)
{
    g_free(((PathFolder *)data)->owned);
}

/* The rows' folders, by their paths, each with where its rows begin in a list grouped by folder. */
static GArray *folders_of(const Catalog *catalog, const guint32 *rows, guint32 count,
                          guint32 *starts)
{
    const char *const *texts = dictionary_texts(catalog->folders);
    const guint32 folder_count = dictionary_count(catalog->folders);
    GArray *folders = g_array_new(FALSE, FALSE, sizeof(PathFolder));
    g_array_set_clear_func(folders, path_folder_clear);
    for (guint32 i = 0; i < count; i++) {
        starts[catalog->table.folder[rows[i]]]++;
    }
    guint32 first = 0;
    for (guint32 number = 0; number < folder_count; number++) {
        PathFolder folder = {.first = first, .count = starts[number]};
        if (folder.count > 0) {
            folder.path = with_slash(texts[number], &folder.owned);
            g_array_append_val(folders, folder);
        }
        starts[number] = first;
        first += folder.count;
    }
    g_array_sort(folders, by_folder_path);
    return folders;
}

/* The rows sorted by path: by folders, names within each, and then folders merged into those that
 * hold them. */
static void sort_by_path(Catalog *catalog, guint32 *rows, guint32 count)
{
    g_autofree guint32 *starts = g_new0(guint32, dictionary_count(catalog->folders));
    g_autofree guint32 *grouped = g_new(guint32, count);
    g_autoptr(GArray) folders = folders_of(catalog, rows, count, starts);
    for (guint32 i = 0; i < count; i++) {
        grouped[starts[catalog->table.folder[rows[i]]]++] = rows[i];
    }
    for (guint i = 0; i < folders->len; i++) {
        const PathFolder *folder = &g_array_index(folders, PathFolder, i);
        sort_names(catalog, grouped + folder->first, folder->count);
    }
    PathMerge merge = {.catalog = catalog, .folders = folders, .grouped = grouped, .sorted = rows};
    for (guint at = 0; at < folders->len;) {
        at = merge_folder(&merge, at);
    }
    g_assert(merge.done == count);
}

/* Columns */

/* Grows as the number does; what is not known comes first. */
static guint64 key_of_float(float value)
{
    if (isnan(value)) {
        return 0;
    }
    guint32 bits;
    memcpy(&bits, &value, sizeof bits);
    return bits & 0x80000000U ? ~bits : bits | 0x80000000U;
}

static guint64 key_of(const CatalogTable *table, CatalogOrderBy by, guint32 row)
{
    switch (by) {
    case CATALOG_BY_DATE:
        return (guint64)table->taken_ms[row] ^ (1ULL << 63);
    case CATALOG_BY_ISO:
        return (guint64)((gint64)table->iso[row] + 1);
    case CATALOG_BY_F_STOP:
        return key_of_float(table->f_stop[row]);
    case CATALOG_BY_SHUTTER:
        return key_of_float(table->shutter_seconds[row]);
    case CATALOG_BY_FOCAL_LENGTH:
        return key_of_float(table->focal_length_mm[row]);
    default:
        break;
    }
    return 0;
}

typedef struct {
    guint64 key;
    guint32 rank;
    guint32 row;
} Keyed;

#define DIGIT_BITS 11
#define DIGITS     (1U << DIGIT_BITS)

/* One pass of a radix sort, stable: the entries by one digit of their keys. FALSE when all have the
 * same and nothing moved. */
static gboolean sort_by_digit(const Keyed *from, Keyed *to, guint32 count, int shift)
{
    guint32 places[DIGITS] = {0};
    for (guint32 i = 0; i < count; i++) {
        places[(from[i].key >> shift) % DIGITS]++;
    }
    if (places[(from[0].key >> shift) % DIGITS] == count) {
        return FALSE;
    }
    guint32 place = 0;
    for (guint32 digit = 0; digit < DIGITS; digit++) {
        guint32 here = places[digit];
        places[digit] = place;
        place += here;
    }
    for (guint32 i = 0; i < count; i++) {
        to[places[(from[i].key >> shift) % DIGITS]++] = from[i];
    }
    return TRUE;
}

static int by_key_and_rank(gconstpointer a, gconstpointer b)
{
    const Keyed *x = a;
    const Keyed *y = b;
    if (x->key != y->key) {
        return x->key < y->key ? -1 : 1;
    }
    return (x->rank > y->rank) - (x->rank < y->rank);
}

#define FEW 1000 /* fewer are sorted faster by comparing them */

/* Sorts by key; entries come by rank, or there are few of them. */
static Keyed *sort_keyed(Keyed *keyed, guint32 count)
{
    if (count < FEW) {
        qsort(keyed, count, sizeof *keyed, by_key_and_rank);
        return keyed;
    }
    Keyed *other = g_new(Keyed, count);
    for (int shift = 0; shift < 64; shift += DIGIT_BITS) {
        if (sort_by_digit(keyed, other, count, shift)) {
            Keyed *swap = keyed;
            keyed = other;
            other = swap;
        }
    }
    g_free(other);
    return keyed;
}

static int by_row_rank(gconstpointer a, gconstpointer b, gpointer data)
{
    const CatalogTable *table = data;
    guint32 x = table->path_rank[*(const guint32 *)a];
    guint32 y = table->path_rank[*(const guint32 *)b];
    return (x > y) - (x < y);
}

/* Sorts rows by a column, then by path; `by_path_already` tells that they come so. */
static void sort_by_column(Catalog *catalog, CatalogOrderBy by, guint32 *rows, guint32 count,
                           gboolean by_path_already)
{
    const CatalogTable *table = &catalog->table;
    if (count == 0) {
        return;
    }
    if (!by_path_already && count >= FEW) {
        g_qsort_with_data(rows, (gint)count, sizeof *rows, by_row_rank, (gpointer)table);
    }
    Keyed *keyed = g_new(Keyed, count);
    for (guint32 i = 0; i < count; i++) {
        keyed[i] = (Keyed){key_of(table, by, rows[i]), table->path_rank[rows[i]], rows[i]};
    }
    keyed = sort_keyed(keyed, count);
    for (guint32 i = 0; i < count; i++) {
        rows[i] = keyed[i].row;
    }
    g_free(keyed);
}

/* Merging */

static int compare_rows(const Catalog *catalog, CatalogOrderBy by, guint32 a, guint32 b)
{
    if (by == CATALOG_BY_PATH) {
        return compare_paths(catalog, a, b);
    }
    const CatalogTable *table = &catalog->table;
    const Keyed x = {key_of(table, by, a), table->path_rank[a], a};
    const Keyed y = {key_of(table, by, b), table->path_rank[b], b};
    return by_key_and_rank(&x, &y);
}

static gboolean same_run(const Catalog *catalog, CatalogOrderBy by, guint32 a, guint32 b)
{
    return by != CATALOG_BY_PATH &&
           key_of(&catalog->table, by, a) == key_of(&catalog->table, by, b);
}

/* The stale rows that are there, each once; `is_stale` marks all of them. */
static guint32 *take_stale(const Catalog *catalog, CatalogOrder *order, guint8 *is_stale,
                           guint32 *ret_count)
{
    guint32 *rows = g_new(guint32, order->stale->len);
    guint32 count = 0;
    for (guint i = 0; i < order->stale->len; i++) {
        guint32 row = g_array_index(order->stale, guint32, i);
        if (!is_stale[row] && catalog->table.id[row]) {
            rows[count++] = row;
        }
        is_stale[row] = 1;
    }
    g_array_set_size(order->stale, 0);
    *ret_count = count;
    return rows;
}

/* Takes out what is stale. The first of a run that goes leaves its mark to the next. */
static void drop_stale(CatalogOrder *order, const guint8 *is_stale)
{
    guint32 kept = 0;
    guint32 starts = 0;
    for (guint32 i = 0; i < order->count; i++) {
        guint32 entry = order->entries[i];
        starts |= entry & CATALOG_STARTS_RUN;
        if (!is_stale[CATALOG_ROW(entry)]) {
            order->entries[kept++] = CATALOG_ROW(entry) | starts;
            starts = 0;
        }
    }
    order->count = kept;
}

/* How many entries from `from` on come before the row. */
static guint32 place_of(const Catalog *catalog, const CatalogOrder *order, CatalogOrderBy by,
                        guint32 from, guint32 row)
{
    guint32 low = from;
    guint32 high = order->count;
    while (low < high) {
        guint32 middle = low + (high - low) / 2;
        if (compare_rows(catalog, by, CATALOG_ROW(order->entries[middle]), row) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static void insert_sorted(const Catalog *catalog, CatalogOrder *order, CatalogOrderBy by,
                          const guint32 *rows, guint32 count)
{
    guint32 *merged = g_new(guint32, (gsize)order->count + count);
    guint32 from = 0;
    guint32 done = 0;
    for (guint32 i = 0; i < count; i++) {
        guint32 place = place_of(catalog, order, by, from, rows[i]);
        if (place > from) { /* of an empty order there is nothing to copy, not even from */
            memcpy(merged + done, order->entries + from, (place - from) * sizeof *merged);
        }
        done += place - from;
        from = place;
        gboolean follows =
            done > 0 && same_run(catalog, by, CATALOG_ROW(merged[done - 1]), rows[i]);
        merged[done++] = rows[i] | (follows ? 0 : CATALOG_STARTS_RUN);
        if (from < order->count &&
            same_run(catalog, by, rows[i], CATALOG_ROW(order->entries[from]))) {
            order->entries[from] = CATALOG_ROW(order->entries[from]);
        }
    }
    if (from < order->count) {
        memcpy(merged + done, order->entries + from, (order->count - from) * sizeof *merged);
    }
    g_free(order->entries);
    order->entries = merged;
    order->count += count;
}

static void sort_rows(Catalog *catalog, CatalogOrderBy by, guint32 *rows, guint32 count)
{
    if (by == CATALOG_BY_PATH) {
        sort_by_path(catalog, rows, count);
    } else {
        sort_by_column(catalog, by, rows, count, FALSE);
    }
}

static void merge_stale(Catalog *catalog, CatalogOrder *order, CatalogOrderBy by)
{
    g_autofree guint8 *is_stale = g_new0(guint8, MAX(catalog->columns.rows, 1));
    guint32 count = 0;
    g_autofree guint32 *rows = take_stale(catalog, order, is_stale, &count);
    drop_stale(order, is_stale);
    if (count > 0) {
        sort_rows(catalog, by, rows, count);
        insert_sorted(catalog, order, by, rows, count);
    }
}

void catalog_orders_rank(Catalog *catalog)
{
    CatalogOrder *order = &catalog->orders[CATALOG_BY_PATH];
    if (order->stale->len == 0) {
        return;
    }
    merge_stale(catalog, order, CATALOG_BY_PATH);
    for (guint32 i = 0; i < order->count; i++) {
        catalog->table.path_rank[CATALOG_ROW(order->entries[i])] = i;
    }
}

/* Sorted for the first time: from the order by path, so that only the column is left to do. */
static void fill(Catalog *catalog, CatalogOrder *order, CatalogOrderBy by)
{
    const CatalogOrder *paths = &catalog->orders[CATALOG_BY_PATH];
    order->entries = g_new0(guint32, MAX(paths->count, 1));
    order->count = paths->count;
    order->kept = TRUE;
    for (guint32 i = 0; i < paths->count; i++) {
        order->entries[i] = CATALOG_ROW(paths->entries[i]);
    }
    sort_by_column(catalog, by, order->entries, order->count, TRUE);
    for (guint32 i = order->count; i-- > 0;) {
        if (i == 0 || !same_run(catalog, by, order->entries[i - 1], order->entries[i])) {
            order->entries[i] |= CATALOG_STARTS_RUN;
        }
    }
}

const CatalogOrder *catalog_order(Catalog *catalog, CatalogOrderBy by)
{
    CatalogOrder *order = &catalog->orders[by];
    g_mutex_lock(&catalog->working_out);
    if (!order->kept) {
        fill(catalog, order, by);
    } else if (order->stale->len > 0) {
        merge_stale(catalog, order, by);
    }
    g_mutex_unlock(&catalog->working_out);
    return order;
}
