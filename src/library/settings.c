#include "library/settings.h"

#include "library/library_resources.h"

#include <string.h>
#include <sys/stat.h>

#define DEFAULTS_PATH "/albumen/library/scoring-defaults.json"

struct Settings {
    json_t *root;
    gint64 written_seconds;
};

static json_t *load_defaults(void)
{
    g_autoptr(GBytes) bytes = g_resource_lookup_data(
        library_resources_get_resource(), DEFAULTS_PATH, G_RESOURCE_LOOKUP_FLAGS_NONE, NULL);
    g_assert(bytes);
    gsize length = 0;
    const char *text = g_bytes_get_data(bytes, &length);
    json_t *defaults = json_loadb(text, length, 0, NULL);
    g_assert(defaults);
    return defaults;
}

/* NULL without an error when there is no such file. */
static json_t *load_file(const char *path, GError **error)
{
    g_autofree char *text = NULL;
    gsize length = 0;
    g_autoptr(GError) read_error = NULL;
    if (!g_file_get_contents(path, &text, &length, &read_error)) {
        if (!g_error_matches(read_error, G_FILE_ERROR, G_FILE_ERROR_NOENT)) {
            g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_IO, "%s", read_error->message);
        }
        return NULL;
    }
    json_error_t where;
    json_t *root = json_loadb(text, length, JSON_REJECT_DUPLICATES, &where);
    if (!root) {
        g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_INVALID, "%s, line %d, column %d: %s", path,
                    where.line, where.column, where.text);
    }
    return root;
}

/* An object of the file must be one: a list for "sort_options" would break every client. */
static gboolean check_shape(const json_t *chosen, const json_t *defaults, const char *where,
                            GError **error)
{
    const char *key = NULL;
    json_t *value = NULL;
    json_object_foreach((json_t *)defaults, key, value)
    {
        const json_t *given = json_object_get(chosen, key);
        if (given && json_is_object(value) && !json_is_object(given)) {
            g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_INVALID,
                        "scoring.json: \"%s\" of %s must be an object", key, where);
            return FALSE;
        }
    }
    return TRUE;
}

/* Fills each section of the viewer with the defaults it lacks. */
static void merge_viewer(json_t *viewer, const json_t *defaults)
{
    const char *key = NULL;
    json_t *value = NULL;
    json_object_foreach((json_t *)defaults, key, value)
    {
        json_t *given = json_object_get(viewer, key);
        if (!given) {
            json_object_set(viewer, key, value);
        } else if (json_is_object(value)) {
            json_object_update_missing(given, value);
        }
    }
}

static gboolean merge(json_t *root, const json_t *defaults, GError **error)
{
    if (!json_is_object(root)) {
        g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_INVALID,
                            "scoring.json must hold an object");
        return FALSE;
    }
    if (!check_shape(root, defaults, "the file", error)) {
        return FALSE;
    }
    json_object_update_missing(root, (json_t *)defaults);
    json_t *viewer = json_object_get(root, "viewer");
    const json_t *viewer_defaults = json_object_get(defaults, "viewer");
    if (!check_shape(viewer, viewer_defaults, "\"viewer\"", error)) {
        return FALSE;
    }
    merge_viewer(viewer, viewer_defaults);
    return TRUE;
}

/* A password of another type must not count as none. */
static gboolean check_text(const json_t *section, const char *key, GError **error)
{
    const json_t *value = json_object_get(section, key);
    if (value && !json_is_string(value)) {
        g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_INVALID,
                    "scoring.json: \"%s\" must be a text", key);
        return FALSE;
    }
    return TRUE;
}

static gboolean check_access(const json_t *root, GError **error)
{
    const json_t *viewer = json_object_get(root, "viewer");
    const json_t *users = json_object_get(root, "users");
    if (users && !json_is_object(users)) {
        g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_INVALID,
                            "scoring.json: \"users\" must be an object");
        return FALSE;
    }
    return check_text(viewer, "password", error) && check_text(viewer, "edition_password", error) &&
           check_text(root, "share_secret", error);
}

Settings *settings_load(const char *data_folder, GError **error)
{
    g_autofree char *path = g_build_filename(data_folder, "scoring.json", NULL);
    GError *load_error = NULL;
    json_t *chosen = load_file(path, &load_error);
    if (load_error) {
        g_propagate_error(error, load_error);
        return NULL;
    }
    json_t *defaults = load_defaults();
    Settings *settings = g_new0(Settings, 1);
    settings->root = chosen ? chosen : json_object();
    struct stat info;
    if (chosen && stat(path, &info) == 0) {
        settings->written_seconds = info.st_mtime;
    }
    gboolean merged = merge(settings->root, defaults, error) && check_access(settings->root, error);
    json_decref(defaults);
    if (!merged) {
        settings_free(settings);
        return NULL;
    }
    return settings;
}

void settings_free(Settings *settings)
{
    if (!settings) {
        return;
    }
    json_decref(settings->root);
    g_free(settings);
}

const json_t *settings_viewer(const Settings *settings)
{
    return json_object_get(settings->root, "viewer");
}

static const json_t *viewer_member(const Settings *settings, const char *section, const char *key)
{
    return json_object_get(json_object_get(settings_viewer(settings), section), key);
}

gint64 settings_int(const Settings *settings, const char *section, const char *key, gint64 absent)
{
    const json_t *value = viewer_member(settings, section, key);
    return json_is_integer(value) ? json_integer_value(value) : absent;
}

gint64 settings_option_int(const Settings *settings, const char *section, const char *key,
                           gint64 absent)
{
    const json_t *value = json_object_get(json_object_get(settings->root, section), key);
    return json_is_integer(value) ? json_integer_value(value) : absent;
}

const char *settings_text(const Settings *settings, const char *section, const char *key,
                          const char *absent)
{
    const json_t *value = viewer_member(settings, section, key);
    return json_is_string(value) ? json_string_value(value) : absent;
}

const char *settings_translation_language(const Settings *settings)
{
    const json_t *section = json_object_get(settings->root, "translation");
    const char *language = json_string_value(json_object_get(section, "target_language"));
    return language ? language : "";
}

static const char *text_of(const json_t *section, const char *key)
{
    const char *text = json_string_value(json_object_get(section, key));
    return text ? text : "";
}

const char *settings_password(const Settings *settings)
{
    return text_of(settings_viewer(settings), "password");
}

const char *settings_edition_password(const Settings *settings)
{
    return text_of(settings_viewer(settings), "edition_password");
}

const char *settings_share_secret(const Settings *settings)
{
    return text_of(settings->root, "share_secret");
}

const json_t *settings_users(const Settings *settings)
{
    return json_object_get(settings->root, "users");
}

gint64 settings_written_seconds(const Settings *settings)
{
    return settings->written_seconds;
}
