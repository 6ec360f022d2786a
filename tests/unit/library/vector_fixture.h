/* Vectors and faces for tests, written as a model's findings would be. Errors end the test. */
#pragma once

#include "library_fixture.h"

/* The vector of a photo in a space ("similar", "words"); replaces the one it has. */
void vector_fixture_put(StoreFixture *fixture, gint64 photo_id, const char *space,
                        const char *model, const float *vector, guint floats);
void vector_fixture_remove(StoreFixture *fixture, gint64 photo_id, const char *space);

/* A face with this number on its photo; its id. `vector` may be NULL. */
gint64 vector_fixture_face(StoreFixture *fixture, gint64 photo_id, gint64 number, const char *model,
                           const float *vector, guint floats);
void vector_fixture_ignore(StoreFixture *fixture, gint64 photo_id, gint64 face_id);
/* A new person whose faces these are; the id. */
gint64 vector_fixture_person(StoreFixture *fixture, const char *name, gint64 photo_id,
                             gint64 face_id);
