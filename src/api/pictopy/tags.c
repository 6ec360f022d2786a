/* Faces: pictures with the same people, groups of them, and who is on an uploaded picture. */
#include "api/pictopy/pictopy.h"
#include "jobs/vision_pool.h"
#include "library/face_links.h"

#include <string.h>

/* What the manifest of the model says, if it is the one whose vectors these are; 0: nothing. */
static double manifest_same(const HttpRequest *request, const FaceLinks *links)
{
    VisionPool *vision = api_of(request)->vision;
    g_autoptr(ModelSet) models = vision ? vision_pool_models(vision) : NULL;
    const Model *model = models ? model_set_of(models, MODEL_FACE_VECTOR) : NULL;
    g_autofree char *name = models ? vision_face_vector_model(models) : NULL;
    if (!model || g_strcmp0(name, face_links_model(links)) != 0) {
        return 0;
    }
    json_t *options = json_loads(model->options, 0, NULL);
    double same = json_number_value(json_object_get(options, "cosine_same"));
    json_decref(options);
    return same;
}

double pictopy_same_face(const HttpRequest *request, const FaceLinks *links)
{
    double chosen = api_of(request)->pictopy_same;
    double told = chosen > 0 ? chosen : manifest_same(request, links);
    return told > 0 && told < 1 ? told : face_links_same(links);
}

static FaceLinks *read_links(HttpRequest *request, GError **error)
{
    return face_links_read(api_of(request)->library, api_principal(request), error);
}

/* Why there is nothing, where nobody has ever looked. */
static const char *message_of(HttpRequest *request, const FaceLinks *links, const char *message)
{
    return face_links_count(links) > 0 || pictopy_has_model(request, VISION_FACES)
               ? message
               : PICTOPY_NO_FACE_MODEL;
}

/* --- match --- */

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

static void write_pairs(JsonWriter *writer, const GArray *pairs)
{
    json_object_begin(writer);
    json_key(writer, "similar_pairs");
    json_array_begin(writer);
    for (guint i = 0; i < pairs->len; i++) {
        const FacePair *pair = &g_array_index(pairs, FacePair, i);
        json_object_begin(writer);
        json_member_string(writer, "image1", base_name(pair->path1));
        json_member_string(writer, "image2", base_name(pair->path2));
        json_member_double(writer, "similarity", pair->similarity);
        json_member_string(writer, "path1", pair->path1);
        json_member_string(writer, "path2", pair->path2);
        json_object_end(writer);
    }
    json_array_end(writer);
    json_object_end(writer);
}

gboolean pictopy_tag_match(HttpRequest *request, GError **error)
{
    guint limit = (guint)http_int(request, "limit", PICTOPY_PAIRS);
    g_autoptr(FaceLinks) links = read_links(request, error);
    if (!links) {
        return FALSE;
    }
    gboolean cut = FALSE;
    g_autoptr(GArray) pairs =
        face_links_pairs(links, pictopy_same_face(request, links), limit, &cut);
    g_autofree char *message =
        cut ? g_strdup_printf("Successfully matched face embeddings; these are the %u most similar",
                              limit)
            : g_strdup(message_of(request, links, "Successfully matched face embeddings"));
    JsonWriter *data = pictopy_writer();
    JsonWriter *twins = pictopy_writer();
    write_pairs(data, pairs);
    write_pairs(twins, pairs);
    return pictopy_answer(request, data, twins, error, "%s", message);
}

/* --- clusters --- */

/* By number of a group, from -1 on: its pictures, each once. */
static GPtrArray *pictures_of_groups(const FaceLinks *links, const int *groups)
{
    GPtrArray *lists = g_ptr_array_new_with_free_func((GDestroyNotify)g_ptr_array_unref);
    g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    for (guint i = 0; i < face_links_count(links); i++) {
        const char *path = face_links_path(links, i);
        guint place = (guint)(groups[i] + 1);
        while (lists->len <= place) {
            g_ptr_array_add(lists, g_ptr_array_new());
        }
        if (g_hash_table_add(seen, g_strdup_printf("%u %s", place, path))) {
            g_ptr_array_add(g_ptr_array_index(lists, place), (gpointer)path);
        }
    }
    return lists;
}

static void write_clusters(JsonWriter *writer, const GPtrArray *lists)
{
    json_object_begin(writer);
    json_key(writer, "clusters");
    json_object_begin(writer);
    for (guint i = 1; i <= lists->len; i++) { /* -1 comes last */
        guint place = i % lists->len;
        const GPtrArray *list = g_ptr_array_index(lists, place);
        g_autofree char *number = g_strdup_printf("%d", (int)place - 1);
        if (list->len > 0) {
            json_key(writer, number);
            json_array_begin(writer);
            for (guint j = 0; j < list->len; j++) {
                json_text(writer, g_ptr_array_index(list, j));
            }
            json_array_end(writer);
        }
    }
    json_object_end(writer);
    json_object_end(writer);
}

gboolean pictopy_tag_clusters(HttpRequest *request, GError **error)
{
    g_autoptr(FaceLinks) links = read_links(request, error);
    if (!links) {
        return FALSE;
    }
    g_autofree int *groups = face_links_groups(links, pictopy_same_face(request, links));
    g_autoptr(GPtrArray) lists = pictures_of_groups(links, groups);
    JsonWriter *data = pictopy_writer();
    JsonWriter *twins = pictopy_writer();
    write_clusters(data, lists);
    write_clusters(twins, lists);
    return pictopy_answer(request, data, twins, error, "%s",
                          message_of(request, links, "Successfully retrieved face clusters"));
}

/* --- related-images --- */

static void write_related(JsonWriter *writer, const GArray *list)
{
    json_object_begin(writer);
    json_key(writer, "related_images");
    json_array_begin(writer);
    for (guint i = 0; i < list->len; i++) {
        json_text(writer, g_array_index(list, FaceNear, i).path);
    }
    json_array_end(writer);
    json_object_end(writer);
}

gboolean pictopy_tag_related(HttpRequest *request, GError **error)
{
    const char *path = http_text(request, "path", "");
    g_autofree char *folder = pictopy_folder(request, error);
    g_autoptr(FaceLinks) links = folder ? read_links(request, error) : NULL;
    if (!links) {
        return FALSE;
    }
    g_autofree char *absolute = pictopy_absolute(folder, path);
    g_autofree char *message =
        g_strdup_printf("Successfully retrieved related images for %s", path);
    g_autoptr(GArray) list = face_links_related(links, absolute, pictopy_same_face(request, links));
    JsonWriter *data = pictopy_writer();
    JsonWriter *twins = pictopy_writer();
    write_related(data, list);
    write_related(twins, list);
    return pictopy_answer(request, data, twins, error, "%s", message_of(request, links, message));
}
