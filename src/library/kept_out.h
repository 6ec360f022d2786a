/* Private to library/: selecting photos by whether they are kept out, and by whose eyes. */
#pragma once

#include "library/trash.h"

/* "columns FROM photo p JOIN folder f JOIN source s WHERE ..." of those in this state in the
 * folders that `viewer` sees; KEPT_OUT_NOT: those that are shown. By the folder, because a photo in
 * the trash has no path there. The caller goes on with " AND ...". */
StoreSql *kept_out_select(const char *columns, const Principal *viewer, KeptOutState state);
