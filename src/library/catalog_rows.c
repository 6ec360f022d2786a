/* The catalogue's rows: photos come, change and go. */
#include "library/catalog_parts.h"

#include <math.h>
#include <string.h>

#define LEAST_ROWS 1024
#define MS_PER_DAY 86400000LL

static void stack_free(gpointer data)
{
    g_array_unref(data);
}

static void account_free(gpointer data)
{
    CatalogAccount *account = data;
    g_free(account->marks);
    g_free(account);
}

static void person_free(gpointer data)
{
    CatalogPerson *person = data;
    g_free((char *)person->name);
    g_free(person);
}

void catalog_rows_new(Catalog *catalog)
{
    catalog->people = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, person_free);
    catalog->free_rows = g_array_new(FALSE, FALSE, sizeof(guint32));
    catalog->folders = dictionary_new();
    catalog->cameras = dictionary_new();
    catalog->lenses = dictionary_new();
    catalog->tags = name_sets_new();
    catalog->persons = name_sets_new();
    catalog->objects = name_sets_new();
    catalog->formats = dictionary_new();
    catalog->stacks = g_hash_table_new_full(g_direct_hash, g_direct_equal, NULL, stack_free);
    catalog->accounts = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, account_free);
}

void catalog_rows_free(Catalog *catalog)
{
#define FREE_ARRAY(type, name) g_clear_pointer(&catalog->table.name, g_free);
    CATALOG_TABLE(FREE_ARRAY)
#undef FREE_ARRAY
    catalog->columns = (CatalogColumns){0};
    catalog->capacity = 0;
    g_clear_pointer(&catalog->free_rows, g_array_unref);
    g_clear_pointer(&catalog->folders, dictionary_free);
    g_clear_pointer(&catalog->cameras, dictionary_free);
    g_clear_pointer(&catalog->lenses, dictionary_free);
    g_clear_pointer(&catalog->tags, name_sets_free);
    g_clear_pointer(&catalog->persons, name_sets_free);
    g_clear_pointer(&catalog->objects, name_sets_free);
    g_clear_pointer(&catalog->formats, dictionary_free);
    catalog_texts_clear(&catalog->texts);
    row_index_clear(&catalog->by_id);
    row_index_clear(&catalog->by_path);
    row_index_clear(&catalog->by_content);
    g_clear_pointer(&catalog->stacks, g_hash_table_unref);
    g_clear_pointer(&catalog->accounts, g_hash_table_unref);
    g_clear_pointer(&catalog->people, g_hash_table_unref);
}

static void grow(Catalog *catalog)
{
    guint32 old_capacity = catalog->capacity;
    guint32 capacity = MAX(LEAST_ROWS, old_capacity + old_capacity / 2);
    g_assert(capacity < CATALOG_MOST_ROWS);
#define GROW_ARRAY(type, name) catalog->table.name = g_renew(type, catalog->table.name, capacity);
    CATALOG_TABLE(GROW_ARRAY)
#undef GROW_ARRAY
    GHashTableIter accounts;
    gpointer value = NULL;
    g_hash_table_iter_init(&accounts, catalog->accounts);
    while (g_hash_table_iter_next(&accounts, NULL, &value)) {
        CatalogAccount *account = value;
        account->marks = g_renew(guint8, account->marks, capacity);
    }
    catalog->capacity = capacity;
    catalog_audiences_grow(catalog, old_capacity);
}

/* Finding rows */

static guint32 hash_text(guint32 hash, const char *text)
{
    for (; *text; text++) {
        hash = (hash ^ (guint8)*text) * 16777619U; /* FNV-1a, 32 bits */
    }
    return hash;
}

static guint32 hash_path(guint32 folder, const char *name)
{
    return hash_text(row_hash_number(folder), name);
}

static guint32 hash_of_path(const Catalog *catalog, guint32 row)
{
    return hash_path(catalog->table.folder[row], catalog_row_name(catalog, row));
}

/* A content hash is random in all its bits, unless somebody chose the contents for its first ones.
 */
static guint32 hash_of_content(const ContentHash *content)
{
    guint64 words[HASH_BYTES / sizeof(guint64)];
    memcpy(words, content->bytes, sizeof words);
    return row_hash_number(words[0] ^ words[1] ^ words[2] ^ words[3]);
}

typedef struct {
    const Catalog *catalog;
    guint32 number; /* an id or a folder */
    const char *name;
    const ContentHash *content;
} Sought;

