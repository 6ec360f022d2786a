/* Functions that lose bounds, errors or thread safety do not compile here (after git's banned.h).
 * Included by the build before every source of ours; what stands beside each is what to use. */
#pragma once

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define BANNED(name, use) name##_is_banned_use_##use

#undef strcpy
#define strcpy(d, s) BANNED(strcpy, g_strlcpy)
#undef strcat
#define strcat(d, s) BANNED(strcat, GString)
#undef strncpy
#define strncpy(d, s, n) BANNED(strncpy, g_strlcpy)
#undef strncat
#define strncat(d, s, n) BANNED(strncat, GString)
#undef strtok
#define strtok(s, d) BANNED(strtok, g_strsplit)
#undef sprintf
#define sprintf(...) BANNED(sprintf, g_snprintf)
#undef vsprintf
#define vsprintf(...) BANNED(vsprintf, g_vsnprintf)
#undef atoi
#define atoi(s) BANNED(atoi, g_ascii_string_to_signed)
#undef atol
#define atol(s) BANNED(atol, g_ascii_string_to_signed)
#undef atof
#define atof(s) BANNED(atof, g_ascii_strtod)
#undef strtod
#define strtod(s, e) BANNED(strtod, g_ascii_strtod)
#undef localtime
#define localtime(t) BANNED(localtime, GDateTime)
#undef gmtime
#define gmtime(t) BANNED(gmtime, GDateTime)
#undef ctime
#define ctime(t) BANNED(ctime, GDateTime)
#undef asctime
#define asctime(t) BANNED(asctime, GDateTime)
#undef mktemp
#define mktemp(t) BANNED(mktemp, g_mkstemp)
#undef tmpnam
#define tmpnam(t) BANNED(tmpnam, g_mkstemp)
#undef system
#define system(c) BANNED(system, GSubprocess)
#undef alloca
#define alloca(n) BANNED(alloca, g_autofree)
