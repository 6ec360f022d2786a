#include "base/limits.h"
#include "jobs/worker_protocol.h"

static GBytes *jpeg_like(void)
{
    return g_bytes_new_static("\xFF\xD8\xFF\xE0 and so on", 14);
}

static MediaPicture *picture_new(void)
{
    MediaPicture *picture = g_new0(MediaPicture, 1);
    picture->format = MEDIA_TIFF;
    picture->width = 4000;
    picture->height = 3000;
    picture->phash = G_MAXUINT64 - 5;
    picture->facts = media_facts_new();
    picture->thumbnail_large = jpeg_like();
    picture->thumbnail_small = jpeg_like();
    return picture;
}

static gboolean decode(const MediaPicture *picture, WorkerReply *ret_reply, GError **error)
{
    g_autoptr(GBytes) body = worker_picture_encode(picture);
    return worker_reply_decode(FRAME_PICTURE, body, FRAME_PICTURE, ret_reply, error);
}

static void test_picture(void)
{
    g_autoptr(GError) error = NULL;
    g_auto(WorkerReply) reply = {0};
    g_autoptr(MediaPicture) sent = picture_new();
    g_assert_true(decode(sent, &reply, &error));
    g_assert_no_error(error);
    const MediaPicture *got = reply.picture;
    g_assert_cmpint(got->format, ==, MEDIA_TIFF);
    g_assert_cmpint(got->width, ==, 4000);
    g_assert_cmpint(got->height, ==, 3000);
    g_assert_cmpuint(got->phash, ==, G_MAXUINT64 - 5);
    g_assert_true(g_bytes_equal(got->thumbnail_large, sent->thumbnail_large));
    g_assert_null(got->facts->camera_make);
    g_assert_null(got->facts->keywords);
    g_assert_true(isnan(got->facts->latitude));
    g_assert_true(got->facts->iso == FACT_NONE);
    g_assert_cmpint(got->facts->orientation, ==, 1);
}

static void facts_fill(MediaFacts *facts)
{
    facts->taken_local_ms = 1720002030250;
    facts->taken_offset_minutes = 120;
    facts->camera_make = g_strdup("Leica");
    facts->camera_model = g_strdup("M11");
    facts->lens_model = g_strdup("Summilux 1:1.4/50");
    facts->software = g_strdup("");
    facts->artist = g_strdup("Zoë");
    facts->copyright = g_strdup("©");
    facts->title = g_strdup("a\nb");
    facts->description = g_strdup("x");
    facts->iso = 64;
    facts->f_stop = 1.4;
    facts->shutter_seconds = 0.001;
    facts->focal_length_mm = 50;
    facts->focal_length_35mm = 51;
    facts->exposure_bias_ev = -0.3;
    facts->flash = 0;
    facts->rating = -1;
    facts->keywords = g_ptr_array_new_with_free_func(g_free);
    g_ptr_array_add(facts->keywords, g_strdup("sea"));
    g_ptr_array_add(facts->keywords, g_strdup("Ærø"));
    facts->latitude = -33.5;
    facts->longitude = 180;
    facts->altitude = -400;
    facts->orientation = 8;
}

static void test_facts(void)
{
    g_autoptr(GError) error = NULL;
    g_auto(WorkerReply) reply = {0};
    g_autoptr(MediaPicture) sent = picture_new();
    facts_fill(sent->facts);
    g_assert_true(decode(sent, &reply, &error));
    const MediaFacts *got = reply.picture->facts;
    g_assert_true(got->taken_local_ms == 1720002030250 && got->taken_offset_minutes == 120);
    g_assert_cmpstr(got->camera_make, ==, "Leica");
    g_assert_cmpstr(got->camera_model, ==, "M11");
    g_assert_cmpstr(got->lens_model, ==, "Summilux 1:1.4/50");
    g_assert_cmpstr(got->software, ==, "");
    g_assert_cmpstr(got->artist, ==, "Zoë");
    g_assert_cmpstr(got->copyright, ==, "©");
    g_assert_cmpstr(got->title, ==, "a\nb");
    g_assert_cmpstr(got->description, ==, "x");
    g_assert_true(got->iso == 64 && got->flash == 0 && got->rating == -1);
    g_assert_true(got->f_stop == 1.4 && got->shutter_seconds == 0.001);
    g_assert_true(got->focal_length_mm == 50 && got->focal_length_35mm == 51);
    g_assert_true(got->exposure_bias_ev == -0.3);
    g_assert_true(got->latitude == -33.5 && got->longitude == 180 && got->altitude == -400);
    g_assert_cmpint(got->orientation, ==, 8);
    g_assert_cmpuint(got->keywords->len, ==, 2);
    g_assert_cmpstr(g_ptr_array_index(got->keywords, 1), ==, "Ærø");
}

