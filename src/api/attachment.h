/* Answers that a browser saves instead of showing. */
#pragma once

#include "http/http.h"

/* The value of Content-Disposition for a file of this name, made safe (base/safe_name.h): the plain
 * form for ASCII, and for other names that of RFC 8187 beside it. Owned by the caller. */
char *attachment_value(const char *name);
void attachment_set(HttpRequest *request, const char *name);
