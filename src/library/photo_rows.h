/* Private to library/: how rows of table photo are selected, read and written. */
#pragma once

#include "library/photo.h"

/* One list of the columns that hold MediaFacts, for selecting, reading and writing: column, member,
 * type. */
#define PHOTO_FACTS(X)                                                                             \
    X(orientation, orientation, ORIENTATION)                                                       \
    X(taken_local_ms, taken_local_ms, INT)                                                         \
    X(taken_offset_minutes, taken_offset_minutes, INT)                                             \
    X(camera_make, camera_make, TEXT)                                                              \
    X(camera_model, camera_model, TEXT)                                                            \
    X(lens_model, lens_model, TEXT)                                                                \
    X(software, software, TEXT)                                                                    \
    X(artist, artist, TEXT)                                                                        \
    X(copyright, copyright, TEXT)                                                                  \
    X(title, title, TEXT)                                                                          \
    X(caption, description, TEXT)                                                                  \
    X(iso, iso, INT)                                                                               \
    X(f_stop, f_stop, DOUBLE)                                                                      \
    X(shutter_seconds, shutter_seconds, DOUBLE)                                                    \
    X(focal_length_mm, focal_length_mm, DOUBLE)                                                    \
    X(focal_length_35mm, focal_length_35mm, DOUBLE)                                                \
    X(exposure_bias_ev, exposure_bias_ev, DOUBLE)                                                  \
    X(flash, flash, INT)                                                                           \
    X(latitude, latitude, DOUBLE)                                                                  \
    X(longitude, longitude, DOUBLE)                                                                \
    X(altitude, altitude, DOUBLE)                                                                  \
    X(file_rating, rating, INT)

#define PHOTO_FACT_COLUMN_(column, member, type)   #column ", "
#define PHOTO_FACT_COLUMNS                         PHOTO_FACTS(PHOTO_FACT_COLUMN_)
#define PHOTO_FACT_P_COLUMN_(column, member, type) "p." #column ", "

/* Between the names in photo.tags; no name has one. */
#define PHOTO_TAG_SEPARATOR "\n"

/* Every column of a Photo, of "photo p" and the viewer's "rating r", which may be none. */
#define PHOTO_SELECT                                                                               \
    "SELECT p.id, p.uuid, p.path, p.name, p.file_bytes, p.modified_ns, p.content_hash, p.format, " \
    "p.width, p.height, p.phash, " PHOTO_FACTS(                                                    \
        PHOTO_FACT_P_COLUMN_) "p.indexed_ms, p.tags, "                                             \
                              "p.stack_of, r.stars, r.favorite, r.rejected"

/* "columns FROM photo p WHERE ..." of what `viewer` may see: every query of photos starts here, so
 * that none forgets whose they are. The caller goes on with " AND ...". */
StoreSql *photo_visible(const char *columns, const Principal *viewer);

/* The query's one row, or photo_set_not_found(). */
StoreStatement *photo_step_one(StoreTx *tx, const StoreSql *sql, GError **error);

/* What a client is told of a photo it may not know of. */
void photo_set_not_found(GError **error);

/* Binds every member of PHOTO_FACTS, in its order, from parameter `first`; returns the next one.
 * The keywords are not among them: they are photo.tags and rows of photo_tag. */
int photo_bind_facts(StoreStatement *statement, int first, const MediaFacts *facts);

/* The parameters photo_bind_facts fills, from ?13 on: one a column of PHOTO_FACTS. */
#define PHOTO_FACT_VALUES                                                                          \
    "?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23, ?24, ?25, ?26, ?27, ?28, ?29, ?30, "   \
    "?31, ?32, ?33, ?34, "

/* How many columns PHOTO_FACTS has. */
#define PHOTO_FACT_ONE_(column, member, type) +1
#define PHOTO_FACT_COUNT                      (0 PHOTO_FACTS(PHOTO_FACT_ONE_))