static gboolean has_id(gconstpointer data, guint32 row)
{
    const Sought *sought = data;
    return sought->catalog->table.id[row] == sought->number;
}

static gboolean has_path(gconstpointer data, guint32 row)
{
    const Sought *sought = data;
    return sought->catalog->table.folder[row] == sought->number &&
           strcmp(catalog_row_name(sought->catalog, row), sought->name) == 0;
}

static gboolean has_content(gconstpointer data, guint32 row)
{
    const Sought *sought = data;
    return memcmp(&sought->catalog->table.content[row], sought->content, HASH_BYTES) == 0;
}

guint32 catalog_rows_find(const Catalog *catalog, guint32 photo_id)
{
    const Sought sought = {.catalog = catalog, .number = photo_id};
    return row_index_find(&catalog->by_id, row_hash_number(photo_id), has_id, &sought);
}

guint32 catalog_rows_find_path(const Catalog *catalog, const char *path)
{
    const char *slash = strrchr(path, '/');
    if (!slash) {
        return CATALOG_NO_ROW;
    }
    g_autofree char *folder = g_strndup(path, slash == path ? 1 : (gsize)(slash - path));
    Sought sought = {.catalog = catalog, .name = slash + 1};
    sought.number = dictionary_find(catalog->folders, folder);
    return row_index_find(&catalog->by_path, hash_path(sought.number, sought.name), has_path,
                          &sought);
}

guint32 catalog_rows_first_copy(const Catalog *catalog, guint32 row)
{
    const ContentHash *content = &catalog->table.content[row];
    const Sought sought = {.catalog = catalog, .content = content};
    return row_index_find(&catalog->by_content, hash_of_content(content), has_content, &sought);
}

/* Copies: a chain of rows for each content. */

static void join_copies(Catalog *catalog, guint32 row)
{
    CatalogTable *table = &catalog->table;
    guint32 hash = hash_of_content(&table->content[row]);
    guint32 first = catalog_rows_first_copy(catalog, row);
    table->next_copy[row] = first;
    if (first == CATALOG_NO_ROW) {
        row_index_add(&catalog->by_content, hash, row);
        return;
    }
    row_index_replace(&catalog->by_content, hash, first, row);
    table->flags[row] |= CATALOG_HAS_COPIES;
    table->flags[first] |= CATALOG_HAS_COPIES;
}

static void leave_copies(Catalog *catalog, guint32 row)
{
    CatalogTable *table = &catalog->table;
    guint32 hash = hash_of_content(&table->content[row]);
    guint32 first = catalog_rows_first_copy(catalog, row);
    guint32 next = table->next_copy[row];
    if (first == row && next == CATALOG_NO_ROW) {
        row_index_remove(&catalog->by_content, hash, row);
        return;
    }
    if (first == row) {
        row_index_replace(&catalog->by_content, hash, row, next);
        first = next;
    } else {
        guint32 before = first;
        while (table->next_copy[before] != row) {
            before = table->next_copy[before];
        }
        table->next_copy[before] = next;
    }
    if (table->next_copy[first] == CATALOG_NO_ROW) {
        table->flags[first] &= (guint8)~CATALOG_HAS_COPIES;
    }
}

/* Stacks: who stands behind a photo, shown itself or not. */

static GArray *members_of(const Catalog *catalog, guint32 lead_id)
{
    return g_hash_table_lookup(catalog->stacks, GUINT_TO_POINTER(lead_id));
}

static void join_stack(Catalog *catalog, guint32 row)
{
    guint32 lead_id = catalog->table.stack_of[row];
    if (lead_id == 0) {
        return;
    }
    GArray *members = members_of(catalog, lead_id);
    if (!members) {
        members = g_array_new(FALSE, FALSE, sizeof(guint32));
        g_hash_table_insert(catalog->stacks, GUINT_TO_POINTER(lead_id), members);
    }
    g_array_append_val(members, row);
}

static void leave_stack(Catalog *catalog, guint32 row)
{
    guint32 lead_id = catalog->table.stack_of[row];
    GArray *members = lead_id ? members_of(catalog, lead_id) : NULL;
    for (guint i = 0; members && i < members->len; i++) {
        if (g_array_index(members, guint32, i) == row) {
            g_array_remove_index_fast(members, i);
            break;
        }
    }
    if (members && members->len == 0) {
        g_hash_table_remove(catalog->stacks, GUINT_TO_POINTER(lead_id));
    }
}

static void set_flag(guint8 *flags, guint8 flag, gboolean is_set)
{
    *flags = is_set ? *flags | flag : *flags & (guint8)~flag;
}

