/* What lists know of what was found on a photo: who is on it, what is, how many faces. The rows of
 * face, person and detection are the truth; these columns of photo repeat it, so that the catalogue
 * reads one row for each photo. */
#pragma once

#include "store/store.h"

/* Eyes that are less open than this are closed: height over width of their openings, measured on
 * faces with open (0.23 and more) and closed or lowered ones (0.18 and less). */
#define PHOTO_EYES_CLOSED_BELOW 0.20

/* Brings the photo's columns up to date and stamps its version. Whoever changed its faces, whose
 * they are, its detections or its vectors calls it before committing; after library_touch(). */
gboolean photo_found_refresh(StoreTx *tx, gint64 photo_id, GError **error);
/* The same for a list of photos (of gint64), in one statement. */
gboolean photo_found_refresh_all(StoreTx *tx, const GArray *photo_ids, GError **error);
