/* Organizations: whose datasets and keys they are, who is in them, and who is asked to come.
 *
 * Every library has ORGANIZATION_FIRST. An account belongs to one; what it is there is a
 * MemberRole. Nobody gives, takes or changes a role above its own (FORBIDDEN), and an organization
 * keeps its last owner (INVALID).
 *
 * Each call runs in the caller's transaction; what changes accounts begins with account_touch. */
#pragma once

#include "base/ids.h"
#include "library/access.h"
#include "library/library.h"

typedef struct {
    gint64 id;
    char uuid[UUID_CHARS + 1];
    char *name, *slug;
    char *description; /* NULL: none */
    gint64 members, invites;
    gint64 created_ms, changed_ms;
} Organization;
void organization_free(Organization *organization);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Organization, organization_free)

/* NOT_FOUND. */
Organization *organization_get(StoreTx *tx, gint64 id, GError **error);
Organization *organization_find(StoreTx *tx, const char *uuid, GError **error);
/* The oldest first; of Organization. */
GPtrArray *organization_list(StoreTx *tx, GError **error);

/* INVALID for a name that none may have, TOO_LARGE. `description` may be NULL. */
gboolean organization_create(StoreTx *tx, const char *name, const char *description, gint64 *ret_id,
                             GError **error);
/* What is NULL stays; a description "" goes. */
gboolean organization_change(StoreTx *tx, gint64 id, const char *name, const char *description,
                             GError **error);

/* An account that is not disabled; in a library without accounts its implicit owner. */
typedef struct {
    gint64 account_id;
    char uuid[UUID_CHARS + 1]; /* of the membership */
    char *username, *display_name;
    MemberRole role;
    gint64 joined_ms;
} Member;
void member_free(Member *member);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Member, member_free)

/* The oldest first; of Member. */
GPtrArray *member_list(StoreTx *tx, gint64 organization_id, GError **error);
/* NOT_FOUND also for one of another organization. */
Member *member_find(StoreTx *tx, gint64 organization_id, const char *uuid, GError **error);
/* Of the organization of `by`; their new part. */
gboolean member_set_role(StoreTx *tx, const Principal *by, const Member *member, MemberRole role,
                         GError **error);
/* Disables the account, which ends its sessions and keys; what it made stays. */
gboolean member_remove(StoreTx *tx, const Principal *by, const Member *member, GError **error);
/* For who manages the accounts: puts an account into an organization and gives it a part there (0:
 * by its role). */
gboolean member_put(StoreTx *tx, gint64 account_id, gint64 organization_id, MemberRole role,
                    GError **error);

/* Nobody is written to: an account that is made with the address for its name takes the invitation.
 */
typedef struct {
    char uuid[UUID_CHARS + 1];
    char *email;
    MemberRole role;
    char invited_by[UUID_CHARS + 1]; /* a membership; "": nobody any more */
    gint64 created_ms, expires_ms;
} Invite;
void invite_free(Invite *invite);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Invite, invite_free)

#define INVITE_DAYS 7

/* Those that are still good, the newest first; of Invite. */
GPtrArray *invite_list(StoreTx *tx, gint64 organization_id, GError **error);
/* Takes the place of an earlier one to the same address. CONFLICT when there is a member of that
 * name; INVALID. */
Invite *invite_create(StoreTx *tx, const Principal *by, const char *email, MemberRole role,
                      GError **error);
/* NOT_FOUND. */
gboolean invite_revoke(StoreTx *tx, gint64 organization_id, const char *uuid, GError **error);

/* --- private to library/ --- */

/* What an account of this name was invited to, which the invitation ends; 0 where there is none. */
gboolean invite_take(StoreTx *tx, const char *username, gint64 *ret_organization,
                     MemberRole *ret_role, GError **error);
