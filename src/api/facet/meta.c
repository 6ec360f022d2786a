/* What a client asks before it shows anything: settings, texts, who is there, is the server well.
 */
#include "api/facet/facet.h"

#include "base/limits.h"
#include "library/catalog.h"

#include <string.h>

/* The parts of Facet's client that this server can serve by now. What the owner switched on but is
 * not here is told to be off, so that the client does not show what would not work. */
static const char *const served_features[] = {
    "show_rating_controls",
    "show_rating_badge",
    "show_memories",
    "show_timeline",
    "show_map",
    "show_folders",
    "show_similar_button",
    "show_semantic_search",
    "show_merge_suggestions",
    NULL,
};

static gboolean is_served(const char *feature)
{
    for (const char *const *served = served_features; *served; served++) {
        if (strcmp(*served, feature) == 0) {
            return TRUE;
        }
    }
    return FALSE;
}

json_t *facet_features(const Settings *settings)
{
    json_t *features = json_object();
    const char *key = NULL;
    json_t *value = NULL;
    json_object_foreach(json_object_get(settings_viewer(settings), "features"), key, value)
    {
        json_object_set_new(features, key, json_boolean(json_is_true(value) && is_served(key)));
    }
    return features;
}

gboolean facet_has_feature(const Settings *settings, const char *feature)
{
    return is_served(feature) &&
           json_is_true(
               json_object_get(json_object_get(settings_viewer(settings), "features"), feature));
}

/* Facet's client knows sorts by their column and this pair of lists. */
static json_t *flat_sorts(const json_t *groups)
{
    json_t *sorts = json_array();
    const char *group = NULL;
    json_t *options = NULL;
    json_object_foreach((json_t *)groups, group, options)
    {
        size_t i = 0;
        json_t *option = NULL;
        json_array_foreach(options, i, option)
        {
            json_array_append_new(sorts, json_pack("[O?, O?]", json_object_get(option, "column"),
                                                   json_object_get(option, "label")));
        }
    }
    return sorts;
}

static json_t *quality_levels(const json_t *thresholds)
{
    static const struct {
        const char *id, *label;
    } levels[] = {
        {"good", "Good"}, {"great", "Great"}, {"excellent", "Excellent"}, {"best", "Best"}};
    json_t *list = json_pack("[[s, s]]", "", "All");
    for (gsize i = 0; i < G_N_ELEMENTS(levels); i++) {
        double least = json_number_value(json_object_get(thresholds, levels[i].id));
        g_autofree char *label = g_strdup_printf("%s (%g+)", levels[i].label, least);
        json_array_append_new(list, json_pack("[s, s]", levels[i].id, label));
    }
    return list;
}

static gboolean respond(HttpRequest *request, json_t *json, GError **error)
{
    g_assert(json);
    gboolean sent = http_respond_json_t(request, json, error);
    json_decref(json);
    return sent;
}

gboolean facet_config(HttpRequest *request, GError **error)
{
    const Settings *settings = api_of(request)->settings;
    gboolean has_accounts = roster_mode(api_of(request)->roster) == ACCESS_ACCOUNTS;
    const json_t *viewer = settings_viewer(settings);
    const json_t *groups = json_object_get(viewer, "sort_options");
    const json_t *thresholds = json_object_get(viewer, "quality_thresholds");
    gboolean may_edit = access_check(api_principal(request), CAPABILITY_EDIT, NULL);
    json_t *config =
        json_pack("{s:o, s:O, s:o, s:{}, s:O, s:O, s:O, s:o, s:O, s:O, s:s, s:b, s:b, s:b}", //
                  "sort_options", flat_sorts(groups),                                        //
                  "sort_options_grouped", groups,                                            //
                  "quality_levels", quality_levels(thresholds),                              //
                  "type_labels",                                                             //
                  "defaults", json_object_get(viewer, "defaults"),                           //
                  "pagination", json_object_get(viewer, "pagination"),                       //
                  "display", json_object_get(viewer, "display"),                             //
                  "features", facet_features(settings),                                      //
                  "quality_thresholds", thresholds,                                          //
                  "notification_duration_ms", json_object_get(viewer, "notification_duration_ms"),
                  "translation_target_language", settings_translation_language(settings), //
                  "is_multi_user", has_accounts,                                          //
                  "edition_enabled", TRUE,                                                //
                  "edition_authenticated", may_edit);
    return respond(request, config, error);
}

/* In the order in which a menu shows them. */
static const char *const languages[] = {"en", "fr", "de", "it", "es", "pt"};

gboolean facet_languages(HttpRequest *request, GError **error)
{
    json_t *list = json_array();
    for (gsize i = 0; i < G_N_ELEMENTS(languages); i++) {
        json_array_append_new(list, json_string(languages[i]));
    }
    return respond(request, json_pack("{s:o, s:s}", "languages", list, "default", "en"), error);
}

/* A language without a catalogue yet is an empty one: the client falls back to English. */
gboolean facet_language(HttpRequest *request, GError **error)
{
    const char *asked = http_text(request, "lang", "");
    const HttpCaching caching = {.cache_control = "no-cache"};
    for (gsize i = 0; i < G_N_ELEMENTS(languages); i++) {
        if (strcmp(languages[i], asked) == 0) {
            g_autofree char *path = g_strdup_printf("/albumen/i18n/%s.json", asked);
            return http_respond_resource(request, path, &caching, NULL) ||
                   http_respond_text(request, "application/json", "{}");
        }
    }
    g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_NOT_FOUND, "Language '%s' not supported",
                asked);
    return FALSE;
}

gboolean facet_health(HttpRequest *request, GError **error)
{
    return http_respond_text(request, "application/json", "{\"status\":\"ok\"}");
}

gboolean facet_ready(HttpRequest *request, GError **error)
{
    gboolean usable = catalog_prepare(library_catalog(api_of(request)->library), NULL);
    http_set_status(request, usable ? 200 : 503);
    json_t *ready = json_pack("{s:s, s:{s:s}}", "status", usable ? "ready" : "not_ready", "checks",
                              "database", usable ? "ok" : "unavailable");
    return respond(request, ready, error);
}
