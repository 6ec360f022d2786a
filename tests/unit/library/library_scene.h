/* A library opened on a fixture's database, and its owner. */
#pragma once

#include "library/library.h"
#include "library_fixture.h"

typedef struct {
    StoreFixture *fixture;
    Library *library;
    Principal *owner;
} LibraryScene;

void library_scene_open(LibraryScene *scene, StoreFixture *fixture);
void library_scene_close(LibraryScene *scene);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(LibraryScene, library_scene_close)

/* A photo taken at noon of this day ("YYYY-MM-DD"; NULL: undated); its id. */
gint64 library_scene_add(LibraryScene *scene, const char *path, const char *day);
/* A photo of this place. */
gint64 library_scene_add_at(LibraryScene *scene, const char *path, double latitude,
                            double longitude);
/* Puts a photo behind another in lists. */
void library_scene_stack(LibraryScene *scene, gint64 member, gint64 lead);
