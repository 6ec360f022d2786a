/* Resumable uploads: tus 1.0.0. */
#include "api/albumen/uploads.h"

#include "api/albumen/albumen.h"
#include "api/albumen/tus.h"
#include "base/limits.h"
#include "jobs/scan_job.h"
#include "library/upload.h"

#include <string.h>

#define ADDRESS "/api/albumen/uploads"

/* --- what is on every answer --- */

void albumen_uploads_decorate(HttpRequest *request)
{
    if (!g_str_has_prefix(http_request_path(request), ADDRESS)) {
        return;
    }
    http_set_header(request, "Tus-Resumable", TUS_VERSION);
    http_set_header(request, "Tus-Version", TUS_VERSION);
    http_set_header(request, "Access-Control-Expose-Headers",
                    "Location, Upload-Offset, Upload-Length, Upload-Metadata, Upload-Expires, "
                    "Tus-Resumable, Tus-Version, Albumen-Duplicate-Of");
    if (http_request_method(request) == HTTP_OPTIONS) {
        g_autofree char *most = g_strdup_printf("%lld", (long long)LIMIT_PICTURE_FILE_BYTES);
        http_set_header(request, "Tus-Extension", TUS_EXTENSIONS);
        http_set_header(request, "Tus-Max-Size", most);
    }
}

/* FALSE when it has been answered: the client speaks another version, or none. */
static gboolean speaks_tus(HttpRequest *request)
{
    if (g_strcmp0(http_request_header(request, "Tus-Resumable"), TUS_VERSION) == 0) {
        return TRUE;
    }
    g_autoptr(GError) error =
        g_error_new_literal(ALBUMEN_ERROR, ALBUMEN_ERROR_UNSUPPORTED,
                            "The header Tus-Resumable should say " TUS_VERSION);
    albumen_dialect.fail(request, 412, error);
    return FALSE;
}

static void set_number(HttpRequest *request, const char *name, gint64 number)
{
    g_autofree char *text = g_strdup_printf("%" G_GINT64_FORMAT, number);
    http_set_header(request, name, text);
}

static void set_state(HttpRequest *request, const Upload *upload, gint64 offset)
{
    g_autoptr(GDateTime) expires = g_date_time_new_from_unix_utc(upload->expires_ms / 1000);
    g_autofree char *date = g_date_time_format(expires, "%a, %d %b %Y %H:%M:%S GMT");
    set_number(request, "Upload-Offset", offset);
    http_set_header(request, "Upload-Expires", date);
    http_set_header(request, "Cache-Control", "no-store");
}

static gboolean respond_created(HttpRequest *request, const Upload *upload, gint64 offset)
{
    g_autofree char *location = g_strconcat(ADDRESS "/", upload->id, NULL);
    http_set_header(request, "Location", location);
    set_state(request, upload, offset);
    return http_respond_bytes(request, NULL, NULL);
}

/* --- into the library --- */

void albumen_look_at_upload(HttpRequest *request, const char *path)
{
    const Api *api = api_of(request);
    gint64 id = 0;
    g_autofree char *folder = g_path_get_dirname(path);
    g_auto(ScanRequest) look = {.folders = g_strdupv((char *[]){folder, NULL})};
    g_autoptr(StoreTx) tx = store_write(library_store(api->library), NULL);
    if (tx && scan_queue(tx, WATCH_JOB, &look, &id, NULL) && store_commit(tx, NULL) && api->wake) {
        api->wake(api->wake_data);
    }
}

/* When all has come. */
static gboolean finish_if_whole(HttpRequest *request, Upload *upload, UploadFile *file,
                                GError **error)
{
    Library *library = api_of(request)->library;
    g_auto(TusMetadata) metadata = {0};
    gint64 copy = 0;
    if (upload_file_bytes(file) < upload->file_bytes) {
        return TRUE;
    }
    if (!tus_metadata_parse(upload->metadata, &metadata, error) ||
        !upload_finish(library, api_principal(request), upload, file,
                       metadata.skip_duplicates ? &copy : NULL, error)) {
        return FALSE;
    }
    if (copy > 0) {
        set_number(request, "Albumen-Duplicate-Of", copy);
        return TRUE;
    }
    if (upload->path) {
        albumen_look_at_upload(request, upload->path);
    }
    return TRUE;
}

