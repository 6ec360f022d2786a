/* Rows for tests of library/ and what stands on it: made-up pictures, brought in as a scan would.
 * Errors end the test. */
#pragma once

#include "library/access.h"
#include "library/ingest.h"
#include "library/photo_query.h"
#include "store_fixture.h"

#define FIXTURE_SOURCE "/photos"

/* Transactions that begin and end well. */
StoreTx *fixture_read(StoreFixture *fixture);
StoreTx *fixture_write(StoreFixture *fixture);
/* One that changes the library: library_touch() has been called in it. */
StoreTx *fixture_change(StoreFixture *fixture);
void fixture_commit(StoreTx *tx);

/* A JPEG of 400 x 300 pixels without any facts; its content is like no other's. */
MediaPicture *fixture_picture(void);

/* The source FIXTURE_SOURCE, made when missing. */
gint64 fixture_source(StoreTx *tx);

/* Ingests the file of this absolute path beneath FIXTURE_SOURCE; takes the picture (NULL: a new
 * one). The photo's id. */
gint64 fixture_add(StoreFixture *fixture, const char *path, MediaPicture *picture);
/* Records that the file could not be read. */
void fixture_add_failure(StoreFixture *fixture, const char *path, AlbumenError code,
                         const char *reason);
/* Marks the photo missing, as when its file was deleted. */
void fixture_lose(StoreFixture *fixture, const char *path);

/* Adds a keyword. */
void fixture_tag(MediaPicture *picture, const char *tag);

/* A library on the test's database, the same each time; closed when the test ends. */
Library *fixture_library(StoreFixture *fixture);

gint64 fixture_count(StoreFixture *fixture, const Principal *viewer, const PhotoFilter *filter);
/* The names of the photos that match, in their order, with spaces between them; also checks that
 * counting them tells the same. Owned by the caller. */
char *fixture_names(StoreFixture *fixture, const PhotoFilter *filter, const char *sort,
                    gboolean ascending);

/* The photos of a selection, `limit` of them from `offset` on. Of Photo. */
GPtrArray *fixture_list(StoreFixture *fixture, const Principal *viewer, const PhotoFilter *filter,
                        const PhotoSort *sort, gboolean ascending, gint64 offset, gint64 limit);
