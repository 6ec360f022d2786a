#include "library/photo_query.h"

#include "library/catalog_parts.h"
#include "library/catalog_scan.h"
#include "library/photo_filter.h"

#include <string.h>

/* Every sort of Facet's client, in the order and groups in which it shows them. Scores are added
 * here as they come to be measured. */
static const PhotoSort sorts[] = {
    {"aggregate", CATALOG_BY_PATH},
    {"aesthetic", CATALOG_BY_PATH},
    {"quality_score", CATALOG_BY_PATH},
    {"topiq_score", CATALOG_BY_PATH},
    {"date_taken", CATALOG_BY_DATE},
    {"star_rating", CATALOG_BY_STARS},
    {"is_favorite", CATALOG_BY_FAVORITE},
    {"is_rejected", CATALOG_BY_REJECTED},
    {"aesthetic_iaa", CATALOG_BY_PATH},
    {"liqe_score", CATALOG_BY_PATH},
    {"face_quality", CATALOG_BY_PATH},
    {"face_quality_iqa", CATALOG_BY_PATH},
    {"eye_sharpness", CATALOG_BY_PATH},
    {"face_sharpness", CATALOG_BY_PATH},
    {"face_ratio", CATALOG_BY_PATH},
    {"face_count", CATALOG_BY_PATH},
    {"face_confidence", CATALOG_BY_PATH},
    {"tech_sharpness", CATALOG_BY_PATH},
    {"contrast_score", CATALOG_BY_PATH},
    {"noise_sigma", CATALOG_BY_PATH},
    {"color_score", CATALOG_BY_PATH},
    {"mean_saturation", CATALOG_BY_PATH},
    {"exposure_score", CATALOG_BY_PATH},
    {"mean_luminance", CATALOG_BY_PATH},
    {"histogram_spread", CATALOG_BY_PATH},
    {"dynamic_range_stops", CATALOG_BY_PATH},
    {"comp_score", CATALOG_BY_PATH},
    {"power_point_score", CATALOG_BY_PATH},
    {"leading_lines_score", CATALOG_BY_PATH},
    {"isolation_bonus", CATALOG_BY_PATH},
    {"composition_pattern", CATALOG_BY_PATH},
    {"subject_sharpness", CATALOG_BY_PATH},
    {"subject_prominence", CATALOG_BY_PATH},
    {"subject_placement", CATALOG_BY_PATH},
    {"bg_separation", CATALOG_BY_PATH},
    {"f_stop", CATALOG_BY_F_STOP},
    {"focal_length", CATALOG_BY_FOCAL_LENGTH},
    {"shutter_speed", CATALOG_BY_SHUTTER},
    {"iso", CATALOG_BY_ISO},
    {"top_picks_score", CATALOG_BY_PATH},
};

const PhotoSort *photo_sort_find(const char *name)
{
    for (gsize i = 0; i < G_N_ELEMENTS(sorts); i++) {
        if (strcmp(sorts[i].name, name) == 0) {
            return &sorts[i];
        }
    }
    return NULL;
}

gint64 photo_count(Library *library, const Principal *viewer, const PhotoFilter *filter,
                   GError **error)
{
    g_autoptr(CatalogView) view = catalog_view(library_catalog(library), viewer, error);
    if (!view) {
        return -1;
    }
    g_autofree guint8 *keep = photo_filter_rows(view, filter);
    return scan_count(keep, catalog_columns(view)->rows);
}

static void photo_person_free(gpointer data)
{
    PhotoPerson *person = data;
    g_free(person->name);
    g_free(person);
}

/* NULL when there is nobody. */
static GPtrArray *persons_of(const CatalogView *view, guint32 row)
{
    const CatalogColumns *columns = catalog_columns(view);
    const guint32 *member = columns->persons.members[columns->person_set[row]];
    if (!member) {
        return NULL;
    }
    GPtrArray *persons = g_ptr_array_new_with_free_func(photo_person_free);
    for (; *member; member++) {
        const CatalogPerson *known = catalog_person(view, *member);
        if (known) {
            PhotoPerson *person = g_new(PhotoPerson, 1);
            person->id = known->id;
            person->name = g_strdup(known->name);
            g_ptr_array_add(persons, person);
        }
    }
    return persons;
}

static void find_relatives(const CatalogView *view, guint32 row, Photo *photo)
{
    const CatalogColumns *columns = catalog_columns(view);
    photo->duplicate_group = catalog_duplicate_group(view, row);
    photo->has_stack = (columns->flags[row] & CATALOG_HAS_STACK) != 0;
    photo->blinks = (columns->flags[row] & CATALOG_BLINKS) != 0;
    photo->face_count = columns->face_count[row];
    photo->faces_unknown = columns->faces_unknown[row];
    g_clear_pointer(&photo->persons, g_ptr_array_unref);
    photo->persons = persons_of(view, row);
}

void photo_find_relatives(Library *library, const Principal *viewer, GPtrArray *photos)
{
    g_autoptr(CatalogView) view = catalog_look(library_catalog(library), viewer);
    for (guint i = 0; view && i < photos->len; i++) {
        Photo *photo = g_ptr_array_index(photos, i);
        guint32 row = catalog_row_of_id(view, photo->id);
        if (row != CATALOG_NO_ROW) {
            find_relatives(view, row, photo);
        }
    }
}

gint64 photo_copies(Library *library, const Principal *viewer, const Photo *photo, GError **error)
{
    g_autoptr(CatalogView) view = catalog_glance(library_catalog(library), viewer, error);
    if (!view) {
        return -1;
    }
    guint32 row = catalog_row_of_id(view, photo->id);
    return row == CATALOG_NO_ROW ? 0 : catalog_copies(view, row);
}
