#include "library/similar.h"
#include "api/albumen/albumen.h"
#include "base/limits.h"

#include <math.h>

gboolean albumen_similar(HttpRequest *request, GError **error)
{
    gboolean has_vector = FALSE;
    g_autoptr(GArray) found = similar_by_look(
        api_of(request)->library, api_principal(request), http_int(request, "id", 0),
        http_number(request, "min_similarity", 0.5), &has_vector, error);
    if (!found) {
        return FALSE;
    }
    JsonWriter *writer = json_writer_new(LIMIT_JSON_OUTPUT_BYTES);
    json_object_begin(writer);
    json_key(writer, "photos");
    json_array_begin(writer);
    for (guint i = 0; i < found->len && i < http_int(request, "limit", 24); i++) {
        const SimilarPhoto *photo = &g_array_index(found, SimilarPhoto, i);
        json_object_begin(writer);
        json_member_int(writer, "id", photo->photo_id);
        json_member_double(writer, "similarity", round(photo->similarity * 1e4) / 1e4);
        json_object_end(writer);
    }
    json_array_end(writer);
    json_member_string(writer, "detail",
                       has_vector ? NULL
                                  : "no model has looked at this photo: it is compared by its "
                                    "coarse shapes alone");
    json_object_end(writer);
    return http_respond_json(request, writer, error);
}