/* What a file says that cannot be is left out by the worker, and costs the picture nothing. */
static void test_impossible_facts_are_left_out(void)
{
    g_auto(WorkerReply) reply = {0};
    g_autoptr(MediaPicture) sent = picture_new();
    sent->facts->latitude = 91;
    sent->facts->f_stop = INFINITY;
    sent->facts->rating = 6;
    sent->facts->artist = g_strnfill(LIMIT_TEXT_FACT_BYTES + 1, 'a');
    sent->facts->title = g_strdup("\xFF");
    g_assert_true(decode(sent, &reply, NULL));
    g_assert_true(isnan(reply.picture->facts->latitude));
    g_assert_true(isnan(reply.picture->facts->f_stop));
    g_assert_true(reply.picture->facts->rating == FACT_NONE);
    g_assert_null(reply.picture->facts->artist);
    g_assert_null(reply.picture->facts->title);
}

static void assert_refused(const MediaPicture *picture)
{
    g_autoptr(GError) error = NULL;
    g_auto(WorkerReply) reply = {0};
    g_assert_false(decode(picture, &reply, &error));
    g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_CORRUPT);
    g_assert_null(reply.picture);
}

static void test_impossible_pictures_are_refused(void)
{
    g_autoptr(MediaPicture) picture = picture_new();
    picture->width = 0;
    assert_refused(picture);
    picture->width = LIMIT_PICTURE_SIDE_PIXELS;
    assert_refused(picture); /* too many pixels */
    picture->width = LIMIT_PICTURE_SIDE_PIXELS + 1;
    picture->height = 1;
    assert_refused(picture);
    picture->width = 1;
    picture->format = MEDIA_UNKNOWN;
    assert_refused(picture);
    picture->format = (MediaFormat)(MEDIA_RAW + 1);
    assert_refused(picture);
    picture->format = MEDIA_PNG;
    g_bytes_unref(picture->thumbnail_small);
    picture->thumbnail_small = g_bytes_new_static("<script>", 8);
    assert_refused(picture);
}

static GVariant *fact(const char *name, GVariant *value)
{
    GVariantBuilder facts;
    g_variant_builder_init(&facts, G_VARIANT_TYPE_VARDICT);
    g_variant_builder_add(&facts, "{sv}", name, value);
    g_variant_builder_add(&facts, "{sv}", "camera_make", g_variant_new_string("Leica"));
    return g_variant_builder_end(&facts);
}

static gboolean decode_fact(const char *name, GVariant *value)
{
    g_autoptr(GError) error = NULL;
    g_auto(WorkerReply) reply = {0};
    g_autoptr(GBytes) jpeg = jpeg_like();
    g_autoptr(GVariant) variant = g_variant_ref_sink(
        g_variant_new("(yiit@a{sv}@ay@ay)", MEDIA_JPEG, 10, 10, (guint64)0, fact(name, value),
                      g_variant_new_from_bytes(G_VARIANT_TYPE("ay"), jpeg, TRUE),
                      g_variant_new_from_bytes(G_VARIANT_TYPE("ay"), jpeg, TRUE)));
    g_autoptr(GBytes) body = g_variant_get_data_as_bytes(variant);
    return worker_reply_decode(FRAME_PICTURE, body, FRAME_PICTURE, &reply, &error);
}

