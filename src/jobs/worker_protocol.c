#include "jobs/worker_protocol.h"

#include "base/limits.h"
#include "jobs/worker_findings.h"

/* In the order of WorkerRequest; texts as bytes. */
#define REQUEST_TYPE "(yayiiayayi(dddd)iayay)"
#define PICTURE_TYPE                                                                               \
    "(yiita{sv}ayay)"       /* in the order of MediaPicture, without the hash and size             \
                             */
#define FAILURE_TYPE "(is)" /* AlbumenError, sentence */

static gboolean set_corrupt(GError **error, const char *what)
{
    g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_CORRUPT,
                "a worker process answered nonsense (%s)", what);
    return FALSE;
}

/* The body as a variant of `type` whose every part may be read without a surprise, or NULL. */
static GVariant *variant_parse(GBytes *body, const char *type)
{
    g_autoptr(GVariant) variant = g_variant_ref_sink(
        g_variant_new_from_bytes(G_VARIANT_TYPE(type), body, FALSE /* trusted */));
    return g_variant_is_normal_form(variant) ? g_steal_pointer(&variant) : NULL;
}

static GBytes *variant_serialise(GVariant *floating)
{
    g_autoptr(GVariant) variant = g_variant_ref_sink(floating);
    return g_variant_get_data_as_bytes(variant);
}

static GVariant *variant_new_bytes(GBytes *bytes)
{
    return g_variant_new_from_bytes(G_VARIANT_TYPE_BYTESTRING, bytes, TRUE /* trusted */);
}

static GBytes *child_bytes(GVariant *tuple, gsize index)
{
    g_autoptr(GVariant) child = g_variant_get_child_value(tuple, index);
    return g_variant_get_data_as_bytes(child);
}

/* Up to the first NUL, if there is one. */
static char *child_text(GVariant *tuple, gsize index)
{
    g_autoptr(GBytes) bytes = child_bytes(tuple, index);
    gsize length;
    const char *data = g_bytes_get_data(bytes, &length);
    return g_strndup(data ? data : "", length);
}

/* Requests */

void worker_request_clear(WorkerRequest *request)
{
    g_clear_pointer(&request->name, g_free);
    g_clear_pointer(&request->jpeg, g_bytes_unref);
    g_clear_pointer(&request->sidecar, g_bytes_unref);
    g_clear_pointer(&request->family, g_free);
    g_clear_pointer(&request->text, g_free);
}

static GVariant *variant_new_text(const char *text)
{
    g_autoptr(GBytes) bytes = g_bytes_new(text ? text : "", text ? strlen(text) : 0);
    return variant_new_bytes(bytes);
}

static GBytes *bytes_or_none(GBytes *bytes)
{
    return bytes ? g_bytes_ref(bytes) : g_bytes_new(NULL, 0);
}

GBytes *worker_request_encode(const WorkerRequest *request, GError **error)
{
    g_autoptr(GBytes) jpeg = bytes_or_none(request->jpeg);
    g_autoptr(GBytes) sidecar = bytes_or_none(request->sidecar);
    const VisionBox *box = &request->box;
    g_autoptr(GBytes) body = variant_serialise(g_variant_new(
        "(y@ayii@ay@ayi(dddd)i@ay@ay)", (guchar)request->operation, variant_new_text(request->name),
        request->max_pixels, request->quality, variant_new_bytes(jpeg), variant_new_bytes(sidecar),
        request->tasks, (double)box->x1, (double)box->y1, (double)box->x2, (double)box->y2,
        (int)request->purpose, variant_new_text(request->family), variant_new_text(request->text)));
    if (g_bytes_get_size(body) > LIMIT_WORKER_REPLY_BYTES) {
        g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_TOO_LARGE,
                            "the picture is too large to be handed to a worker process");
        return NULL;
    }
    return g_steal_pointer(&body);
}

