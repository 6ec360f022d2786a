/* The roster: who there is, in memory, for requests that must not wait for a database. Accounts,
 * their folders and their keys, and which of three kinds of library this is.
 *
 * It is read whole, as a snapshot that requests share, and read again when somebody changed
 * something: at once after a change of this process (roster_refresh), within a second after one of
 * another. Safe from any thread. */
#pragma once

#include "library/account.h"
#include "library/credential.h"
#include "library/settings.h"

typedef struct Roster Roster;

typedef enum {
    ACCESS_OPEN = 1, /* no accounts, no password: who is at this machine owns the library */
    ACCESS_PASSWORD, /* no accounts, but the password of scoring.json */
    ACCESS_ACCOUNTS,
} AccessMode;

/* Takes in the accounts of scoring.json, makes the secret that signs sessions when there is none,
 * and begins to follow. Library and settings must outlive the roster. */
Roster *roster_new(Library *library, const Settings *settings, GError **error);
void roster_free(Roster *roster); /* notes which keys were used */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Roster, roster_free)

/* Takes in what was just committed. */
gboolean roster_refresh(Roster *roster, GError **error);

AccessMode roster_mode(Roster *roster);

/* Who asks, by the session token or API key that was shown (NULL: none) and by whether the request
 * comes from this machine. One that opens nothing (forged, expired, revoked, of somebody who is no
 * more) counts as none. In an open library whoever is here is its owner, and a session only says
 * whether the owner may edit; elsewhere it opens nothing. A new reference, never NULL. */
Principal *roster_identify(Roster *roster, const char *shown, gboolean is_here);

/* Who was let in to a library without accounts: "_legacy" by a password, "_anonymous" without one;
 * by the edition password, or where there is none, with edition. A new reference. */
Principal *roster_single(Roster *roster, const char *single_user_id, gboolean edition);
/* A session for somebody who was let in. Owned by the caller. */
char *roster_token(Roster *roster, const Principal *principal);

/* What a password of this user is checked against; NULL for an unknown, disabled or password-less
 * one. ret_principal: a new reference. Owned by the caller. */
char *roster_password_hash(Roster *roster, const char *username, Principal **ret_principal);
/* Whether any account still has a password in a foreign form. */
gboolean roster_has_foreign(Roster *roster);

/* What signs, and so opens, everything: only for library/signed_address.h. The roster's own. */
const char *roster_secret(const Roster *roster);

const Settings *roster_settings(const Roster *roster);
Library *roster_library(const Roster *roster);
