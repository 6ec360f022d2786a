/* Private to library/: what the parts of findings share. */
#pragma once

#include "library/findings.h"

/* Four parameters from `first` on; four columns from `first` on. */
void findings_bind_box(StoreStatement *statement, int first, const VisionBox *box);
VisionBox findings_column_box(const StoreStatement *row, int first);
/* As little-endian float32. */
void findings_bind_floats(StoreStatement *statement, int index, const float *floats, gsize count);

/* Puts the faces that were found in the place of those that were. */
gboolean findings_store_faces(StoreTx *tx, const PhotoFindings *photo, GError **error);
