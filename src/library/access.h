/* Who may do what. A principal is somebody who asks; a grant is the permission to read one
 * picture's bytes, and only this module makes one: whoever opens an original or a thumbnail must
 * show it. */
#pragma once

#include "store/store.h"

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

/* Whether the principal sees the library's pictures at all. */
gboolean principal_sees_library(const Principal *principal);

/* UNAUTHORIZED when nobody is signed in, FORBIDDEN when the principal may not. */
gboolean access_check(const Principal *principal, Capability capability, GError **error);

typedef struct Grant Grant;

/* The permission to read the bytes of this photo; NOT_FOUND when `viewer` may not know of it. */
Grant *access_grant_photo(StoreTx *tx, const Principal *viewer, gint64 photo_id, GError **error);
Grant *access_grant_path(StoreTx *tx, const Principal *viewer, const char *path, GError **error);
void grant_free(Grant *grant);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Grant, grant_free)

gint64 grant_photo_id(const Grant *grant);
const char *grant_path(const Grant *grant);   /* base/path_text.h */
const char *grant_format(const Grant *grant); /* media_format_name */
int grant_orientation(const Grant *grant);    /* EXIF 1..8 */
/* Names the content; good for an ETag. 64 hex digits. */
const char *grant_content(const Grant *grant);
