/* Pictures in three steps: an address is asked for, the bytes go there without a key, and are
 * called for by name. Nothing is kept of the first step: the address holds all of it. */
#include "api/pictograph/uploads.h"

#include "api/pictograph/objects.h"
#include "api/pictograph/pictograph.h"
#include "base/limits.h"
#include "library/signed_address.h"

#include <string.h>

#define TAG     "Pictograph images"
#define IMAGES  PICTOGRAPH_BASE "/images"
#define UPLOADS "uploads/"
#define BUCKET  "albumen"

/* --- which place --- */

/* 422 for a body without one of the names of a member; TRUE then. */
static gboolean refuse_missing(HttpRequest *request, const char *member)
{
    const PictographProblem problem = {member, "Field required", "missing"};
    return pictograph_refuse_body(request, &problem, 1);
}

static gboolean find_place(HttpRequest *request, StoreTx *tx, const char *dataset,
                           UploadPlace *ret_place, GError **error)
{
    const char *directory = pictograph_body_text(request, "directory_path", "folder_path");
    return upload_place_find(tx, api_principal(request), dataset, directory,
                             json_string_value(json_object_get(http_body(request), "filename")),
                             ret_place, error);
}

/* Of an entry of a list. */
static gboolean find_listed_place(HttpRequest *request, StoreTx *tx, const json_t *entry,
                                  UploadPlace *ret_place, GError **error)
{
    return upload_place_find(
        tx, api_principal(request), pictograph_body_text(request, "dataset", "dataset_id"),
        json_string_value(json_object_get(entry, "directory_path")),
        json_string_value(json_object_get(entry, "filename")), ret_place, error);
}

/* --- step 1: an address --- */

/* Absolute; owned by the caller. */
static char *upload_url(const HttpRequest *request, const UploadPlace *place)
{
    gint64 end = library_now_ms() / 1000 + SIGNED_UPLOAD_SECONDS;
    g_autofree char *what = g_strconcat(UPLOADS, place->claim, NULL);
    g_autofree char *query =
        signed_address_query(roster_secret(api_of(request)->roster), "PUT", what, end);
    g_autofree char *path = g_strconcat(PICTOGRAPH_BASE "/", what, "?", query, NULL);
    return pictograph_url(request, path);
}

static void write_address(JsonWriter *writer, const HttpRequest *request, const UploadPlace *place)
{
    g_autofree char *url = upload_url(request, place);
    json_member_string(writer, "filename", place->filename);
    json_member_string(writer, "directory_path", place->directory);
    json_member_string(writer, "upload_url", url);
}

/* The oldest client hands the last three back at the third step; they say nothing that its other
 * members do not. */
static JsonWriter *write_old_members(const HttpRequest *request, const UploadPlace *place)
{
    g_autofree char *url = upload_url(request, place);
    g_autofree char *path = g_strconcat(place->dataset_uuid, "/", place->path, NULL);
    g_autofree char *uri = g_strconcat("gs://" BUCKET "/", path, NULL);
    JsonWriter *writer = pictograph_writer();
    json_object_begin(writer);
    json_member_string(writer, "upload_url", url);
    json_member_string(writer, "gcs_bucket", BUCKET);
    json_member_string(writer, "gcs_path", path);
    json_member_string(writer, "gcs_uri", uri);
    json_object_end(writer);
    return writer;
}

static gboolean ask_address(HttpRequest *request, GError **error)
{
    const char *dataset = pictograph_body_text(request, "dataset", "dataset_id");
    if (!dataset) {
        return refuse_missing(request, "dataset");
    }
    g_auto(UploadPlace) place = {0};
    g_autoptr(StoreTx) tx = api_read(request, error);
    if (!tx || !find_place(request, tx, dataset, &place, error) ||
        !upload_place_check_free(tx, api_principal(request), &place, error)) {
        return FALSE;
    }
    JsonWriter *writer = pictograph_writer();
    json_object_begin(writer);
    write_address(writer, request, &place);
    json_member_int(writer, "expires_in_minutes", SIGNED_UPLOAD_SECONDS / 60);
    json_object_end(writer);
    return pictograph_answer(request, writer, NULL, write_old_members(request, &place), error);
}

