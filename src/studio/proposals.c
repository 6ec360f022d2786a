#include "studio/proposals.h"

#include "base/limits.h"
#include "library/findings.h"
#include "library/person.h"

#include <math.h>
#include <string.h>

/* A proposal on a shape of its name that stands, by so much, tells nothing new. */
#define SAME_OVERLAP 0.8

/* How the uids of the library's own proposals begin. What follows tells one from the other, the
 * same each time. */
#define OBJECT_UID "object-"
#define FACE_UID   "face-"

typedef struct {
    StoreTx *tx;
    const Principal *viewer;
    const Dataset *dataset;
    const ProposalsWanted *wanted;
    GPtrArray *classes; /* of a closed project, which takes no others; NULL */
} Proposing;

static gboolean is_replaced(const Proposing *proposing, const Shape *shape)
{
    return shape->is_proposed &&
           ((proposing->wanted->objects && g_str_has_prefix(shape->uid, OBJECT_UID)) ||
            (proposing->wanted->faces && g_str_has_prefix(shape->uid, FACE_UID)));
}

static gboolean takes_class(const Proposing *proposing, const char *name)
{
    for (guint i = 0; proposing->classes && i < proposing->classes->len; i++) {
        const AnnotationClass *class_ = g_ptr_array_index(proposing->classes, i);
        if (strcmp(class_->name, name) == 0) {
            return TRUE;
        }
    }
    return !proposing->classes;
}

/* Whether the set has its uid, or a shape that stands and says the same. */
static gboolean is_known(const GPtrArray *set, const Shape *proposal)
{
    for (guint i = 0; i < set->len; i++) {
        const Shape *shape = g_ptr_array_index(set, i);
        if (strcmp(shape->uid, proposal->uid) == 0) {
            return TRUE;
        }
        if (!shape->is_proposed && shape->kind != SHAPE_TAG &&
            strcmp(shape->name, proposal->name) == 0 &&
            shape_overlap(&shape->box, &proposal->box) >= SAME_OVERLAP) {
            return TRUE;
        }
    }
    return FALSE;
}

/* Takes the proposal: into the set when it is news, and in any case into `made`, whose it is. */
static void propose(const Proposing *proposing, Shape *taken, GPtrArray *set, GPtrArray *made)
{
    g_ptr_array_add(made, taken);
    taken->is_proposed = TRUE;
    if (taken->confidence >= proposing->wanted->min_confidence &&
        takes_class(proposing, taken->name) && shape_check(taken, NULL, NULL) &&
        !is_known(set, taken)) {
        g_ptr_array_add(set, taken);
    }
}

/* What looked at the photo; NULL without an error when nothing did. The caller's. */
static gboolean model_of(StoreTx *tx, gint64 photo_id, VisionTask task, char **ret_model,
                         GError **error)
{
    static const StoreQuery query = {
        .name = "proposals_model",
        .sql = "SELECT model FROM analysis WHERE photo_id = ?1 AND task = ?2 AND error IS NULL",
    };
    StoreStatement *row = store_prepare(tx, &query, error);
    if (!row) {
        return FALSE;
    }
    store_bind_int(row, 1, photo_id);
    store_bind_text(row, 2, vision_task_name(task));
    StoreStep step = store_step(row, error);
    *ret_model = step == STORE_ROW ? g_strdup(store_column_text(row, 0)) : NULL;
    return step != STORE_ERROR;
}

static Shape *new_proposal(const char *name, ShapeBox box)
{
    g_autofree char *short_name =
        g_utf8_substring(name, 0, MIN(g_utf8_strlen(name, -1), (glong)LIMIT_CLASS_NAME_CHARACTERS));
    Shape *shape = shape_new(SHAPE_BBOX, short_name);
    shape->source = SHAPE_BY_MODEL;
    shape->box = box;
    return shape;
}

static Shape *propose_object(const VisionObject *object, const char *model)
{
    double x = (double)object->box.x1;
    double y = (double)object->box.y1;
    double w = (double)object->box.x2 - x;
    double h = (double)object->box.y2 - y;
    Shape *shape = new_proposal(object->label, (ShapeBox){x, y, w, h});
    shape->uid = g_strdup_printf(OBJECT_UID "%.0f-%.0f-%.0f-%.0f-%s", x, y, w, h, shape->name);
    shape->confidence = CLAMP((double)object->score, 0, 1);
    shape->model = g_strdup(model);
    return shape;
}

static gboolean add_objects(const Proposing *proposing, gint64 photo_id, GPtrArray *set,
                            GPtrArray *made, GError **error)
{
    gboolean looked = FALSE;
    g_autofree char *model = NULL;
    g_autoptr(GPtrArray) objects = findings_objects(proposing->tx, photo_id, &looked, error);
    if (!objects || !model_of(proposing->tx, photo_id, VISION_OBJECTS, &model, error)) {
        return FALSE;
    }
    for (guint i = 0; i < objects->len; i++) {
        const VisionObject *object = g_ptr_array_index(objects, i);
        const char *const *classes = proposing->wanted->classes;
        if (!classes || g_strv_contains(classes, object->label)) {
            propose(proposing, propose_object(object, model), set, made);
        }
    }
    return TRUE;
}

static Shape *propose_face(const Face *face, gboolean by_name, const char *model)
{
    const ShapeBox box = {(double)face->x1, (double)face->y1, (double)(face->x2 - face->x1),
                          (double)(face->y2 - face->y1)};
    Shape *shape = new_proposal(by_name && face->person_name ? face->person_name : "face", box);
    shape->uid = g_strdup_printf(FACE_UID "%" G_GINT64_FORMAT, face->id);
    if (isnan(face->confidence)) {
        shape->source = SHAPE_BY_USER;
    } else {
        shape->confidence = CLAMP(face->confidence, 0, 1);
        shape->model = g_strdup(model);
    }
    return shape;
}

