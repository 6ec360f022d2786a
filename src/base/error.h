/* One error domain for the whole program.
 *
 * A fallible function returns gboolean (or a pointer) and takes a GError ** as its last argument,
 * which is set if and only if the function failed. Library code never logs: whoever handles an
 * error logs it, once. Each dialect maps the codes to HTTP statuses in one place; the message is a
 * sentence a person understands and never holds a secret or a path outside the library. */
#pragma once

#include <glib.h>

#define ALBUMEN_ERROR (albumen_error_quark())

typedef enum {
    ALBUMEN_ERROR_INTERNAL, /* a broken assumption of ours, or the database refused a statement */
    ALBUMEN_ERROR_INVALID,  /* the caller's input is wrong */
    ALBUMEN_ERROR_UNAUTHORIZED, /* nobody is signed in */
    ALBUMEN_ERROR_FORBIDDEN,    /* somebody is, and may not */
    ALBUMEN_ERROR_NOT_FOUND,    /* does not exist, or must not be known to exist */
    ALBUMEN_ERROR_CONFLICT,     /* somebody else changed it first, or it exists already */
    ALBUMEN_ERROR_TOO_OFTEN,    /* tried too many times; later it may work */
    ALBUMEN_ERROR_TOO_LARGE,    /* over a cap of base/limits.h */
    ALBUMEN_ERROR_UNSUPPORTED,  /* understood, but this build or format cannot do it */
    ALBUMEN_ERROR_CORRUPT, /* outside bytes that do not hold together: a truncated picture, a bad
                              database */
    ALBUMEN_ERROR_TIMEOUT, /* took longer than it may */
    ALBUMEN_ERROR_CRASHED, /* a worker process died over it */
    ALBUMEN_ERROR_UNAVAILABLE, /* a database, disk or network that may come back */
    ALBUMEN_ERROR_BUSY,      /* another transaction was in the way; the same call may work again */
    ALBUMEN_ERROR_CANCELLED, /* asked to stop */
    ALBUMEN_ERROR_IO,        /* the file system refused */
} AlbumenError;

GQuark albumen_error_quark(void);

/* The stable, lower-case name of a code ("not_found"), as it appears in JSON and in the database.
 */
const char *albumen_error_name(AlbumenError code);
/* INTERNAL for what is no name. */
AlbumenError albumen_error_from_name(const char *name);

/* Sets an error from errno: ENOENT becomes NOT_FOUND, EACCES FORBIDDEN, ENOSPC UNAVAILABLE, others
 * IO. `what` names the attempt ("open the picture"); the message is "cannot <what>: <strerror>".
 * Returns FALSE. */
gboolean error_set_errno(GError **error, int saved_errno, const char *what);
