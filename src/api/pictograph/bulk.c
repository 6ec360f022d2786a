/* The shapes of many images in one request. */
#include "api/pictograph/lookup.h"
#include "api/pictograph/pictograph.h"
#include "api/pictograph/routes.h"
#include "api/pictograph/saves.h"
#include "base/limits.h"

/* What becomes of one of the entries. */
typedef struct {
    const char *uuid; /* as sent */
    GPtrArray *shapes;
} Save;

static void save_clear(gpointer data)
{
    Save *save = data;
    g_clear_pointer(&save->shapes, g_ptr_array_unref);
}

static void read_save(const json_t *entry, guint place, GArray *saves, PictographProblems *problems)
{
    static const char *const members[] = {"image_id", "annotations", NULL};
    g_autofree char *path = g_strdup_printf("saves.%u", place);
    if (!pictograph_check_members(entry, path, members, problems)) {
        return;
    }
    g_autofree char *annotations = g_strconcat(path, ".annotations", NULL);
    const json_t *uuid = json_object_get(entry, "image_id");
    if (!json_is_string(uuid)) {
        g_autofree char *where = g_strconcat(path, ".image_id", NULL);
        pictograph_problem_add(problems, where, uuid ? "string_type" : "missing",
                               uuid ? "Input should be a string" : "Field required");
    }
    const Save save = {
        .uuid = json_string_value(uuid),
        .shapes =
            pictograph_read_shapes(json_object_get(entry, "annotations"), annotations, problems),
    };
    g_array_append_val(saves, save);
}

/* Of Save; what is wrong goes to the problems. */
static GArray *read_saves(const json_t *body, PictographProblems *problems)
{
    static const char *const members[] = {"saves", NULL};
    const json_t *list = json_object_get(body, "saves");
    GArray *saves = g_array_new(FALSE, FALSE, sizeof(Save));
    g_array_set_clear_func(saves, save_clear);
    pictograph_check_members(body, "", members, problems);
    if (!json_is_array(list)) {
        pictograph_problem_add(problems, "saves", list ? "list_type" : "missing",
                               list ? "Input should be a list" : "Field required");
    } else if (json_array_size(list) < 1 || json_array_size(list) > LIMIT_BULK_SAVES) {
        pictograph_problem_add(problems, "saves", json_array_size(list) ? "too_long" : "too_short",
                               "A request saves the annotations of 1 to 200 images");
    } else {
        for (guint i = 0; i < json_array_size(list); i++) {
            read_save(json_array_get(list, i), i, saves, problems);
        }
    }
    return saves;
}

typedef struct {
    HttpRequest *request;
    StoreTx *tx;
    JsonWriter *saved, *failed;
    gint64 dataset_id; /* that was touched last */
} Bulk;

static void bulk_clear(Bulk *bulk)
{
    g_clear_pointer(&bulk->saved, json_writer_free);
    g_clear_pointer(&bulk->failed, json_writer_free);
    g_clear_pointer(&bulk->tx, store_tx_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Bulk, bulk_clear)

static void tell_failed(Bulk *bulk, const Save *save, const char *why)
{
    json_object_begin(bulk->failed);
    json_member_string(bulk->failed, "image_id", save->uuid);
    json_member_string(bulk->failed, "error", why);
    json_object_end(bulk->failed);
}

/* What is the entry's own fault is told with it; FALSE with an error that ends it all. */
static gboolean blame_entry(Bulk *bulk, const Save *save, GError *failure, GError **error)
{
    gboolean absent = g_error_matches(failure, ALBUMEN_ERROR, ALBUMEN_ERROR_NOT_FOUND);
    if (absent || g_error_matches(failure, ALBUMEN_ERROR, ALBUMEN_ERROR_INVALID)) {
        tell_failed(bulk, save, absent ? "not found" : failure->message);
        g_error_free(failure);
        return TRUE;
    }
    g_propagate_error(error, failure);
    return FALSE;
}

static gboolean touch(Bulk *bulk, const Item *item, GError **error)
{
    if (bulk->dataset_id == item->dataset_id) {
        return TRUE;
    }
    bulk->dataset_id = item->dataset_id;
    return dataset_touch(bulk->tx, item->dataset_id, error);
}

/* FALSE with problems and no error when the set is no good. */
static gboolean save_one(Bulk *bulk, const Save *save, guint place, PictographProblems *problems,
                         GError **error)
{
    AnnotationsSaved saved;
    GError *failure = NULL;
    g_autofree char *path = g_strdup_printf("saves.%u.annotations", place);
    g_autoptr(Item) item =
        uuid_is_valid(save->uuid)
            ? item_find(bulk->tx, api_principal(bulk->request), save->uuid, &failure)
            : NULL;
    if (!item && !failure) {
        tell_failed(bulk, save, "not found");
        return TRUE;
    }
    if (!item) {
        return blame_entry(bulk, save, failure, error);
    }
    if (!touch(bulk, item, error)) {
        return FALSE;
    }
    if (!pictograph_save_shapes(bulk->request, bulk->tx, item, save->shapes, path, problems, &saved,
                                &failure)) {
        return failure && blame_entry(bulk, save, failure, error);
    }
    json_object_begin(bulk->saved);
    pictograph_member_saved(bulk->saved, item, &saved);
    json_object_end(bulk->saved);
    return TRUE;
}

static gboolean write_list(JsonWriter *writer, const char *key, JsonWriter *list, GError **error)
{
    json_array_end(list);
    g_autoptr(GBytes) bytes = json_writer_finish(list, error);
    json_key(writer, key);
    if (bytes) {
        json_raw(writer, g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes));
    }
    return bytes != NULL;
}

static gboolean answer(Bulk *bulk, GError **error)
{
    g_autoptr(JsonWriter) writer = pictograph_writer();
    json_object_begin(writer);
    json_member_bool(writer, "success", TRUE);
    if (!write_list(writer, "saved", bulk->saved, error) ||
        !write_list(writer, "failed", bulk->failed, error)) {
        return FALSE;
    }
    json_object_end(writer);
    return pictograph_answer_bare(bulk->request, g_steal_pointer(&writer), error);
}

static gboolean save_bulk(HttpRequest *request, GError **error)
{
    g_autoptr(PictographProblems) problems = pictograph_problems_new();
    g_autoptr(GArray) saves = read_saves(http_body(request), problems);
    if (pictograph_refuse_problems(request, problems)) {
        return TRUE;
    }
    g_auto(Bulk) bulk = {
        .request = request,
        .tx = pictograph_begin_change(request, error),
        .saved = pictograph_writer(),
        .failed = pictograph_writer(),
    };
    json_array_begin(bulk.saved);
    json_array_begin(bulk.failed);
    if (!bulk.tx) {
        return FALSE;
    }
    for (guint i = 0; i < saves->len; i++) {
        if (!save_one(&bulk, &g_array_index(saves, Save, i), i, problems, error)) {
            return pictograph_refuse_problems(request, problems);
        }
    }
    return pictograph_commit(request, bulk.tx, error) && answer(&bulk, error);
}

const HttpRoute pictograph_bulk_routes[] = {
    HTTP_ROUTE(CAPABILITY_ANNOTATE, .method = HTTP_POST,
               .path = PICTOGRAPH_BASE "/annotations/bulk", .body = pictograph_any_body,
               .tag = "pictograph annotations",
               .summary = "Replace the annotations of up to 200 images",
               .response_schema = "PictographBulkSaved", .handler = save_bulk),
};

G_STATIC_ASSERT(G_N_ELEMENTS(pictograph_bulk_routes) == PICTOGRAPH_BULK_ROUTES);