/* --- bytes --- */

typedef struct {
    Upload *upload;
    UploadFile *file;
    gboolean creates; /* the request that began the upload */
} Sending;

static void sending_free(gpointer data)
{
    Sending *sending = data;
    upload_free(sending->upload);
    upload_file_free(sending->file);
    g_free(sending);
}

static gboolean write_bytes(gpointer data, const guint8 *bytes, gsize length, GError **error)
{
    Sending *sending = data;
    if (upload_file_bytes(sending->file) + (gint64)length > sending->upload->file_bytes) {
        g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_TOO_LARGE,
                            "More bytes came than Upload-Length said");
        return FALSE;
    }
    return upload_file_append(sending->file, bytes, length, error);
}

static gboolean finish_bytes(HttpRequest *request, gpointer data, GError **error)
{
    Sending *sending = data;
    /* Whoever has the answer may send the next part at once: the file is let go of before. */
    g_autoptr(UploadFile) file = g_steal_pointer(&sending->file);
    if (!upload_file_sync(file, error) || !finish_if_whole(request, sending->upload, file, error)) {
        return FALSE;
    }
    gint64 offset = upload_file_bytes(file);
    if (sending->creates) {
        return respond_created(request, sending->upload, offset);
    }
    set_state(request, sending->upload, offset);
    return http_respond_bytes(request, NULL, NULL);
}

/* Takes the upload and its file. */
static gboolean take_bytes(HttpRequest *request, Upload *upload, UploadFile *file, gboolean creates,
                           GError **error)
{
    static const HttpSink sink = {write_bytes, finish_bytes, sending_free};
    Sending *sending = g_new0(Sending, 1);
    *sending = (Sending){upload, file, creates};
    return http_take_body(request, &sink, sending, error);
}

static gboolean sends_bytes(const HttpRequest *request)
{
    const char *length = http_request_header(request, "Content-Length");
    return http_request_header(request, "Transfer-Encoding") ||
           (length && strcmp(length, "0") != 0);
}

static gboolean check_type(const HttpRequest *request, GError **error)
{
    const char *type = http_request_header(request, "Content-Type");
    if (!type || g_ascii_strcasecmp(type, TUS_CONTENT_TYPE) != 0) {
        g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_UNSUPPORTED,
                            "The body should be " TUS_CONTENT_TYPE);
        return FALSE;
    }
    return TRUE;
}

/* --- routes --- */

static gboolean read_offer(const HttpRequest *request, TusMetadata *metadata, UploadOffer *offer,
                           GError **error)
{
    const char *header = http_request_header(request, "Upload-Metadata");
    if (!tus_parse_bytes(http_request_header(request, "Upload-Length"), &offer->file_bytes) ||
        offer->file_bytes == 0) {
        g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_INVALID,
                            "Upload-Length should be the number of bytes of the file, and not 0");
        return FALSE;
    }
    if (!tus_metadata_parse(header, metadata, error)) {
        return FALSE;
    }
    if (!metadata->filename) {
        g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_INVALID,
                            "Upload-Metadata should tell the file's name, as filename");
        return FALSE;
    }
    offer->name = metadata->filename;
    offer->modified_ms = metadata->modified_ms;
    offer->metadata = header;
    return TRUE;
}

