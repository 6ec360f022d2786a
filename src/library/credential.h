/* API keys, as rows: who holds one may, within its scope, what its owner may. The secret is told
 * once and kept nowhere; the row has its hash.
 *
 * Each call runs in the caller's transaction; see library/account.h for who notices changes. */
#pragma once

#include "base/hash.h"
#include "base/ids.h"
#include "library/access.h"
#include "library/library.h"

#define KEY_PREFIX       "pk_live_"
#define KEY_PREFIX_OLD   "alb_" /* of keys made before there were datasets; they stay good */
#define KEY_PREFIX_SHOWN 12     /* characters of a secret that are kept, to know it by */

typedef struct {
    gint64 id, account_id, organization_id;
    char uuid[UUID_CHARS + 1];
    char organization_uuid[UUID_CHARS + 1];
    char *username; /* of its owner; "" for the implicit one */
    char *name;
    char *prefix; /* how its secret begins; of an old one no more than KEY_PREFIX_OLD */
    ContentHash hash;
    KeyScope scope;
    MemberRole given_role; /* 0: by its scope */
    MemberRole role;       /* what follows of that, its scope and its owner's */
    gint64 rate_limit;     /* requests an hour; 0: as the server is set */
    gboolean is_active;
    gint64 created_ms, expires_ms, used_ms; /* 0: never */
} Key;
void key_free(Key *key);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Key, key_free)

/* What is looked up of a secret; FALSE when it cannot be one. */
gboolean key_hash(const char *secret, ContentHash *ret_hash);

/* Whether a text that was shown claims to be a key. */
gboolean key_is_one(const char *shown);

typedef struct {
    gint64 account_id;
    const char *name;
    KeyScope scope;
    MemberRole role;   /* 0: by its scope */
    gint64 rate_limit; /* 0: as the server is set */
    gint64 expires_ms; /* 0: never */
} KeyNew;

/* The secret, "pk_live_..."; NULL with CONFLICT when the account has a key of that name, INVALID,
 * TOO_LARGE. Owned by the caller. */
char *key_create(StoreTx *tx, const KeyNew *key, gint64 *ret_id, GError **error);

/* By account and name; of Key. `account_id` -1: every account's. */
GPtrArray *key_list(StoreTx *tx, gint64 account_id, GError **error);
/* NOT_FOUND. */
Key *key_get(StoreTx *tx, gint64 id, GError **error);
/* Those of an organization's accounts, the newest first; of Key. */
GPtrArray *key_list_of(StoreTx *tx, gint64 organization_id, GError **error);
/* NOT_FOUND also for one of another organization. */
Key *key_find(StoreTx *tx, gint64 organization_id, const char *uuid, GError **error);

/* The scope that a key of this role has in the rest of the library. */
KeyScope key_scope_of(MemberRole role);

/* What is NULL, 0 or not set stays. */
typedef struct {
    const char *name;
    MemberRole role; /* its scope goes with it */
    gboolean set_rate_limit, set_expires, set_active;
    gint64 rate_limit, expires_ms; /* 0: none */
    gboolean is_active;
} KeyChange;
/* CONFLICT when its account has another key of that name, INVALID. */
gboolean key_change(StoreTx *tx, const Key *key, const KeyChange *change, GError **error);

/* The same for whoever is an organization's admin, or a key of one: FORBIDDEN what would be
 * stronger than `by`; a limit and an end that `by` has are the new key's too. The account and scope
 * of `key` are filled in: the account of `by`, what fits its role. */
char *key_create_by(StoreTx *tx, const Principal *by, const KeyNew *key, gint64 *ret_id,
                    GError **error);
gboolean key_change_by(StoreTx *tx, const Principal *by, const Key *key, const KeyChange *change,
                       GError **error);
gboolean key_check_rank(const Principal *by, MemberRole role, GError **error);

/* Gives those that were made before keys had one their uuid. */
gboolean key_fill_uuids(StoreTx *tx, gboolean *ret_changed, GError **error);

/* NOT_FOUND. It opens nothing from the commit on. */
gboolean key_revoke(StoreTx *tx, gint64 id, GError **error);

gboolean key_mark_used(StoreTx *tx, gint64 id, gint64 used_ms, GError **error);
