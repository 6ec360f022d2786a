/* Routes of organizations.c. */
#pragma once

#include "http/http.h"

#define ALBUMEN_ORGANIZATION_ROUTES 3
extern const HttpRoute albumen_organization_routes[];
