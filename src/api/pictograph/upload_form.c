/* A picture in one step: a form of its bytes and where it is to stand, in any order. */
#include "api/pictograph/uploads.h"

#include "api/pictograph/pictograph.h"
#include "base/limits.h"
#include "http/multipart.h"

#include <string.h>

enum { FIELD_DATASET, FIELD_DIRECTORY, FIELD_FILENAME, FIELDS };

/* A form being read. */
typedef struct {
    const Api *api;
    Multipart *form;
    GString *fields[FIELDS]; /* NULL: not sent */
    GString *field;          /* that is read; NULL: none of ours */
    char *sent_name;         /* of the file, as sent */
    UploadFile *file;
    gboolean in_file;
} Form;

static void form_free(gpointer data)
{
    Form *form = data;
    if (form->file) {
        upload_file_delete(form->file);
    }
    upload_file_free(form->file);
    multipart_free(form->form);
    for (gsize i = 0; i < FIELDS; i++) {
        if (form->fields[i]) {
            g_string_free(form->fields[i], TRUE);
        }
    }
    g_free(form->sent_name);
    g_free(form);
}

static const char *field_text(const Form *form, gsize field)
{
    return form->fields[field] ? form->fields[field]->str : NULL;
}

static GString *begin_field(Form *form, const char *name)
{
    static const struct {
        const char *name;
        gsize field;
    } names[] = {{"dataset", FIELD_DATASET},
                 {"dataset_id", FIELD_DATASET},
                 {"directory_path", FIELD_DIRECTORY},
                 {"folder_path", FIELD_DIRECTORY},
                 {"filename", FIELD_FILENAME}};
    for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
        GString **text = &form->fields[names[i].field];
        if (strcmp(names[i].name, name) == 0) {
            *text = *text ? g_string_truncate(*text, 0) : g_string_new(NULL);
            return *text;
        }
    }
    return NULL;
}

static gboolean begin_part(gpointer data, const MultipartPart *part, GError **error)
{
    Form *form = data;
    form->in_file = part->filename && strcmp(part->name, "file") == 0;
    form->field = part->filename ? NULL : begin_field(form, part->name);
    if (!form->in_file) {
        return TRUE;
    }
    if (form->file) {
        g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_INVALID, "A form brings one file");
        return FALSE;
    }
    form->sent_name = g_strdup(part->filename);
    form->file = upload_place_begin(form->api, 0, error);
    return form->file != NULL;
}

static gboolean take_part(gpointer data, const guint8 *bytes, gsize length, GError **error)
{
    Form *form = data;
    if (form->in_file) {
        return upload_file_append(form->file, bytes, length, error);
    }
    if (form->field && form->field->len + length > LIMIT_UPLOAD_FIELD_BYTES) {
        g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_TOO_LARGE,
                            "A field of the form is too long");
        return FALSE;
    }
    if (form->field) {
        g_string_append_len(form->field, (const char *)bytes, (gssize)length);
    }
    return TRUE;
}

static gboolean end_part(gpointer data, GError **error)
{
    Form *form = data;
    gboolean good = !form->field || (strlen(form->field->str) == form->field->len &&
                                     g_utf8_validate(form->field->str, -1, NULL));
    form->in_file = FALSE;
    form->field = NULL;
    if (!good) {
        g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_INVALID,
                            "A field of the form is no text");
    }
    return good;
}

static gboolean write_form(gpointer data, const guint8 *bytes, gsize length, GError **error)
{
    return multipart_write(((Form *)data)->form, bytes, length, error);
}

static gboolean refuse_missing(HttpRequest *request, const char *member)
{
    const PictographProblem problem = {member, "Field required", "missing"};
    return pictograph_refuse_body(request, &problem, 1);
}

static gboolean find_place(HttpRequest *request, const Form *form, UploadPlace *ret_place,
                           GError **error)
{
    const char *told = field_text(form, FIELD_FILENAME);
    g_autoptr(StoreTx) tx = api_read(request, error);
    return tx && upload_place_find(tx, api_principal(request), field_text(form, FIELD_DATASET),
                                   field_text(form, FIELD_DIRECTORY),
                                   told && *told ? told : form->sent_name, ret_place, error);
}

static gboolean finish_form(HttpRequest *request, gpointer data, GError **error)
{
    Form *form = data;
    g_auto(UploadPlace) place = {0};
    if (!multipart_finish(form->form, error)) {
        return FALSE;
    }
    if (!form->file) {
        return refuse_missing(request, "file");
    }
    if (!form->fields[FIELD_DATASET]) {
        return refuse_missing(request, "dataset");
    }
    if (!find_place(request, form, &place, error)) {
        return FALSE;
    }
    g_autoptr(Item) item = upload_place_put(form->api, api_principal(request), &place, form->file,
                                            http_request_cancellable(request), error);
    if (!item) {
        return FALSE;
    }
    upload_show_to_models(form->api);
    return pictograph_answer_upload(request, item, error);
}

static gboolean upload(HttpRequest *request, GError **error)
{
    static const MultipartHandler handler = {begin_part, take_part, end_part};
    static const HttpSink sink = {write_form, finish_form, form_free};
    Form *form = g_new0(Form, 1);
    form->api = api_of(request);
    form->form = multipart_new(http_request_header(request, "Content-Type"), &handler, form, error);
    if (!form->form) {
        form_free(form);
        return FALSE;
    }
    return http_take_body(request, &sink, form, error);
}

const HttpRoute pictograph_upload_form_routes[] = {
    HTTP_ROUTE(CAPABILITY_CURATE, .method = HTTP_POST, .path = PICTOGRAPH_BASE "/images/upload",
               .body_bytes = LIMIT_PICTURE_FILE_BYTES, .body_mime = "multipart/form-data",
               .tag = "Pictograph images",
               .summary = "An image in one go: file, dataset, directory_path, filename",
               .response_schema = "PictographUploaded", .status = 201, .handler = upload),
};

G_STATIC_ASSERT(G_N_ELEMENTS(pictograph_upload_form_routes) == PICTOGRAPH_UPLOAD_FORM_ROUTES);
