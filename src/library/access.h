/* Who may do what: a principal is somebody who asks. The permission to read one picture's bytes is
 * a grant (library/grant.h). */
#pragma once

#include "base/error.h"

#include <glib.h>

/* What a route asks for. One list for all dialects. */
typedef enum {
    CAPABILITY_PUBLIC = 1, /* anybody, also without an account: health, sign-in, texts */
    CAPABILITY_BROWSE,     /* see pictures and what is known of them */
    CAPABILITY_MEDIA,      /* the bytes of a picture; the handler needs a grant as well */
    CAPABILITY_RATE,       /* stars, favourites, rejects of one's own */
    CAPABILITY_EDIT,       /* albums, people, batches */
    CAPABILITY_ADMIN,      /* scans, users, settings */
} Capability;

typedef enum { ROLE_USER = 1, ROLE_ADMIN, ROLE_SUPERADMIN } Role;

typedef struct Principal Principal;

/* The implicit owner of a library without accounts, when asked over loopback. */
Principal *principal_new_owner(void);
/* Nobody in particular: may do what is public. */
Principal *principal_new_anonymous(void);
void principal_free(Principal *principal);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Principal, principal_free)

Role principal_role(const Principal *principal);
const char *principal_user_id(const Principal *principal); /* NULL for the owner and for nobody */
gboolean principal_is_authenticated(const Principal *principal);

/* Whose ratings, uploads and keys the principal's are: account.id, 0 for the implicit owner. For
 * nobody it is 0 as well, of which nothing follows: only access_check() tells who may. */
gint64 principal_account(const Principal *principal);

/* Folders whose pictures the principal sees, with all beneath them: base/path_text.h, no slash at
 * the end, NULL-terminated. NULL: sees all; empty: sees none. Owned by the principal. */
const char *const *principal_directories(const Principal *principal);

/* Whether the principal sees the library's pictures at all. */
gboolean principal_sees_library(const Principal *principal);

/* UNAUTHORIZED when nobody is signed in, FORBIDDEN when the principal may not. */
gboolean access_check(const Principal *principal, Capability capability, GError **error);
