#include "library/sign_in.h"

#include "base/limits.h"
#include "library/attempts.h"
#include "library/password.h"

#include <string.h>

/* Nobody's password in either form, that takes as long to check as somebody's. */
#define DECOY                                                                                      \
    "$argon2id$v=19$m=65536,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$"                                       \
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
#define FOREIGN_DECOY                                                                              \
    "00000000000000000000000000000000:"                                                            \
    "0000000000000000000000000000000000000000000000000000000000000000"

struct SignIn {
    Roster *roster;
    Attempts *attempts;
    GMutex lock; /* of what follows */
    GCond turn;
    int checking, waiting;
};

SignIn *sign_in_new(Roster *roster)
{
    SignIn *self = g_new0(SignIn, 1);
    self->roster = roster;
    self->attempts = attempts_new();
    g_mutex_init(&self->lock);
    g_cond_init(&self->turn);
    return self;
}

void sign_in_free(SignIn *self)
{
    if (!self) {
        return;
    }
    attempts_free(self->attempts);
    g_mutex_clear(&self->lock);
    g_cond_clear(&self->turn);
    g_free(self);
}

/* --- turns --- */

static gboolean begin_check(SignIn *self, GError **error)
{
    g_mutex_lock(&self->lock);
    gboolean room = self->waiting < LIMIT_PASSWORD_CHECKS_WAITING;
    if (room) {
        self->waiting++;
        while (self->checking >= LIMIT_PASSWORD_CHECKS) {
            g_cond_wait(&self->turn, &self->lock);
        }
        self->waiting--;
        self->checking++;
    }
    g_mutex_unlock(&self->lock);
    if (!room) {
        g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_BUSY,
                            "Too many people sign in at this moment, try again");
    }
    return room;
}

static void end_check(SignIn *self)
{
    g_mutex_lock(&self->lock);
    self->checking--;
    g_cond_signal(&self->turn);
    g_mutex_unlock(&self->lock);
}

static gboolean take_attempt(SignIn *self, const char *name, const SignInPlace *place,
                             GError **error)
{
    if (attempts_take(self->attempts, name, place->address, g_get_monotonic_time())) {
        return TRUE;
    }
    g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_TOO_OFTEN,
                        "Too many attempts, try again in a minute");
    return FALSE;
}

/* --- checking --- */

/* `kept` NULL: of nobody. Takes the same time for every name: while some passwords are in the
 * foreign form, each attempt pays for both. */
static gboolean is_password(SignIn *self, const char *kept, const char *password)
{
    gboolean foreign = kept && password_is_foreign(kept);
    gboolean good = password_verify(kept && !foreign ? kept : DECOY, password);
    if (foreign || roster_has_foreign(self->roster)) {
        gboolean fits = password_verify(foreign ? kept : FOREIGN_DECOY, password);
        good = foreign ? fits : good;
    }
    return kept && good;
}

static gboolean commit(SignIn *self, StoreTx *tx, GError **error)
{
    return library_commit(roster_library(self->roster), tx, error) &&
           roster_refresh(self->roster, error);
}

static StoreTx *begin_write(SignIn *self, GError **error)
{
    return store_write(library_store(roster_library(self->roster)), error);
}

/* That it cannot be written keeps nobody out: the old form stays good. */
static void renew(SignIn *self, gint64 id, const char *old_hash, const char *password)
{
    g_autofree char *hash = password_hash(password, NULL);
    g_autoptr(StoreTx) tx = hash ? begin_write(self, NULL) : NULL;
    if (tx && account_renew_hash(tx, id, old_hash, hash, NULL)) {
        commit(self, tx, NULL);
    }
}

/* Who has that name and password; NULL without an error when nobody does. */
static Principal *check_account(SignIn *self, const char *username, const char *password,
                                GError **error)
{
    if (!begin_check(self, error)) {
        return NULL;
    }
    g_autoptr(Principal) principal = NULL;
    g_autofree char *kept = roster_password_hash(self->roster, username, &principal);
    gboolean good = is_password(self, kept, password);
    if (good && password_is_foreign(kept)) {
        renew(self, principal_account(principal), kept, password);
    }
    end_check(self);
    return good ? g_steal_pointer(&principal) : NULL;
}

static Principal *refuse(const char *message, GError **error)
{
    g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_UNAUTHORIZED, message);
    return NULL;
}

/* The attempts of an account are counted apart from those of the library's passwords. */
static char *attempts_name(const char *username)
{
    return g_strconcat("account ", username, NULL);
}

