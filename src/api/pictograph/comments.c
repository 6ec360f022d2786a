/* Comments on annotations. */
#include "studio/comments.h"
#include "api/photo_values.h"
#include "api/pictograph/lookup.h"
#include "api/pictograph/pictograph.h"
#include "api/pictograph/routes.h"
#include "base/limits.h"

static void write_text_or_null(JsonWriter *writer, const char *key, const char *text)
{
    json_member_string(writer, key, *text ? text : NULL);
}

static void write_author(JsonWriter *writer, const Comment *comment, gboolean is_mine)
{
    json_member_string(writer, "user_id", comment->username);
    json_member_string(writer, "author_name", comment->author);
    json_member_string(writer, "author_username", comment->username);
    json_member_bool(writer, "is_mine", is_mine);
}

static void write_comment(JsonWriter *writer, const HttpRequest *request, const Comment *comment)
{
    g_autofree char *created = time_iso(comment->created_ms);
    g_autofree char *changed = time_iso(comment->changed_ms);
    json_object_begin(writer);
    json_member_string(writer, "id", comment->uuid);
    json_member_string(writer, "image_id", comment->item_uuid);
    json_member_string(writer, "annotation_id", comment->annotation_uid);
    json_member_string(writer, "body", comment->body);
    json_member_bool(writer, "resolved", comment->is_resolved);
    write_text_or_null(writer, "parent_comment_id", comment->parent_uuid);
    json_member_bool(writer, "is_edited", comment->is_edited);
    json_member_bool(writer, "is_deleted", FALSE);
    json_member_string(writer, "created_at", created);
    json_member_string(writer, "updated_at", changed);
    write_author(writer, comment, comment_is_of(comment, api_principal(request)));
    json_key(writer, "reactions");
    json_array_begin(writer);
    json_array_end(writer);
    json_object_end(writer);
}

static gboolean answer_comment(HttpRequest *request, const Comment *comment, GError **error)
{
    JsonWriter *writer = pictograph_writer();
    json_object_begin(writer);
    json_key(writer, "comment");
    write_comment(writer, request, comment);
    json_object_end(writer);
    return pictograph_answer_bare(request, writer, error);
}

static gboolean list(HttpRequest *request, GError **error)
{
    g_autoptr(StoreTx) tx = api_read(request, error);
    g_autoptr(Item) item =
        tx ? item_find(tx, api_principal(request), http_text(request, "image_id", ""), error)
           : NULL;
    g_autoptr(GPtrArray) comments = item ? comment_list(tx, item, error) : NULL;
    if (!comments) {
        return FALSE;
    }
    JsonWriter *writer = pictograph_writer();
    json_object_begin(writer);
    json_key(writer, "comments");
    json_array_begin(writer);
    for (guint i = 0; i < comments->len; i++) {
        write_comment(writer, request, g_ptr_array_index(comments, i));
    }
    json_array_end(writer);
    json_object_end(writer);
    return pictograph_answer_bare(request, writer, error);
}

static gboolean add(HttpRequest *request, GError **error)
{
    const CommentNew values = {
        .annotation_uid = pictograph_body_text(request, "annotation_id"),
        .parent = pictograph_body_text(request, "parent_comment_id"),
        .body = json_string_value(json_object_get(http_body(request), "body")),
    };
    const Principal *viewer = api_principal(request);
    g_autoptr(StoreTx) tx = pictograph_begin_change(request, error);
    g_autoptr(Item) item =
        tx ? item_find(tx, viewer, pictograph_body_text(request, "image_id"), error) : NULL;
    if (!item || !dataset_touch(tx, item->dataset_id, error)) {
        return FALSE;
    }
    g_autoptr(Comment) comment = comment_add(tx, viewer, item, &values, error);
    return comment && pictograph_commit(request, tx, error) &&
           answer_comment(request, comment, error);
}

/* The comment that {id} names, in a change of its dataset. */
static StoreTx *begin(HttpRequest *request, Comment **ret_comment, GError **error)
{
    g_autoptr(StoreTx) tx = pictograph_begin_change(request, error);
    g_autoptr(Comment) comment =
        tx ? comment_find(tx, api_principal(request), http_text(request, "id", ""), error) : NULL;
    if (!comment || !dataset_touch(tx, comment->dataset_id, error)) {
        return NULL;
    }
    *ret_comment = g_steal_pointer(&comment);
    return g_steal_pointer(&tx);
}

static gboolean change(HttpRequest *request, GError **error)
{
    const json_t *resolved = json_object_get(http_body(request), "resolved");
    const char *body = json_string_value(json_object_get(http_body(request), "body"));
    int wanted = json_is_boolean(resolved) ? json_is_true(resolved) : -1;
    const Principal *viewer = api_principal(request);
    g_autoptr(Comment) comment = NULL;
    g_autoptr(StoreTx) tx = begin(request, &comment, error);
    if (!tx || !comment_change(tx, viewer, comment, body, wanted, error)) {
        return FALSE;
    }
    g_autoptr(Comment) after = comment_find(tx, viewer, comment->uuid, error);
    return after && pictograph_commit(request, tx, error) && answer_comment(request, after, error);
}

static gboolean delete_it(HttpRequest *request, GError **error)
{
    g_autoptr(Comment) comment = NULL;
    g_autoptr(StoreTx) tx = begin(request, &comment, error);
    return tx && comment_delete(tx, api_principal(request), comment, error) &&
           pictograph_commit(request, tx, error) && pictograph_answer_nothing(request);
}

static const HttpParameter list_query[] = {
    {.name = "image_id", .type = HTTP_TEXT, .required = TRUE},
    {0},
};

#define BODY                                                                                       \
    .name = "body", .type = HTTP_TEXT, .bounded = TRUE, .min = 1, .max = LIMIT_COMMENT_CHARACTERS

static const HttpParameter add_body[] = {
    {.name = "image_id", .type = HTTP_TEXT, .required = TRUE},
    {.name = "annotation_id", .type = HTTP_TEXT},
    {.name = "parent_comment_id", .type = HTTP_TEXT},
    {BODY, .required = TRUE},
    {0},
};

static const HttpParameter change_body[] = {
    {BODY},
    {.name = "resolved", .type = HTTP_BOOL},
    {0},
};

#define ROUTE(cap, verb, route, text, function, ...)                                               \
    HTTP_ROUTE(cap, .method = verb, .path = PICTOGRAPH_BASE "/annotation-comments" route,          \
               .tag = "pictograph comments", .summary = text, .handler = function, __VA_ARGS__)

const HttpRoute pictograph_comment_routes[] = {
    ROUTE(CAPABILITY_DATASETS, HTTP_GET, "", "Comments on an image, the oldest first", list,
          .query = list_query, .response_schema = "PictographComments"),
    ROUTE(CAPABILITY_ANNOTATE, HTTP_POST, "", "Say something about an annotation", add,
          .body = add_body, .response_schema = "PictographComment", .status = 201),
    ROUTE(CAPABILITY_ANNOTATE, HTTP_PATCH, "/{id}", "Change or settle a comment", change,
          .body = change_body, .response_schema = "PictographComment"),
    ROUTE(CAPABILITY_ANNOTATE, HTTP_DELETE, "/{id}", "Delete a comment and its answers", delete_it,
          .status = 204, .response_mime = "*/*"),
};

G_STATIC_ASSERT(G_N_ELEMENTS(pictograph_comment_routes) == PICTOGRAPH_COMMENT_ROUTES);