static gboolean add_faces(const Proposing *proposing, gint64 photo_id, GPtrArray *set,
                          GPtrArray *made, GError **error)
{
    g_autofree char *model = NULL;
    g_autoptr(GPtrArray) faces =
        face_of_photo(proposing->tx, proposing->viewer, photo_id, FALSE, error);
    if (!faces || !model_of(proposing->tx, photo_id, VISION_FACES, &model, error)) {
        return FALSE;
    }
    for (guint i = 0; i < faces->len; i++) {
        propose(proposing,
                propose_face(g_ptr_array_index(faces, i), proposing->wanted->names, model), set,
                made);
    }
    return TRUE;
}

static gint64 count_proposed(const GPtrArray *shapes)
{
    gint64 count = 0;
    for (guint i = 0; i < shapes->len; i++) {
        const Shape *shape = g_ptr_array_index(shapes, i);
        count += shape->is_proposed;
    }
    return count;
}

static gboolean save(const Proposing *proposing, const Item *item, const GPtrArray *set,
                     gboolean drawn, GError **error)
{
    const AnnotationsSave how = {
        .which = ANNOTATIONS_ALL,
        .expected = ANNOTATIONS_ANY_REVISION,
        .drawn = drawn,
        .keep_unchanged = TRUE,
    };
    AnnotationsSaved saved = {0};
    return annotations_save(proposing->tx, proposing->viewer, item, set, &how, &saved, NULL, error);
}

/* The picture must be the one that was looked at. */
static gboolean can_be_looked_up(const Item *item)
{
    return item->photo_id > 0 && !item->is_changed;
}

static gboolean propose_on(const Proposing *proposing, const Item *item, const GPtrArray *shapes,
                           gint64 *ret_proposed, GError **error)
{
    g_autoptr(GPtrArray) set = g_ptr_array_new();
    g_autoptr(GPtrArray) made = shapes_new();
    for (guint i = 0; i < shapes->len; i++) {
        if (!is_replaced(proposing, g_ptr_array_index(shapes, i))) {
            g_ptr_array_add(set, g_ptr_array_index(shapes, i));
        }
    }
    if ((proposing->wanted->objects && !add_objects(proposing, item->photo_id, set, made, error)) ||
        (proposing->wanted->faces && !add_faces(proposing, item->photo_id, set, made, error))) {
        return FALSE;
    }
    *ret_proposed = count_proposed(set);
    return save(proposing, item, set, FALSE, error);
}

static AnnotationsWalk *walk_items(const Proposing *proposing, const GArray *items, GError **error)
{
    const AnnotationsWalkOptions options = {.dataset = proposing->dataset, .items = items};
    return annotations_walk(proposing->tx, &options, error);
}

gboolean proposals_make(StoreTx *tx, const Principal *viewer, const Dataset *dataset,
                        const GArray *items, const ProposalsWanted *wanted, gint64 *ret_items,
                        gint64 *ret_shapes, GError **error)
{
    g_autoptr(GPtrArray) classes = class_list(tx, dataset->project_id, error);
    const Proposing proposing = {tx, viewer, dataset, wanted,
                                 dataset->policy == CLASS_POLICY_CLOSED ? classes : NULL};
    g_autoptr(AnnotationsWalk) walk = classes ? walk_items(&proposing, items, error) : NULL;
    const Item *item = NULL;
    const GPtrArray *shapes = NULL;
    g_autoptr(GError) failure = NULL;
    *ret_items = 0;
    *ret_shapes = 0;
    while (walk && annotations_walk_next(walk, &item, &shapes, &failure)) {
        gint64 proposed = 0;
        if (can_be_looked_up(item) && !propose_on(&proposing, item, shapes, &proposed, &failure)) {
            break;
        }
        *ret_items += proposed > 0;
        *ret_shapes += proposed;
    }
    if (failure) {
        g_propagate_error(error, g_steal_pointer(&failure));
        return FALSE;
    }
    return walk != NULL;
}

static gboolean decide_on(const Proposing *proposing, const Item *item, const GPtrArray *shapes,
                          gboolean accept, gint64 *decided, GError **error)
{
    g_autoptr(GPtrArray) set = g_ptr_array_new();
    gint64 before = *decided;
    for (guint i = 0; i < shapes->len; i++) {
        Shape *shape = g_ptr_array_index(shapes, i);
        gboolean chosen =
            shape->is_proposed && shape->confidence >= proposing->wanted->min_confidence;
        *decided += chosen;
        if (chosen) {
            shape->is_proposed = FALSE;
        }
        if (!chosen || accept) {
            g_ptr_array_add(set, shape);
        }
    }
    return *decided == before || save(proposing, item, set, accept, error);
}

gboolean proposals_decide(StoreTx *tx, const Principal *viewer, const Dataset *dataset,
                          const GArray *items, double min_confidence, gboolean accept,
                          gint64 *ret_shapes, GError **error)
{
    const ProposalsWanted wanted = {.min_confidence = min_confidence};
    const Proposing proposing = {tx, viewer, dataset, &wanted, NULL};
    g_autoptr(AnnotationsWalk) walk = walk_items(&proposing, items, error);
    const Item *item = NULL;
    const GPtrArray *shapes = NULL;
    g_autoptr(GError) failure = NULL;
    *ret_shapes = 0;
    while (walk && annotations_walk_next(walk, &item, &shapes, &failure)) {
        if (item->proposal_count > 0 &&
            !decide_on(&proposing, item, shapes, accept, ret_shapes, &failure)) {
            break;
        }
    }
    if (failure) {
        g_propagate_error(error, g_steal_pointer(&failure));
        return FALSE;
    }
    return walk != NULL;
}
