/* Accounts and the folders they see, as rows. Row 0, the implicit owner, is none of them and cannot
 * be changed here.
 *
 * Each call runs in the caller's write transaction, which ends with library_commit(). Whoever keeps
 * accounts in memory (library/roster.h), in this process or another, notices by
 * account_version(). */
#pragma once

#include "base/ids.h"
#include "library/access.h"
#include "library/library.h"

typedef struct {
    gint64 id;
    char *username, *display_name;
    char *password_hash;    /* library/password.h; NULL: none */
    gboolean from_settings; /* follows scoring.json, which alone can change all but its password */
    char *imported_hash;    /* what scoring.json had for its password when it was last taken */
    gint64 epoch;           /* of its sessions */
    Role role;
    gint64 organization_id;
    char organization_uuid[UUID_CHARS + 1];
    MemberRole member_role;           /* that it was given in its organization; 0: by its role */
    char member_uuid[UUID_CHARS + 1]; /* what clients call it there */
    gboolean disabled;
    char **directories; /* its own, by path */
    gint64 created_ms;
} Account;
void account_free(Account *account);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Account, account_free)

/* Every account, by id; of Account. */
GPtrArray *account_list(StoreTx *tx, GError **error);
/* NOT_FOUND. */
Account *account_get(StoreTx *tx, gint64 id, GError **error);
Account *account_get_by_name(StoreTx *tx, const char *username, GError **error);

/* What it is in its organization. */
MemberRole account_member_role(const Account *account);

/* A folder as it is kept: without slashes at its end. INVALID when it is not absolute or too long.
 * Owned by the caller. */
char *account_directory(const char *path, GError **error);

typedef struct {
    const char *username;
    const char *display_name;       /* NULL: the username */
    const char *password_hash;      /* NULL: cannot sign in by one */
    const char *imported_hash;      /* set: follows scoring.json */
    Role role;                      /* 0: superadmin for the first account, user for others */
    const char *const *directories; /* as account_directory() made them; NULL: none */
    gint64 organization_id;         /* 0: as somebody of its name was invited, else the first */
    MemberRole member_role;         /* 0: by its role */
} AccountNew;

/* CONFLICT when there is one of that name, INVALID for a name that none may have, TOO_LARGE. The
 * first superadmin takes over the ratings, uploads and keys of the implicit owner. */
gboolean account_add(StoreTx *tx, const AccountNew *account, gint64 *ret_id, GError **error);

/* What is 0 or NULL stays. */
typedef struct {
    const char *display_name;
    Role role;
    const char *const *directories;
    gboolean set_disabled, disabled;
} AccountChange;

/* CONFLICT when it follows scoring.json, or is the last superadmin and would cease to be. */
gboolean account_change(StoreTx *tx, gint64 id, const AccountChange *change, GError **error);
/* Ends the account's sessions too. */
gboolean account_set_password(StoreTx *tx, gint64 id, const char *password_hash, GError **error);
/* A better hash of the same password; nothing when it is not `old_hash` any more. */
gboolean account_renew_hash(StoreTx *tx, gint64 id, const char *old_hash, const char *new_hash,
                            GError **error);
gboolean account_end_sessions(StoreTx *tx, gint64 id, GError **error);
/* With its ratings and keys. CONFLICT for the last superadmin (`even_last`: unless it is the only
 * account) and for one that follows scoring.json and stands in it. */
gboolean account_remove(StoreTx *tx, gint64 id, gboolean even_last, GError **error);

/* Another one after each change of accounts, folders or keys. NULL with an error; owned by the
 * caller. */
char *account_version(StoreTx *tx, GError **error);
/* Begins such a change: the first call of what writes them, so that two never cross. */
gboolean account_touch(StoreTx *tx, GError **error);

/* --- private to library/ --- */

/* Gives those that have none their member_uuid, the implicit owner too. */
gboolean account_fill_uuids(StoreTx *tx, gboolean *ret_changed, GError **error);

/* account_change without asking whether it may be: scoring.json has its way. `account` becomes what
 * it is then. */
gboolean account_apply(StoreTx *tx, Account *account, const AccountChange *change, GError **error);
