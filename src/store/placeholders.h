/* From the placeholders of our SQL text (?1, ?2 ...) to PostgreSQL's ($1, $2 ...). */
#pragma once

#include <glib.h>

/* `sql` with each ?N outside of quotes and comments as $N; all else stays. The highest N, or 0,
 * goes to ret_highest. Owned by the caller. */
char *placeholders_to_postgres(const char *sql, int *ret_highest);
