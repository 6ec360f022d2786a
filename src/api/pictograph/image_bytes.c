/* Bytes of images: originals, thumbnails, bundles; with a key, or by an address that is signed. */
#include "api/pictograph/images.h"

#include "api/attachment.h"
#include "api/media.h"
#include "api/pictograph/objects.h"
#include "api/pictograph/pictograph.h"
#include "api/pictograph/uploads.h"
#include "base/zip_stream.h"
#include "library/signed_address.h"
#include "studio/annotations.h"
#include "studio/formats/annotation_json.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#define TAG       "Pictograph images"
#define SIGNED    PICTOGRAPH_BASE "/signed/"
#define ORIGINAL  "images"
#define THUMBNAIL "thumbnails"

/* --- with a key --- */

gboolean pictograph_send_image(HttpRequest *request, const Item *item, GError **error)
{
    g_autoptr(StoreTx) tx = api_read(request, error);
    g_autoptr(Grant) grant =
        tx ? access_grant_item(tx, api_principal(request), item->uuid, error) : NULL;
    g_clear_pointer(&tx, store_tx_free);
    return grant && api_send_original(request, grant, CACHE_AND_ASK, error);
}

/* --- signed addresses --- */

static char *signed_url(const HttpRequest *request, const char *kind, const Item *item)
{
    gint64 end = signed_address_end(library_now_ms() / 1000);
    g_autofree char *what = g_strconcat(kind, "/", item->uuid, NULL);
    g_autofree char *query =
        signed_address_query(roster_secret(api_of(request)->roster), "GET", what, end);
    g_autofree char *path = g_strconcat(SIGNED, what, "?", query, NULL);
    return pictograph_url(request, path);
}

char *pictograph_signed_image_url(const HttpRequest *request, const Item *item)
{
    return signed_url(request, ORIGINAL, item);
}

char *pictograph_thumbnail_url(const HttpRequest *request, const Item *item)
{
    return signed_url(request, THUMBNAIL, item);
}

static Grant *grant_signed(HttpRequest *request, const char *kind, GError **error)
{
    gint64 expires = g_ascii_strtoll(http_text(request, "expires", ""), NULL, 10);
    g_autoptr(StoreTx) tx = api_read(request, error);
    return tx ? access_grant_signed_item(tx, roster_secret(api_of(request)->roster), kind,
                                         http_text(request, "image", ""), expires,
                                         http_text(request, "signature", ""), error)
              : NULL;
}

static gboolean get_signed_image(HttpRequest *request, GError **error)
{
    g_autoptr(Grant) grant = grant_signed(request, ORIGINAL, error);
    return grant && api_send_original(request, grant, CACHE_AND_ASK, error);
}

static gboolean get_signed_thumbnail(HttpRequest *request, GError **error)
{
    g_autoptr(Grant) grant = grant_signed(request, THUMBNAIL, error);
    return grant && api_send_thumbnail(request, grant, 0, CACHE_AND_ASK, error);
}

/* --- bundles --- */

enum { ENTRY_ORIGINAL, ENTRY_ANNOTATIONS, ENTRY_MANIFEST, ENTRIES };

/* An original that is missing is no entry: `first` is 1 then. */
typedef struct {
    int fd; /* of the original; -1: it is missing */
    char *name;
    GBytes *texts[ENTRIES];
    ZipEntry entries[ENTRIES];
    gsize first;
    gsize said; /* bytes of the text that is read */
    ZipStream *stream;
} Bundle;

static void bundle_free(gpointer data)
{
    Bundle *bundle = data;
    g_clear_pointer(&bundle->stream, zip_stream_free);
    for (gsize i = 0; i < ENTRIES; i++) {
        g_clear_pointer(&bundle->texts[i], g_bytes_unref);
    }
    if (bundle->fd >= 0) {
        close(bundle->fd);
    }
    g_free(bundle->name);
    g_free(bundle);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Bundle, bundle_free)

static gssize read_text(Bundle *bundle, GBytes *text, guint8 *buffer, gsize most)
{
    gsize length = 0;
    const guint8 *bytes = g_bytes_get_data(text, &length);
    gsize given = MIN(most, length - bundle->said);
    memcpy(buffer, bytes + bundle->said, given);
    bundle->said = bundle->said + given == length ? 0 : bundle->said + given;
    return (gssize)given;
}

static gssize read_entry(gpointer data, gsize entry, guint8 *buffer, gsize most, GError **error)
{
    Bundle *bundle = data;
    GBytes *text = bundle->texts[bundle->first + entry];
    if (text) {
        return read_text(bundle, text, buffer, most);
    }
    gssize given = read(bundle->fd, buffer, most);
    if (given < 0) {
        error_set_errno(error, errno, "read the picture");
    }
    return given;
}

static gssize pull(gpointer data, guint8 *buffer, gsize most, GCancellable *cancellable,
                   GError **error)
{
    return zip_stream_pull(((Bundle *)data)->stream, buffer, most, error);
}

static GBytes *write_annotations(const Item *item, const GPtrArray *shapes, GError **error)
{
    g_autoptr(JsonWriter) writer = pictograph_writer();
    json_object_begin(writer);
    json_member_string(writer, "image_id", item->uuid);
    json_member_string(writer, "filename", item->filename);
    json_member_string(writer, "directory_path", item->directory);
    json_member_int(writer, "width", item->width);
    json_member_int(writer, "height", item->height);
    json_member_string(writer, "status", item_status_name(item->status));
    json_key(writer, "annotations");
    annotation_json_write_list(writer, shapes, ANNOTATION_PATHS);
    json_object_end(writer);
    return json_writer_finish(writer, error);
}

