#include "base/error.h"

#include <errno.h>
#include <string.h>

/* Not G_DEFINE_QUARK, whose static is written without a lock by whichever threads come first. */
GQuark albumen_error_quark(void)
{
    static gsize quark;
    if (g_once_init_enter(&quark)) {
        g_once_init_leave(&quark, g_quark_from_static_string("albumen-error-quark"));
    }
    return (GQuark)quark;
}

const char *albumen_error_name(AlbumenError code)
{
    static const char *const names[] = {
        [ALBUMEN_ERROR_INTERNAL] = "internal",         [ALBUMEN_ERROR_INVALID] = "invalid",
        [ALBUMEN_ERROR_UNAUTHORIZED] = "unauthorized", [ALBUMEN_ERROR_FORBIDDEN] = "forbidden",
        [ALBUMEN_ERROR_NOT_FOUND] = "not_found",       [ALBUMEN_ERROR_CONFLICT] = "conflict",
        [ALBUMEN_ERROR_TOO_OFTEN] = "too_often",       [ALBUMEN_ERROR_TOO_LARGE] = "too_large",
        [ALBUMEN_ERROR_UNSUPPORTED] = "unsupported",   [ALBUMEN_ERROR_CORRUPT] = "corrupt",
        [ALBUMEN_ERROR_TIMEOUT] = "timeout",           [ALBUMEN_ERROR_CRASHED] = "crashed",
        [ALBUMEN_ERROR_UNAVAILABLE] = "unavailable",   [ALBUMEN_ERROR_BUSY] = "busy",
        [ALBUMEN_ERROR_CANCELLED] = "cancelled",       [ALBUMEN_ERROR_IO] = "io",
    };
    if ((size_t)code >= G_N_ELEMENTS(names)) {
        return "internal";
    }
    return names[code];
}

AlbumenError albumen_error_from_name(const char *name)
{
    AlbumenError code = ALBUMEN_ERROR_IO;
    while (code != ALBUMEN_ERROR_INTERNAL && strcmp(name, albumen_error_name(code)) != 0) {
        code--;
    }
    return code;
}

gboolean error_set_errno(GError **error, int saved_errno, const char *what)
{
    AlbumenError code = ALBUMEN_ERROR_IO;
    switch (saved_errno) {
    case ENOENT:
    case ENOTDIR:
        code = ALBUMEN_ERROR_NOT_FOUND;
        break;
    case EACCES:
    case EPERM:
        code = ALBUMEN_ERROR_FORBIDDEN;
        break;
    case ENOSPC:
    case EDQUOT:
        code = ALBUMEN_ERROR_UNAVAILABLE;
        break;
    default:
        break;
    }
    g_set_error(error, ALBUMEN_ERROR, code, "cannot %s: %s", what, g_strerror(saved_errno));
    return FALSE;
}
