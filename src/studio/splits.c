#include "studio/splits.h"

#include "studio/item_rows.h"

#include <stdlib.h>
#include <string.h>

#define BURST_GAP_MS 2000

static const char *const grouping_names[] = {"image", "burst", "person", "folder"};

const char *split_grouping_name(SplitGrouping grouping)
{
    g_assert((gsize)grouping < G_N_ELEMENTS(grouping_names));
    return grouping_names[grouping];
}

gboolean split_grouping_from_name(const char *name, SplitGrouping *ret_grouping)
{
    for (gsize i = 0; i < G_N_ELEMENTS(grouping_names); i++) {
        if (g_strcmp0(grouping_names[i], name) == 0) {
            *ret_grouping = (SplitGrouping)i;
            return TRUE;
        }
    }
    return FALSE;
}

/* Random numbers that are the same everywhere: SplitMix64 (Steele, Lea, Flood, "Fast Splittable
 * Pseudorandom Number Generators", OOPSLA 2014; the constants are of its mix64variant13). */
static guint64 random_next(guint64 *state)
{
    guint64 z = *state += G_GUINT64_CONSTANT(0x9E3779B97F4A7C15);
    z = (z ^ (z >> 30)) * G_GUINT64_CONSTANT(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * G_GUINT64_CONSTANT(0x94D049BB133111EB);
    return z ^ (z >> 31);
}

/* 0 <= number < bound, each as likely: what would make the last turn shorter is drawn again. */
static guint64 random_below(guint64 *state, guint64 bound)
{
    guint64 most = G_MAXUINT64 - G_MAXUINT64 % bound;
    guint64 number = random_next(state);
    while (number >= most) {
        number = random_next(state);
    }
    return number % bound;
}

/* What is known of the items, in the order of directory and filename: nothing that differs between
 * two databases with the same pictures (ids, UUIDs) says what stays together, or in which order. */
typedef struct {
    gint64 id, directory_id;
    ContentHash content;
    gint64 taken_ms; /* G_MININT64: not known */
    gint64 stack;    /* id of the photo that stands for it; 0: it has none */
    char *camera;
    guint parent; /* of the union-find forest: an index; its own at a root */
} Member;

typedef struct {
    GArray *members;   /* of Member */
    GHashTable *by_id; /* index + 1 by id */
} Members;

static void member_clear(gpointer data)
{
    g_free(((Member *)data)->camera);
}

static void members_init(Members *members)
{
    members->members = g_array_new(FALSE, FALSE, sizeof(Member));
    g_array_set_clear_func(members->members, member_clear);
    members->by_id = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
}

static void members_clear(Members *members)
{
    g_clear_pointer(&members->members, g_array_unref);
    g_clear_pointer(&members->by_id, g_hash_table_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Members, members_clear)

static Member *member_at(const Members *members, guint index)
{
    return &g_array_index(members->members, Member, index);
}

/* The union-find forest (Tarjan and van Leeuwen 1984, path halving). A root is always the first of
 * its group, so that groups are known by their first item. */

static guint root_of(const Members *members, guint index)
{
    for (Member *member = member_at(members, index); member->parent != index;
         member = member_at(members, index)) {
        member->parent = member_at(members, member->parent)->parent;
        index = member->parent;
    }
    return index;
}

static void keep_together(Members *members, guint a, guint b)
{
    guint first = root_of(members, a);
    guint second = root_of(members, b);
    member_at(members, MAX(first, second))->parent = MIN(first, second);
}

/* Reading */

static Member member_from_row(const StoreStatement *row, guint index)
{
    Member member = {.parent = index};
    member.id = store_column_int(row, 0);
    member.directory_id = store_column_int(row, 1);
    gsize length = 0;
    gconstpointer content = store_column_blob(row, 2, &length);
    if (length == HASH_BYTES) {
        memcpy(member.content.bytes, content, HASH_BYTES);
    }
    member.taken_ms = store_column_is_null(row, 3) ? G_MININT64 : store_column_int(row, 3);
    member.stack = store_column_int(row, 4);
    member.camera = g_strdup(store_column_text(row, 5));
    return member;
}

static gboolean read_members(StoreTx *tx, const Dataset *dataset, GHashTable *wanted,
                             Members *members, GError **error)
{
    static const StoreQuery query = {
        .name = "splits_items",
        .sql = "SELECT i.id, i.directory_id, i.content_hash, p.taken_local_ms, "
               "COALESCE(p.stack_of, p.id), COALESCE(p.camera_make, '') || ' ' || "
               "COALESCE(p.camera_model, '') FROM dataset_item i "
               "JOIN dataset_directory r ON r.id = i.directory_id "
               "LEFT JOIN photo p ON p.id = i.photo_id WHERE i.dataset_id = ?1 "
               "ORDER BY r.path, i.filename",
    };
    StoreStatement *row = store_prepare(tx, &query, error);
    if (!row) {
        return FALSE;
    }
    store_bind_int(row, 1, dataset->id);
    StoreStep step;
    while ((step = store_step(row, error)) == STORE_ROW) {
        gint64 id = store_column_int(row, 0);
        if (g_hash_table_contains(wanted, &id)) {
            Member member = member_from_row(row, members->members->len);
            g_array_append_val(members->members, member);
            g_hash_table_insert(members->by_id, g_memdup2(&id, sizeof id),
                                GUINT_TO_POINTER(members->members->len));
        }
    }
    return step == STORE_DONE;
}

/* What stays together: neighbours in an order in which it is side by side */

typedef struct {
    int (*compare)(gconstpointer a, gconstpointer b); /* of Member * */
    gboolean (*belong)(const Member *a, const Member *b);
} Bond;

static int by_content(gconstpointer a, gconstpointer b)
{
    return memcmp(&(*(const Member *const *)a)->content, &(*(const Member *const *)b)->content,
                  HASH_BYTES);
}

static gboolean same_content(const Member *a, const Member *b)
{
    return memcmp(&a->content, &b->content, HASH_BYTES) == 0;
}

static int compare_numbers(gint64 a, gint64 b)
{
    return (a > b) - (a < b);
}

static int by_moment(gconstpointer first, gconstpointer second)
{
    const Member *a = *(const Member *const *)first;
    const Member *b = *(const Member *const *)second;
    int order = g_strcmp0(a->camera, b->camera);
    return order ? order : compare_numbers(a->taken_ms, b->taken_ms);
}

static gboolean same_burst(const Member *a, const Member *b)
{
    return a->taken_ms != G_MININT64 && b->taken_ms != G_MININT64 &&
           g_strcmp0(a->camera, b->camera) == 0 && b->taken_ms - a->taken_ms <= BURST_GAP_MS;
}

static int by_stack(gconstpointer a, gconstpointer b)
{
    return compare_numbers((*(const Member *const *)a)->stack, (*(const Member *const *)b)->stack);
}

static gboolean same_stack(const Member *a, const Member *b)
{
    return a->stack != 0 && a->stack == b->stack;
}

static int by_directory(gconstpointer a, gconstpointer b)
{
    return compare_numbers((*(const Member *const *)a)->directory_id,
                           (*(const Member *const *)b)->directory_id);
}

static gboolean same_directory(const Member *a, const Member *b)
{
    return a->directory_id == b->directory_id;
}

static void apply_bond(Members *members, const Bond *bond)
{
    guint count = members->members->len;
    g_autofree Member **order = g_new(Member *, count + 1);
    Member *first = (Member *)(gpointer)members->members->data;
    for (guint i = 0; i < count; i++) {
        order[i] = first + i;
    }
    qsort(order, count, sizeof(Member *), bond->compare);
    for (guint i = 1; i < count; i++) {
        if (bond->belong(order[i - 1], order[i])) {
            keep_together(members, (guint)(order[i - 1] - first), (guint)(order[i] - first));
        }
    }
}

/* Whoever shares a person; faces that are ignored are nobody's. */
static gboolean apply_persons(StoreTx *tx, const Dataset *dataset, Members *members, GError **error)
{
    static const StoreQuery query = {
        .name = "splits_persons",
        .sql =
            "SELECT f.person_id, i.id FROM dataset_item i JOIN face f ON f.photo_id = i.photo_id "
            "WHERE i.dataset_id = ?1 AND f.person_id IS NOT NULL ORDER BY f.person_id",
    };
    StoreStatement *row = store_prepare(tx, &query, error);
    if (!row) {
        return FALSE;
    }
    store_bind_int(row, 1, dataset->id);
    gint64 person = 0;
    guint before = 0; /* index + 1 of the person's last picture */
    StoreStep step;
    while ((step = store_step(row, error)) == STORE_ROW) {
        gint64 id = store_column_int(row, 1);
        guint index = GPOINTER_TO_UINT(g_hash_table_lookup(members->by_id, &id));
        if (index == 0) {
            continue;
        }
        if (before && person == store_column_int(row, 0)) {
            keep_together(members, before - 1, index - 1);
        }
        person = store_column_int(row, 0);
        before = index;
    }
    return step == STORE_DONE;
}

static gboolean group(StoreTx *tx, const Dataset *dataset, SplitGrouping grouping, Members *members,
                      GError **error)
{
    apply_bond(members, &(Bond){by_content, same_content});
    if (grouping == SPLIT_BY_BURST || grouping == SPLIT_BY_PERSON) {
        apply_bond(members, &(Bond){by_moment, same_burst});
        apply_bond(members, &(Bond){by_stack, same_stack});
    }
    if (grouping == SPLIT_BY_FOLDER) {
        apply_bond(members, &(Bond){by_directory, same_directory});
    }
    return grouping != SPLIT_BY_PERSON || apply_persons(tx, dataset, members, error);
}

/* Parting */

typedef struct {
    guint root, size, turn; /* the last: its place after shuffling */
    Split split;
} Group;

/* Of Group, in the order of their first items; `ret_of` has the group of each root. */
static GArray *list_groups(const Members *members, guint **ret_of)
{
    guint count = members->members->len;
    guint *of = g_new0(guint, count + 1);
    GArray *groups = g_array_new(FALSE, FALSE, sizeof(Group));
    for (guint i = 0; i < count; i++) {
        guint root = root_of(members, i);
        if (root == i) {
            const Group made = {.root = i};
            of[i] = groups->len;
            g_array_append_val(groups, made);
        }
        g_array_index(groups, Group, of[root]).size++;
    }
    *ret_of = of;
    return groups;
}

/* Fisher and Yates, as Durstenfeld wrote it (CACM 7, 1964). */
static void shuffle(GArray *groups, gint64 seed)
{
    guint64 state = (guint64)seed;
    g_autofree guint *turns = g_new(guint, groups->len + 1);
    for (guint i = 0; i < groups->len; i++) {
        turns[i] = i;
    }
    for (guint i = groups->len; i > 1; i--) {
        guint other = (guint)random_below(&state, i);
        guint turn = turns[i - 1];
        turns[i - 1] = turns[other];
        turns[other] = turn;
    }
    for (guint i = 0; i < groups->len; i++) {
        g_array_index(groups, Group, i).turn = turns[i];
    }
}

/* The larger first: what is left over then is filled up by small ones. */
static int by_size(gconstpointer first, gconstpointer second)
{
    const Group *a = *(const Group *const *)first;
    const Group *b = *(const Group *const *)second;
    int order = (b->size > a->size) - (b->size < a->size);
    return order ? order : (a->turn > b->turn) - (a->turn < b->turn);
}

/* Each to where the most is missing yet. What is missing in all is what is left, so single items
 * fill every share to the last. */
static void deal(GArray *groups, guint count, const SplitRule *rule)
{
    gint64 missing[SPLITS] = {0};
    missing[SPLIT_VAL] = (gint64)count * rule->val / 100;
    missing[SPLIT_TEST] = (gint64)count * rule->test / 100;
    missing[SPLIT_TRAIN] = (gint64)count - missing[SPLIT_VAL] - missing[SPLIT_TEST];
    g_autofree Group **order = g_new(Group *, groups->len + 1);
    for (guint i = 0; i < groups->len; i++) {
        order[i] = &g_array_index(groups, Group, i);
    }
    qsort(order, groups->len, sizeof(Group *), by_size);
    for (guint i = 0; i < groups->len; i++) {
        Split to = SPLIT_TRAIN;
        for (int split = SPLIT_VAL; split < SPLITS; split++) {
            to = missing[split] > missing[to] ? (Split)split : to;
        }
        order[i]->split = to;
        missing[to] -= order[i]->size;
    }
}

static gboolean check_rule(const SplitRule *rule, GError **error)
{
    if (rule->train < 0 || rule->val < 0 || rule->test < 0 ||
        rule->train + rule->val + rule->test != 100) {
        g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_INVALID,
                            "train, val and test are percentages that make 100 together");
        return FALSE;
    }
    return TRUE;
}

static GHashTable *set_of(const gint64 *ids, gsize count)
{
    GHashTable *set = g_hash_table_new(g_int64_hash, g_int64_equal);
    for (gsize i = 0; i < count; i++) {
        g_hash_table_add(set, (gpointer)&ids[i]);
    }
    return set;
}

Split *splits_plan(StoreTx *tx, const Dataset *dataset, const gint64 *ids, gsize count,
                   const SplitRule *rule, GError **error)
{
    g_auto(Members) members = {0};
    members_init(&members);
    g_autoptr(GHashTable) wanted = set_of(ids, count);
    if (!check_rule(rule, error) || !read_members(tx, dataset, wanted, &members, error) ||
        !group(tx, dataset, rule->grouping, &members, error)) {
        return NULL;
    }
    g_autofree guint *of = NULL;
    g_autoptr(GArray) groups = list_groups(&members, &of);
    shuffle(groups, rule->seed);
    deal(groups, members.members->len, rule);
    Split *splits = g_new0(Split, count + 1);
    for (gsize i = 0; i < count; i++) {
        guint index = GPOINTER_TO_UINT(g_hash_table_lookup(members.by_id, &ids[i]));
        if (index) {
            guint root = root_of(&members, index - 1);
            splits[i] = g_array_index(groups, Group, of[root]).split;
        }
    }
    return splits;
}

/* Of gint64. */
static GArray *items_in_use(StoreTx *tx, const Dataset *dataset, GError **error)
{
    static const StoreQuery query = {
        .name = "splits_in_use",
        .sql = "SELECT id FROM dataset_item WHERE dataset_id = ?1 AND archived_ms IS NULL "
               "ORDER BY id",
    };
    StoreStatement *row = store_prepare(tx, &query, error);
    if (!row) {
        return NULL;
    }
    store_bind_int(row, 1, dataset->id);
    return item_rows_read_ids(row, error);
}

static gboolean write_split(StoreTx *tx, const Dataset *dataset, const GArray *ids,
                            const Split *splits, Split split, gint64 *ret_count, GError **error)
{
    g_autoptr(GArray) some = g_array_new(FALSE, FALSE, sizeof(gint64));
    for (guint i = 0; i < ids->len; i++) {
        if (splits[i] == split) {
            g_array_append_val(some, g_array_index(ids, gint64, i));
        }
    }
    *ret_count = some->len;
    return item_set_split(tx, dataset, (const gint64 *)(gpointer)some->data, some->len, split,
                          error);
}

gboolean splits_assign(StoreTx *tx, const Dataset *dataset, const SplitRule *rule,
                       gint64 ret_counts[SPLITS], GError **error)
{
    g_autoptr(GArray) ids = items_in_use(tx, dataset, error);
    g_autofree Split *splits =
        ids ? splits_plan(tx, dataset, (const gint64 *)(gpointer)ids->data, ids->len, rule, error)
            : NULL;
    gboolean good = splits != NULL;
    for (int split = SPLIT_NONE; good && split < SPLITS; split++) {
        good = write_split(tx, dataset, ids, splits, (Split)split, &ret_counts[split], error);
    }
    return good;
}