static void test_impossible_facts_are_refused(void)
{
    g_assert_true(decode_fact("iso", g_variant_new_int64(100)));
    g_assert_false(decode_fact("iso", g_variant_new_int64(-1)));
    g_assert_false(decode_fact("iso", g_variant_new_string("100")));
    g_assert_false(decode_fact("no such fact", g_variant_new_int64(1)));
    g_assert_false(decode_fact("latitude", g_variant_new_double(NAN)));
    g_assert_false(decode_fact("latitude", g_variant_new_double(90.1)));
    g_assert_false(decode_fact("orientation", g_variant_new_int32(9)));
    g_assert_false(decode_fact("camera_make", g_variant_new_string("twice")));
    g_autofree char *text = g_strnfill(LIMIT_TEXT_FACT_BYTES + 1, 'a');
    g_assert_false(decode_fact("artist", g_variant_new_string(text)));
    GVariantBuilder many;
    g_variant_builder_init(&many, G_VARIANT_TYPE_STRING_ARRAY);
    for (int i = 0; i <= LIMIT_KEYWORDS_PER_PHOTO; i++) {
        g_variant_builder_add(&many, "s", "k");
    }
    g_assert_false(decode_fact("keywords", g_variant_builder_end(&many)));
}

/* No byte of a valid reply can be changed or cut so that reading it goes wrong. */
static void test_damaged_replies(void)
{
    g_autoptr(MediaPicture) picture = picture_new();
    facts_fill(picture->facts);
    g_autoptr(GBytes) body = worker_picture_encode(picture);
    gsize length;
    const guint8 *data = g_bytes_get_data(body, &length);
    guint refused = 0;
    for (gsize i = 0; i < length; i++) {
        g_autoptr(GBytes) cut = g_bytes_new(data, i);
        g_auto(WorkerReply) of_cut = {0};
        refused += !worker_reply_decode(FRAME_PICTURE, cut, FRAME_PICTURE, &of_cut, NULL);
        g_autofree guint8 *copy = g_memdup2(data, length);
        copy[i] ^= 0xFF;
        g_autoptr(GBytes) changed = g_bytes_new_static(copy, length);
        g_auto(WorkerReply) of_changed = {0};
        g_autoptr(GError) error = NULL;
        gboolean valid =
            worker_reply_decode(FRAME_PICTURE, changed, FRAME_PICTURE, &of_changed, &error);
        g_assert_true(valid == (error == NULL) && valid == (of_changed.picture != NULL));
    }
    g_assert_cmpuint(refused, ==, length);
}

static void test_failures(void)
{
    g_autoptr(GError) failure =
        g_error_new(ALBUMEN_ERROR, ALBUMEN_ERROR_TOO_LARGE, "line\none \xFF%s", "");
    g_autoptr(GBytes) body = worker_failure_encode(failure);
    g_auto(WorkerReply) reply = {0};
    g_assert_true(worker_reply_decode(FRAME_ERROR, body, FRAME_JPEG, &reply, NULL));
    g_assert_error(reply.failure, ALBUMEN_ERROR, ALBUMEN_ERROR_TOO_LARGE);
    g_assert_cmpstr(reply.failure->message, ==, "line one \uFFFD");

    g_autofree char *text = g_strnfill(5000, 'a');
    memcpy(text + LIMIT_WORKER_MESSAGE_BYTES - 1, "é", 2); /* lies across the limit */
    g_autoptr(GError) alien = g_error_new_literal(G_FILE_ERROR, G_FILE_ERROR_IO, text);
    g_autoptr(GBytes) long_body = worker_failure_encode(alien);
    g_auto(WorkerReply) long_reply = {0};
    g_assert_true(worker_reply_decode(FRAME_ERROR, long_body, FRAME_JPEG, &long_reply, NULL));
    g_assert_error(long_reply.failure, ALBUMEN_ERROR, ALBUMEN_ERROR_INTERNAL);
    g_assert_cmpuint(strlen(long_reply.failure->message), ==, LIMIT_WORKER_MESSAGE_BYTES - 1);
}

static gboolean failure_is_taken(int code, const char *sentence)
{
    g_auto(WorkerReply) reply = {0};
    g_autoptr(GVariant) variant = g_variant_ref_sink(g_variant_new("(is)", code, sentence));
    g_autoptr(GBytes) body = g_variant_get_data_as_bytes(variant);
    return worker_reply_decode(FRAME_ERROR, body, FRAME_PICTURE, &reply, NULL);
}

