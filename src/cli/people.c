#include "cli/cli.h"
#include "cli/options.h"
#include "library/people_group.h"

#include <string.h>
#include <unistd.h>

static gboolean show(gint64 done, gint64 total, gpointer data)
{
    const gboolean *is_terminal = data;
    if (*is_terminal) {
        fprintf(stderr, "\r%" G_GINT64_FORMAT " of %" G_GINT64_FORMAT " ", done, total);
    }
    return TRUE;
}

static void print_json(const PeopleGrouped *grouped)
{
    printf("{\"faces\":%" G_GINT64_FORMAT ",\"joined\":%" G_GINT64_FORMAT
           ",\"persons\":%" G_GINT64_FORMAT "}\n",
           grouped->faces, grouped->joined, grouped->persons);
}

static gboolean cluster(const Options *options, gboolean full, gboolean json, GError **error)
{
    PeopleGrouped grouped = {0};
    gboolean is_terminal = isatty(STDERR_FILENO) == 1;
    g_autoptr(Library) library = options_open_library(options, error);
    if (!library) {
        return FALSE;
    }
    gboolean done = full ? people_group_all(library, show, &is_terminal, &grouped, error)
                         : people_group_unknown(library, show, &is_terminal, &grouped, error);
    if (is_terminal) {
        fputc('\n', stderr);
    }
    if (done && json) {
        print_json(&grouped);
    } else if (done) {
        printf("%" G_GINT64_FORMAT " faces looked at, %" G_GINT64_FORMAT
               " of them moved, %" G_GINT64_FORMAT " people made\n",
               grouped.faces, grouped.joined, grouped.persons);
    }
    return done;
}

int cli_people(int argc, char **argv)
{
    gboolean full = FALSE, json = FALSE;
    const GOptionEntry entries[] = {
        {"full", 0, 0, G_OPTION_ARG_NONE, &full,
         "Group every face anew; else those that nobody knows", NULL},
        {"json", 0, 0, G_OPTION_ARG_NONE, &json, "Print one summary object", NULL},
        {NULL},
    };
    g_auto(Options) options = {0};
    if (!options_parse(&options, "cluster",
                       "Groups the faces of the library into people. What people said stays.",
                       entries, &argc, &argv)) {
        return EXIT_USAGE;
    }
    if (argc != 2 || strcmp(argv[1], "cluster") != 0) {
        fprintf(stderr, "albumen people: say \"cluster\"\n");
        return EXIT_USAGE;
    }
    g_autoptr(GError) error = NULL;
    return cluster(&options, full, json, &error) ? EXIT_DONE : options_fail(error);
}
