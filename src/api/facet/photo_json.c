#include "api/facet/photo_json.h"

#include "api/photo_values.h"
#include "library/photo_query.h"
#include "library/similar.h"

#include <math.h>

FacetPhotoStyle facet_photo_style(const Settings *settings, gboolean in_list)
{
    const char *language = settings_translation_language(settings);
    return (FacetPhotoStyle){
        .tags_per_photo = settings_int(settings, "display", "tags_per_photo", 4),
        .always_translated = in_list,
        .has_translation = *language && !g_str_equal(language, "en"),
    };
}

/* Measures that nothing fills yet, in the order of the contract; they are sent as null, never left
 * out. They are nine tenths of a photo's keys, therefore text that is JSON already. */
#define WRITE_NULLS(writer, members) json_raw(writer, members, sizeof members - 1)

static void write_camera(JsonWriter *writer, const MediaFacts *facts)
{
    g_autofree char *taken = photo_taken_exif(facts);
    g_autofree char *shutter = photo_shutter_text(facts);
    json_member_string(writer, "date_taken", taken);
    json_member_string(writer, "camera_model", facts->camera_model);
    json_member_string(writer, "lens_model", facts->lens_model);
    photo_member_int(writer, "iso", facts->iso);
    json_member_double(writer, "f_stop", facts->f_stop);
    json_member_string(writer, "shutter_speed", shutter);
    json_member_double(writer, "focal_length", facts->focal_length_mm);
}

static void write_measures(JsonWriter *writer, const Photo *photo)
{
    static const char faces[] =
        "\"face_quality\":null,\"eye_sharpness\":null,\"face_sharpness\":null,"
        "\"face_ratio\":null,\"tech_sharpness\":null,\"color_score\":null,"
        "\"exposure_score\":null,\"comp_score\":null,\"isolation_bonus\":null";
    static const char after[] =
        "\"histogram_spread\":null,\"mean_luminance\":null,\"power_point_score\":null,"
        "\"shadow_clipped\":null,\"highlight_clipped\":null,\"is_silhouette\":null,"
        "\"is_group_portrait\":null,\"leading_lines_score\":null,"
        "\"face_confidence\":null,\"is_monochrome\":null,\"mean_saturation\":null,"
        "\"dynamic_range_stops\":null,\"noise_sigma\":null,\"contrast_score\":null";
    static const char last[] =
        "\"composition_pattern\":null,\"quality_score\":null,\"topiq_score\":null,"
        "\"aesthetic_iaa\":null,\"face_quality_iqa\":null,\"liqe_score\":null,"
        "\"subject_sharpness\":null,\"subject_prominence\":null,"
        "\"subject_placement\":null,\"bg_separation\":null";
    json_member_null(writer, "aesthetic");
    json_member_int(writer, "face_count", MAX(photo->face_count, 0));
    WRITE_NULLS(writer, faces);
    if (photo->face_count > 0) {
        json_member_int(writer, "is_blink", photo->blinks);
    } else {
        json_member_null(writer, "is_blink");
    }
    photo_member_phash(writer, "phash", photo->phash);
    json_member_null(writer, "is_burst_lead");
    json_member_null(writer, "aggregate");
    json_member_null(writer, "category");
    json_member_int(writer, "image_width", photo->width);
    json_member_int(writer, "image_height", photo->height);
    WRITE_NULLS(writer, after);
    photo_member_tags(writer, "tags", photo->facts->keywords);
    WRITE_NULLS(writer, last);
}

static void write_marks(JsonWriter *writer, const Photo *photo, const FacetPhotoStyle *style)
{
    json_member_int(writer, "star_rating", photo->stars);
    json_member_int(writer, "is_favorite", photo->is_favorite);
    json_member_int(writer, "is_rejected", photo->is_rejected);
    if (photo->duplicate_group) {
        json_member_int(writer, "duplicate_group_id", photo->duplicate_group);
        json_member_int(writer, "is_duplicate_lead", photo->duplicate_group == photo->id);
    } else {
        json_member_null(writer, "duplicate_group_id");
        json_member_null(writer, "is_duplicate_lead");
    }
    json_member_string(writer, "caption", photo->facts->description);
    if (style->always_translated || style->has_translation) {
        json_member_null(writer, "caption_translated");
    }
    json_member_double(writer, "gps_latitude", photo->facts->latitude);
    json_member_double(writer, "gps_longitude", photo->facts->longitude);
}

