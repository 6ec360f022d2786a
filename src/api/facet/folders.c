/* Folders, as one walks down into them. Bursts and blinks are not told apart yet: hiding them hides
 * nothing. */
#include "library/folders.h"

#include "api/facet/facet.h"
#include "base/limits.h"

gboolean facet_folders(HttpRequest *request, GError **error)
{
    gboolean direct = FALSE;
    g_autoptr(GArray) folders = folders_in(
        api_of(request)->library, api_principal(request), http_text(request, "prefix", ""),
        facet_asked_to_hide(request, "hide_duplicates"), &direct, error);
    if (!folders) {
        return FALSE;
    }
    JsonWriter *writer = json_writer_new(LIMIT_JSON_OUTPUT_BYTES);
    json_object_begin(writer);
    json_key(writer, "folders");
    json_array_begin(writer);
    for (guint i = 0; i < folders->len; i++) {
        const Folder *folder = &g_array_index(folders, Folder, i);
        json_object_begin(writer);
        json_member_string(writer, "name", folder->name);
        json_member_string(writer, "path", folder->path);
        json_member_int(writer, "photo_count", folder->count);
        json_member_string(writer, "cover_photo_path", folder->cover_path);
        json_object_end(writer);
    }
    json_array_end(writer);
    json_member_bool(writer, "has_direct_photos", direct);
    json_object_end(writer);
    return http_respond_json(request, writer, error);
}