static Principal *sign_in_account(SignIn *self, const char *username, const char *password,
                                  const SignInPlace *place, GError **error)
{
    if (!username || !*username) {
        g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_INVALID, "Username required");
        return NULL;
    }
    g_autofree char *name = attempts_name(username);
    if (!take_attempt(self, name, place, error)) {
        return NULL;
    }
    GError *failure = NULL;
    Principal *principal = check_account(self, username, password, &failure);
    if (failure) {
        g_propagate_error(error, failure);
        return NULL;
    }
    if (!principal) {
        return refuse("Invalid credentials", error);
    }
    attempts_succeeded(self->attempts, name, place->address);
    return principal;
}

static Principal *sign_in_single(SignIn *self, const char *expected, const char *password,
                                 gboolean edition, const SignInPlace *place, GError **error)
{
    const char *name = edition ? "edition" : "password";
    if (!take_attempt(self, name, place, error)) {
        return NULL;
    }
    if (!*expected || !password_equal(expected, password)) {
        return refuse("Invalid password", error);
    }
    attempts_succeeded(self->attempts, name, place->address);
    return roster_single(self->roster, "_legacy", edition);
}

Principal *sign_in(SignIn *self, const char *username, const char *password,
                   const SignInPlace *place, GError **error)
{
    switch (roster_mode(self->roster)) {
    case ACCESS_ACCOUNTS:
        return sign_in_account(self, username, password, place, error);
    case ACCESS_PASSWORD:
        return sign_in_single(self, settings_password(roster_settings(self->roster)), password,
                              FALSE, place, error);
    case ACCESS_OPEN:
        break;
    }
    return place->is_here ? roster_single(self->roster, "_anonymous", FALSE)
                          : refuse("Invalid password", error);
}

Principal *sign_in_edition(SignIn *self, const char *password, const SignInPlace *place,
                           GError **error)
{
    AccessMode mode = roster_mode(self->roster);
    if (mode == ACCESS_ACCOUNTS) {
        g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_INVALID,
                            "Use /api/auth/login for multi-user auth");
        return NULL;
    }
    if (mode == ACCESS_OPEN && !place->is_here) {
        return refuse("Invalid password", error);
    }
    return sign_in_single(self, settings_edition_password(roster_settings(self->roster)), password,
                          TRUE, place, error);
}

/* --- new passwords --- */

char *sign_in_hash(SignIn *self, const char *password, GError **error)
{
    if (!password_check(password, error) || !begin_check(self, error)) {
        return NULL;
    }
    char *hash = password_hash(password, error);
    end_check(self);
    return hash;
}

static gboolean is_current(SignIn *self, const char *username, const char *current,
                           const SignInPlace *place, GError **error)
{
    g_autofree char *name = attempts_name(username);
    if (!take_attempt(self, name, place, error)) {
        return FALSE;
    }
    GError *failure = NULL;
    g_autoptr(Principal) proven = check_account(self, username, current, &failure);
    if (failure) {
        g_propagate_error(error, failure);
        return FALSE;
    }
    if (!proven) {
        g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_FORBIDDEN,
                            "The current password is another one");
        return FALSE;
    }
    attempts_succeeded(self->attempts, name, place->address);
    return TRUE;
}

Principal *sign_in_change_password(SignIn *self, const Principal *principal, const char *current,
                                   const char *password, const SignInPlace *place, GError **error)
{
    const char *username = principal_user_id(principal);
    if (!principal_has_account(principal)) {
        g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_CONFLICT,
                            "This library has no accounts: its password is in scoring.json");
        return NULL;
    }
    if (!password_check(password, error) || !is_current(self, username, current, place, error)) {
        return NULL;
    }
    g_autofree char *hash = sign_in_hash(self, password, error);
    g_autoptr(StoreTx) tx = hash ? begin_write(self, error) : NULL;
    if (!tx || !account_set_password(tx, principal_account(principal), hash, error) ||
        !commit(self, tx, error)) {
        return NULL;
    }
    Principal *renewed = NULL;
    g_autofree char *kept = roster_password_hash(self->roster, username, &renewed);
    return renewed ? renewed : refuse("Authentication required", error);
}

gboolean sign_in_opens(SignIn *self, const char *name, const char *kept, const char *password,
                       const SignInPlace *place, GError **error)
{
    if (!take_attempt(self, name, place, error) || !begin_check(self, error)) {
        return FALSE;
    }
    gboolean good = password_verify(kept, password);
    end_check(self);
    if (good) {
        attempts_succeeded(self->attempts, name, place->address);
    } else {
        g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_UNAUTHORIZED, "Invalid password");
    }
    return good;
}