gboolean worker_request_decode(GBytes *body, WorkerRequest *ret_request, GError **error)
{
    g_autoptr(GVariant) variant = variant_parse(body, REQUEST_TYPE);
    if (!variant) {
        g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_INVALID, "not a worker's request");
        return FALSE;
    }
    guchar operation;
    int max_pixels, quality, tasks, purpose;
    double x1, y1, x2, y2;
    g_variant_get_child(variant, 0, "y", &operation);
    g_variant_get_child(variant, 2, "i", &max_pixels);
    g_variant_get_child(variant, 3, "i", &quality);
    g_variant_get_child(variant, 6, "i", &tasks);
    g_variant_get_child(variant, 7, "(dddd)", &x1, &y1, &x2, &y2);
    g_variant_get_child(variant, 8, "i", &purpose);
    g_autoptr(GBytes) sidecar = child_bytes(variant, 5);
    gboolean has_sidecar = operation == WORKER_READ && g_bytes_get_size(sidecar) > 0;
    *ret_request = (WorkerRequest){
        .operation = (WorkerOperation)operation,
        .name = child_text(variant, 1),
        .max_pixels = max_pixels,
        .quality = quality,
        .jpeg = operation == WORKER_SCALE ? child_bytes(variant, 4) : NULL,
        .sidecar = has_sidecar ? g_steal_pointer(&sidecar) : NULL,
        .tasks = tasks,
        .box = {(float)x1, (float)y1, (float)x2, (float)y2},
        .purpose = (ModelPurpose)purpose,
        .family = child_text(variant, 9),
        .text = child_text(variant, 10),
    };
    return TRUE;
}

/* Facts: a dictionary of what is present. The one table of their names, types and ranges; text is
 * at most `high` bytes long. */

typedef enum { FACT_INT, FACT_INT64, FACT_DOUBLE, FACT_TEXT, FACT_TEXTS } FactType;

typedef struct {
    const char *name;
    FactType type;
    gsize offset;
    double low, high;
} FactField;

#define FACT(field, type, low, high)                                                               \
    {                                                                                              \
#field, type, offsetof(MediaFacts, field), low, high                                       \
    }
#define FACT_FREE_TEXT(field) FACT(field, FACT_TEXT, 0, LIMIT_TEXT_FACT_BYTES)

static const FactField fact_fields[] = {
    FACT(taken_local_ms, FACT_INT64, -62135596800e3, 253402300799999.0), /* years 1 to 9999 */
    FACT(taken_offset_minutes, FACT_INT64, -24 * 60, 24 * 60),
    FACT_FREE_TEXT(camera_make),
    FACT_FREE_TEXT(camera_model),
    FACT_FREE_TEXT(lens_model),
    FACT_FREE_TEXT(software),
    FACT_FREE_TEXT(artist),
    FACT_FREE_TEXT(copyright),
    FACT_FREE_TEXT(title),
    FACT_FREE_TEXT(description),
    FACT(iso, FACT_INT64, 0, G_MAXUINT32),
    FACT(f_stop, FACT_DOUBLE, 0, 1e6),
    FACT(shutter_seconds, FACT_DOUBLE, 0, 1e9),
    FACT(focal_length_mm, FACT_DOUBLE, 0, 1e7),
    FACT(focal_length_35mm, FACT_DOUBLE, 0, 1e7),
    FACT(exposure_bias_ev, FACT_DOUBLE, -1e3, 1e3),
    FACT(flash, FACT_INT64, 0, 1),
    FACT(rating, FACT_INT64, -1, 5),
    FACT(keywords, FACT_TEXTS, 0, LIMIT_TEXT_FACT_BYTES),
    FACT(latitude, FACT_DOUBLE, -90, 90),
    FACT(longitude, FACT_DOUBLE, -180, 180),
    FACT(altitude, FACT_DOUBLE, -1e5, 1e9),
    FACT(orientation, FACT_INT, 1, 8),
};