/* What others are to the row. */
static void flag_stack(Catalog *catalog, guint32 row)
{
    CatalogTable *table = &catalog->table;
    guint32 lead_id = table->stack_of[row];
    gboolean stacked = lead_id && catalog_rows_find(catalog, lead_id) != CATALOG_NO_ROW;
    set_flag(&table->flags[row], CATALOG_STACKED, stacked);
    set_flag(&table->flags[row], CATALOG_HAS_STACK, members_of(catalog, table->id[row]) != NULL);
}

/* Marks */

static guint8 marks_of_file(gint8 rating)
{
    return rating < 0 ? CATALOG_MARK_REJECTED : (guint8)rating;
}

/* Whoever has no opinion of a photo has the file's. */
static void reset_marks(Catalog *catalog, guint32 row, gboolean is_new)
{
    GHashTableIter accounts;
    gpointer value = NULL;
    g_hash_table_iter_init(&accounts, catalog->accounts);
    while (g_hash_table_iter_next(&accounts, NULL, &value)) {
        CatalogAccount *account = value;
        if (is_new || !(account->marks[row] & CATALOG_MARK_OWN)) {
            account->marks[row] = catalog->table.marks[row];
        }
    }
}

void catalog_rows_rate(Catalog *catalog, const CatalogRating *rating)
{
    guint32 row = catalog_rows_find(catalog, rating->photo_id);
    if (row == CATALOG_NO_ROW) {
        return;
    }
    CatalogAccount *account = g_hash_table_lookup(catalog->accounts, &rating->account);
    if (!account) {
        account = g_new0(CatalogAccount, 1);
        account->marks = g_new(guint8, catalog->capacity);
        memcpy(account->marks, catalog->table.marks, catalog->columns.rows);
        g_hash_table_insert(catalog->accounts, g_memdup2(&rating->account, sizeof rating->account),
                            account);
    }
    account->marks[row] = rating->marks;
}

void catalog_rows_know(Catalog *catalog, const CatalogPerson *person)
{
    CatalogPerson *known = g_memdup2(person, sizeof *person);
    known->name = g_strdup(person->name);
    g_hash_table_replace(catalog->people, g_strdup_printf("%" G_GINT64_FORMAT, person->id), known);
}

/* Rows come and go */

static gint32 day_of(gint64 taken_ms)
{
    if (taken_ms == CATALOG_NO_DATE) {
        return CATALOG_NO_DAY;
    }
    return (gint32)(taken_ms / MS_PER_DAY - (taken_ms % MS_PER_DAY < 0));
}

/* Gives back what the row holds of things that are shared. */
static void drop_shared(Catalog *catalog, guint32 row)
{
    const CatalogTable *table = &catalog->table;
    dictionary_drop(catalog->folders, table->folder[row]);
    dictionary_drop(catalog->cameras, table->camera[row]);
    dictionary_drop(catalog->lenses, table->lens[row]);
    name_sets_drop(catalog->tags, table->tag_set[row]);
    name_sets_drop(catalog->persons, table->person_set[row]);
    name_sets_drop(catalog->objects, table->object_set[row]);
    dictionary_drop(catalog->formats, table->format[row]);
    catalog_texts_drop(&catalog->texts, table->text[row]);
}

static void set_shared(Catalog *catalog, guint32 row, const CatalogPhoto *photo)
{
    CatalogTable *table = &catalog->table;
    table->folder[row] = dictionary_use(catalog->folders, photo->folder);
    if (dictionary_uses(catalog->folders, table->folder[row]) == 1) {
        catalog_audiences_folder(catalog, table->folder[row]);
    }
    table->camera[row] = dictionary_use(catalog->cameras, photo->camera);
    table->lens[row] = dictionary_use(catalog->lenses, photo->lens);
    table->tag_set[row] = name_sets_use(catalog->tags, photo->tags);
    table->person_set[row] = name_sets_use(catalog->persons, photo->persons);
    table->object_set[row] = name_sets_use(catalog->objects, photo->objects);
    table->format[row] = (guint8)dictionary_use(catalog->formats, photo->format);
    table->text[row] =
        catalog_texts_add(&catalog->texts, row, photo->name, photo->title, photo->caption);
}

