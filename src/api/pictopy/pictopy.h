/* PictoPy's dialect: albums, images and tags, named by absolute paths and album names. Answers are
 * {"data", "message", "success"} and the same once more under the bare names that older and newer
 * clients read; docs/internals/pictopy.md tells more. */
#pragma once

#include "api/api.h"
#include "library/catalog.h"
#include "library/face_links.h"
#include "vision/findings.h"

#include <gio/gio.h>

extern const HttpDialect pictopy_dialect;
extern const HttpRoute pictopy_routes[];
#define PICTOPY_ROUTES 27    /* their number */
#define PICTOPY_PAIRS  10000 /* of similar pictures, unless asked otherwise */

/* Whether this path is one of the dialect's: its clients' origins may ask for it. */
gboolean pictopy_owns_path(const char *path);
/* Whether this origin is that of one of its clients. */
gboolean pictopy_is_client(const char *origin);
/* Answers GET / for a client that wants JSON and no page; FALSE without an error for all others. */
gboolean pictopy_greet(HttpRequest *request);

/* --- answers --- */

/* The bodies of 2024 (Api.pictopy_bare): no envelope, and 200 for whatever went well. */
gboolean pictopy_is_bare(const HttpRequest *request);

/* {"data": DATA, "message": .., "success": true, TWINS}. Takes both writers, each with one value:
 * `twins` an object, or NULL. Bare: the twins alone, or {"message": ..}. */
G_GNUC_PRINTF(5, 6)
gboolean pictopy_answer(HttpRequest *request, JsonWriter *data, JsonWriter *twins, GError **error,
                        const char *message, ...);

/* A writer for a value. */
JsonWriter *pictopy_writer(void);

/* Answers with an error, whose text is told under all names that clients know; TRUE. `message`
 * NULL: the same text. */
G_GNUC_PRINTF(4, 5)
gboolean pictopy_refuse(HttpRequest *request, int status, const char *message, const char *text,
                        ...);
/* The same for what was answered otherwise in 2024. */
G_GNUC_PRINTF(5, 6)
gboolean pictopy_refuse_as(HttpRequest *request, int status, int bare_status, const char *message,
                           const char *text, ...);

/* TRUE when a member that the route needs is not in the body: then that has been answered. Every
 * handler of a body asks this first. */
gboolean pictopy_lacks(HttpRequest *request);

/* Answers piece by piece: `next` writes some more of one JSON value, and tells whether there is
 * more. It outlives the request; `data` is freed by `free_data` in any case. */
typedef gboolean (*PictopyNext)(JsonWriter *writer, gpointer data);
gboolean pictopy_stream(HttpRequest *request, PictopyNext next, gpointer data,
                        GDestroyNotify free_data, GError **error);
/* For `next`: some more items of a list of texts from `*at` on; FALSE when that was all, and `*at`
 * is 0 again. */
gboolean pictopy_write_some(JsonWriter *writer, const GPtrArray *texts, guint *at);

/* --- what requests name --- */

/* A member of the body that is a text; NULL: absent. */
const char *pictopy_text(const HttpRequest *request, const char *name);

/* The folder of the library, the first of several that the caller sees into; "" when there is none.
 * Owned by the caller; NULL with an error. */
char *pictopy_folder(HttpRequest *request, GError **error);
/* The absolute path that a request means by `path`: a relative one lies in `folder`. Owned by the
 * caller. */
char *pictopy_absolute(const char *folder, const char *path);
/* The photo that the caller sees at this path; 0: there is none. */
gint64 pictopy_photo_id(const CatalogView *view, const char *folder, const char *path);

/* Whether the folder lies in one that is in the library as a whole. */
gboolean pictopy_is_in_library(HttpRequest *request, const char *folder);

/* Has those of `paths` (absolute) that are registered and not read yet read now. */
gboolean pictopy_read_now(HttpRequest *request, const GPtrArray *paths, GError **error);

/* Whether a model for the task is installed, or was: there is what it found. */
gboolean pictopy_has_model(HttpRequest *request, VisionTask task);
#define PICTOPY_NO_OBJECT_MODEL "Object detection model is not installed"
#define PICTOPY_NO_FACE_MODEL   "Face model is not installed"

/* The folder of thumbnails in the data folder; owned by the caller. */
char *pictopy_thumbnail_folder(Library *library);

/* albums.c */
gboolean pictopy_album_create(HttpRequest *request, GError **error);
gboolean pictopy_album_delete(HttpRequest *request, GError **error);
gboolean pictopy_album_add(HttpRequest *request, GError **error);
gboolean pictopy_album_add_one(HttpRequest *request, GError **error);
gboolean pictopy_album_remove(HttpRequest *request, GError **error);
gboolean pictopy_album_view(HttpRequest *request, GError **error);
gboolean pictopy_album_describe(HttpRequest *request, GError **error);
gboolean pictopy_albums(HttpRequest *request, GError **error);

/* images.c */
gboolean pictopy_images(HttpRequest *request, GError **error);
gboolean pictopy_image_objects(HttpRequest *request, GError **error);
gboolean pictopy_class_ids(HttpRequest *request, GError **error);
gboolean pictopy_image_delete(HttpRequest *request, GError **error);
gboolean pictopy_images_delete(HttpRequest *request, GError **error);
gboolean pictopy_image_file(HttpRequest *request, GError **error);
gboolean pictopy_image_thumbnail(HttpRequest *request, GError **error);

/* register.c */
gboolean pictopy_images_add(HttpRequest *request, GError **error);
gboolean pictopy_folder_add(HttpRequest *request, GError **error);
gboolean pictopy_folder_progress(HttpRequest *request, GError **error);
gboolean pictopy_folder_delete(HttpRequest *request, GError **error);

/* thumbnails.c */
gboolean pictopy_thumbnails_make(HttpRequest *request, GError **error);
gboolean pictopy_thumbnails_delete(HttpRequest *request, GError **error);
gboolean pictopy_thumbnail_path(HttpRequest *request, GError **error);

/* What the cosine of two faces must be for them to be one person's. */
double pictopy_same_face(const HttpRequest *request, const FaceLinks *links);

/* tags.c, search_face.c */
gboolean pictopy_tag_match(HttpRequest *request, GError **error);
gboolean pictopy_tag_clusters(HttpRequest *request, GError **error);
gboolean pictopy_tag_related(HttpRequest *request, GError **error);
gboolean pictopy_tag_search(HttpRequest *request, GError **error);
