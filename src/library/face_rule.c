/* What a model's manifest says of how its vectors are compared. */
#include "library/face_groups.h"

#include <jansson.h>
#include <math.h>

/* As a distance between vectors of length 1. */
static float chord(float cosine_distance)
{
    return sqrtf(2 * cosine_distance);
}

FaceRule face_rule_of_options(const char *options)
{
    FaceRule rule = FACE_RULE_DEFAULT;
    json_t *root = options ? json_loads(options, JSON_REJECT_DUPLICATES, NULL) : NULL;
    const char *metric = json_string_value(json_object_get(root, "metric"));
    double join = json_number_value(json_object_get(root, "average"));
    double suggest = json_number_value(json_object_get(root, "suggest"));
    if (join > 0 && isfinite(join)) {
        rule.metric = g_strcmp0(metric, "cosine") == 0 ? VECTOR_COSINE : VECTOR_EUCLIDEAN;
        gboolean is_cosine = rule.metric == VECTOR_COSINE;
        suggest = suggest > join && isfinite(suggest) ? suggest : join * 1.1;
        rule.join = is_cosine ? chord((float)join) : (float)join;
        rule.suggest = is_cosine ? chord((float)suggest) : (float)suggest;
    }
    json_decref(root);
    return rule;
}