static const GVariantType *fact_variant_type(FactType type)
{
    switch (type) {
    case FACT_INT:
        return G_VARIANT_TYPE_INT32;
    case FACT_INT64:
        return G_VARIANT_TYPE_INT64;
    case FACT_DOUBLE:
        return G_VARIANT_TYPE_DOUBLE;
    case FACT_TEXT:
        return G_VARIANT_TYPE_STRING;
    case FACT_TEXTS:
        return G_VARIANT_TYPE_STRING_ARRAY;
    }
    g_return_val_if_reached(NULL);
}

static const FactField *fact_find(const char *name)
{
    for (gsize i = 0; i < G_N_ELEMENTS(fact_fields); i++) {
        if (g_str_equal(fact_fields[i].name, name)) {
            return &fact_fields[i];
        }
    }
    return NULL;
}

/* FALSE for NaN as well. */
static gboolean fact_in_range(const FactField *field, double value)
{
    return value >= field->low && value <= field->high;
}

static GVariant *fact_encode_texts(const FactField *field, const GPtrArray *texts)
{
    if (!texts || texts->len == 0) {
        return NULL;
    }
    GVariantBuilder list;
    g_variant_builder_init(&list, G_VARIANT_TYPE_STRING_ARRAY);
    for (guint i = 0; i < MIN(texts->len, LIMIT_KEYWORDS_PER_PHOTO); i++) {
        const char *text = g_ptr_array_index(texts, i);
        if (fact_in_range(field, (double)strlen(text)) && g_utf8_validate(text, -1, NULL)) {
            g_variant_builder_add(&list, "s", text);
        }
    }
    return g_variant_builder_end(&list);
}

/* NULL when the fact is absent. */
static GVariant *fact_encode(const FactField *field, const void *member)
{
    switch (field->type) {
    case FACT_INT: {
        int value = *(const int *)member;
        return fact_in_range(field, value) ? g_variant_new_int32(value) : NULL;
    }
    case FACT_INT64: {
        gint64 value = *(const gint64 *)member;
        return fact_in_range(field, (double)value) ? g_variant_new_int64(value) : NULL;
    }
    case FACT_DOUBLE: {
        double value = *(const double *)member;
        return fact_in_range(field, value) ? g_variant_new_double(value) : NULL;
    }
    case FACT_TEXT: {
        const char *text = *(char *const *)member;
        if (!text || !fact_in_range(field, (double)strlen(text)) ||
            !g_utf8_validate(text, -1, NULL)) {
            return NULL;
        }
        return g_variant_new_string(text);
    }
    case FACT_TEXTS:
        return fact_encode_texts(field, *(GPtrArray *const *)member);
    }
    g_return_val_if_reached(NULL);
}

static GVariant *facts_encode(const MediaFacts *facts)
{
    GVariantBuilder dictionary;
    g_variant_builder_init(&dictionary, G_VARIANT_TYPE_VARDICT);
    for (gsize i = 0; i < G_N_ELEMENTS(fact_fields); i++) {
        const FactField *field = &fact_fields[i];
        GVariant *value = fact_encode(field, (const char *)facts + field->offset);
        if (value) {
            g_variant_builder_add(&dictionary, "{sv}", field->name, value);
        }
    }
    return g_variant_builder_end(&dictionary);
}

static gboolean fact_decode_texts(const FactField *field, GVariant *value, GPtrArray **member)
{
    gsize count = g_variant_n_children(value);
    if (count == 0 || count > LIMIT_KEYWORDS_PER_PHOTO || *member) {
        return FALSE;
    }
    *member = g_ptr_array_new_with_free_func(g_free);
    for (gsize i = 0; i < count; i++) {
        char *text;
        g_variant_get_child(value, i, "s", &text);
        g_ptr_array_add(*member, text);
        if (!fact_in_range(field, (double)strlen(text))) {
            return FALSE;
        }
    }
    return TRUE;
}

/* `value` is of the field's type. A second value for the same text would leak the first and is
 * refused; for numbers the last stands. */