static void write_part(JsonWriter *writer, const char *kind, const char *file)
{
    json_object_begin(writer);
    json_member_string(writer, "kind", kind);
    json_member_string(writer, "file", file);
    json_object_end(writer);
}

static GBytes *write_manifest(const Bundle *bundle, const Item *item, const char *annotations,
                              GError **error)
{
    gboolean missing = bundle->first > 0;
    g_autoptr(JsonWriter) writer = pictograph_writer();
    json_object_begin(writer);
    json_member_string(writer, "image_id", item->uuid);
    json_member_string(writer, "dataset_id", item->dataset_uuid);
    json_key(writer, "contents");
    json_array_begin(writer);
    if (!missing) {
        write_part(writer, "image", bundle->name);
    }
    write_part(writer, "annotations", annotations);
    json_array_end(writer);
    json_key(writer, "missing");
    json_array_begin(writer);
    if (missing) {
        write_part(writer, "image", bundle->name);
    }
    json_array_end(writer);
    json_object_end(writer);
    return json_writer_finish(writer, error);
}

/* A picture that cannot be had now is told of in the manifest. */
static gboolean open_picture(HttpRequest *request, const Item *item, Bundle *bundle, GError **error)
{
    gint64 bytes = 0;
    g_autoptr(GError) failure = NULL;
    g_autoptr(StoreTx) tx = api_read(request, error);
    if (!tx) {
        return FALSE;
    }
    g_autoptr(Grant) grant = access_grant_item(tx, api_principal(request), item->uuid, &failure);
    g_clear_pointer(&tx, store_tx_free);
    if (grant && api_open_original(request, grant, &bundle->fd, &bytes, &failure)) {
        bundle->entries[ENTRY_ORIGINAL] = (ZipEntry){bundle->name, (guint64)bytes, 0};
        return TRUE;
    }
    if (!g_error_matches(failure, ALBUMEN_ERROR, ALBUMEN_ERROR_NOT_FOUND)) {
        g_propagate_error(error, g_steal_pointer(&failure));
        return FALSE;
    }
    bundle->first = 1;
    return TRUE;
}

static void set_text(Bundle *bundle, gsize entry, const char *name, GBytes *text)
{
    bundle->texts[entry] = text;
    bundle->entries[entry] = (ZipEntry){name, g_bytes_get_size(text), 0};
}

static gboolean fill_bundle(HttpRequest *request, const Item *item, Bundle *bundle, GError **error)
{
    static const char annotations_name[] = "annotations.json", manifest_name[] = "manifest.json";
    g_autoptr(StoreTx) tx = api_read(request, error);
    g_autoptr(GPtrArray) shapes =
        tx ? annotations_load(tx, item->project_id, item->id, ANNOTATIONS_STANDING, error) : NULL;
    g_clear_pointer(&tx, store_tx_free);
    GBytes *annotations = shapes ? write_annotations(item, shapes, error) : NULL;
    if (!annotations) {
        return FALSE;
    }
    set_text(bundle, ENTRY_ANNOTATIONS, annotations_name, annotations);
    GBytes *manifest = open_picture(request, item, bundle, error)
                           ? write_manifest(bundle, item, annotations_name, error)
                           : NULL;
    if (!manifest) {
        return FALSE;
    }
    set_text(bundle, ENTRY_MANIFEST, manifest_name, manifest);
    for (gsize i = 0; i < ENTRIES; i++) {
        bundle->entries[i].modified_s = MAX(item->changed_ms, item->created_ms) / 1000;
    }
    return TRUE;
}

gboolean pictograph_send_bundle(HttpRequest *request, const Item *item, GError **error)
{
    g_autoptr(Bundle) bundle = g_new0(Bundle, 1);
    bundle->fd = -1;
    bundle->name = g_strconcat("image/", item->filename, NULL);
    if (!fill_bundle(request, item, bundle, error)) {
        return FALSE;
    }
    const ZipEntry *entries = bundle->entries + bundle->first;
    gsize count = ENTRIES - bundle->first;
    bundle->stream = zip_stream_new(entries, count, read_entry, bundle);
    g_autofree char *name = g_strconcat(item->filename, ".zip", NULL);
    attachment_set(request, name);
    return http_respond_stream(request, "application/zip", (gint64)zip_stream_bytes(entries, count),
                               pull, g_steal_pointer(&bundle), bundle_free, error);
}

/* --- routes --- */

static const HttpParameter signed_query[] = {
    {.name = "expires", .type = HTTP_TEXT, .summary = "As the address was given out"},
    {.name = "signature", .type = HTTP_TEXT, .summary = "Likewise"},
    {0},
};

/* Public: the signature is the permission. */
const HttpRoute pictograph_image_bytes_routes[] = {
    HTTP_ROUTE(CAPABILITY_PUBLIC, .method = HTTP_GET, .path = SIGNED ORIGINAL "/{image}",
               .query = signed_query, .tag = TAG,
               .summary = "The original of an image, by a signed address",
               .response_mime = "image/*", .handler = get_signed_image),
    HTTP_ROUTE(CAPABILITY_PUBLIC, .method = HTTP_GET, .path = SIGNED THUMBNAIL "/{image}",
               .query = signed_query, .tag = TAG,
               .summary = "The thumbnail of an image, by a signed address",
               .response_mime = "image/jpeg", .handler = get_signed_thumbnail),
};

G_STATIC_ASSERT(G_N_ELEMENTS(pictograph_image_bytes_routes) == PICTOGRAPH_IMAGE_BYTES_ROUTES);
