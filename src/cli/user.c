#include "base/path_text.h"
#include "cli/cli.h"
#include "cli/options.h"
#include "library/account_import.h"
#include "library/password.h"
#include "library/settings.h"

#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

typedef struct {
    char *role, *display_name;
    char **directories;
    const char *name;
    Library *library;
} UserCall;

/* --- passwords --- */

/* One line of standard input, without its end; NULL when there is none. */
static char *read_line(void)
{
    char *line = NULL;
    size_t room = 0;
    ssize_t length = getline(&line, &room, stdin);
    char *text = NULL;
    if (length >= 0) {
        line[strcspn(line, "\r\n")] = '\0';
        text = g_strdup(line);
        explicit_bzero(line, room);
    }
    free(line);
    return text;
}

/* Asked at the terminal, which shows nothing of it. */
static char *ask(const char *prompt)
{
    struct termios shown, hidden;
    gboolean hides = tcgetattr(STDIN_FILENO, &shown) == 0;
    if (hides) {
        hidden = shown;
        hidden.c_lflag &= ~(tcflag_t)ECHO;
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden);
    }
    fputs(prompt, stderr);
    char *password = read_line();
    if (hides) {
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &shown);
    }
    fputc('\n', stderr);
    return password;
}

/* Twice at a terminal, else one line. */
static char *read_password(GError **error)
{
    if (!isatty(STDIN_FILENO)) {
        char *line = read_line();
        if (!line) {
            g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_INVALID,
                                "no password on standard input");
        }
        return line;
    }
    g_autofree char *password = ask("Password: ");
    g_autofree char *again = ask("The same again: ");
    if (g_strcmp0(password, again) != 0 || !password) {
        g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_INVALID,
                            "the two passwords differ");
        return NULL;
    }
    return g_steal_pointer(&password);
}

static char *read_hash(GError **error)
{
    g_autofree char *password = read_password(error);
    return password && password_check(password, error) ? password_hash(password, error) : NULL;
}

/* --- what to do --- */

static char **read_directories(char **given, GError **error)
{
    g_autoptr(GPtrArray) paths = g_ptr_array_new_with_free_func(g_free);
    for (; given && *given; given++) {
        g_autofree char *absolute = g_canonicalize_filename(*given, NULL);
        g_autofree char *text = path_to_text(absolute);
        char *path = account_directory(text, error);
        if (!path) {
            return NULL;
        }
        g_ptr_array_add(paths, path);
    }
    g_ptr_array_add(paths, NULL);
    return (char **)g_ptr_array_steal(paths, NULL);
}

static gboolean add(UserCall *call, GError **error)
{
    Role role = call->role ? role_from_name(call->role) : 0;
    if (call->role && !role) {
        g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_INVALID,
                            "--role is user, admin or superadmin");
        return FALSE;
    }
    g_auto(GStrv) directories = read_directories(call->directories, error);
    g_autofree char *hash = directories ? read_hash(error) : NULL;
    g_autoptr(StoreTx) tx = hash ? store_write(library_store(call->library), error) : NULL;
    const AccountNew account = {
        .username = call->name,
        .display_name = call->display_name,
        .password_hash = hash,
        .role = role,
        .directories = (const char *const *)directories,
    };
    gint64 id = 0;
    g_autoptr(Account) made = NULL;
    if (!tx || !account_add(tx, &account, &id, error) || !(made = account_get(tx, id, error)) ||
        !library_commit(call->library, tx, error)) {
        return FALSE;
    }
    printf("made the %s %s\n", role_name(made->role), made->username);
    return TRUE;
}

static void print_account(const Account *account)
{
    g_autofree char *own = g_strjoinv(" ", account->directories);
    const char *folders = *own ? own
                          : account->role == ROLE_SUPERADMIN && !account->from_settings
                              ? "(every folder)"
                              : "(shared folders)";
    printf("%-20s %-10s %-8s %-24s %s\n", account->username, role_name(account->role),
           account->disabled ? "disabled" : "", account->display_name, folders);
}

static gboolean list(UserCall *call, GError **error)
{
    g_autoptr(StoreTx) tx = store_read(library_store(call->library), error);
    g_autoptr(GPtrArray) accounts = tx ? account_list(tx, error) : NULL;
    for (guint i = 0; accounts && i < accounts->len; i++) {
        print_account(g_ptr_array_index(accounts, i));
    }
    return accounts != NULL;
}

static gboolean passwd(UserCall *call, GError **error)
{
    g_autofree char *hash = read_hash(error);
    g_autoptr(StoreTx) tx = hash ? store_write(library_store(call->library), error) : NULL;
    g_autoptr(Account) account = tx ? account_get_by_name(tx, call->name, error) : NULL;
    return account && account_set_password(tx, account->id, hash, error) &&
           library_commit(call->library, tx, error);
}

/* Who sits at the machine may also take out the last one, and have an open library again. */
static gboolean take_out(UserCall *call, GError **error)
{
    g_autoptr(StoreTx) tx = store_write(library_store(call->library), error);
    g_autoptr(Account) account = tx ? account_get_by_name(tx, call->name, error) : NULL;
    return account && account_remove(tx, account->id, TRUE, error) &&
           library_commit(call->library, tx, error);
}

static const struct {
    const char *name;
    gboolean (*run)(UserCall *call, GError **error);
    gboolean takes_name;
} actions[] = {
    {"add", add, TRUE},
    {"list", list, FALSE},
    {"passwd", passwd, TRUE},
    {"remove", take_out, TRUE},
};

static int run(UserCall *call, const Options *options, gsize action)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Library) library = options_open_accounts(options, &error);
    call->library = library;
    return library && actions[action].run(call, &error) ? EXIT_DONE : options_fail(error);
}

int cli_user(int argc, char **argv)
{
    UserCall call = {0};
    const GOptionEntry entries[] = {
        {"role", 0, 0, G_OPTION_ARG_STRING, &call.role,
         "add: user, admin or superadmin (default: superadmin for the first, user for others)",
         "ROLE"},
        {"display-name", 0, 0, G_OPTION_ARG_STRING, &call.display_name,
         "add: what others see (default: the name)", "TEXT"},
        {"dir", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &call.directories,
         "add: a folder whose pictures the user sees; may be repeated. Without any, a superadmin "
         "sees everything, others what is shared",
         "DIR"},
        {NULL},
    };
    g_auto(Options) options = {0};
    int status = EXIT_USAGE;
    if (!options_parse(&options, "add|list|passwd|remove [NAME]",
                       "Makes, lists and changes accounts, also while a server runs. Passwords are "
                       "asked for, or read as one line from standard input.",
                       entries, &argc, &argv)) {
        return EXIT_USAGE;
    }
    gsize action = 0;
    while (action < G_N_ELEMENTS(actions) &&
           (argc < 2 || strcmp(actions[action].name, argv[1]) != 0)) {
        action++;
    }
    if (action == G_N_ELEMENTS(actions) || argc != (actions[action].takes_name ? 3 : 2)) {
        fprintf(stderr, "albumen: user takes add NAME, list, passwd NAME or remove NAME\n");
    } else {
        call.name = argc > 2 ? argv[2] : NULL;
        status = run(&call, &options, action);
    }
    g_free(call.role);
    g_free(call.display_name);
    g_strfreev(call.directories);
    return status;
}
