/* Uploads in one go: a form with files. */
#include "api/albumen/uploads.h"

#include "api/api.h"
#include "base/ids.h"
#include "base/limits.h"
#include "http/multipart.h"
#include "library/upload.h"

#include <string.h>

/* A form being read. */
typedef struct {
    Library *library;
    const Principal *viewer; /* lives as long as the form */
    Multipart *form;
    GString *flag; /* the value of skip_duplicates, while it is read */
    gboolean skip_duplicates;
    char *filename;   /* as sent, of the file that is being read */
    char *name;       /* cleaned */
    UploadFile *file; /* NULL: it is passed over */
    JsonWriter *uploaded, *refused;
    char *last_path; /* of a file that has come */
} Form;

static void form_free(gpointer data)
{
    Form *form = data;
    if (form->file) { /* the client left in the middle */
        upload_file_delete(form->file);
    }
    upload_file_free(form->file);
    multipart_free(form->form);
    json_writer_free(form->uploaded);
    json_writer_free(form->refused);
    if (form->flag) {
        g_string_free(form->flag, TRUE);
    }
    g_free(form->filename);
    g_free(form->name);
    g_free(form->last_path);
    g_free(form);
}

static void refuse(Form *form, const char *detail)
{
    json_object_begin(form->refused);
    json_member_string(form->refused, "filename", form->filename);
    json_member_string(form->refused, "detail", detail);
    json_object_end(form->refused);
}

/* One file failed: the others may do better. */
static void give_up(Form *form, GError *error)
{
    refuse(form, error->message);
    g_error_free(error);
    if (form->file) {
        upload_file_delete(form->file);
        g_clear_pointer(&form->file, upload_file_free);
    }
}

static gboolean begin_part(gpointer data, const MultipartPart *part, GError **error)
{
    Form *form = data;
    GError *problem = NULL;
    if (!part->filename) {
        form->flag = strcmp(part->name, "skip_duplicates") == 0 ? g_string_new(NULL) : NULL;
        return TRUE;
    }
    g_free(form->filename);
    g_free(form->name);
    form->filename = g_strdup(part->filename);
    form->name = upload_clean_name(part->filename, &problem);
    g_autofree char *id = random_hex(UPLOAD_ID_CHARS / 2);
    if (form->name && upload_check_space(form->library, 0, &problem)) {
        form->file = upload_file_make(form->library, id, &problem);
    }
    if (problem) {
        give_up(form, problem);
    }
    return TRUE;
}

static gboolean take_part(gpointer data, const guint8 *bytes, gsize length, GError **error)
{
    Form *form = data;
    GError *problem = NULL;
    if (form->file && !upload_file_append(form->file, bytes, length, &problem)) {
        give_up(form, problem);
    }
    if (form->flag && form->flag->len + length < 16) {
        g_string_append_len(form->flag, (const char *)bytes, (gssize)length);
    }
    return TRUE;
}

static void keep_file(Form *form)
{
    GError *problem = NULL;
    gint64 copy = 0;
    if (upload_file_bytes(form->file) == 0) {
        give_up(form,
                g_error_new_literal(ALBUMEN_ERROR, ALBUMEN_ERROR_INVALID, "The file is empty"));
        return;
    }
    g_autofree char *path = upload_keep(form->library, form->viewer, form->file, form->name,
                                        form->skip_duplicates ? &copy : NULL, &problem);
    g_clear_pointer(&form->file, upload_file_free);
    if (problem) {
        give_up(form, problem);
        return;
    }
    json_object_begin(form->uploaded);
    json_member_string(form->uploaded, "filename", form->filename);
    json_member_string(form->uploaded, "path", path);
    if (copy > 0) {
        json_member_int(form->uploaded, "duplicate_of", copy);
    }
    json_object_end(form->uploaded);
    if (path) {
        g_free(form->last_path);
        form->last_path = g_steal_pointer(&path);
    }
}

static gboolean end_part(gpointer data, GError **error)
{
    Form *form = data;
    if (form->file) {
        keep_file(form);
    }
    if (form->flag) {
        form->skip_duplicates =
            strcmp(form->flag->str, "1") == 0 || strcmp(form->flag->str, "true") == 0;
        g_string_free(g_steal_pointer(&form->flag), TRUE);
    }
    return TRUE;
}

static gboolean write_form(gpointer data, const guint8 *bytes, gsize length, GError **error)
{
    return multipart_write(((Form *)data)->form, bytes, length, error);
}

static void write_list(JsonWriter *writer, const char *name, JsonWriter *list)
{
    json_array_end(list);
    g_autoptr(GBytes) text = json_writer_finish(list, NULL);
    gsize length = 0;
    const char *json = text ? g_bytes_get_data(text, &length) : NULL;
    json_key(writer, name);
    json_raw(writer, json ? json : "[]", json ? length : 2);
}

static gboolean finish_form(HttpRequest *request, gpointer data, GError **error)
{
    Form *form = data;
    if (form->last_path) {
        albumen_look_at_upload(request, form->last_path);
    }
    if (!multipart_finish(form->form, error)) {
        return FALSE;
    }
    JsonWriter *writer = json_writer_new(LIMIT_JSON_OUTPUT_BYTES);
    json_object_begin(writer);
    write_list(writer, "uploaded", form->uploaded);
    write_list(writer, "refused", form->refused);
    json_object_end(writer);
    return http_respond_json(request, writer, error);
}

static JsonWriter *list_new(void)
{
    JsonWriter *list = json_writer_new(LIMIT_JSON_OUTPUT_BYTES);
    json_array_begin(list);
    return list;
}

gboolean albumen_upload_form(HttpRequest *request, GError **error)
{
    static const MultipartHandler handler = {begin_part, take_part, end_part};
    static const HttpSink sink = {write_form, finish_form, form_free};
    Form *form = g_new0(Form, 1);
    form->library = api_of(request)->library;
    form->viewer = api_principal(request);
    form->uploaded = list_new();
    form->refused = list_new();
    form->form = multipart_new(http_request_header(request, "Content-Type"), &handler, form, error);
    if (!form->form) {
        form_free(form);
        return FALSE;
    }
    return http_take_body(request, &sink, form, error);
}
