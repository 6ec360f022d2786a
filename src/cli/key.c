#include "cli/cli.h"
#include "cli/options.h"
#include "library/account.h"
#include "library/credential.h"

#include <stdio.h>
#include <string.h>

typedef struct {
    char *user, *scope;
    const char *name;
    Library *library;
} KeyCall;

/* Whose key: --user's, else the first superadmin's, in a library without accounts its owner's. */
static gboolean find_owner(const KeyCall *call, StoreTx *tx, gint64 *ret_id, GError **error)
{
    *ret_id = 0;
    if (call->user) {
        g_autoptr(Account) account = account_get_by_name(tx, call->user, error);
        *ret_id = account ? account->id : 0;
        return account != NULL;
    }
    g_autoptr(GPtrArray) accounts = account_list(tx, error);
    gboolean open = TRUE;
    for (guint i = 0; accounts && i < accounts->len && *ret_id == 0; i++) {
        const Account *account = g_ptr_array_index(accounts, i);
        open &= account->disabled;
        if (!account->disabled && account->role == ROLE_SUPERADMIN) {
            *ret_id = account->id;
        }
    }
    if (accounts && *ret_id == 0 && !open) {
        g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_INVALID,
                            "this library has accounts and no superadmin: say whose key by --user");
        return FALSE;
    }
    return accounts != NULL;
}

static gboolean create(KeyCall *call, GError **error)
{
    KeyScope scope = call->scope ? key_scope_from_name(call->scope) : KEY_SCOPE_READ;
    if (!scope) {
        g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_INVALID,
                            "--scope is read, write or admin");
        return FALSE;
    }
    gint64 owner = 0, id = 0;
    g_autoptr(StoreTx) tx = store_write(library_store(call->library), error);
    if (!tx || !find_owner(call, tx, &owner, error)) {
        return FALSE;
    }
    g_autofree char *secret = key_create(
        tx, &(KeyNew){.account_id = owner, .name = call->name, .scope = scope}, &id, error);
    if (!secret || !library_commit(call->library, tx, error)) {
        return FALSE;
    }
    printf("the key %s (%s), which is told only this once:\n%s\n", call->name,
           key_scope_name(scope), secret);
    return TRUE;
}

/* Every key, or those of --user. */
static GPtrArray *keys_of(const KeyCall *call, StoreTx *tx, GError **error)
{
    gint64 owner = -1;
    return !call->user || find_owner(call, tx, &owner, error) ? key_list(tx, owner, error) : NULL;
}

static char *day_of(gint64 ms)
{
    g_autoptr(GDateTime) time = ms ? g_date_time_new_from_unix_utc(ms / 1000) : NULL;
    return time ? g_date_time_format(time, "%Y-%m-%d") : g_strdup("never");
}

static gboolean list(KeyCall *call, GError **error)
{
    g_autoptr(StoreTx) tx = store_read(library_store(call->library), error);
    g_autoptr(GPtrArray) keys = tx ? keys_of(call, tx, error) : NULL;
    for (guint i = 0; keys && i < keys->len; i++) {
        const Key *key = g_ptr_array_index(keys, i);
        g_autofree char *created = day_of(key->created_ms);
        g_autofree char *used = day_of(key->used_ms);
        g_autofree char *expires = day_of(key->expires_ms);
        printf("%-24s %-12s %-6s %-20s made %s  used %s  expires %s%s\n", key->name, key->prefix,
               key_scope_name(key->scope), *key->username ? key->username : "(owner)", created,
               used, expires, key->is_active ? "" : "  disabled");
    }
    return keys != NULL;
}

static const Key *find_named(const GPtrArray *keys, const char *name, GError **error)
{
    const Key *found = NULL;
    for (guint i = 0; i < keys->len; i++) {
        const Key *key = g_ptr_array_index(keys, i);
        if (strcmp(key->name, name) != 0) {
            continue;
        }
        if (found) {
            g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_INVALID,
                        "several users have a key %s: say whose by --user", name);
            return NULL;
        }
        found = key;
    }
    if (!found) {
        g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_NOT_FOUND, "there is no key %s", name);
    }
    return found;
}

static gboolean take_back(KeyCall *call, GError **error)
{
    g_autoptr(StoreTx) tx = store_write(library_store(call->library), error);
    g_autoptr(GPtrArray) keys = tx ? keys_of(call, tx, error) : NULL;
    const Key *key = keys ? find_named(keys, call->name, error) : NULL;
    return key && key_revoke(tx, key->id, error) && library_commit(call->library, tx, error);
}

static const struct {
    const char *name;
    gboolean (*run)(KeyCall *call, GError **error);
    gboolean takes_name;
} actions[] = {
    {"create", create, TRUE},
    {"list", list, FALSE},
    {"revoke", take_back, TRUE},
};

static int run(KeyCall *call, const Options *options, gsize action)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Library) library = options_open_accounts(options, &error);
    call->library = library;
    return library && actions[action].run(call, &error) ? EXIT_DONE : options_fail(error);
}

int cli_key(int argc, char **argv)
{
    KeyCall call = {0};
    const GOptionEntry entries[] = {
        {"user", 0, 0, G_OPTION_ARG_STRING, &call.user,
         "Whose (create: the first superadmin's; list, revoke: anybody's)", "USER"},
        {"scope", 0, 0, G_OPTION_ARG_STRING, &call.scope,
         "create: read, write or admin (default: read)", "SCOPE"},
        {NULL},
    };
    g_auto(Options) options = {0};
    int status = EXIT_USAGE;
    if (!options_parse(&options, "create|list|revoke [NAME]",
                       "Makes, lists and revokes API keys, also while a server runs.", entries,
                       &argc, &argv)) {
        return EXIT_USAGE;
    }
    gsize action = 0;
    while (action < G_N_ELEMENTS(actions) &&
           (argc < 2 || strcmp(actions[action].name, argv[1]) != 0)) {
        action++;
    }
    if (action == G_N_ELEMENTS(actions) || argc != (actions[action].takes_name ? 3 : 2)) {
        fprintf(stderr, "albumen: key takes create NAME, list or revoke NAME\n");
    } else {
        call.name = argc > 2 ? argv[2] : NULL;
        status = run(&call, &options, action);
    }
    g_free(call.user);
    g_free(call.scope);
    return status;
}
