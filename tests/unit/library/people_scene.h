/* Photos with faces in them, whose vectors the tests make up. */
#pragma once

#include "library_scene.h"

#define SCENE_FLOATS 128
#define SCENE_MODEL  "face-resnet@test"

/* A face on a photo, at this place of a line on which people stand far apart: faces within 0.5 of
 * each other are one person's. NAN: without a vector. Its id. */
gint64 people_scene_face(LibraryScene *scene, gint64 photo, double place);
/* Whose it is; 0: nobody's. */
gint64 people_scene_owner(LibraryScene *scene, gint64 face);
/* The one number of a query, with one parameter. */
gint64 people_scene_number(LibraryScene *scene, const StoreQuery *query, gint64 parameter);
/* All that is in the tables of people, as text: equal when nothing differs. Owned by the caller. */
char *people_scene_dump(LibraryScene *scene);
