/* Photos like another one. The client shows no error of this: what went wrong is told in the
 * answer.
 */
#include "library/similar.h"
#include "api/facet/facet.h"
#include "api/facet/photo_json.h"
#include "api/photo_values.h"
#include "base/limits.h"
#include "library/catalog.h"

#include <string.h>

typedef enum { MODE_VISUAL, MODE_COLOR, MODE_PERSON, MODES } Mode;

static const struct {
    const char *name;
    double least; /* similarity, unless asked for another */
} modes[MODES] = {
    [MODE_VISUAL] = {"visual", 0.4},
    [MODE_COLOR] = {"color", 0.4},
    [MODE_PERSON] = {"person", 0},
};

typedef struct {
    const char *path;
    Mode mode;
    double least;
    gint64 limit, offset;
    gboolean full;
    const char *message; /* why nothing can be found; NULL */
} Question;

static void read_question(const HttpRequest *request, Question *ret_question)
{
    const char *name = http_text(request, "mode", modes[MODE_VISUAL].name);
    Mode mode = MODE_VISUAL;
    for (guint i = 0; i < MODES; i++) {
        mode = strcmp(name, modes[i].name) == 0 ? i : mode;
    }
    *ret_question = (Question){
        .path = http_text(request, "photo_path", ""),
        .mode = mode,
        .least = http_number(request, "min_similarity", modes[mode].least),
        .limit = CLAMP(http_int(request, "limit", 20), 1, LIMIT_SIMILAR_PHOTOS),
        .offset = CLAMP(http_int(request, "offset", 0), 0, G_MAXINT32),
        .full = http_int(request, "full", 0) != 0,
    };
}

/* 0 when the viewer sees no such photo, or with an error. */
static gint64 find_source(HttpRequest *request, const char *path, GError **error)
{
    g_autoptr(CatalogView) view =
        catalog_view(library_catalog(api_of(request)->library), api_principal(request), error);
    guint32 row = view ? catalog_row_of_path(view, path) : CATALOG_NO_ROW;
    if (view && row == CATALOG_NO_ROW) {
        g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_NOT_FOUND, "Photo not found");
    }
    return row == CATALOG_NO_ROW ? 0 : catalog_columns(view)->id[row];
}

/* No histograms are measured yet: by colour nothing can be found, as for a photo of which Facet has
 * none. */
static GArray *find(HttpRequest *request, Question *question, GError **error)
{
    Library *library = api_of(request)->library;
    const Principal *viewer = api_principal(request);
    gint64 source = find_source(request, question->path, error);
    gboolean usable = FALSE;
    GArray *found = NULL;
    if (source == 0) {
        return NULL;
    }
    switch (question->mode) {
    case MODE_PERSON:
        found = similar_by_faces(library, viewer, source, question->least, &usable, error);
        question->message = usable ? NULL : "no_faces";
        return found;
    case MODE_COLOR:
        question->message = "no_histogram";
        return g_array_new(FALSE, FALSE, sizeof(SimilarPhoto));
    default:
        return similar_by_look(library, viewer, source, question->least, &usable, error);
    }
}

static void write_short(JsonWriter *writer, const Photo *photo, const FacetPhotoStyle *style)
{
    g_autofree char *taken = photo_taken_exif(photo->facts);
    json_object_begin(writer);
    json_member_string(writer, "path", photo->path);
    json_member_string(writer, "filename", photo->name);
    json_member_double(writer, "similarity", *style->similarity);
    json_member_null(writer, "aggregate");
    json_member_null(writer, "aesthetic");
    json_member_string(writer, "date_taken", taken);
    json_object_end(writer);
}

static JsonWriter *answer(HttpRequest *request, Question *question, GError **error)
{
    g_autoptr(GArray) found = find(request, question, error);
    if (!found) {
        return NULL;
    }
    guint total = found->len;
    guint first = (guint)MIN(question->offset, total);
    g_array_set_size(found, (guint)MIN(total, first + question->limit));
    g_array_remove_range(found, 0, first);
    g_autoptr(GPtrArray) photos = facet_read_similar(request, found, error);
    if (!photos) {
        return NULL;
    }
    FacetPhotoStyle style = facet_photo_style(api_of(request)->settings, TRUE);
    style.undated = TRUE;
    JsonWriter *writer = json_writer_new(LIMIT_JSON_OUTPUT_BYTES);
    json_object_begin(writer);
    json_member_string(writer, "source", question->path);
    json_member_string(writer, "mode", modes[question->mode].name);
    json_key(writer, "similar");
    json_array_begin(writer);
    facet_write_similar(writer, found, photos, &style,
                        question->full ? facet_write_photo : write_short);
    json_array_end(writer);
    json_member_int(writer, "total", total);
    json_member_bool(writer, "has_more", question->offset + question->limit < total);
    if (question->message) {
        json_member_string(writer, "message", question->message);
    }
    json_object_end(writer);
    return writer;
}

static gboolean respond_error(HttpRequest *request, const char *text, GError **error)
{
    JsonWriter *writer = json_writer_new(LIMIT_JSON_OUTPUT_BYTES);
    json_object_begin(writer);
    json_member_string(writer, "error", text);
    json_object_end(writer);
    return http_respond_json(request, writer, error);
}

gboolean facet_similar_photos(HttpRequest *request, GError **error)
{
    Question question;
    read_question(request, &question);
    if (!facet_has_feature(api_of(request)->settings, "show_similar_button")) {
        return respond_error(request, "Similar photos feature is disabled", error);
    }
    g_autoptr(GError) failure = NULL;
    JsonWriter *writer = answer(request, &question, &failure);
    if (writer) {
        return http_respond_json(request, writer, error);
    }
    if (g_error_matches(failure, ALBUMEN_ERROR, ALBUMEN_ERROR_NOT_FOUND)) {
        return respond_error(request, "Photo not found", error);
    }
    g_propagate_error(error, g_steal_pointer(&failure)); /* the server logs what it is */
    return FALSE;
}
