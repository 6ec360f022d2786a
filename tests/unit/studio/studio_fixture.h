/* A library with photos and a dataset that holds them, for the tests of studio/. Errors end the
 * test. */
#pragma once

#include "library_fixture.h"
#include "studio/dataset.h"
#include "studio/item.h"

typedef struct {
    StoreFixture *fixture;
    Principal *owner;
    Dataset *dataset; /* "Street", policy open */
    GArray *photos;   /* of gint64: ids, in the order of making */
    GArray *items;    /* of gint64: ids of the items that they are, in "/" */
} StudioScene;

/* With `photos` photos of 400 x 300 pixels, /photos/p000.jpg and so on, all in the dataset. */
void studio_scene_open(StudioScene *scene, StoreFixture *fixture, guint photos);
void studio_scene_close(StudioScene *scene);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(StudioScene, studio_scene_close)

/* A writing transaction after library_touch and dataset_touch; ends with fixture_commit. */
StoreTx *studio_scene_change(StudioScene *scene);
/* The dataset read anew: its counts and its version. */
const Dataset *studio_scene_reload(StudioScene *scene);
/* Puts one more photo in, made at this path, with these facts (NULL: a picture of its own). The
 * item's id. */
gint64 studio_scene_add(StudioScene *scene, const char *path, const char *directory,
                        MediaPicture *picture);

gint64 studio_scene_item(const StudioScene *scene, guint index);
/* By its place among `items`; the caller's. */
Item *studio_scene_read(StudioScene *scene, guint index);
/* Somebody of the first organization with an account in the database and this part in it. */
Principal *studio_scene_member(StudioScene *scene, const char *username, MemberRole role);
/* An owner of another organization. */
Principal *studio_scene_stranger(StudioScene *scene);
