/* API keys, as rows: who holds one may, within its scope, what its owner may. The secret is told
 * once and kept nowhere; the row has its hash.
 *
 * Each call runs in the caller's transaction; see library/account.h for who notices changes. */
#pragma once

#include "base/hash.h"
#include "library/access.h"
#include "library/library.h"

#define KEY_PREFIX "alb_"

typedef struct {
    gint64 id, account_id;
    char *username; /* of its owner; "" for the implicit one */
    char *name;
    ContentHash hash;
    KeyScope scope;
    gint64 created_ms, expires_ms, used_ms; /* 0: never */
} Key;
void key_free(Key *key);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Key, key_free)

/* What is looked up of a secret; FALSE when it cannot be one. */
gboolean key_hash(const char *secret, ContentHash *ret_hash);

/* The secret, "alb_..."; NULL with CONFLICT when the account has a key of that name, INVALID,
 * TOO_LARGE. `expires_ms` 0: never. Owned by the caller. */
char *key_create(StoreTx *tx, gint64 account_id, const char *name, KeyScope scope,
                 gint64 expires_ms, gint64 *ret_id, GError **error);

/* By account and name; of Key. `account_id` -1: every account's. */
GPtrArray *key_list(StoreTx *tx, gint64 account_id, GError **error);

/* NOT_FOUND. It opens nothing from the commit on. */
gboolean key_revoke(StoreTx *tx, gint64 id, GError **error);

gboolean key_mark_used(StoreTx *tx, gint64 id, gint64 used_ms, GError **error);
