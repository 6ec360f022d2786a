/* What a worker says of a picture, and what the server does not believe. */
#include "jobs/worker_findings.h"

#include "base/limits.h"
#include "jobs/worker_protocol.h"

#include <math.h>

#define WIDTH  400
#define HEIGHT 300

static GBytes *jpeg_like(gsize length)
{
    guint8 *bytes = g_malloc0(length);
    bytes[0] = 0xFF;
    bytes[1] = 0xD8;
    bytes[2] = 0xFF;
    return g_bytes_new_take(bytes, length);
}

static GArray *vector_of(float x, float y)
{
    GArray *vector = g_array_new(FALSE, FALSE, sizeof(float));
    g_array_append_val(vector, x);
    g_array_append_val(vector, y);
    return vector;
}

static VisionFindings *good_findings(void)
{
    VisionFindings *findings = vision_findings_new(VISION_OBJECTS | VISION_FACES | VISION_SIMILAR);
    VisionObject *object = g_new0(VisionObject, 1);
    object->label = g_strdup("dog");
    object->score = 0.5F;
    object->box = (VisionBox){0, 0, WIDTH, HEIGHT};
    g_ptr_array_add(findings->objects, object);
    VisionFace *face = g_new0(VisionFace, 1);
    face->box = (VisionBox){10, 20, 30, 50};
    face->confidence = 0.75F;
    face->eye_openness = NAN;
    face->yaw = -12;
    face->pitch = face->roll = NAN;
    face->landmarks[4][1] = -3;
    face->vector = vector_of(1, 0.5F);
    face->crop = jpeg_like(100);
    g_ptr_array_add(findings->faces, face);
    findings->similar = vector_of(0.6F, 0.8F);
    return findings;
}

static VisionFindings *pass(const VisionFindings *findings, GError **error)
{
    int width = 0, height = 0;
    g_autoptr(GBytes) body = worker_findings_encode(findings, WIDTH, HEIGHT);
    VisionFindings *passed = worker_findings_decode(body, &width, &height, error);
    g_assert_true(!passed || (width == WIDTH && height == HEIGHT));
    return passed;
}

static void test_passes(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(VisionFindings) findings = good_findings();
    g_autoptr(VisionFindings) passed = pass(findings, &error);
    g_assert_no_error(error);
    const VisionObject *object = g_ptr_array_index(passed->objects, 0);
    g_assert_cmpstr(object->label, ==, "dog");
    g_assert_cmpfloat(object->box.x2, ==, WIDTH);
    const VisionFace *face = g_ptr_array_index(passed->faces, 0);
    g_assert_cmpfloat(face->yaw, ==, -12);
    g_assert_true(isnan(face->pitch));
    g_assert_cmpfloat(face->landmarks[4][1], ==, -3);
    g_assert_cmpfloat(g_array_index(face->vector, float, 1), ==, 0.5F);
    g_assert_cmpuint(g_bytes_get_size(face->crop), ==, 100);
    g_assert_cmpfloat(g_array_index(passed->similar, float, 1), ==, 0.8F);
    g_assert_null(passed->words);
}

/* Each makes one thing of good findings impossible. */
static void spoil_box(VisionFindings *findings, VisionBox box)
{
    ((VisionFace *)g_ptr_array_index(findings->faces, 0))->box = box;
}

static void assert_refused(VisionFindings *taken, const char *what)
{
    g_autoptr(VisionFindings) findings = taken;
    g_autoptr(GError) error = NULL;
    g_autoptr(VisionFindings) passed = pass(findings, &error);
    g_assert_null(passed);
    g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_CORRUPT);
    g_assert_nonnull(strstr(error->message, what));
}

static void test_refuses_boxes(void)
{
    const VisionBox boxes[] = {
        {-1, 0, 10, 10},        {0, 0, WIDTH + 1, 10}, {10, 10, 10, 20}, {20, 10, 10, 20},
        {0, 0, 10, HEIGHT + 1}, {0.5F, 0, 10, 10},     {NAN, 0, 10, 10}, {0, 0, INFINITY, 10},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(boxes); i++) {
        VisionFindings *findings = good_findings();
        spoil_box(findings, boxes[i]);
        assert_refused(findings, "faces");
    }
}

static void test_refuses_numbers(void)
{
    VisionFindings *findings = good_findings();
    VisionFace *face = g_ptr_array_index(findings->faces, 0);
    face->confidence = 1.5F;
    assert_refused(findings, "faces");

    findings = good_findings();
    face = g_ptr_array_index(findings->faces, 0);
    face->landmarks[0][0] = 1e9F;
    assert_refused(findings, "faces");

    findings = good_findings();
    face = g_ptr_array_index(findings->faces, 0);
    g_array_index(face->vector, float, 0) = NAN;
    assert_refused(findings, "faces");

    findings = good_findings();
    g_array_index(findings->similar, float, 0) = 3;
    assert_refused(findings, "vectors");

    findings = good_findings();
    ((VisionObject *)g_ptr_array_index(findings->objects, 0))->score = NAN;
    assert_refused(findings, "objects");
}

static void test_refuses_labels_and_crops(void)
{
    static const char *const labels[] = {"", "two\nlines", "\xFF\xFE"};
    for (gsize i = 0; i < 2; i++) {
        VisionFindings *findings = good_findings();
        VisionObject *object = g_ptr_array_index(findings->objects, 0);
        g_free(object->label);
        object->label = g_strdup(labels[i]);
        assert_refused(findings, "objects");
    }
    g_assert_false(worker_text_is_clean(labels[2], 10));
    VisionFindings *findings = good_findings();
    VisionFace *face = g_ptr_array_index(findings->faces, 0);
    g_bytes_unref(face->crop);
    face->crop = jpeg_like(LIMIT_FACE_CROP_BYTES + 1);
    assert_refused(findings, "faces");
}

/* What was not asked for is not taken either. */
static void test_refuses_what_tasks_do_not_name(void)
{
    VisionFindings *findings = good_findings();
    findings->tasks = VISION_FACES | VISION_SIMILAR;
    assert_refused(findings, "objects");
    findings = good_findings();
    findings->tasks = VISION_OBJECTS | VISION_FACES;
    assert_refused(findings, "vectors");
    findings = good_findings();
    findings->tasks |= 1 << VISION_TASKS;
    assert_refused(findings, "size");
}

static void test_refuses_nonsense(void)
{
    g_autoptr(GError) error = NULL;
    g_auto(WorkerReply) reply = {0};
    g_autoptr(GBytes) body = g_bytes_new_static("nonsense, at length", 19);
    g_assert_false(worker_reply_decode(FRAME_FINDINGS, body, FRAME_FINDINGS, &reply, &error));
    g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_CORRUPT);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/worker-findings/passes", test_passes);
    g_test_add_func("/worker-findings/refuses-boxes", test_refuses_boxes);
    g_test_add_func("/worker-findings/refuses-numbers", test_refuses_numbers);
    g_test_add_func("/worker-findings/refuses-labels-and-crops", test_refuses_labels_and_crops);
    g_test_add_func("/worker-findings/refuses-what-tasks-do-not-name",
                    test_refuses_what_tasks_do_not_name);
    g_test_add_func("/worker-findings/refuses-nonsense", test_refuses_nonsense);
    return g_test_run();
}
