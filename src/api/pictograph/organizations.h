/* Routes of the organization and its keys. */
#pragma once

#include "http/http.h"

#define PICTOGRAPH_ORGANIZATION_ROUTES 8
extern const HttpRoute pictograph_organization_routes[]; /* organizations.c */
#define PICTOGRAPH_KEY_ROUTES 5
extern const HttpRoute pictograph_key_routes[]; /* keys.c */
