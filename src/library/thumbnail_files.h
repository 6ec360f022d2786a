/* Thumbnails as files that other programs find by their names, in a folder of their own: beside the
 * pictures, or among the library's data. */
#pragma once

#include "base/error.h"

#include <glib.h>

/* What such a folder is called beside the pictures. Scans pass it over. */
#define THUMBNAIL_FILES_FOLDER "PictoPy.thumbnails"

/* Writes `name` (text, no slash) into the folder `folder` (base/path_text.h), which is made when
 * missing and never followed through a link. FORBIDDEN, IO. */
gboolean thumbnail_files_put(const char *folder, const char *name, GBytes *bytes, GError **error);

/* Deletes the files in the folder, and the folder. Fine when it is not there. */
gboolean thumbnail_files_delete(const char *folder, GError **error);