gboolean albumen_upload_begin(HttpRequest *request, GError **error)
{
    Library *library = api_of(request)->library;
    g_auto(TusMetadata) metadata = {0};
    UploadOffer offer = {0};
    if (!speaks_tus(request)) {
        return TRUE;
    }
    gboolean with_bytes = sends_bytes(request);
    if (!read_offer(request, &metadata, &offer, error) ||
        (with_bytes && !check_type(request, error))) {
        return FALSE;
    }
    g_autoptr(Upload) upload = upload_begin(library, api_principal(request), &offer, error);
    if (!upload) {
        return FALSE;
    }
    if (!with_bytes) {
        return respond_created(request, upload, 0);
    }
    UploadFile *file = upload_file_open(library, upload->id, error);
    return file && take_bytes(request, g_steal_pointer(&upload), file, TRUE, error);
}

static Upload *find(HttpRequest *request, GError **error)
{
    return upload_find(api_of(request)->library, api_principal(request),
                       http_text(request, "id", ""), error);
}

/* Somebody died between the last byte and the end: now it comes to its end. */
static gboolean catch_up(HttpRequest *request, Upload *upload, GError **error)
{
    Library *library = api_of(request)->library;
    if (upload->done || upload_offset(library, upload) < upload->file_bytes) {
        return TRUE;
    }
    g_autoptr(UploadFile) file = upload_file_open(library, upload->id, NULL);
    return !file || finish_if_whole(request, upload, file, error); /* no file: a request has it */
}

static gboolean respond_upload(HttpRequest *request, const Upload *upload, gint64 offset,
                               GError **error)
{
    JsonWriter *writer = json_writer_new(LIMIT_JSON_OUTPUT_BYTES);
    json_object_begin(writer);
    json_member_string(writer, "id", upload->id);
    json_member_string(writer, "filename", upload->name);
    json_member_int(writer, "length", upload->file_bytes);
    json_member_int(writer, "offset", offset);
    json_member_bool(writer, "done", upload->done);
    json_member_string(writer, "path", upload->path);
    json_object_end(writer);
    return http_respond_json(request, writer, error);
}

gboolean albumen_upload(HttpRequest *request, GError **error)
{
    g_autoptr(Upload) upload = find(request, error);
    if (!upload || !catch_up(request, upload, error)) {
        return FALSE;
    }
    gint64 offset = upload_offset(api_of(request)->library, upload);
    if (offset < 0) {
        g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_NOT_FOUND,
                            "What was sent of this file is lost: send it again");
        return FALSE;
    }
    set_state(request, upload, offset);
    set_number(request, "Upload-Length", upload->file_bytes);
    if (*upload->metadata) {
        http_set_header(request, "Upload-Metadata", upload->metadata);
    }
    return respond_upload(request, upload, offset, error);
}

gboolean albumen_upload_bytes(HttpRequest *request, GError **error)
{
    Library *library = api_of(request)->library;
    gint64 offset;
    if (!speaks_tus(request)) {
        return TRUE;
    }
    g_autoptr(Upload) upload = check_type(request, error) ? find(request, error) : NULL;
    if (!upload) {
        return FALSE;
    }
    if (!tus_parse_bytes(http_request_header(request, "Upload-Offset"), &offset)) {
        g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_INVALID,
                            "Upload-Offset should be a number of bytes");
        return FALSE;
    }
    if (upload->done) {
        g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_CONFLICT,
                            "The whole file is here already");
        return FALSE;
    }
    g_autoptr(UploadFile) file = upload_file_open(library, upload->id, error);
    if (!file) {
        return FALSE;
    }
    if (offset != upload_file_bytes(file)) {
        g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_CONFLICT,
                    "The upload goes on at byte %" G_GINT64_FORMAT, upload_file_bytes(file));
        return FALSE;
    }
    return take_bytes(request, g_steal_pointer(&upload), g_steal_pointer(&file), FALSE, error);
}

gboolean albumen_upload_cancel(HttpRequest *request, GError **error)
{
    if (!speaks_tus(request)) {
        return TRUE;
    }
    g_autoptr(Upload) upload = find(request, error);
    if (!upload || !upload_cancel(api_of(request)->library, upload, error)) {
        return FALSE;
    }
    return http_respond_bytes(request, NULL, NULL);
}
