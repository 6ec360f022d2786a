#include "vision/findings.h"

const char *vision_task_name(VisionTask task)
{
    switch (task) {
    case VISION_OBJECTS:
        return "objects";
    case VISION_FACES:
        return "faces";
    case VISION_SIMILAR:
        return "similar";
    case VISION_WORDS:
        return "words";
    }
    g_assert_not_reached();
}

void vision_object_free(VisionObject *object)
{
    if (!object) {
        return;
    }
    g_free(object->label);
    g_free(object);
}

void vision_face_free(VisionFace *face)
{
    if (!face) {
        return;
    }
    g_clear_pointer(&face->vector, g_array_unref);
    g_clear_pointer(&face->crop, g_bytes_unref);
    g_free(face);
}

VisionFindings *vision_findings_new(int tasks)
{
    VisionFindings *findings = g_new0(VisionFindings, 1);
    findings->tasks = tasks;
    findings->objects = g_ptr_array_new_with_free_func((GDestroyNotify)vision_object_free);
    findings->faces = g_ptr_array_new_with_free_func((GDestroyNotify)vision_face_free);
    return findings;
}

void vision_findings_free(VisionFindings *findings)
{
    if (!findings) {
        return;
    }
    g_ptr_array_unref(findings->objects);
    g_ptr_array_unref(findings->faces);
    g_clear_pointer(&findings->similar, g_array_unref);
    g_clear_pointer(&findings->words, g_array_unref);
    g_free(findings);
}
