#include "api/pictograph/lookup.h"

#include "api/pictograph/pictograph.h"

#include <string.h>

StoreTx *pictograph_begin_change(HttpRequest *request, GError **error)
{
    g_autoptr(StoreTx) tx = store_write(library_store(api_of(request)->library), error);
    return tx && library_touch(tx, error) ? g_steal_pointer(&tx) : NULL;
}

gboolean pictograph_commit(HttpRequest *request, StoreTx *tx, GError **error)
{
    return library_commit(api_of(request)->library, tx, error);
}

StoreTx *pictograph_begin_dataset_change(HttpRequest *request, const char *dataset,
                                         Dataset **ret_dataset, GError **error)
{
    g_autoptr(StoreTx) tx = pictograph_begin_change(request, error);
    g_autoptr(Dataset) found =
        tx ? dataset_find(tx, api_principal(request), dataset ? dataset : "", error) : NULL;
    if (!found || !dataset_touch(tx, found->id, error)) {
        return NULL;
    }
    *ret_dataset = g_steal_pointer(&found);
    return g_steal_pointer(&tx);
}

/* --- images --- */

/* TRUE, and the error is forgotten, when it only says that there is none. */
static gboolean is_absent(GError **error)
{
    if (g_error_matches(*error, ALBUMEN_ERROR, ALBUMEN_ERROR_NOT_FOUND)) {
        g_clear_error(error);
        return TRUE;
    }
    return FALSE;
}

static Item *refuse_unknown(GError **error)
{
    g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_NOT_FOUND, "Image not found");
    return NULL;
}

static Item *find_by_uuid(HttpRequest *request, StoreTx *tx, const char *uuid, GError **error)
{
    return uuid_is_valid(uuid) ? item_find(tx, api_principal(request), uuid, error)
                               : refuse_unknown(error);
}

Item *pictograph_find_named(HttpRequest *request, StoreTx *tx, const char *dataset,
                            const char *path, Dataset **ret_dataset, GError **error)
{
    g_autoptr(Dataset) found = dataset_find(tx, api_principal(request), dataset, error);
    const char *begin = path + (*path == '/');
    gsize length = strlen(begin);
    g_autofree char *clean = g_strndup(begin, length - (length > 0 && begin[length - 1] == '/'));
    Item *item = found ? item_find_by_path(tx, found, clean, error) : NULL;
    if (item && ret_dataset) {
        *ret_dataset = g_steal_pointer(&found);
    }
    return item;
}

static gboolean is_named(const HttpRequest *request)
{
    return g_str_has_suffix(http_request_route(request)->path, PICTOGRAPH_NAMED_ROUTE);
}

Item *pictograph_find_image(HttpRequest *request, StoreTx *tx, GError **error)
{
    return is_named(request) ? pictograph_find_named(request, tx, http_text(request, "dataset", ""),
                                                     http_text(request, "path", ""), NULL, error)
                             : find_by_uuid(request, tx, http_text(request, "image", ""), error);
}

/* Which word the path ends with; `ret_stem` is what stands before it, "" when it is all; the
 * caller's. */
static const char *split_word(const char *path, const char *const *words, char **ret_stem)
{
    gsize length = strlen(path);
    length -= length > 0 && path[length - 1] == '/';
    for (; *words; words++) {
        gsize tail = strlen(*words);
        gboolean ends = length >= tail && memcmp(path + length - tail, *words, tail) == 0;
        if (ends && (length == tail || path[length - tail - 1] == '/')) {
            *ret_stem = g_strndup(path, length == tail ? 0 : length - tail - 1);
            return *words;
        }
    }
    return NULL;
}

Item *pictograph_find_with_word(HttpRequest *request, StoreTx *tx, const char *const *words,
                                const char **ret_word, GError **error)
{
    const char *dataset = http_text(request, "dataset", "");
    const char *path = http_text(request, "path", "");
    g_autofree char *stem = NULL;
    g_autoptr(GError) failure = NULL;
    const char *word = split_word(path, words, &stem);
    *ret_word = NULL;
    if (word) {
        Item *item = *stem ? pictograph_find_named(request, tx, dataset, stem, NULL, &failure)
                           : find_by_uuid(request, tx, dataset, &failure);
        if (item) {
            *ret_word = word;
            return item;
        }
        if (!is_absent(&failure)) {
            g_propagate_error(error, g_steal_pointer(&failure));
            return NULL;
        }
    }
    return pictograph_find_named(request, tx, dataset, path, NULL, error);
}

/* --- who asks, and what is asked --- */

gboolean pictograph_is_at_least(HttpRequest *request, MemberRole role)
{
    if (principal_member_role(api_principal(request)) >= role) {
        return TRUE;
    }
    pictograph_refuse_role(request, role);
    return FALSE;
}

const char **pictograph_body_list(const HttpRequest *request, const char *name)
{
    const json_t *list = json_object_get(http_body(request), name);
    const char **texts = g_new0(const char *, json_array_size(list) + 1);
    for (gsize i = 0; i < json_array_size(list); i++) {
        texts[i] = json_string_value(json_array_get(list, i));
    }
    return texts;
}
