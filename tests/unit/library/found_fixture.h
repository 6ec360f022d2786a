/* Persons, faces and things for tests of library/ that need no model. Errors end the test. */
#pragma once

#include "library_fixture.h"

/* `name` may be NULL; the person's id. */
gint64 fixture_person(StoreFixture *fixture, const char *name);
/* A face on the photo, the machine's; person_id 0: nobody's. Its id. */
gint64 fixture_face(StoreFixture *fixture, gint64 photo_id, gint64 person_id, double eye_openness);
/* A thing on the photo; the class must be known to the database (COCO's are). */
void fixture_object(StoreFixture *fixture, gint64 photo_id, const char *name);
