#include "cli/cli.h"
#include "cli/options.h"
#include "library/backup.h"

static gboolean verify(const char *path, GError **error)
{
    BackupCounts counts;
    if (!backup_verify(path, &counts, error)) {
        return FALSE;
    }
    printf("%s is whole: %" G_GINT64_FORMAT " rows and %" G_GINT64_FORMAT " files\n", path,
           counts.rows, counts.files);
    return TRUE;
}

static gboolean restore(const RestoreOptions *options, const char *path, GError **error)
{
    BackupCounts counts;
    g_autofree char *set_aside = NULL;
    if (!backup_restore(path, options, &counts, &set_aside, error)) {
        return FALSE;
    }
    printf("%" G_GINT64_FORMAT " rows and %" G_GINT64_FORMAT " files are in %s\n", counts.rows,
           counts.files, options->data_folder);
    if (set_aside) {
        printf("What was there before is in %s\n", set_aside);
    }
    return TRUE;
}

int cli_restore(int argc, char **argv)
{
    RestoreOptions what = {0};
    gboolean only_verify = FALSE;
    g_autofree char *originals = NULL;
    const GOptionEntry entries[] = {
        {"originals", 0, 0, G_OPTION_ARG_FILENAME, &originals,
         "New folder for the originals in the backup; without it they are looked for where they "
         "were",
         "DIR"},
        {"force", 0, 0, G_OPTION_ARG_NONE, &what.force,
         "Set a data folder that is in use aside (stop its server first)", NULL},
        {"verify", 0, 0, G_OPTION_ARG_NONE, &only_verify, "Only prove that the backup is whole",
         NULL},
        {NULL},
    };
    g_auto(Options) options = {0};
    if (!options_parse(&options, "FILE",
                       "Makes a library of a backup, in a new data folder and an empty database "
                       "of either kind.",
                       entries, &argc, &argv)) {
        return EXIT_USAGE;
    }
    if (argc != 2) {
        fprintf(stderr, "albumen: restore needs the file of a backup\n");
        return EXIT_USAGE;
    }
    g_autoptr(GError) error = NULL;
    what.data_folder = options.data;
    what.database_url = options.database;
    what.originals_folder = originals;
    gboolean done = only_verify ? verify(argv[1], &error) : restore(&what, argv[1], &error);
    return done ? EXIT_DONE : options_fail(error);
}