static void write_persons(JsonWriter *writer, const GPtrArray *persons)
{
    json_key(writer, "persons");
    json_array_begin(writer);
    for (guint i = 0; persons && i < persons->len; i++) {
        const PhotoPerson *person = g_ptr_array_index(persons, i);
        g_autofree char *unnamed = g_strdup_printf("Person %" G_GINT64_FORMAT, person->id);
        json_object_begin(writer);
        json_member_int(writer, "id", person->id);
        json_member_string(writer, "name", person->name ? person->name : unnamed);
        json_object_end(writer);
    }
    json_array_end(writer);
}

void facet_write_photo(JsonWriter *writer, const Photo *photo, const FacetPhotoStyle *style)
{
    g_autofree char *date = photo_taken_european(photo->facts);
    json_object_begin(writer);
    json_member_string(writer, "path", photo->path);
    json_member_string(writer, "filename", photo->name);
    write_camera(writer, photo->facts);
    write_measures(writer, photo);
    write_marks(writer, photo, style);
    photo_member_tags_list(writer, "tags_list", photo->facts->keywords, style->tags_per_photo);
    if (!style->undated) {
        json_member_string(writer, "date_formatted", date);
    }
    write_persons(writer, photo->persons);
    json_member_int(writer, "unassigned_faces", MAX(photo->faces_unknown, 0));
    if (style->similarity) {
        json_member_double(writer, "similarity", *style->similarity);
    }
    json_object_end(writer);
}

GPtrArray *facet_read_photos(HttpRequest *request, const GArray *ids, GError **error)
{
    const Principal *viewer = api_principal(request);
    g_autoptr(StoreTx) tx = api_read(request, error);
    g_autoptr(GPtrArray) photos =
        tx ? photo_get_many(tx, viewer, (const gint64 *)(gconstpointer)ids->data, ids->len, error)
           : NULL;
    if (photos) {
        photo_find_relatives(api_of(request)->library, viewer, photos);
    }
    return g_steal_pointer(&photos);
}

void facet_write_next_photos(JsonWriter *writer, const GPtrArray *photos, guint *next,
                             const GArray *ids, const FacetPhotoStyle *style)
{
    json_key(writer, "photos");
    json_array_begin(writer);
    for (guint i = 0; i < ids->len && *next < photos->len; i++) {
        const Photo *photo = g_ptr_array_index(photos, *next);
        if (photo->id == g_array_index(ids, gint64, i)) {
            facet_write_photo(writer, photo, style);
            ++*next;
        }
    }
    json_array_end(writer);
}

GPtrArray *facet_read_similar(HttpRequest *request, const GArray *found, GError **error)
{
    g_autoptr(GArray) ids = g_array_new(FALSE, FALSE, sizeof(gint64));
    for (guint i = 0; i < found->len; i++) {
        g_array_append_val(ids, g_array_index(found, SimilarPhoto, i).photo_id);
    }
    return facet_read_photos(request, ids, error);
}

void facet_write_similar(JsonWriter *writer, const GArray *found, const GPtrArray *photos,
                         const FacetPhotoStyle *style, FacetWritePhoto write)
{
    FacetPhotoStyle with_similarity = *style;
    guint next = 0;
    for (guint i = 0; i < found->len && next < photos->len; i++) {
        const SimilarPhoto *similar = &g_array_index(found, SimilarPhoto, i);
        const Photo *photo = g_ptr_array_index(photos, next);
        if (photo->id == similar->photo_id) { /* others went meanwhile */
            double similarity = round(similar->similarity * 1e4) / 1e4;
            with_similarity.similarity = &similarity;
            write(writer, photo, &with_similarity);
            next++;
        }
    }
}
