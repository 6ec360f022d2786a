/* Who may do what: a principal is somebody who asks. The permission to read one picture's bytes is
 * a grant (library/grant.h). docs/internals/access.md tells how a request gets its principal.
 *
 * Shares (of albums, without an account) will be one more kind of principal, whose
 * principal_sees_library() is FALSE and to which grants of single photos are made; until then a
 * share's token opens nothing. */
#pragma once

#include "base/error.h"

#include <glib.h>

/* What a route asks for. One list for all dialects; access_check() is the one place that says who
 * has it. */
typedef enum {
    CAPABILITY_PUBLIC = 1, /* anybody, also without an account: health, sign-in, texts. Who may not
                              see pictures is told of an empty library. */
    CAPABILITY_BROWSE,     /* see pictures and what is known of them */
    CAPABILITY_SHARED,     /* the same, and with a share's token in the parameter `token`, which
                              the route declares: one that opens nothing finds nothing, and is not
                              asked to sign in */
    CAPABILITY_MEDIA, /* the bytes of a picture; the handler needs a grant as well. Browsers send no
                         header of ours with an <img>: the cookie does. Nobody finds nothing. */
    CAPABILITY_EVENTS,     /* BROWSE by an EventSource, which sends only the cookie either */
    CAPABILITY_RATE,       /* stars, favourites, rejects of one's own */
    CAPABILITY_EDIT,       /* albums, people, batches, uploads */
    CAPABILITY_SELF,       /* one's own password, keys and sessions: a person's, never a key's */
    CAPABILITY_ADMIN,      /* scans, folders, settings */
    CAPABILITY_ACCOUNTS,   /* other people's accounts: a person's, never a key's */
    CAPABILITY_SUPERADMIN, /* what Facet has for superadmins of a library with accounts alone */
    /* Of datasets, by the principal's part in its organization (MemberRole), from viewer on: */
    CAPABILITY_DATASETS, /* see datasets, and what is drawn in them */
    CAPABILITY_ANNOTATE, /* draw; from annotator on */
    CAPABILITY_CURATE,   /* make datasets, put pictures in, classes, exports; from member on */
    CAPABILITY_MANAGE,   /* delete what others made, members, keys; from admin on */
} Capability;
#define CAPABILITY_LAST CAPABILITY_MANAGE

typedef enum { ROLE_USER = 1, ROLE_ADMIN, ROLE_SUPERADMIN } Role;

/* "user", "admin", "superadmin". */
const char *role_name(Role role);
Role role_from_name(const char *name); /* 0 when it is none */

/* What an API key may at most, each with what stands before it: BROWSE; RATE and EDIT; ADMIN. It
 * never may what its owner may not. */
typedef enum { KEY_SCOPE_READ = 1, KEY_SCOPE_WRITE, KEY_SCOPE_ADMIN } KeyScope;

/* "read", "write", "admin". */
const char *key_scope_name(KeyScope scope);
KeyScope key_scope_from_name(const char *name); /* 0 when it is none */

/* What somebody is in an organization. Accounts are owner, admin or member by their role, unless
 * told otherwise; a key of scope read is a viewer, of scope write at most a member, and none
 * more than it was given. */
typedef enum {
    MEMBER_VIEWER = 1,
    MEMBER_ANNOTATOR, /* works on the datasets it was granted */
    MEMBER_MEMBER,
    MEMBER_ADMIN,
    MEMBER_OWNER,
} MemberRole;

/* "viewer", "annotator", "member", "admin", "owner". */
const char *member_role_name(MemberRole role);
MemberRole member_role_from_name(const char *name); /* 0 when it is none */

typedef struct Principal Principal;

/* The implicit owner of a library without accounts, when asked over loopback. */
Principal *principal_new_owner(void);
/* Nobody in particular: may do what is public. */
Principal *principal_new_anonymous(void);
Principal *principal_ref(Principal *principal);
void principal_unref(Principal *principal); /* NULL: nothing */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Principal, principal_unref)

Role principal_role(const Principal *principal); /* ROLE_SUPERADMIN for the owner */
/* What clients call the principal: the account's name, "_legacy" or "_anonymous" for who signed in
 * by a library's password; NULL for who is the owner by being here, and for nobody. */
const char *principal_user_id(const Principal *principal);
const char *principal_display_name(const Principal *principal); /* never NULL */
gboolean principal_is_authenticated(const Principal *principal);
/* Has an account in a library with accounts. */
gboolean principal_has_account(const Principal *principal);
/* 0 for a person. */
KeyScope principal_key_scope(const Principal *principal);

/* Whose ratings, uploads and keys the principal's are: account.id, 0 for the implicit owner. For
 * nobody it is 0 as well, of which nothing follows: only access_check() tells who may. */
gint64 principal_account(const Principal *principal);

/* organization.id of the one that every library has. */
#define ORGANIZATION_FIRST 1

/* organization.id; 0 for nobody. */
gint64 principal_organization(const Principal *principal);
MemberRole principal_member_role(const Principal *principal); /* 0 for nobody */
/* credential.id of a key; 0. */
gint64 principal_key(const Principal *principal);
/* Requests an hour that a key was given, and when it ends; 0: as the server is set, and never. */
gint64 principal_rate_limit(const Principal *principal);
gint64 principal_expires_ms(const Principal *principal);

/* Folders whose pictures the principal sees, with all beneath them: base/path_text.h, no slash at
 * the end (the root is ""), NULL-terminated. NULL: sees all; empty: sees none. Owned by the
 * principal. */
const char *const *principal_directories(const Principal *principal);

/* Whether the principal sees any of the library's pictures. */
gboolean principal_sees_library(const Principal *principal);
/* Whether the principal may know of a file or folder of this path (base/path_text.h). */
gboolean principal_sees_path(const Principal *principal, const char *path);
/* The same, or of something beneath it. */
gboolean principal_sees_into(const Principal *principal, const char *folder);

/* The least part in an organization that the capability is for; 0: it is not asked of that. */
MemberRole access_member_needed(Capability capability);

/* UNAUTHORIZED when nobody is signed in (NOT_FOUND for CAPABILITY_MEDIA), FORBIDDEN when the
 * principal may not. The messages are what clients are told. */
gboolean access_check(const Principal *principal, Capability capability, GError **error);
