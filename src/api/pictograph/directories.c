/* Directories of a dataset. In addresses their paths have no slash in front. */
#include "api/pictograph/lookup.h"
#include "api/pictograph/objects.h"
#include "api/pictograph/pictograph.h"
#include "api/pictograph/routes.h"
#include "base/limits.h"

#include <string.h>

static Dataset *find_dataset(HttpRequest *request, StoreTx *tx, GError **error)
{
    return dataset_find(tx, api_principal(request), http_text(request, "dataset", ""), error);
}

/* The directory at `path`, as a client writes it. */
static Directory *find_directory(StoreTx *tx, const Dataset *dataset, const char *path,
                                 GError **error)
{
    g_autofree char *clean = directory_clean_path(path, error);
    return clean ? directory_find(tx, dataset, clean, error) : NULL;
}

/* --- lists --- */

/* Whether it lies right in `parent`; NULL: anywhere. */
static gboolean lies_in(const Directory *directory, const char *parent)
{
    if (!parent) {
        return TRUE;
    }
    gsize length = strlen(directory->path) - strlen(directory->name);
    gsize wanted = strcmp(parent, "/") == 0 ? 1 : strlen(parent) + 1;
    return length == wanted && strncmp(directory->path, parent, wanted - 1) == 0;
}

static gboolean answer_directories(HttpRequest *request, const Dataset *dataset,
                                   const GPtrArray *directories, const char *parent, GError **error)
{
    JsonWriter *writer = pictograph_writer();
    json_array_begin(writer);
    for (guint i = 0; i < directories->len; i++) {
        const Directory *directory = g_ptr_array_index(directories, i);
        if (lies_in(directory, parent)) {
            pictograph_write_directory(writer, dataset, directory);
        }
    }
    json_array_end(writer);
    return pictograph_answer_bare(request, writer, error);
}

static gboolean list_directories(HttpRequest *request, GError **error)
{
    gboolean of_one = http_given(request, "parent_path");
    g_autoptr(StoreTx) tx = api_read(request, error);
    g_autoptr(Dataset) dataset = tx ? find_dataset(request, tx, error) : NULL;
    g_autoptr(Directory) parent =
        dataset && of_one
            ? find_directory(tx, dataset, http_text(request, "parent_path", ""), error)
            : NULL;
    g_autoptr(GPtrArray) directories =
        dataset && (parent || !of_one) ? directory_list(tx, dataset, error) : NULL;
    return directories &&
           answer_directories(request, dataset, directories, parent ? parent->path : NULL, error);
}

static void begin_node(JsonWriter *writer, const Directory *directory)
{
    json_object_begin(writer);
    json_member_string(writer, "id", directory->uuid);
    json_member_string(writer, "name", directory->name);
    json_member_string(writer, "full_path", directory->path);
    json_member_int(writer, "image_count", directory->image_count);
    json_member_int(writer, "nested_image_count", directory->nested_count);
    json_key(writer, "children");
    json_array_begin(writer);
}

static void end_node(JsonWriter *writer)
{
    json_array_end(writer);
    json_object_end(writer);
}

static gboolean is_beneath(const Directory *directory, const Directory *above)
{
    gsize length = strlen(above->path);
    return strncmp(directory->path, above->path, length) == 0 && directory->path[length] == '/';
}

static gint by_parts(gconstpointer a, gconstpointer b)
{
    const Directory *one = *(Directory *const *)a, *other = *(Directory *const *)b;
    const char *p = one->path, *q = other->path;
    while (*p && *p == *q) {
        p++, q++;
    }
    /* A slash comes before all else: what lies beneath a directory follows it at once. */
    guchar left = *p == '/' ? 1 : (guchar)*p, right = *q == '/' ? 1 : (guchar)*q;
    return (left > right) - (left < right);
}

/* By path, what lies beneath a directory comes right after it; deeper nesting than a JSON writer
 * holds is cut: directory_clean_path allows no such path. */
static gboolean get_tree(HttpRequest *request, GError **error)
{
    g_autoptr(StoreTx) tx = api_read(request, error);
    g_autoptr(Dataset) dataset = tx ? find_dataset(request, tx, error) : NULL;
    g_autoptr(GPtrArray) directories = dataset ? directory_list(tx, dataset, error) : NULL;
    g_autoptr(GPtrArray) open = g_ptr_array_new();
    if (!directories) {
        return FALSE;
    }
    g_ptr_array_sort(directories, by_parts);
    JsonWriter *writer = pictograph_writer();
    json_array_begin(writer);
    for (guint i = 0; i < directories->len; i++) {
        const Directory *directory = g_ptr_array_index(directories, i);
        while (open->len > 0 && !is_beneath(directory, g_ptr_array_index(open, open->len - 1))) {
            end_node(writer);
            g_ptr_array_set_size(open, (gint)open->len - 1);
        }
        begin_node(writer, directory);
        g_ptr_array_add(open, (gpointer)directory);
    }
    for (guint i = 0; i < open->len; i++) {
        end_node(writer);
    }
    json_array_end(writer);
    return pictograph_answer_bare(request, writer, error);
}

