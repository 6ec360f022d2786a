/* Pictures that somebody drops on a dataset: one request each, answered when it is an item. */
#include "api/albumen/datasets.h"
#include "api/dataset_upload.h"
#include "base/limits.h"
#include "library/upload_file.h"

typedef struct {
    const Api *api;
    UploadPlace place;
    UploadFile *file;
} Picture;

static void picture_free(gpointer data)
{
    Picture *picture = data;
    upload_file_delete(picture->file);
    upload_file_free(picture->file);
    upload_place_clear(&picture->place);
    g_free(picture);
}

static gboolean write_bytes(gpointer data, const guint8 *bytes, gsize length, GError **error)
{
    return upload_file_append(((Picture *)data)->file, bytes, length, error);
}

static gboolean finish(HttpRequest *request, gpointer data, GError **error)
{
    Picture *picture = data;
    g_autoptr(Item) item =
        upload_place_put(picture->api, api_principal(request), &picture->place, picture->file,
                         http_request_cancellable(request), error);
    if (!item) {
        return FALSE;
    }
    upload_show_to_models(picture->api);
    JsonWriter *writer = json_writer_new(LIMIT_JSON_OUTPUT_BYTES);
    albumen_write_item(writer, item, TRUE);
    return http_respond_json(request, writer, error);
}

/* What cannot be is told before the bytes have come. */
static gboolean find_place(HttpRequest *request, UploadPlace *ret_place, GError **error)
{
    const Principal *viewer = api_principal(request);
    g_autoptr(StoreTx) tx = api_read(request, error);
    return tx &&
           upload_place_find(tx, viewer, http_text(request, "dataset", ""),
                             http_text(request, "directory", ""),
                             http_text(request, "filename", ""), ret_place, error) &&
           upload_place_check_free(tx, viewer, ret_place, error);
}

static gboolean take_picture(HttpRequest *request, GError **error)
{
    static const HttpSink sink = {write_bytes, finish, picture_free};
    const Api *api = api_of(request);
    g_auto(UploadPlace) place = {0};
    UploadFile *file =
        find_place(request, &place, error) ? upload_place_begin(api, 0, error) : NULL;
    if (!file) {
        return FALSE;
    }
    Picture *picture = g_new0(Picture, 1);
    *picture = (Picture){.api = api, .place = place, .file = file};
    place = (UploadPlace){0};
    return http_take_body(request, &sink, picture, error);
}

static const HttpParameter picture_query[] = {
    {.name = "filename", .type = HTTP_TEXT, .required = TRUE, .summary = "What it is called"},
    {.name = "directory", .type = HTTP_TEXT, .summary = "Made when missing; without it the root"},
    {0},
};

const HttpRoute albumen_picture_routes[] = {
    HTTP_ROUTE(CAPABILITY_CURATE, .method = HTTP_POST,
               .path = "/api/albumen/datasets/{dataset}/pictures", .query = picture_query,
               .body_bytes = LIMIT_PICTURE_FILE_BYTES, .body_mime = "application/octet-stream",
               .tag = "Datasets", .summary = "Puts a picture that is sent into a dataset",
               .response_schema = "Item", .status = 201, .handler = take_picture),
};
G_STATIC_ASSERT(G_N_ELEMENTS(albumen_picture_routes) == ALBUMEN_PICTURE_ROUTES);
