/* Private to library/: a PhotoFilter as SQL. */
#pragma once

#include "library/photo_query.h"

/* 0..5; a photo without stars has none, it is not unknown. */
#define PHOTO_STARS_SQL "(CASE WHEN p.file_rating > 0 THEN p.file_rating ELSE 0 END)"

/* Adds " AND ..." for every condition of the filter. */
void photo_filter_add(StoreSql *sql, const PhotoFilter *filter);