static void set_values(CatalogTable *table, guint32 row, const CatalogPhoto *photo)
{
    table->taken_ms[row] = photo->taken_ms;
    table->day[row] = day_of(photo->taken_ms);
    table->aspect[row] = photo->aspect;
    table->iso[row] = photo->iso;
    table->shutter_seconds[row] = photo->shutter_seconds;
    table->focal_length_mm[row] = photo->focal_length_mm;
    table->f_stop[row] = photo->f_stop;
    table->latitude[row] = photo->latitude;
    table->longitude[row] = photo->longitude;
    table->file_rating[row] = photo->file_rating;
    table->marks[row] = marks_of_file(photo->file_rating);
    table->flags[row] = photo->blinks ? CATALOG_BLINKS : 0;
    table->face_count[row] = photo->face_count;
    table->faces_unknown[row] = photo->faces_unknown;
    table->orientation[row] = photo->orientation;
    table->stack_of[row] = photo->stack_of;
    table->phash[row] = photo->phash;
    table->content[row] = photo->content;
}

static void detach(Catalog *catalog, guint32 row)
{
    catalog_orders_stale(catalog, row);
    row_index_remove(&catalog->by_path, hash_of_path(catalog, row), row);
    leave_copies(catalog, row);
    leave_stack(catalog, row);
    drop_shared(catalog, row);
}

static void attach(Catalog *catalog, guint32 row, const CatalogPhoto *photo)
{
    set_shared(catalog, row, photo);
    set_values(&catalog->table, row, photo);
    row_index_add(&catalog->by_path, hash_of_path(catalog, row), row);
    join_copies(catalog, row);
    join_stack(catalog, row);
    catalog_orders_stale(catalog, row);
}

static guint32 new_row(Catalog *catalog, guint32 photo_id)
{
    GArray *free_rows = catalog->free_rows;
    guint32 row = catalog->columns.rows;
    if (free_rows->len > 0) {
        row = g_array_index(free_rows, guint32, free_rows->len - 1);
        g_array_set_size(free_rows, free_rows->len - 1);
    } else {
        if (row == catalog->capacity) {
            grow(catalog);
        }
        catalog->columns.rows++;
    }
    catalog->table.id[row] = photo_id;
    catalog->table.path_rank[row] = 0;
    row_index_add(&catalog->by_id, row_hash_number(photo_id), row);
    return row;
}

static void free_row(Catalog *catalog, guint32 row)
{
    row_index_remove(&catalog->by_id, row_hash_number(catalog->table.id[row]), row);
    catalog->table.id[row] = 0;
    g_array_append_val(catalog->free_rows, row);
}

void catalog_rows_add(Catalog *catalog, const CatalogPhoto *photo)
{
    guint32 row = new_row(catalog, photo->id);
    attach(catalog, row, photo);
    reset_marks(catalog, row, TRUE);
}

void catalog_rows_flag(Catalog *catalog)
{
    if (g_hash_table_size(catalog->stacks) == 0) {
        return;
    }
    for (guint32 row = 0; row < catalog->columns.rows; row++) {
        flag_stack(catalog, row);
    }
}

/* A change, step by step, so that what one photo leaves another may take: a path, a row. */

static void add_touched(const Catalog *catalog, GArray *touched, guint32 photo_id)
{
    guint32 row = catalog_rows_find(catalog, photo_id);
    const GArray *members = members_of(catalog, photo_id);
    if (row != CATALOG_NO_ROW) {
        g_array_append_val(touched, row);
    }
    if (members) {
        g_array_append_vals(touched, members->data, members->len);
    }
}

/* The rows whose place in lists may change: of the photos, of who stands for them before and after,
 * and behind them. */
static GArray *touched_rows(const Catalog *catalog, const CatalogChange *change)
{
    GArray *touched = g_array_new(FALSE, FALSE, sizeof(guint32));
    for (guint i = 0; i < change->gone->len; i++) {
        add_touched(catalog, touched, g_array_index(change->gone, guint32, i));
    }
    for (guint i = 0; i < change->photos->len; i++) {
        const CatalogPhoto *photo = &g_array_index(change->photos, CatalogPhoto, i);
        guint32 row = catalog_rows_find(catalog, photo->id);
        add_touched(catalog, touched, photo->id);
        if (photo->stack_of) {
            add_touched(catalog, touched, photo->stack_of);
        }
        if (row != CATALOG_NO_ROW && catalog->table.stack_of[row]) {
            add_touched(catalog, touched, catalog->table.stack_of[row]);
        }
    }
    return touched;
}