/* --- numbers --- */

static gboolean answer_stats(HttpRequest *request, const DirectoryStats *stats, GError **error)
{
    JsonWriter *writer = pictograph_writer();
    json_object_begin(writer);
    json_member_int(writer, "total_directories", stats->directories);
    json_member_int(writer, "total_images", stats->images);
    json_member_int(writer, "total_size_bytes", stats->bytes);
    json_key(writer, "directories_by_status");
    json_object_begin(writer);
    for (ItemStatus status = ITEM_NEW; status < ITEM_STATUSES; status++) {
        json_member_int(writer, item_status_name(status), stats->by_status[status]);
    }
    json_object_end(writer);
    json_object_end(writer);
    return pictograph_answer_bare(request, writer, error);
}

/* The path without the word behind it; NULL when it has another, or none. The caller's. */
static char *path_before(HttpRequest *request, const char *word, GError **error)
{
    g_autofree char *path = g_strdup(http_text(request, "path", ""));
    gsize length = strlen(path), tail = strlen(word);
    if (length > 0 && path[length - 1] == '/') {
        path[--length] = '\0';
    }
    if (length <= tail || strcmp(path + length - tail, word) != 0) {
        g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_NOT_FOUND,
                    "A directory's address ends with %s here", word);
        return NULL;
    }
    path[length - tail] = '\0';
    return g_steal_pointer(&path);
}

static gboolean get_stats(HttpRequest *request, GError **error)
{
    DirectoryStats stats = {0};
    g_autofree char *path = path_before(request, "/stats", error);
    g_autoptr(StoreTx) tx = path ? api_read(request, error) : NULL;
    g_autoptr(Dataset) dataset = tx ? find_dataset(request, tx, error) : NULL;
    g_autoptr(Directory) directory = dataset ? find_directory(tx, dataset, path, error) : NULL;
    return directory &&
           directory_stats(tx, dataset, directory,
                           http_flag(request, "include_subdirectories", TRUE), &stats, error) &&
           answer_stats(request, &stats, error);
}

/* --- changes --- */

/* After a change, as it is now. */
static gboolean commit_and_answer(HttpRequest *request, StoreTx *tx, const Dataset *dataset,
                                  const char *path, GError **error)
{
    g_autoptr(Directory) directory = directory_find(tx, dataset, path, error);
    if (!directory || !pictograph_commit(request, tx, error)) {
        return FALSE;
    }
    JsonWriter *writer = pictograph_writer();
    pictograph_write_directory(writer, dataset, directory);
    return pictograph_answer(request, writer, "directory", NULL, error);
}

static gboolean create_directory(HttpRequest *request, GError **error)
{
    gint64 id = 0;
    const char *path = pictograph_body_text(request, "directory_path", "folder_path");
    const char *name = pictograph_body_text(request, "dataset", "dataset_id");
    if (!name || !path) {
        const PictographProblem problem = {name ? "directory_path" : "dataset", "Field required",
                                           "missing"};
        return pictograph_refuse_body(request, &problem, 1);
    }
    g_autofree char *clean = directory_clean_path(path, error);
    g_autoptr(Dataset) dataset = NULL;
    g_autoptr(StoreTx) tx =
        clean ? pictograph_begin_dataset_change(request, name, &dataset, error) : NULL;
    return tx && directory_make(tx, api_principal(request), dataset, clean, &id, error) &&
           commit_and_answer(request, tx, dataset, clean, error);
}

/* Where a directory of that name beside it would be; the caller's. */
static char *renamed_path(const Directory *directory, const char *name)
{
    gsize kept = strlen(directory->path) - strlen(directory->name);
    g_autofree char *parent = g_strndup(directory->path, kept);
    return g_strconcat(parent, name, NULL);
}

static gboolean rename_directory(HttpRequest *request, GError **error)
{
    const char *name = pictograph_body_text(request, "new_name");
    g_autofree char *path = path_before(request, "/rename", error);
    g_autoptr(Dataset) dataset = NULL;
    g_autoptr(StoreTx) tx = path ? pictograph_begin_dataset_change(
                                       request, http_text(request, "dataset", ""), &dataset, error)
                                 : NULL;
    g_autoptr(Directory) directory = tx ? find_directory(tx, dataset, path, error) : NULL;
    if (!directory || !directory_rename(tx, dataset, directory, name ? name : "", error)) {
        return FALSE;
    }
    g_autofree char *now = renamed_path(directory, name);
    return commit_and_answer(request, tx, dataset, now, error);
}

