#include "library/folders.h"

#include "library/summary.h"
#include "library/top_rows.h"

#include <string.h>

/* What lies directly in a folder, by the folder's number in the catalogue. */
typedef struct {
    guint32 count;
    guint32 best; /* row */
} Held;

static void hold(const CatalogView *view, Held *held, guint32 row, guint32 count)
{
    held->best = held->count == 0 || row_order_path(view, row, held->best) < 0 ? row : held->best;
    held->count += count;
}

static GBytes *make_held(Library *library, const CatalogView *view, gboolean hide_duplicates)
{
    const CatalogColumns *columns = catalog_columns(view);
    Held *held = g_new0(Held, MAX(columns->folders.count, 1));
    for (guint32 row = 0; row < columns->rows; row++) {
        if (summary_shows(view, row, hide_duplicates)) {
            hold(view, &held[columns->folder[row]], row, 1);
        }
    }
    return g_bytes_new_take(held, columns->folders.count * sizeof *held);
}

/* "/photos/2024/" of "\photos\2024": one slash at the end, none for nothing. */
static char *normalised(const char *path)
{
    g_autofree char *slashed = g_strdelimit(g_strdup(path), "\\", '/');
    gsize length = strlen(slashed);
    while (length > 0 && slashed[length - 1] == '/') {
        length--;
    }
    return *slashed ? g_strdup_printf("%.*s/", (int)length, slashed) : g_strdup("");
}

typedef struct {
    const CatalogView *view;
    GHashTable *children; /* Held by name; the key is owned */
    char *lead;           /* slashes between the prefix and the names */
    gboolean direct;
} Walk;

static void walk_clear(Walk *walk)
{
    g_clear_pointer(&walk->children, g_hash_table_unref);
    g_clear_pointer(&walk->lead, g_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Walk, walk_clear)

static void add_folder(Walk *walk, const char *beneath, const Held *held)
{
    gsize lead = strspn(beneath, "/");
    const char *name = beneath + lead;
    if (*name == '\0') {
        walk->direct = TRUE;
        return;
    }
    if (!walk->lead) {
        walk->lead = g_strndup(beneath, lead);
    }
    g_autofree char *key = g_strndup(name, strcspn(name, "/"));
    Held *child = g_hash_table_lookup(walk->children, key);
    if (!child) {
        child = g_new0(Held, 1);
        g_hash_table_insert(walk->children, g_steal_pointer(&key), child);
    }
    hold(walk->view, child, held->best, held->count);
}

static void walk_prefix(Walk *walk, const Held *held, const char *prefix)
{
    const CatalogNames *folders = &catalog_columns(walk->view)->folders;
    gsize length = strlen(prefix);
    walk->children = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    for (guint32 i = 0; i < folders->count; i++) {
        if (held[i].count > 0) {
            g_autofree char *path = normalised(folders->texts[i]);
            if (strncmp(path, prefix, length) == 0) {
                add_folder(walk, path + length, &held[i]);
            }
        }
    }
}

static gboolean found_any(const Walk *walk)
{
    return walk->direct || g_hash_table_size(walk->children) > 0;
}

static int by_name(gconstpointer a, gconstpointer b)
{
    const Folder *one = a, *other = b;
    g_autofree char *lower = g_utf8_strdown(one->name, -1);
    g_autofree char *other_lower = g_utf8_strdown(other->name, -1);
    int order = strcmp(lower, other_lower);
    return order ? order : strcmp(one->name, other->name);
}

static void clear_folder(gpointer data)
{
    Folder *folder = data;
    g_free(folder->name);
    g_free(folder->path);
    g_free(folder->cover_path);
}

static GArray *list_children(const Walk *walk, const char *prefix)
{
    GArray *list = g_array_new(FALSE, FALSE, sizeof(Folder));
    g_array_set_clear_func(list, clear_folder);
    GHashTableIter iter;
    gpointer name = NULL, held = NULL;
    g_hash_table_iter_init(&iter, walk->children);
    while (g_hash_table_iter_next(&iter, &name, &held)) {
        const Folder folder = {
            .name = g_strdup(name),
            .path = g_strconcat(prefix, walk->lead, name, "/", NULL),
            .count = ((const Held *)held)->count,
            .cover_path = catalog_path(walk->view, ((const Held *)held)->best),
        };
        g_array_append_val(list, folder);
    }
    g_array_sort(list, by_name);
    return list;
}

GArray *folders_in(Library *library, const Principal *viewer, const char *prefix,
                   gboolean hide_duplicates, gboolean *ret_direct, GError **error)
{
    g_autoptr(CatalogView) view = catalog_view(library_catalog(library), viewer, error);
    if (!view) {
        return NULL;
    }
    g_autoptr(GBytes) bytes = summary_get(library, view, "held", hide_duplicates, make_held);
    const Held *held = g_bytes_get_data(bytes, NULL);
    g_autofree char *plain = normalised(prefix);
    g_autofree char *slashed = g_strconcat("/", plain, NULL);
    g_auto(Walk) walk = {.view = view};
    walk_prefix(&walk, held, plain);
    gboolean again = !found_any(&walk) && *plain && *plain != '/';
    if (again) {
        walk_clear(&walk);
        walk_prefix(&walk, held, slashed);
    }
    *ret_direct = walk.direct;
    return list_children(&walk, again ? slashed : plain);
}