static void detach_old(Catalog *catalog, const CatalogChange *change)
{
    for (guint i = 0; i < change->gone->len; i++) {
        guint32 row = catalog_rows_find(catalog, g_array_index(change->gone, guint32, i));
        if (row != CATALOG_NO_ROW) {
            detach(catalog, row);
            free_row(catalog, row);
        }
    }
    for (guint i = 0; i < change->photos->len; i++) {
        const CatalogPhoto *photo = &g_array_index(change->photos, CatalogPhoto, i);
        guint32 row = catalog_rows_find(catalog, photo->id);
        if (row != CATALOG_NO_ROW) {
            detach(catalog, row);
        }
        if (row != CATALOG_NO_ROW && !photo->shown) {
            free_row(catalog, row);
        }
    }
}

static void attach_new(Catalog *catalog, const CatalogChange *change, GArray *touched)
{
    for (guint i = 0; i < change->photos->len; i++) {
        const CatalogPhoto *photo = &g_array_index(change->photos, CatalogPhoto, i);
        if (!photo->shown) {
            continue;
        }
        guint32 row = catalog_rows_find(catalog, photo->id);
        gboolean is_new = row == CATALOG_NO_ROW;
        if (is_new) {
            row = new_row(catalog, photo->id);
            g_array_append_val(touched, row);
        }
        attach(catalog, row, photo);
        reset_marks(catalog, row, is_new);
    }
}

static void enter(Catalog *catalog, const GArray *touched)
{
    for (guint i = 0; i < touched->len; i++) {
        guint32 row = g_array_index(touched, guint32, i);
        if (catalog->table.id[row]) {
            flag_stack(catalog, row);
        }
    }
    for (guint i = 0; i < touched->len; i++) {
        guint32 row = g_array_index(touched, guint32, i);
        if (catalog->table.id[row]) {
            catalog_audiences_enter(catalog, row);
        }
    }
}

void catalog_rows_apply(Catalog *catalog, const CatalogChange *change)
{
    g_autoptr(GArray) touched = touched_rows(catalog, change);
    for (guint i = 0; i < touched->len; i++) {
        catalog_audiences_leave(catalog, g_array_index(touched, guint32, i));
    }
    detach_old(catalog, change);
    attach_new(catalog, change, touched);
    enter(catalog, touched);
    if (change->owner_has_none) {
        const gint64 owner = 0;
        g_hash_table_remove(catalog->accounts, &owner);
    }
    for (guint i = 0; i < change->people->len; i++) {
        catalog_rows_know(catalog, &g_array_index(change->people, CatalogPerson, i));
    }
    for (guint i = 0; i < change->ratings->len; i++) {
        catalog_rows_rate(catalog, &g_array_index(change->ratings, CatalogRating, i));
    }
}

static void text_moved(gpointer data, guint32 row, guint32 at)
{
    Catalog *catalog = data;
    catalog->table.text[row] = at;
}

static CatalogNames names_of(const Dictionary *dictionary)
{
    return (CatalogNames){dictionary_count(dictionary), dictionary_texts(dictionary)};
}

static CatalogSets sets_of(const NameSets *sets)
{
    return (CatalogSets){
        .names = names_of(name_sets_names(sets)),
        .sets = names_of(name_sets_texts(sets)),
        .members = name_sets_members(sets),
    };
}

void catalog_rows_publish(Catalog *catalog, gint64 version)
{
    catalog_texts_tidy(&catalog->texts, text_moved, catalog);
    catalog_orders_rank(catalog);
    const CatalogTable *table = &catalog->table;
    catalog->columns = (CatalogColumns){
        .version = version,
        .rows = catalog->columns.rows,
        .id = table->id,
        .folder = table->folder,
        .path_rank = table->path_rank,
        .taken_ms = table->taken_ms,
        .day = table->day,
        .aspect = table->aspect,
        .camera = table->camera,
        .lens = table->lens,
        .tag_set = table->tag_set,
        .person_set = table->person_set,
        .object_set = table->object_set,
        .face_count = table->face_count,
        .faces_unknown = table->faces_unknown,
        .iso = table->iso,
        .shutter_seconds = table->shutter_seconds,
        .focal_length_mm = table->focal_length_mm,
        .f_stop = table->f_stop,
        .latitude = table->latitude,
        .longitude = table->longitude,
        .file_rating = table->file_rating,
        .flags = table->flags,
        .phash = table->phash,
        .folders = names_of(catalog->folders),
        .cameras = names_of(catalog->cameras),
        .lenses = names_of(catalog->lenses),
        .tags = sets_of(catalog->tags),
        .persons = sets_of(catalog->persons),
        .objects = sets_of(catalog->objects),
    };
}