/* As many as were asked for, in their order: a name that is taken is told of at the third step. */
static gboolean ask_addresses(HttpRequest *request, GError **error)
{
    if (!pictograph_body_text(request, "dataset", "dataset_id")) {
        return refuse_missing(request, "dataset");
    }
    const json_t *images = json_object_get(http_body(request), "images");
    g_autoptr(StoreTx) tx = api_read(request, error);
    if (!tx) {
        return FALSE;
    }
    g_autoptr(JsonWriter) writer = pictograph_writer();
    json_object_begin(writer);
    json_key(writer, "upload_urls");
    json_array_begin(writer);
    for (gsize i = 0; i < json_array_size(images); i++) {
        g_auto(UploadPlace) place = {0};
        if (!find_listed_place(request, tx, json_array_get(images, i), &place, error)) {
            return FALSE;
        }
        json_object_begin(writer);
        write_address(writer, request, &place);
        json_object_end(writer);
    }
    json_array_end(writer);
    json_member_int(writer, "expires_in_minutes", SIGNED_UPLOAD_SECONDS / 60);
    json_object_end(writer);
    return pictograph_answer(request, g_steal_pointer(&writer), NULL, NULL, error);
}

/* --- step 2: the bytes --- */

typedef struct {
    UploadFile *file;
    char *claim; /* what it is to be called when all has come */
    gboolean is_whole;
} Sending;

static void sending_free(gpointer data)
{
    Sending *sending = data;
    if (!sending->is_whole) { /* the client left in the middle */
        upload_file_delete(sending->file);
    }
    upload_file_free(sending->file);
    g_free(sending->claim);
    g_free(sending);
}

static gboolean write_bytes(gpointer data, const guint8 *bytes, gsize length, GError **error)
{
    return upload_file_append(((Sending *)data)->file, bytes, length, error);
}

/* Only a whole file takes the place of what was sent to this address before. */
static gboolean finish_bytes(HttpRequest *request, gpointer data, GError **error)
{
    Sending *sending = data;
    if (!upload_file_sync(sending->file, error) ||
        !upload_file_rename(sending->file, sending->claim, error)) {
        return FALSE;
    }
    sending->is_whole = TRUE;
    /* Let go of before the answer, after which it may be called for. */
    g_clear_pointer(&sending->file, upload_file_free);
    return http_respond_bytes(request, NULL, NULL);
}

static gint64 announced_bytes(const HttpRequest *request)
{
    const char *length = http_request_header(request, "Content-Length");
    return length ? g_ascii_strtoll(length, NULL, 10) : 0;
}

static gboolean put_bytes(HttpRequest *request, GError **error)
{
    static const HttpSink sink = {write_bytes, finish_bytes, sending_free};
    const Api *api = api_of(request);
    const char *claim = http_text(request, "upload", "");
    g_autofree char *what = g_strconcat(UPLOADS, claim, NULL);
    gint64 expires = g_ascii_strtoll(http_text(request, "expires", ""), NULL, 10);
    if (!signed_address_check(roster_secret(api->roster), "PUT", what, expires,
                              http_text(request, "signature", ""), library_now_ms() / 1000,
                              error)) {
        return FALSE;
    }
    UploadFile *file = upload_place_begin(api, announced_bytes(request), error);
    if (!file) {
        return FALSE;
    }
    Sending *sending = g_new0(Sending, 1);
    *sending = (Sending){.file = file, .claim = g_strdup(claim)};
    return http_take_body(request, &sink, sending, error);
}

/* --- step 3: calling for it --- */

gboolean pictograph_answer_upload(HttpRequest *request, const Item *item, GError **error)
{
    JsonWriter *writer = pictograph_writer();
    pictograph_write_image(writer, request, item);
    JsonWriter *more = pictograph_writer();
    json_object_begin(more);
    json_member_string(more, "image_id", item->uuid);
    json_member_bool(more, "success", TRUE);
    json_object_end(more);
    http_set_status(request, 201);
    return pictograph_answer(request, writer, "image", more, error);
}

static gboolean register_image(HttpRequest *request, GError **error)
{
    const Api *api = api_of(request);
    const char *dataset = pictograph_body_text(request, "dataset", "dataset_id");
    if (!dataset) {
        return refuse_missing(request, "dataset");
    }
    g_auto(UploadPlace) place = {0};
    g_autoptr(StoreTx) tx = api_read(request, error);
    if (!tx || !find_place(request, tx, dataset, &place, error)) {
        return FALSE;
    }
    g_clear_pointer(&tx, store_tx_free);
    g_autoptr(Item) item = upload_place_register(api, api_principal(request), &place,
                                                 http_request_cancellable(request), error);
    if (!item) {
        return FALSE;
    }
    upload_show_to_models(api);
    return pictograph_answer_upload(request, item, error);
}

