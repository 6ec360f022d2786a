/* Accounts that scoring.json tells, in Facet's form, and the folders that every account sees, which
 * it may tell too. */
#pragma once

#include "library/account.h"

#include <jansson.h>

/* Makes the accounts so that they follow the section "users" (NULL: none): those in it are made or
 * changed, those once taken from it and now gone from it are disabled. A password is taken when
 * the file has another one than it had: one that was changed here since then stays. Writes only
 * what differs; `ret_changed` says whether it did. INVALID when the section is not of that form. */
gboolean account_import(StoreTx *tx, const json_t *users, gboolean *ret_changed, GError **error);

/* By path, NULL-terminated; NULL with an error. Owned by the caller. */
char **shared_directories(StoreTx *tx, GError **error);
/* `directories` as account_directory() made them. CONFLICT when scoring.json tells them. */
gboolean shared_directories_set(StoreTx *tx, const char *const *directories, GError **error);
