#include "library/backup.h"
#include "cli/cli.h"
#include "cli/options.h"

#include <string.h>

/* In a folder: a name of its own, by the time. Owned by the caller. */
static char *file_of(const char *given)
{
    if (!g_file_test(given, G_FILE_TEST_IS_DIR)) {
        return g_strdup(given);
    }
    g_autoptr(GDateTime) now = g_date_time_new_now_utc();
    g_autofree char *name = g_date_time_format(now, "albumen-%Y%m%dT%H%M%SZ.tar.zst");
    return g_build_filename(given, name, NULL);
}

static void print_summary(const char *path, const BackupCounts *counts)
{
    g_autofree char *size = g_format_size((guint64)counts->bytes);
    printf("%s: %" G_GINT64_FORMAT " rows and %" G_GINT64_FORMAT
           " files (%s), read again and proven\n"
           "It holds the hashes of passwords and the library's secret: only you may read it "
           "(mode 0600).\n",
           path, counts->rows, counts->files, size);
    if (counts->passed_over > 0) {
        printf("%" G_GINT64_FORMAT " originals were not there and are not in it.\n",
               counts->passed_over);
    }
}

static gboolean backup(const Options *options, const BackupOptions *what, const char *path,
                       GError **error)
{
    BackupCounts counts;
    g_autoptr(Library) library = options_open_library(options, error);
    if (!library || !backup_write(library, what, path, &counts, error)) {
        return FALSE;
    }
    print_summary(path, &counts);
    return TRUE;
}

int cli_backup(int argc, char **argv)
{
    BackupOptions what = {.program = ALBUMEN_VERSION};
    const GOptionEntry entries[] = {
        {"originals", 0, 0, G_OPTION_ARG_NONE, &what.originals,
         "The originals in source folders as well", NULL},
        {"thumbnails", 0, 0, G_OPTION_ARG_NONE, &what.thumbnails,
         "Thumbnails as well, which would be made again", NULL},
        {NULL},
    };
    g_auto(Options) options = {0};
    if (!options_parse(&options, "FILE|DIR",
                       "Writes the library into one file while it is in use: its database, "
                       "settings, trash and uploads.",
                       entries, &argc, &argv)) {
        return EXIT_USAGE;
    }
    if (argc != 2) {
        fprintf(stderr, "albumen: backup needs the name of a file or folder\n");
        return EXIT_USAGE;
    }
    g_autoptr(GError) error = NULL;
    g_autofree char *path = file_of(argv[1]);
    return backup(&options, &what, path, &error) ? EXIT_DONE : options_fail(error);
}