/* Many at once, by as many threads as there are workers. */
typedef struct {
    UploadPlace place;
    Item *item; /* what became of it: one of the two */
    GError *failure;
} Registration;

typedef struct {
    const Api *api;
    const Principal *viewer;
    GCancellable *cancellable;
    Registration *all;
    gsize count;
} Registrations;

static void registrations_clear(Registrations *registrations)
{
    for (gsize i = 0; i < registrations->count; i++) {
        upload_place_clear(&registrations->all[i].place);
        item_free(registrations->all[i].item);
        g_clear_error(&registrations->all[i].failure);
    }
    g_free(registrations->all);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Registrations, registrations_clear)

static void run_registration(gpointer data, gpointer user_data)
{
    Registration *one = data;
    const Registrations *registrations = user_data;
    one->item = upload_place_register(registrations->api, registrations->viewer, &one->place,
                                      registrations->cancellable, &one->failure);
}

static gboolean read_registrations(HttpRequest *request, Registrations *registrations,
                                   GError **error)
{
    const json_t *images = json_object_get(http_body(request), "images");
    g_autoptr(StoreTx) tx = api_read(request, error);
    g_autoptr(Dataset) dataset =
        tx ? dataset_find(tx, registrations->viewer,
                          pictograph_body_text(request, "dataset", "dataset_id"), error)
           : NULL;
    if (!dataset) {
        return FALSE;
    }
    registrations->count = json_array_size(images);
    registrations->all = g_new0(Registration, registrations->count);
    for (gsize i = 0; i < registrations->count; i++) {
        Registration *one = &registrations->all[i];
        find_listed_place(request, tx, json_array_get(images, i), &one->place, &one->failure);
    }
    return TRUE;
}

static void run_registrations(Registrations *registrations)
{
    int threads = worker_pool_size(registrations->api->workers);
    GThreadPool *pool = g_thread_pool_new(run_registration, registrations, threads, TRUE, NULL);
    for (gsize i = 0; i < registrations->count; i++) {
        if (!registrations->all[i].failure) {
            g_thread_pool_push(pool, &registrations->all[i], NULL);
        }
    }
    g_thread_pool_free(pool, FALSE, TRUE);
}

static void write_failure(JsonWriter *writer, const json_t *entry, const GError *failure)
{
    json_object_begin(writer);
    json_member_string(writer, "filename", json_string_value(json_object_get(entry, "filename")));
    json_member_string(writer, "directory_path",
                       json_string_value(json_object_get(entry, "directory_path")));
    json_member_string(writer, "error", failure->message);
    json_object_end(writer);
}

static gboolean answer_registrations(HttpRequest *request, const Registrations *registrations,
                                     GError **error)
{
    const json_t *images = json_object_get(http_body(request), "images");
    gint64 count = 0;
    JsonWriter *writer = pictograph_writer();
    json_object_begin(writer);
    json_key(writer, "succeeded");
    json_array_begin(writer);
    for (gsize i = 0; i < registrations->count; i++) {
        if (registrations->all[i].item) {
            pictograph_write_image(writer, request, registrations->all[i].item);
            count++;
        }
    }
    json_array_end(writer);
    json_key(writer, "failed");
    json_array_begin(writer);
    for (gsize i = 0; i < registrations->count; i++) {
        if (registrations->all[i].failure) {
            write_failure(writer, json_array_get(images, i), registrations->all[i].failure);
        }
    }
    json_array_end(writer);
    json_member_int(writer, "count", count);
    json_object_end(writer);
    return pictograph_answer(request, writer, NULL, NULL, error);
}

static gboolean register_images(HttpRequest *request, GError **error)
{
    if (!pictograph_body_text(request, "dataset", "dataset_id")) {
        return refuse_missing(request, "dataset");
    }
    g_auto(Registrations) registrations = {
        .api = api_of(request),
        .viewer = api_principal(request),
        .cancellable = http_request_cancellable(request),
    };
    if (!read_registrations(request, &registrations, error)) {
        return FALSE;
    }
    run_registrations(&registrations);
    upload_show_to_models(registrations.api);
    return answer_registrations(request, &registrations, error);
}

/* --- routes --- */

/* What a client says of its bytes is not believed: they are looked at. */
#define NUMBER(name_)                                                                              \
    {                                                                                              \
        .name = (name_), .type = HTTP_INT, .lenient = TRUE, .summary = "Not believed"              \
    }