static gboolean fact_decode(const FactField *field, GVariant *value, void *member)
{
    switch (field->type) {
    case FACT_INT: {
        int number = g_variant_get_int32(value);
        *(int *)member = number;
        return fact_in_range(field, number);
    }
    case FACT_INT64: {
        gint64 number = g_variant_get_int64(value);
        *(gint64 *)member = number;
        return fact_in_range(field, (double)number);
    }
    case FACT_DOUBLE: {
        double number = g_variant_get_double(value);
        *(double *)member = number;
        return fact_in_range(field, number);
    }
    case FACT_TEXT: {
        char **text = member;
        if (*text) {
            return FALSE;
        }
        *text = g_variant_dup_string(value, NULL);
        return fact_in_range(field, (double)strlen(*text));
    }
    case FACT_TEXTS:
        return fact_decode_texts(field, value, member);
    }
    g_return_val_if_reached(FALSE);
}

static MediaFacts *facts_decode(GVariant *dictionary, GError **error)
{
    g_autoptr(MediaFacts) facts = media_facts_new();
    gsize count = g_variant_n_children(dictionary);
    if (count > G_N_ELEMENTS(fact_fields)) {
        set_corrupt(error, "too many facts");
        return NULL;
    }
    for (gsize i = 0; i < count; i++) {
        g_autofree char *name = NULL;
        g_autoptr(GVariant) value = NULL;
        g_variant_get_child(dictionary, i, "{sv}", &name, &value);
        const FactField *field = fact_find(name);
        if (!field || !g_variant_is_of_type(value, fact_variant_type(field->type)) ||
            !fact_decode(field, value, (char *)facts + field->offset)) {
            set_corrupt(error, field ? field->name : "an unknown fact");
            return NULL;
        }
    }
    return g_steal_pointer(&facts);
}

/* Replies */

void worker_reply_clear(WorkerReply *reply)
{
    g_clear_pointer(&reply->picture, media_picture_free);
    g_clear_pointer(&reply->jpeg, g_bytes_unref);
    g_clear_pointer(&reply->text, g_free);
    g_clear_pointer(&reply->findings, vision_findings_free);
    g_clear_error(&reply->failure);
}

GBytes *worker_picture_encode(const MediaPicture *picture)
{
    return variant_serialise(g_variant_new(
        "(yiit@a{sv}@ay@ay)", (guchar)picture->format, picture->width, picture->height,
        picture->phash, facts_encode(picture->facts), variant_new_bytes(picture->thumbnail_large),
        variant_new_bytes(picture->thumbnail_small)));
}

GBytes *worker_failure_encode(const GError *failure)
{
    AlbumenError code =
        failure->domain == ALBUMEN_ERROR ? (AlbumenError)failure->code : ALBUMEN_ERROR_INTERNAL;
    g_autofree char *valid = g_utf8_make_valid(failure->message, -1);
    if (strlen(valid) > LIMIT_WORKER_MESSAGE_BYTES) {
        /* To the start of the character that goes over. */
        *g_utf8_find_prev_char(valid, valid + LIMIT_WORKER_MESSAGE_BYTES) = '\0';
    }
    return variant_serialise(
        g_variant_new(FAILURE_TYPE, (int)code, g_strdelimit(valid, "\n\r\t", ' ')));
}

static gboolean picture_size_is_possible(const MediaPicture *picture)
{
    return picture->width >= 1 && picture->width <= LIMIT_PICTURE_SIDE_PIXELS &&
           picture->height >= 1 && picture->height <= LIMIT_PICTURE_SIDE_PIXELS &&
           (gint64)picture->width * picture->height <= LIMIT_PICTURE_MEGAPIXELS * 1000000LL;
}

static gboolean picture_check(const MediaPicture *picture, GError **error)
{
    if (picture->format <= MEDIA_UNKNOWN || picture->format > MEDIA_RAW) {
        return set_corrupt(error, "format");
    }
    if (!picture_size_is_possible(picture)) {
        return set_corrupt(error, "size");
    }
    if (!worker_bytes_are_jpeg(picture->thumbnail_large, LIMIT_WORKER_THUMBNAIL_BYTES) ||
        !worker_bytes_are_jpeg(picture->thumbnail_small, LIMIT_WORKER_THUMBNAIL_BYTES)) {
        return set_corrupt(error, "thumbnail");
    }
    return TRUE;
}

