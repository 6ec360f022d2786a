#include "cli/options.h"

#include "base/limits.h"
#include "base/path_text.h"
#include "cli/cli.h"
#include "library/account_import.h"
#include "library/settings.h"
#include "library/source.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <sys/stat.h>

void options_clear(Options *options)
{
    g_free(options->data);
    g_free(options->database);
    g_free(options->models);
    g_clear_pointer(&options->file, g_key_file_unref);
}

static gboolean load_file(Options *options, GError **error)
{
    g_autofree char *path = g_build_filename(options->data, "albumen.conf", NULL);
    options->file = g_key_file_new();
    g_autoptr(GError) failure = NULL;
    if (g_key_file_load_from_file(options->file, path, G_KEY_FILE_NONE, &failure) ||
        g_error_matches(failure, G_FILE_ERROR, G_FILE_ERROR_NOENT)) {
        return TRUE;
    }
    g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_INVALID, "%s: %s", path, failure->message);
    return FALSE;
}

static gboolean fill_in(Options *options, GError **error)
{
    if (!options->data) {
        const char *given = g_getenv("ALBUMEN_DATA");
        options->data = g_strdup(given ? given : "./albumen-data");
    }
    if (!load_file(options, error)) {
        return FALSE;
    }
    if (!options->database) {
        options->database = g_strdup(g_getenv("ALBUMEN_DATABASE"));
    }
    if (!options->database) {
        options->database = g_key_file_get_string(options->file, "store", "database", NULL);
    }
    if (!options->models) {
        options->models = g_strdup(g_getenv("ALBUMEN_MODELS"));
    }
    if (!options->models) {
        options->models = g_key_file_get_string(options->file, "vision", "models", NULL);
    }
    if (!options->models) {
        options->models = g_build_filename(options->data, "models", NULL);
    }
    if (options->workers == 0) {
        options->workers = g_key_file_get_integer(options->file, "jobs", "workers", NULL);
    }
    if (options->workers == 0) {
        options->workers = (int)MIN(g_get_num_processors(), LIMIT_WORKERS);
    }
    if (options->workers < 1 || options->workers > LIMIT_WORKERS) {
        g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_INVALID, "workers must be 1 to %d",
                    LIMIT_WORKERS);
        return FALSE;
    }
    return TRUE;
}

gboolean options_parse(Options *ret_options, const char *arguments, const char *summary,
                       const GOptionEntry *entries, int *argc, char ***argv)
{
    g_auto(Options) options = {0};
    const GOptionEntry common[] = {
        {"data", 0, 0, G_OPTION_ARG_FILENAME, &options.data,
         "Data folder (default ./albumen-data, or ALBUMEN_DATA)", "DIR"},
        {"database", 0, 0, G_OPTION_ARG_STRING, &options.database,
         "postgresql://... (default: SQLite in the data folder, or ALBUMEN_DATABASE)", "URL"},
        {"models", 0, 0, G_OPTION_ARG_FILENAME, &options.models,
         "Folder of the models (default: models in the data folder, or ALBUMEN_MODELS)", "DIR"},
        {"workers", 0, 0, G_OPTION_ARG_INT, &options.workers,
         "Processes that decode (default: one a core)", "N"},
        {NULL},
    };
    g_autoptr(GOptionContext) context = g_option_context_new(arguments);
    g_option_context_set_summary(context, summary);
    if (entries) {
        g_option_context_add_main_entries(context, entries, NULL);
    }
    g_option_context_add_main_entries(context, common, NULL);
    g_autoptr(GError) error = NULL;
    if (!g_option_context_parse(context, argc, argv, &error) || !fill_in(&options, &error)) {
        fprintf(stderr, "albumen: %s\n", error->message);
        return FALSE;
    }
    *ret_options = options;
    options = (Options){0};
    return TRUE;
}

Library *options_open_library(const Options *options, GError **error)
{
    return library_open(options->data, options->database, error);
}

VisionPool *options_vision(const Options *options)
{
    return vision_pool_new("/proc/self/exe", options->workers, options->models);
}

Library *options_open_accounts(const Options *options, GError **error)
{
    g_autoptr(Library) library = options_open_library(options, error);
    g_autoptr(Settings) settings = library ? settings_load(options->data, error) : NULL;
    g_autoptr(StoreTx) tx = settings ? store_write(library_store(library), error) : NULL;
    gboolean changed = FALSE;
    if (!tx || !account_import(tx, settings_users(settings), &changed, error) ||
        (changed && !library_commit(library, tx, error))) {
        return NULL;
    }
    return g_steal_pointer(&library);
}

char *options_folder(const char *path, GError **error)
{
    g_autofree char *real = realpath(path, NULL);
    struct stat info;
    if (!real || stat(real, &info) != 0) {
        int saved_errno = errno;
        g_autofree char *what = g_strdup_printf("use the folder %s", path);
        error_set_errno(error, saved_errno, what);
        return NULL;
    }
    if (!S_ISDIR(info.st_mode)) {
        g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_INVALID, "%s is not a folder", path);
        return NULL;
    }
    return path_to_text(real);
}

gboolean options_add_sources(Library *library, const char *const *folders, GArray *ret_ids,
                             GError **error)
{
    if (!folders || !*folders) {
        return TRUE;
    }
    g_autoptr(StoreTx) tx = store_write(library_store(library), error);
    if (!tx || !library_touch(tx, error)) {
        return FALSE;
    }
    for (; *folders; folders++) {
        g_autofree char *path = options_folder(*folders, error);
        gint64 id = 0;
        if (!path || !source_add(tx, path, &id, error)) {
            return FALSE;
        }
        if (ret_ids) {
            g_array_append_val(ret_ids, id);
        }
    }
    return library_commit(library, tx, error);
}

int options_fail(const GError *error)
{
    fprintf(stderr, "albumen: %s\n", error->message);
    return EXIT_FAILED;
}
