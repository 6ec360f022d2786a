/* Private to the dialect: imports of files of annotations. */
#pragma once

#include "api/albumen/albumen.h"

#define ALBUMEN_IMPORT_ROUTES 5
extern const HttpRoute albumen_import_routes[ALBUMEN_IMPORT_ROUTES];
