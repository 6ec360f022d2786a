/* Options that every command has, and what stands for them where they are not given: the command
 * line before the environment before DATA/albumen.conf before the default. */
#pragma once

#include "jobs/vision_pool.h"
#include "library/library.h"

typedef struct {
    char *data;     /* --data, ALBUMEN_DATA, ./albumen-data */
    char *database; /* --database, ALBUMEN_DATABASE, [store] database; NULL: SQLite in the data
                       folder */
    char *models;   /* --models, ALBUMEN_MODELS, [vision] models, DATA/models */
    int workers;    /* --workers, [jobs] workers; one a core */
    GKeyFile *file; /* DATA/albumen.conf; empty when there is none */
} Options;

void options_clear(Options *options);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Options, options_clear)

/* Parses the options of a command, its own `entries` (may be NULL) and the common ones. What is
 * left stays in argv. On failure the reason was printed to standard error. */
gboolean options_parse(Options *ret_options, const char *arguments, const char *summary,
                       const GOptionEntry *entries, int *argc, char ***argv);

Library *options_open_library(const Options *options, GError **error);
/* The same, with the accounts of scoring.json taken in. */
Library *options_open_accounts(const Options *options, GError **error);

/* Workers with the models of the data folder. */
VisionPool *options_vision(const Options *options);

/* Canonical absolute path of an existing folder, for a source. Owned by the caller. */
char *options_folder(const char *path, GError **error);
/* Adds folders (NULL-terminated, may be NULL) to the library's sources; their ids go to ret_ids (of
 * gint64, may be NULL). */
gboolean options_add_sources(Library *library, const char *const *folders, GArray *ret_ids,
                             GError **error);

/* "albumen: <message>" on standard error. Returns EXIT_FAILED. */
int options_fail(const GError *error);
