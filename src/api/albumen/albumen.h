/* Our own dialect, /api/albumen: what has no place in the other five. Problem documents (RFC 9457),
 * cursors. */
#pragma once

#include "api/api.h"

extern const HttpDialect albumen_dialect;

/* A problem document that may be given more members, and the answer that ends it and takes it;
 * TRUE. */
JsonWriter *albumen_problem_new(int status, const char *title, const char *detail);
gboolean albumen_respond_problem(HttpRequest *request, int status, JsonWriter *taken);

/* people_routes.c */
#define ALBUMEN_PEOPLE_ROUTES 22
extern const HttpRoute albumen_people_routes[ALBUMEN_PEOPLE_ROUTES];

/* layout.c */
gboolean albumen_layout(HttpRequest *request, GError **error);
gboolean albumen_search(HttpRequest *request, GError **error);
gboolean albumen_objects(HttpRequest *request, GError **error);

/* similar.c */
gboolean albumen_similar(HttpRequest *request, GError **error);

/* photos.c */
gboolean albumen_photos(HttpRequest *request, GError **error);
gboolean albumen_photo(HttpRequest *request, GError **error);
gboolean albumen_thumbnail(HttpRequest *request, GError **error);
gboolean albumen_image(HttpRequest *request, GError **error);

/* downloads.c */
gboolean albumen_download_prepare(HttpRequest *request, GError **error);
gboolean albumen_download(HttpRequest *request, GError **error);

/* ratings.c */
gboolean albumen_rate(HttpRequest *request, GError **error);

/* library.c */
gboolean albumen_library(HttpRequest *request, GError **error);
gboolean albumen_failures(HttpRequest *request, GError **error);

/* users.c */
gboolean albumen_users(HttpRequest *request, GError **error);
gboolean albumen_user_add(HttpRequest *request, GError **error);
gboolean albumen_user_change(HttpRequest *request, GError **error);
gboolean albumen_user_remove(HttpRequest *request, GError **error);
gboolean albumen_shared_directories(HttpRequest *request, GError **error);
gboolean albumen_share_directories(HttpRequest *request, GError **error);
gboolean albumen_change_password(HttpRequest *request, GError **error);
gboolean albumen_sign_out_everywhere(HttpRequest *request, GError **error);

/* keys.c */
gboolean albumen_keys(HttpRequest *request, GError **error);
gboolean albumen_key_add(HttpRequest *request, GError **error);
gboolean albumen_key_remove(HttpRequest *request, GError **error);
/* trash.c */
gboolean albumen_trash(HttpRequest *request, GError **error);
gboolean albumen_trash_put(HttpRequest *request, GError **error);
gboolean albumen_trash_restore(HttpRequest *request, GError **error);
gboolean albumen_trash_delete(HttpRequest *request, GError **error);
gboolean albumen_trash_thumbnail(HttpRequest *request, GError **error);
gboolean albumen_removed(HttpRequest *request, GError **error);
gboolean albumen_removed_put(HttpRequest *request, GError **error);
gboolean albumen_removed_restore(HttpRequest *request, GError **error);

/* scans.c */
gboolean albumen_scan(HttpRequest *request, GError **error);
gboolean albumen_scans_cancel(HttpRequest *request, GError **error);
gboolean albumen_sources(HttpRequest *request, GError **error);
gboolean albumen_source_add(HttpRequest *request, GError **error);
gboolean albumen_source_remove(HttpRequest *request, GError **error);
gboolean albumen_events(HttpRequest *request, GError **error);

/* models.c */
gboolean albumen_models(HttpRequest *request, GError **error);
gboolean albumen_model_use(HttpRequest *request, GError **error);
gboolean albumen_analysis(HttpRequest *request, GError **error);

/* docs.c */
gboolean albumen_openapi(HttpRequest *request, GError **error);
gboolean albumen_docs(HttpRequest *request, GError **error);
gboolean albumen_docs_file(HttpRequest *request, GError **error);
