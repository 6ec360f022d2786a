#include "vision/boxes.h"

#include "base/limits.h"

#include <math.h>

gboolean box_is_real(const VisionBox *box)
{
    return isfinite(box->x1) && isfinite(box->y1) && isfinite(box->x2) && isfinite(box->y2) &&
           box->x2 > box->x1 && box->y2 > box->y1;
}

float box_area(const VisionBox *box)
{
    return MAX(box->x2 - box->x1, 0) * MAX(box->y2 - box->y1, 0);
}

static float common_area(const VisionBox *a, const VisionBox *b)
{
    VisionBox common = {MAX(a->x1, b->x1), MAX(a->y1, b->y1), MIN(a->x2, b->x2), MIN(a->y2, b->y2)};
    return box_area(&common);
}

float box_union_share(const VisionBox *a, const VisionBox *b)
{
    float common = common_area(a, b);
    return common > 0 ? common / (box_area(a) + box_area(b) - common) : 0;
}

float box_smaller_share(const VisionBox *a, const VisionBox *b)
{
    float common = common_area(a, b);
    return common > 0 ? common / MIN(box_area(a), box_area(b)) : 0;
}

gboolean box_clip(VisionBox *box, float width, float height)
{
    box->x1 = CLAMP(box->x1, 0, width);
    box->y1 = CLAMP(box->y1, 0, height);
    box->x2 = CLAMP(box->x2, 0, width);
    box->y2 = CLAMP(box->y2, 0, height);
    return box_is_real(box);
}

/* Equal scores stay in the order in which the model gave them. */
static gint by_falling_score(gconstpointer a, gconstpointer b)
{
    const BoxCandidate *first = a, *second = b;
    if (first->score != second->score) {
        return first->score > second->score ? -1 : 1;
    }
    return first->index < second->index ? -1 : first->index > second->index;
}

void boxes_suppress(GArray *candidates, float share)
{
    g_array_sort(candidates, by_falling_score);
    if (candidates->len > LIMIT_BOX_CANDIDATES) {
        g_array_set_size(candidates, LIMIT_BOX_CANDIDATES);
    }
    BoxCandidate *all = (BoxCandidate *)(void *)candidates->data;
    guint kept = 0;
    for (guint i = 0; i < candidates->len; i++) {
        gboolean alone = TRUE;
        for (guint k = 0; k < kept && alone; k++) {
            alone =
                all[k].label != all[i].label || box_union_share(&all[k].box, &all[i].box) < share;
        }
        if (alone) {
            all[kept++] = all[i];
        }
    }
    g_array_set_size(candidates, kept);
}
