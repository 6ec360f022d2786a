/* Shapes for the tests of studio/, and saving them. Errors end the test. */
#pragma once

#include "studio/annotations.h"
#include "studio_fixture.h"

/* Of 10 x 10 pixels at (x, x). */
Shape *scene_box(const char *uid, const char *name, double x);
/* A list of them that takes what is given, up to NULL. */
GPtrArray *scene_shapes(Shape *first, ...) G_GNUC_NULL_TERMINATED;
/* Saves them by the viewer (NULL: the owner), and whatever is set in `how`, on the item of this
 * place; NULL for `how`: all, at any revision. Takes the shapes. */
AnnotationsSaved scene_save(StudioScene *scene, const Principal *viewer, guint index,
                            const AnnotationsSave *how, GPtrArray *taken);
/* The uids and names of its shapes in their order: "a:cat b:dog"; the caller's. */
char *scene_read(StudioScene *scene, guint index, AnnotationsWhich which);
