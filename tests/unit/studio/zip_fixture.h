/* Reads zip archives that the program wrote. */
#pragma once

#include <glib.h>

/* From the name of each file to its text; asserts that none comes twice. Owned by the caller. */
GHashTable *zip_fixture_read(int fd);
