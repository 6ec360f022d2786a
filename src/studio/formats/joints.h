/* Keypoints as objects: those of one instance_id that the skeleton of a class covers are the joints
 * of one object of that class. */
#pragma once

#include "studio/classes.h"

typedef struct {
    char *class_name;
    GPtrArray *joints; /* of char *, in the order of the skeleton's nodes */
    GArray *edges;     /* of guint, two for each, from 0 */
} JointTemplate;

/* Of the classes that have a skeleton; of JointTemplate. */
GPtrArray *joint_templates(const GPtrArray *classes);

typedef struct {
    /* NULL: a keypoint alone, which no class covers */
    const JointTemplate *template;
    const char *class_name;
    const Shape **joints; /* one for each of the template's, NULL where absent */
    guint count, visible; /* of `joints`, and those that are not NULL */
    ShapeBox box;         /* around them, at least 1 by 1 */
} JointObject;

/* The keypoints among the shapes. An object is of the first class whose skeleton has a node for
 * each joint of its instance; a joint that comes twice begins another object. Keypoints without an
 * instance are taken for one. Of JointObject. */
GPtrArray *joint_objects(const GPtrArray *templates, const GPtrArray *shapes);
