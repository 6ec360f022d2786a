/* The Facet dialect: what Facet's own client asks for. Each handler is a row of the table in
 * dialect.c. */
#pragma once

#include "api/api.h"

extern const HttpDialect facet_dialect;

/* people_routes.c */
#define FACET_PEOPLE_ROUTES 16
extern const HttpRoute facet_people_routes[FACET_PEOPLE_ROUTES];

/* photos.c */
gboolean facet_photos(HttpRequest *request, GError **error);
gboolean facet_photo(HttpRequest *request, GError **error);
gboolean facet_type_counts(HttpRequest *request, GError **error);

/* similar.c, search.c */
gboolean facet_similar_photos(HttpRequest *request, GError **error);
gboolean facet_search(HttpRequest *request, GError **error);

/* options.c */
gboolean facet_cameras(HttpRequest *request, GError **error);
gboolean facet_lenses(HttpRequest *request, GError **error);
gboolean facet_apertures(HttpRequest *request, GError **error);
gboolean facet_focal_lengths(HttpRequest *request, GError **error);
gboolean facet_tags(HttpRequest *request, GError **error);
gboolean facet_patterns(HttpRequest *request, GError **error);
gboolean facet_categories(HttpRequest *request, GError **error);
gboolean facet_person_options(HttpRequest *request, GError **error);
gboolean facet_location_name(HttpRequest *request, GError **error);

/* ratings.c */
gboolean facet_set_rating(HttpRequest *request, GError **error);
gboolean facet_toggle_favorite(HttpRequest *request, GError **error);
gboolean facet_toggle_rejected(HttpRequest *request, GError **error);
gboolean facet_batch_favorite(HttpRequest *request, GError **error);
gboolean facet_batch_reject(HttpRequest *request, GError **error);
gboolean facet_batch_rating(HttpRequest *request, GError **error);

/* scan.c */
gboolean facet_scan_start(HttpRequest *request, GError **error);
gboolean facet_scan_status(HttpRequest *request, GError **error);
gboolean facet_scan_stream(HttpRequest *request, GError **error);
gboolean facet_scan_directories(HttpRequest *request, GError **error);
/* download.c */
gboolean facet_download_options(HttpRequest *request, GError **error);
gboolean facet_download(HttpRequest *request, GError **error);

/* photos.c: whether this "hide_" parameter is 1 or true. */
gboolean facet_asked_to_hide(const HttpRequest *request, const char *parameter);

/* timeline.c */
gboolean facet_timeline(HttpRequest *request, GError **error);
gboolean facet_timeline_dates(HttpRequest *request, GError **error);
gboolean facet_timeline_years(HttpRequest *request, GError **error);
gboolean facet_timeline_months(HttpRequest *request, GError **error);

/* memories.c */
gboolean facet_memories(HttpRequest *request, GError **error);
gboolean facet_memories_check(HttpRequest *request, GError **error);

/* map.c */
gboolean facet_map(HttpRequest *request, GError **error);
gboolean facet_map_count(HttpRequest *request, GError **error);

/* folders.c */
gboolean facet_folders(HttpRequest *request, GError **error);

/* images.c */
gboolean facet_thumbnail(HttpRequest *request, GError **error);
gboolean facet_image(HttpRequest *request, GError **error);

/* auth.c */
gboolean facet_login(HttpRequest *request, GError **error);
gboolean facet_edition_login(HttpRequest *request, GError **error);
gboolean facet_edition_logout(HttpRequest *request, GError **error);
gboolean facet_auth_status(HttpRequest *request, GError **error);

/* meta.c */
/* What the client may show; a new reference. */
json_t *facet_features(const Settings *settings);
/* Whether the owner switched it on and it is here. */
gboolean facet_has_feature(const Settings *settings, const char *feature);
gboolean facet_config(HttpRequest *request, GError **error);
gboolean facet_languages(HttpRequest *request, GError **error);
gboolean facet_language(HttpRequest *request, GError **error);
gboolean facet_health(HttpRequest *request, GError **error);
gboolean facet_ready(HttpRequest *request, GError **error);
