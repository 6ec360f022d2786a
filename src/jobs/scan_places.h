/* Private to jobs/: whether a known photo's file is still where it was. A file that turns up
 * elsewhere with its content is that photo, moved, if it is not; else it is a copy. */
#pragma once

#include "jobs/walk.h"
#include "library/ingest.h"

typedef struct ScanPlaces ScanPlaces;

ScanPlaces *scan_places_new(void);
void scan_places_free(ScanPlaces *places);

/* TRUE when it can be told that the photo's file is not at its path any more: there is none, or one
 * of other content, or it is the very file FOLDER/NAME (`fd`), whose name only changed its
 * capitals. Any thread. */
gboolean scan_places_left(ScanPlaces *places, const ContentMatch *match, const ContentHash *content,
                          const char *folder_path, const char *name, int fd);