static MediaPicture *picture_decode(GBytes *body, GError **error)
{
    g_autoptr(GVariant) variant = variant_parse(body, PICTURE_TYPE);
    if (!variant) {
        set_corrupt(error, "form");
        return NULL;
    }
    g_autoptr(GVariant) facts = g_variant_get_child_value(variant, 4);
    g_autoptr(MediaPicture) picture = g_new0(MediaPicture, 1);
    picture->facts = facts_decode(facts, error);
    if (!picture->facts) {
        return NULL;
    }
    guchar format;
    g_variant_get_child(variant, 0, "y", &format);
    picture->format = (MediaFormat)format;
    g_variant_get_child(variant, 1, "i", &picture->width);
    g_variant_get_child(variant, 2, "i", &picture->height);
    g_variant_get_child(variant, 3, "t", &picture->phash);
    picture->thumbnail_large = child_bytes(variant, 5);
    picture->thumbnail_small = child_bytes(variant, 6);
    return picture_check(picture, error) ? g_steal_pointer(&picture) : NULL;
}

/* The codes that decoding can end with; none that a dialect would read as a matter of access. */
static gboolean failure_code_is_possible(int code)
{
    return code == ALBUMEN_ERROR_INTERNAL || code == ALBUMEN_ERROR_INVALID ||
           code == ALBUMEN_ERROR_TOO_LARGE || code == ALBUMEN_ERROR_UNSUPPORTED ||
           code == ALBUMEN_ERROR_CORRUPT || code == ALBUMEN_ERROR_UNAVAILABLE ||
           code == ALBUMEN_ERROR_IO;
}

static GError *failure_decode(GBytes *body, GError **error)
{
    g_autoptr(GVariant) variant = variant_parse(body, FAILURE_TYPE);
    if (!variant) {
        set_corrupt(error, "form");
        return NULL;
    }
    int code;
    const char *sentence;
    g_variant_get(variant, "(i&s)", &code, &sentence);
    if (!failure_code_is_possible(code) ||
        !worker_text_is_clean(sentence, LIMIT_WORKER_MESSAGE_BYTES)) {
        set_corrupt(error, "error");
        return NULL;
    }
    return g_error_new_literal(ALBUMEN_ERROR, code, sentence);
}

static char *text_decode(GBytes *body, GError **error)
{
    gsize length;
    const char *data = g_bytes_get_data(body, &length);
    g_autofree char *text = g_strndup(data ? data : "", length);
    if (strlen(text) != length || !worker_text_is_clean(text, LIMIT_WORKER_MESSAGE_BYTES)) {
        set_corrupt(error, "text");
        return NULL;
    }
    return g_steal_pointer(&text);
}

gboolean worker_reply_decode(guint32 kind, GBytes *body, FrameKind expected, WorkerReply *ret_reply,
                             GError **error)
{
    g_auto(WorkerReply) reply = {0};
    if (kind == FRAME_ERROR) {
        reply.failure = failure_decode(body, error);
    } else if (kind != expected) {
        set_corrupt(error, "kind");
    } else if (kind == FRAME_PICTURE) {
        reply.picture = picture_decode(body, error);
    } else if (kind == FRAME_TEXT) {
        reply.text = text_decode(body, error);
    } else if (kind == FRAME_FINDINGS) {
        reply.findings = worker_findings_decode(body, &reply.width, &reply.height, error);
    } else if (worker_bytes_are_jpeg(body, LIMIT_WORKER_REPLY_BYTES)) {
        reply.jpeg = g_bytes_ref(body);
    } else {
        set_corrupt(error, "picture");
    }
    if (!reply.failure && !reply.picture && !reply.text && !reply.jpeg && !reply.findings) {
        return FALSE;
    }
    *ret_reply = reply;
    reply = (WorkerReply){0};
    return TRUE;
}
