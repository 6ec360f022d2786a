#include "studio/formats/joints.h"

#include <jansson.h>
#include <string.h>

static void template_free(gpointer data)
{
    JointTemplate *template = data;
    g_free(template->class_name);
    g_ptr_array_unref(template->joints);
    g_array_unref(template->edges);
    g_free(template);
}

static void read_nodes(JointTemplate *template, const json_t *nodes)
{
    gsize i = 0;
    json_t *node = NULL;
    json_array_foreach(nodes, i, node)
    {
        const char *name = json_string_value(json_object_get(node, "name"));
        g_ptr_array_add(template->joints, g_strdup(name ? name : ""));
    }
}

static void read_edges(JointTemplate *template, const json_t *edges)
{
    gsize i = 0;
    json_t *edge = NULL;
    json_array_foreach(edges, i, edge)
    {
        guint ends[2];
        for (gsize end = 0; end < 2; end++) {
            ends[end] = (guint)json_integer_value(json_array_get(edge, end));
        }
        g_array_append_vals(template->edges, ends, 2);
    }
}

/* NULL when the class has no skeleton. */
static JointTemplate *template_of(const AnnotationClass *class_)
{
    json_t *skeleton = class_->skeleton ? json_loads(class_->skeleton, 0, NULL) : NULL;
    const json_t *nodes = json_object_get(skeleton, "nodes");
    JointTemplate *template = NULL;
    if (json_array_size(nodes) > 0) {
        template = g_new0(JointTemplate, 1);
        template->class_name = g_strdup(class_->name);
        template->joints = g_ptr_array_new_with_free_func(g_free);
        template->edges = g_array_new(FALSE, FALSE, sizeof(guint));
        read_nodes(template, nodes);
        read_edges(template, json_object_get(skeleton, "edges"));
    }
    json_decref(skeleton);
    return template;
}

GPtrArray *joint_templates(const GPtrArray *classes)
{
    GPtrArray *templates = g_ptr_array_new_with_free_func(template_free);
    for (guint i = 0; i < classes->len; i++) {
        JointTemplate *template = template_of(g_ptr_array_index(classes, i));
        if (template) {
            g_ptr_array_add(templates, template);
        }
    }
    return templates;
}

/* -1: the skeleton has no such joint. */
static int place_of(const JointTemplate *template, const char *name)
{
    for (guint i = 0; i < template->joints->len; i++) {
        if (strcmp(g_ptr_array_index(template->joints, i), name) == 0) {
            return (int)i;
        }
    }
    return -1;
}

static gboolean covers(const JointTemplate *template, const GPtrArray *keypoints)
{
    for (guint i = 0; i < keypoints->len; i++) {
        const Shape *keypoint = g_ptr_array_index(keypoints, i);
        if (place_of(template, keypoint->name) < 0) {
            return FALSE;
        }
    }
    return TRUE;
}

static const JointTemplate *template_for(const GPtrArray *templates, const GPtrArray *keypoints)
{
    for (guint i = 0; i < templates->len; i++) {
        const JointTemplate *template = g_ptr_array_index(templates, i);
        if (covers(template, keypoints)) {
            return template;
        }
    }
    return NULL;
}

static void object_free(gpointer data)
{
    JointObject *object = data;
    g_free(object->joints);
    g_free(object);
}

static JointObject *object_new(const JointTemplate *template, const char *class_name)
{
    JointObject *object = g_new0(JointObject, 1);
    object->template = template;
    object->class_name = class_name;
    object->count = template ? template->joints->len : 1;
    object->joints = g_new0(const Shape *, object->count);
    return object;
}

static void set_joint(JointObject *object, guint place, const Shape *keypoint)
{
    object->joints[place] = keypoint;
    object->visible++;
}

/* The keypoints of one instance. */
static void add_objects(GPtrArray *objects, const GPtrArray *templates, const GPtrArray *keypoints)
{
    const JointTemplate *template = template_for(templates, keypoints);
    guint first = objects->len;
    for (guint i = 0; i < keypoints->len; i++) {
        const Shape *keypoint = g_ptr_array_index(keypoints, i);
        guint place = template ? (guint)place_of(template, keypoint->name) : 0;
        JointObject *object = NULL;
        for (guint at = first; template && at < objects->len && !object; at++) {
            JointObject *other = g_ptr_array_index(objects, at);
            object = other->joints[place] ? NULL : other;
        }
        if (!object) {
            object = object_new(template, template ? template->class_name : keypoint->name);
            g_ptr_array_add(objects, object);
        }
        set_joint(object, place, keypoint);
    }
}

static void enclose(JointObject *object)
{
    ShapePoint least = {G_MAXDOUBLE, G_MAXDOUBLE}, most = {-G_MAXDOUBLE, -G_MAXDOUBLE};
    for (guint i = 0; i < object->count; i++) {
        if (object->joints[i]) {
            ShapePoint point = object->joints[i]->points[0];
            least = (ShapePoint){MIN(least.x, point.x), MIN(least.y, point.y)};
            most = (ShapePoint){MAX(most.x, point.x), MAX(most.y, point.y)};
        }
    }
    object->box = (ShapeBox){least.x, least.y, MAX(most.x - least.x, 1), MAX(most.y - least.y, 1)};
}

/* From an instance_id to its keypoints, in the order in which they first come. */
static GPtrArray *by_instance(const GPtrArray *shapes)
{
    GPtrArray *groups = g_ptr_array_new_with_free_func((GDestroyNotify)g_ptr_array_unref);
    g_autoptr(GHashTable) known = g_hash_table_new(g_int64_hash, g_int64_equal);
    for (guint i = 0; i < shapes->len; i++) {
        Shape *shape = g_ptr_array_index(shapes, i);
        if (shape->kind != SHAPE_KEYPOINT) {
            continue;
        }
        GPtrArray *group = g_hash_table_lookup(known, &shape->instance_id);
        if (!group) {
            group = g_ptr_array_new();
            g_ptr_array_add(groups, group);
            g_hash_table_insert(known, &shape->instance_id, group);
        }
        g_ptr_array_add(group, shape);
    }
    return groups;
}

GPtrArray *joint_objects(const GPtrArray *templates, const GPtrArray *shapes)
{
    GPtrArray *objects = g_ptr_array_new_with_free_func(object_free);
    g_autoptr(GPtrArray) groups = by_instance(shapes);
    for (guint i = 0; i < groups->len; i++) {
        add_objects(objects, templates, g_ptr_array_index(groups, i));
    }
    for (guint i = 0; i < objects->len; i++) {
        enclose(g_ptr_array_index(objects, i));
    }
    return objects;
}
