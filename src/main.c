#include "base/hash.h"
#include "cli/cli.h"
#include "jobs/worker_main.h"
#include "web-resources.h"

#include <locale.h>
#include <string.h>

typedef struct {
    const char *name;
    int (*run)(int argc, char **argv);
    const char *summary;
} Command;

static const Command commands[] = {
    {"serve", cli_serve, "serve a library and keep it up to date"},
    {"scan", cli_scan, "index folders in the foreground"},
    {"user", cli_user, "make, list and change accounts"},
    {"key", cli_key, "make, list and revoke API keys"},
    {"models", cli_models, "show, check, add and choose models"},
    {"people", cli_people, "group faces into people"},
    {"backup", cli_backup, "write the whole library into one file, and prove it"},
    {"restore", cli_restore, "make a library of a backup"},
    {"doctor", cli_doctor, "check the program, its sandbox and the library"},
};

static void print_usage(FILE *out)
{
    fprintf(out, "Usage: albumen COMMAND [OPTION]...\n\n");
    for (gsize i = 0; i < G_N_ELEMENTS(commands); i++) {
        fprintf(out, "  %-8s %s\n", commands[i].name, commands[i].summary);
    }
    fprintf(out, "\nalbumen COMMAND --help tells a command's options.\n");
}

int main(int argc, char **argv)
{
    setlocale(LC_ALL, "");
    hash_init();
    albumen_web_register_resource();
    const char *name = argc > 1 ? argv[1] : "";
    if (strcmp(name, "worker") == 0) {
        return worker_main(argc - 1, argv + 1);
    }
    if (strcmp(name, "--version") == 0) {
        printf("albumen %s\n", ALBUMEN_VERSION);
        return EXIT_DONE;
    }
    if (strcmp(name, "--help") == 0 || strcmp(name, "help") == 0) {
        print_usage(stdout);
        return EXIT_DONE;
    }
    for (gsize i = 0; i < G_N_ELEMENTS(commands); i++) {
        if (strcmp(commands[i].name, name) == 0) {
            g_autofree char *shown = g_strconcat("albumen ", name, NULL);
            g_set_prgname(shown); /* in what --help prints */
            return commands[i].run(argc - 1, argv + 1);
        }
    }
    if (*name) {
        fprintf(stderr, "albumen: there is no command \"%s\"\n\n", name);
    }
    print_usage(stderr);
    return EXIT_USAGE;
}
