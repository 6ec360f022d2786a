/* What a worker that was taken over may answer: one byte of kind, then the body of the frame. */
#include "base/limits.h"
#include "fuzz.h"
#include "jobs/worker_findings.h"
#include "jobs/worker_protocol.h"

static void check_facts(const MediaFacts *facts)
{
    g_assert(facts->orientation >= 1 && facts->orientation <= 8);
    g_assert(isnan(facts->latitude) || fabs(facts->latitude) <= 90);
    g_assert(!facts->title || (strlen(facts->title) <= LIMIT_TEXT_FACT_BYTES &&
                               g_utf8_validate(facts->title, -1, NULL)));
    g_assert(!facts->keywords || facts->keywords->len <= LIMIT_KEYWORDS_PER_PHOTO);
}

/* What is believed can be said again, and is believed again. */
static void check_picture(const MediaPicture *picture)
{
    check_facts(picture->facts);
    g_assert(picture->width >= 1 && picture->height >= 1);
    g_autoptr(GBytes) body = worker_picture_encode(picture);
    g_auto(WorkerReply) reply = {0};
    g_assert(worker_reply_decode(FRAME_PICTURE, body, FRAME_PICTURE, &reply, NULL));
    g_assert(reply.picture->phash == picture->phash);
}

static void check_box(const VisionBox *box, int width, int height)
{
    g_assert(box->x1 >= 0 && box->x2 > box->x1 && box->x2 <= (float)width);
    g_assert(box->y1 >= 0 && box->y2 > box->y1 && box->y2 <= (float)height);
}

static void check_findings(const VisionFindings *findings, int width, int height)
{
    for (guint i = 0; i < findings->objects->len; i++) {
        const VisionObject *object = g_ptr_array_index(findings->objects, i);
        check_box(&object->box, width, height);
        g_assert(object->score >= 0 && object->score <= 1);
        g_assert(g_utf8_validate(object->label, -1, NULL));
    }
    for (guint i = 0; i < findings->faces->len; i++) {
        const VisionFace *face = g_ptr_array_index(findings->faces, i);
        check_box(&face->box, width, height);
        g_assert(g_bytes_get_size(face->crop) <= LIMIT_FACE_CROP_BYTES);
    }
    g_autoptr(GBytes) body = worker_findings_encode(findings, width, height);
    g_auto(WorkerReply) reply = {0};
    g_assert(worker_reply_decode(FRAME_FINDINGS, body, FRAME_FINDINGS, &reply, NULL));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0) {
        return 0;
    }
    g_autoptr(GBytes) body = g_bytes_new(data + 1, size - 1);
    for (FrameKind expected = FRAME_PICTURE; expected <= FRAME_FINDINGS; expected++) {
        g_autoptr(GError) error = NULL;
        g_auto(WorkerReply) reply = {0};
        gboolean valid = worker_reply_decode(data[0], body, expected, &reply, &error);
        int parts =
            !!reply.picture + !!reply.jpeg + !!reply.text + !!reply.failure + !!reply.findings;
        g_assert(valid ? parts == 1 && !error : parts == 0 && error);
        if (reply.picture) {
            check_picture(reply.picture);
        }
        if (reply.findings) {
            check_findings(reply.findings, reply.width, reply.height);
        }
    }
    g_auto(WorkerRequest) request = {0};
    worker_request_decode(body, &request, NULL);
    return 0;
}