#define TEXT(name_)                                                                                \
    {                                                                                              \
        .name = (name_), .type = HTTP_TEXT, .lenient = TRUE                                        \
    }

static const HttpParameter address_body[] = {
    {.name = "dataset", .type = HTTP_TEXT, .summary = "Name or id"},
    {.name = "dataset_id", .type = HTTP_TEXT, .summary = "As it was called once"},
    {.name = "filename", .type = HTTP_TEXT, .required = TRUE},
    {.name = "directory_path", .type = HTTP_TEXT, .summary = "Without it the root"},
    {.name = "folder_path", .type = HTTP_TEXT, .summary = "As it was called once"},
    TEXT("content_type"),
    {0},
};

static const HttpParameter register_body[] = {
    {.name = "dataset", .type = HTTP_TEXT, .summary = "Name or id"},
    {.name = "dataset_id", .type = HTTP_TEXT, .summary = "As it was called once"},
    {.name = "filename", .type = HTTP_TEXT, .required = TRUE},
    {.name = "directory_path", .type = HTTP_TEXT, .summary = "Without it the root"},
    {.name = "folder_path", .type = HTTP_TEXT, .summary = "As it was called once"},
    TEXT("content_type"),
    TEXT("mime_type"),
    NUMBER("file_size"),
    NUMBER("width"),
    NUMBER("height"),
    NUMBER("image_width"),
    NUMBER("image_height"),
    TEXT("gcs_bucket"),
    TEXT("gcs_path"),
    TEXT("gcs_uri"),
    {0},
};

static const HttpParameter listed_image[] = {
    {.name = "filename", .type = HTTP_TEXT, .required = TRUE},
    {.name = "directory_path", .type = HTTP_TEXT},
    TEXT("content_type"),
    NUMBER("file_size"),
    NUMBER("width"),
    NUMBER("height"),
    {0},
};

static const HttpParameter bulk_body[] = {
    {.name = "dataset", .type = HTTP_TEXT, .summary = "Name or id"},
    {.name = "dataset_id", .type = HTTP_TEXT, .summary = "As it was called once"},
    {.name = "images",
     .type = HTTP_OBJECT_LIST,
     .required = TRUE,
     .bounded = TRUE,
     .min = 1,
     .max = LIMIT_UPLOAD_BULK_IMAGES,
     .members = listed_image},
    {0},
};

static const HttpParameter put_query[] = {
    {.name = "expires", .type = HTTP_TEXT, .summary = "As the address was given out"},
    {.name = "signature", .type = HTTP_TEXT, .summary = "Likewise"},
    {0},
};

const HttpRoute pictograph_upload_routes[] = {
    HTTP_ROUTE(CAPABILITY_CURATE, .method = HTTP_POST, .path = IMAGES "/upload-url",
               .body = address_body, .tag = TAG, .summary = "Where to send an image",
               .response_schema = "PictographUploadUrl", .handler = ask_address),
    HTTP_ROUTE(CAPABILITY_CURATE, .method = HTTP_POST, .path = IMAGES "/bulk-upload-url",
               .body = bulk_body, .tag = TAG, .summary = "Where to send many images",
               .response_schema = "PictographUploadUrls", .handler = ask_addresses),
    /* Public: the signature is the permission. */
    HTTP_ROUTE(CAPABILITY_PUBLIC, .method = HTTP_PUT, .path = PICTOGRAPH_BASE "/uploads/{upload}",
               .query = put_query, .body_bytes = LIMIT_PICTURE_FILE_BYTES,
               .body_mime = "application/octet-stream", .tag = TAG,
               .summary = "The bytes of an image, sent to the address that was given out for it",
               .handler = put_bytes),
    HTTP_ROUTE(CAPABILITY_CURATE, .method = HTTP_POST, .path = IMAGES "/register",
               .body = register_body, .body_form = TRUE, .tag = TAG,
               .summary = "Make an image of what was sent", .response_schema = "PictographUploaded",
               .status = 201, .handler = register_image),
    HTTP_ROUTE(CAPABILITY_CURATE, .method = HTTP_POST, .path = IMAGES "/bulk-register",
               .body = bulk_body, .tag = TAG, .summary = "Make images of all that was sent",
               .response_schema = "PictographRegistered", .handler = register_images),
};

G_STATIC_ASSERT(G_N_ELEMENTS(pictograph_upload_routes) == PICTOGRAPH_UPLOAD_ROUTES);