static gboolean delete_directory(HttpRequest *request, GError **error)
{
    gint64 moved = 0;
    g_autoptr(Dataset) dataset = NULL;
    g_autoptr(StoreTx) tx = pictograph_begin_dataset_change(
        request, http_text(request, "dataset", ""), &dataset, error);
    g_autoptr(Directory) directory =
        tx ? find_directory(tx, dataset, http_text(request, "path", ""), error) : NULL;
    if (!directory ||
        !directory_delete(tx, dataset, directory, http_flag(request, "cascade", FALSE), &moved,
                          error) ||
        !pictograph_commit(request, tx, error)) {
        return FALSE;
    }
    JsonWriter *writer = pictograph_writer();
    json_object_begin(writer);
    json_member_bool(writer, "success", TRUE);
    json_member_string(writer, "directory_id", directory->uuid);
    json_member_int(writer, "images_moved", moved);
    json_object_end(writer);
    return pictograph_answer_bare(request, writer, error);
}

/* --- routes --- */

#define DIRECTORIES PICTOGRAPH_BASE "/directories"
#define TAG         "pictograph directories"

static const HttpParameter list_query[] = {
    {.name = "parent_path",
     .type = HTTP_TEXT,
     .summary = "Only those right in it; empty: at the top"},
    {0},
};

static const HttpParameter stats_query[] = {
    {.name = "include_subdirectories", .type = HTTP_BOOL, .fallback = "true"},
    {0},
};

static const HttpParameter create_body[] = {
    {.name = "dataset", .type = HTTP_TEXT, .summary = "Its name or UUID"},
    {.name = "dataset_id", .type = HTTP_TEXT, .summary = "The same"},
    {.name = "directory_path", .type = HTTP_TEXT},
    {.name = "folder_path", .type = HTTP_TEXT, .summary = "The same"},
    {0},
};

static const HttpParameter rename_body[] = {
    {.name = "new_name",
     .type = HTTP_TEXT,
     .required = TRUE,
     .bounded = TRUE,
     .min = 1,
     .max = 255},
    {0},
};

static const HttpParameter delete_query[] = {
    {.name = "cascade",
     .type = HTTP_BOOL,
     .fallback = "false",
     .summary = "Its images move up; else only an empty one is deleted"},
    {0},
};

const HttpRoute pictograph_directory_routes[] = {
    HTTP_ROUTE(CAPABILITY_DATASETS, .method = HTTP_GET, .path = DIRECTORIES "/{dataset}",
               .query = list_query, .tag = TAG, .summary = "Directories of a dataset",
               .response_schema = "PictographDirectories", .handler = list_directories),
    HTTP_ROUTE(CAPABILITY_DATASETS, .method = HTTP_GET, .path = DIRECTORIES "/{dataset}/tree",
               .tag = TAG, .summary = "The same as a tree",
               .response_schema = "PictographDirectoryTree", .handler = get_tree),
    HTTP_ROUTE(CAPABILITY_DATASETS, .method = HTTP_GET, .path = DIRECTORIES PICTOGRAPH_NAMED_ROUTE,
               .query = stats_query, .tag = TAG,
               .summary = "Numbers about a directory: its path with /stats behind it",
               .response_schema = "PictographDirectoryStats", .handler = get_stats),
    HTTP_ROUTE(CAPABILITY_CURATE, .method = HTTP_POST, .path = DIRECTORIES, .body = create_body,
               .tag = TAG, .summary = "Make a directory, and those above it", .status = 201,
               .response_schema = "PictographDirectoryAnswer", .handler = create_directory),
    HTTP_ROUTE(CAPABILITY_CURATE, .method = HTTP_PATCH, .path = DIRECTORIES PICTOGRAPH_NAMED_ROUTE,
               .body = rename_body, .tag = TAG,
               .summary = "Rename a directory: its path with /rename behind it",
               .response_schema = "PictographDirectoryAnswer", .handler = rename_directory),
    HTTP_ROUTE(CAPABILITY_CURATE, .method = HTTP_DELETE, .path = DIRECTORIES PICTOGRAPH_NAMED_ROUTE,
               .query = delete_query, .tag = TAG, .summary = "Delete a directory",
               .response_schema = "PictographDirectoryDeleted", .handler = delete_directory),
};

G_STATIC_ASSERT(G_N_ELEMENTS(pictograph_directory_routes) == PICTOGRAPH_DIRECTORY_ROUTES);
