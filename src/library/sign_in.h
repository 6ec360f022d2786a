/* Signing in: from a name and a password to a session, and from a password to its kept form.
 *
 * A password is checked slowly (library/password.h), so call this on the work pool. Few are checked
 * at a time, and few wait (BUSY beyond); names and addresses that try too often are told so
 * (TOO_OFTEN) before anything is checked. An unknown name takes as long as a wrong password. */
#pragma once

#include "library/roster.h"

typedef struct SignIn SignIn;

/* The roster must outlive it. */
SignIn *sign_in_new(Roster *roster);
void sign_in_free(SignIn *sign_in);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SignIn, sign_in_free)

/* Where an attempt comes from. */
typedef struct {
    const char *address; /* as attempts are counted by */
    gboolean is_here;    /* at this machine: may be the owner of an open library */
} SignInPlace;

/* A session of who that is; UNAUTHORIZED, INVALID without a name where there are accounts. In
 * libraries without accounts the name is ignored; in an open one any password will do, at this
 * machine. The messages are Facet's. A new reference. */
Principal *sign_in(SignIn *sign_in, const char *username, const char *password,
                   const SignInPlace *place, GError **error);

/* The same by the edition password. INVALID in a library with accounts. */
Principal *sign_in_edition(SignIn *sign_in, const char *password, const SignInPlace *place,
                           GError **error);

/* Gives an account another password, which ends its sessions; who it is for the next one (a new
 * reference). FORBIDDEN when `current` is not its password, CONFLICT when it has no account. */
Principal *sign_in_change_password(SignIn *sign_in, const Principal *principal, const char *current,
                                   const char *password, const SignInPlace *place, GError **error);

/* password_check and password_hash, in turn. Owned by the caller. */
char *sign_in_hash(SignIn *sign_in, const char *password, GError **error);

/* Whether `password` is what is kept, for things that open by a password of their own: TOO_OFTEN,
 * UNAUTHORIZED. `name` tells them apart, and from names of accounts. */
gboolean sign_in_opens(SignIn *sign_in, const char *name, const char *kept, const char *password,
                       const SignInPlace *place, GError **error);
