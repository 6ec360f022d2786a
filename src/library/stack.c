#include "library/stack.h"

#include "library/library.h"

#include <string.h>

/* One picture of the name. */
typedef struct {
    gint64 id;
    gint64 stack_of; /* 0: none */
    gint64 taken_ms;
    gboolean is_dated;
    gboolean is_shown;
    enum { KIND_OTHER, KIND_RAW, KIND_HEIF, KIND_JPEG } kind; /* the best leader last */
} Member;

static const char *ending(const char *name)
{
    const char *dot = strrchr(name, '.');
    return dot && dot != name ? dot : name + strlen(name);
}

static int kind_of(const char *format)
{
    if (strcmp(format, "raw") == 0) {
        return KIND_RAW;
    }
    if (strcmp(format, "jpeg") == 0) {
        return KIND_JPEG;
    }
    return strcmp(format, "heif") == 0 ? KIND_HEIF : KIND_OTHER;
}

static void add_member(GArray *members, const StoreStatement *row)
{
    const Member member = {
        .id = store_column_int(row, 0),
        .stack_of = store_column_int(row, 2),
        .is_dated = !store_column_is_null(row, 3),
        .taken_ms = store_column_int(row, 3),
        .is_shown = store_column_int(row, 4) != 0,
        .kind = kind_of(store_column_text(row, 5)),
    };
    g_array_append_val(members, member);
}

/* lower() of both databases knows ASCII alone, as does g_ascii_strdown. '/' follows '.' in ASCII,
 * so the names between are those that begin with the stem and a dot. */
static GArray *find_members(StoreTx *tx, gint64 folder_id, const char *name, GError **error)
{
    static const StoreQuery query = {
        .name = "stack_members",
        .sql = "SELECT id, name, stack_of, taken_local_ms, "
               "CASE WHEN state = 'present' AND kept_out IS NULL THEN 1 ELSE 0 END, format "
               "FROM photo WHERE folder_id = ?1 AND lower(name) > ?2 AND lower(name) < ?3 "
               "ORDER BY name",
    };
    StoreStatement *row = store_prepare(tx, &query, error);
    if (!row) {
        return NULL;
    }
    gsize length = (gsize)(ending(name) - name);
    g_autofree char *stem = g_ascii_strdown(name, (gssize)length);
    g_autofree char *first = g_strconcat(stem, ".", NULL);
    g_autofree char *behind = g_strconcat(stem, "/", NULL);
    store_bind_int(row, 1, folder_id);
    store_bind_text(row, 2, first);
    store_bind_text(row, 3, behind);
    g_autoptr(GArray) members = g_array_new(FALSE, FALSE, sizeof(Member));
    StoreStep step;
    while ((step = store_step(row, error)) == STORE_ROW) {
        const char *other = store_column_text(row, 1);
        if ((gsize)(ending(other) - other) == length) { /* not NAME.edited.jpg */
            add_member(members, row);
        }
    }
    return step == STORE_DONE ? g_steal_pointer(&members) : NULL;
}

static const Member *find_leader(const GArray *members)
{
    const Member *leader = NULL;
    gboolean has_raw = FALSE;
    for (guint i = 0; i < members->len; i++) {
        const Member *member = &g_array_index(members, Member, i);
        if (!member->is_shown) {
            continue;
        }
        has_raw = has_raw || member->kind == KIND_RAW;
        if (member->kind > KIND_RAW && (!leader || member->kind > leader->kind)) {
            leader = member;
        }
    }
    return has_raw ? leader : NULL;
}

static gboolean follows(const Member *member, const Member *leader)
{
    if (!leader || member == leader || member->kind == KIND_OTHER) {
        return FALSE;
    }
    return !member->is_dated || !leader->is_dated ||
           ABS(member->taken_ms - leader->taken_ms) <= STACK_SECONDS * 1000;
}

static gboolean set_leader(StoreTx *tx, gint64 photo_id, gint64 leader_id, GError **error)
{
    static const StoreQuery query = {
        .name = "stack_set",
        .sql = "UPDATE photo SET stack_of = ?2, version = " LIBRARY_VERSION_SQL " WHERE id = ?1",
    };
    StoreStatement *statement = store_prepare(tx, &query, error);
    if (!statement) {
        return FALSE;
    }
    store_bind_int(statement, 1, photo_id);
    if (leader_id) {
        store_bind_int(statement, 2, leader_id);
    }
    return store_run(statement, NULL, error);
}

/* Those who were led and those who lead now change with it: what is shown of them does. */
static gboolean touch_leader(StoreTx *tx, gint64 photo_id, GError **error)
{
    static const StoreQuery query = {
        .name = "stack_touch",
        .sql = "UPDATE photo SET version = " LIBRARY_VERSION_SQL " WHERE id = ?1",
    };
    if (photo_id == 0) {
        return TRUE;
    }
    StoreStatement *statement = store_prepare(tx, &query, error);
    if (!statement) {
        return FALSE;
    }
    store_bind_int(statement, 1, photo_id);
    return store_run(statement, NULL, error);
}

gboolean stack_refresh(StoreTx *tx, gint64 folder_id, const char *name, GError **error)
{
    g_autoptr(GArray) members = find_members(tx, folder_id, name, error);
    if (!members) {
        return FALSE;
    }
    const Member *leader = find_leader(members);
    for (guint i = 0; i < members->len; i++) {
        const Member *member = &g_array_index(members, Member, i);
        gint64 wanted = follows(member, leader) ? leader->id : 0;
        if (member->is_shown && wanted != member->stack_of &&
            (!set_leader(tx, member->id, wanted, error) || !touch_leader(tx, wanted, error) ||
             !touch_leader(tx, member->stack_of, error))) {
            return FALSE;
        }
    }
    return TRUE;
}

gboolean stack_refresh_photo(StoreTx *tx, gint64 photo_id, GError **error)
{
    static const StoreQuery query = {
        .name = "stack_place",
        .sql = "SELECT folder_id, name FROM photo WHERE id = ?1",
    };
    StoreStatement *row = store_prepare(tx, &query, error);
    if (!row) {
        return FALSE;
    }
    store_bind_int(row, 1, photo_id);
    StoreStep step = store_step(row, error);
    if (step != STORE_ROW) {
        return step == STORE_DONE;
    }
    gint64 folder_id = store_column_int(row, 0);
    g_autofree char *name = g_strdup(store_column_text(row, 1));
    return stack_refresh(tx, folder_id, name, error);
}

gboolean stack_refresh_folder(StoreTx *tx, gint64 folder_id, GError **error)
{
    static const StoreQuery query = {
        .name = "stack_folder",
        .sql = "SELECT name FROM photo WHERE folder_id = ?1 AND (format = 'raw' OR "
               "stack_of IS NOT NULL)",
    };
    StoreStatement *row = store_prepare(tx, &query, error);
    if (!row) {
        return FALSE;
    }
    store_bind_int(row, 1, folder_id);
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    StoreStep step;
    while ((step = store_step(row, error)) == STORE_ROW) {
        g_ptr_array_add(names, g_strdup(store_column_text(row, 0)));
    }
    for (guint i = 0; i < names->len && step == STORE_DONE; i++) {
        if (!stack_refresh(tx, folder_id, g_ptr_array_index(names, i), error)) {
            return FALSE;
        }
    }
    return step == STORE_DONE;
}