static void test_impossible_failures_are_refused(void)
{
    g_assert_true(failure_is_taken(ALBUMEN_ERROR_CORRUPT, "the file is empty"));
    g_assert_false(failure_is_taken(ALBUMEN_ERROR_CORRUPT, ""));
    g_assert_false(failure_is_taken(ALBUMEN_ERROR_CORRUPT, "a\x1B[2Jb"));
    g_assert_false(failure_is_taken(ALBUMEN_ERROR_FORBIDDEN, "no"));
    g_assert_false(failure_is_taken(ALBUMEN_ERROR_CANCELLED, "no"));
    g_assert_false(failure_is_taken(-1, "no"));
    g_assert_false(failure_is_taken(1000, "no"));
}

static void test_kinds(void)
{
    g_autoptr(GBytes) jpeg = jpeg_like();
    g_autoptr(GBytes) text = g_bytes_new_static("walls", 5);
    g_autoptr(GBytes) null = g_bytes_new_static("wa\0ls", 5);
    g_auto(WorkerReply) reply = {0};
    g_assert_true(worker_reply_decode(FRAME_JPEG, jpeg, FRAME_JPEG, &reply, NULL));
    g_assert_true(reply.jpeg == jpeg);
    worker_reply_clear(&reply);
    g_assert_true(worker_reply_decode(FRAME_TEXT, text, FRAME_TEXT, &reply, NULL));
    g_assert_cmpstr(reply.text, ==, "walls");
    worker_reply_clear(&reply);
    g_assert_false(worker_reply_decode(FRAME_TEXT, null, FRAME_TEXT, &reply, NULL));
    g_assert_false(worker_reply_decode(FRAME_JPEG, jpeg, FRAME_PICTURE, &reply, NULL));
    g_assert_false(worker_reply_decode(FRAME_JPEG, text, FRAME_JPEG, &reply, NULL));
    g_assert_false(worker_reply_decode(99, jpeg, FRAME_JPEG, &reply, NULL));
}

static void test_requests(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) jpeg = jpeg_like();
    WorkerRequest sent = {WORKER_SCALE, "na\xFFme\n", 320, 80, jpeg};
    g_autoptr(GBytes) body = worker_request_encode(&sent, &error);
    g_auto(WorkerRequest) got = {0};
    g_assert_true(worker_request_decode(body, &got, &error));
    g_assert_cmpint(got.operation, ==, WORKER_SCALE);
    g_assert_cmpstr(got.name, ==, "na\xFFme\n");
    g_assert_cmpint(got.max_pixels, ==, 320);
    g_assert_cmpint(got.quality, ==, 80);
    g_assert_true(g_bytes_equal(got.jpeg, jpeg));
    g_assert_null(got.sidecar);

    WorkerRequest reading = {.operation = WORKER_READ, .name = "a.jpg", .sidecar = jpeg};
    g_autoptr(GBytes) read_body = worker_request_encode(&reading, &error);
    g_auto(WorkerRequest) read = {0};
    g_assert_true(worker_request_decode(read_body, &read, &error));
    g_assert_null(read.jpeg);
    g_assert_true(g_bytes_equal(read.sidecar, jpeg));

    g_auto(WorkerRequest) none = {0};
    g_assert_false(worker_request_decode(jpeg, &none, &error));
    g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_INVALID);
    g_clear_error(&error);

    g_autoptr(GBytes) huge =
        g_bytes_new_take(g_malloc0(LIMIT_WORKER_REPLY_BYTES), LIMIT_WORKER_REPLY_BYTES);
    sent.jpeg = huge;
    g_assert_null(worker_request_encode(&sent, &error));
    g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_TOO_LARGE);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/protocol/picture", test_picture);
    g_test_add_func("/protocol/facts", test_facts);
    g_test_add_func("/protocol/impossible-facts-left-out", test_impossible_facts_are_left_out);
    g_test_add_func("/protocol/impossible-pictures", test_impossible_pictures_are_refused);
    g_test_add_func("/protocol/impossible-facts-refused", test_impossible_facts_are_refused);
    g_test_add_func("/protocol/damaged-replies", test_damaged_replies);
    g_test_add_func("/protocol/failures", test_failures);
    g_test_add_func("/protocol/impossible-failures", test_impossible_failures_are_refused);
    g_test_add_func("/protocol/kinds", test_kinds);
    g_test_add_func("/protocol/requests", test_requests);
    return g_test_run();
}
