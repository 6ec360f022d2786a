/* Stacks: the pictures that a camera made of one shot, RAW and JPEG or HEIC. The developed one
 * leads and stands for the others in lists (photo.stack_of).
 *
 * They belong together when they lie in one folder, have the same name but for the ending and its
 * capitals, and were taken within STACK_SECONDS of each other, as far as both say when. One of them
 * must be RAW: NAME.jpg and NAME.heic alone are two pictures. Each call runs in the caller's write
 * transaction, after library_touch. */
#pragma once

#include "store/store.h"

#define STACK_SECONDS 2

/* Works out anew who leads whom among the pictures of this name in the folder; to be called
 * whenever one of them comes, goes, changes, or is shown or hidden. */
gboolean stack_refresh(StoreTx *tx, gint64 folder_id, const char *name, GError **error);

/* The same for the pictures beside a photo; to be called when it was moved to the trash, removed,
 * or brought back. */
gboolean stack_refresh_photo(StoreTx *tx, gint64 photo_id, GError **error);

/* And for every picture of a folder, each as it stands. */
gboolean stack_refresh_folder(StoreTx *tx, gint64 folder_id, GError **error);
