/* What the owner of a library chose: scoring.json in the data folder, in the form of Facet's
 * scoring_config.json so that its users can bring theirs. Our defaults fill whatever it leaves out,
 * one level deep within each section of "viewer". */
#pragma once

#include "base/error.h"

#include <jansson.h>

typedef struct Settings Settings;

/* Reads DATA_FOLDER/scoring.json; a missing one means all defaults. INVALID with line and column
 * when it is not JSON or not of the expected shape. */
Settings *settings_load(const char *data_folder, GError **error);
void settings_free(Settings *settings);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Settings, settings_free)

/* The section "viewer", complete; owned by the settings. */
const json_t *settings_viewer(const Settings *settings);

/* A member of a member of "viewer", or `absent` when it is of another type. */
gint64 settings_int(const Settings *settings, const char *section, const char *key, gint64 absent);
/* A member of a section beside "viewer", of which the defaults have none. */
gint64 settings_option_int(const Settings *settings, const char *section, const char *key,
                           gint64 absent);
const char *settings_text(const Settings *settings, const char *section, const char *key,
                          const char *absent);

/* Language that captions are translated to; "" for none. */
const char *settings_translation_language(const Settings *settings);

/* Who may come in, as scoring.json says; owned by the settings. */
const char *settings_password(const Settings *settings);         /* "": none */
const char *settings_edition_password(const Settings *settings); /* "": who is in may edit */
const char *settings_share_secret(const Settings *settings);     /* that signs sessions; "": none */
const json_t *settings_users(const Settings *settings);          /* NULL: none */
/* When the file was last written, in seconds since 1970; 0 when there is none. */
gint64 settings_written_seconds(const Settings *settings);
