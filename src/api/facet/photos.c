#include "api/facet/facet.h"
#include "api/facet/photo_json.h"
#include "api/filter_params.h"
#include "base/limits.h"
#include "library/catalog.h"
#include "library/selection.h"

typedef struct {
    const PhotoSort *sort;
    gboolean ascending;
    gint64 offset, limit;
} PhotoPage;

static void read_page(const HttpRequest *request, PhotoPage *ret_page, gint64 *ret_number)
{
    gint64 preset = settings_int(api_of(request)->settings, "pagination", "default_per_page", 64);
    gint64 limit = CLAMP(http_int(request, "per_page", preset), 1, LIMIT_PAGE_PHOTOS);
    gint64 number = CLAMP(http_int(request, "page", 1), 1, G_MAXINT32);
    ret_page->sort = sort_from_request(request, &ret_page->ascending);
    ret_page->limit = limit;
    ret_page->offset = (number - 1) * limit;
    *ret_number = number;
}

static JsonWriter *write_page(const HttpRequest *request, const GPtrArray *photos,
                              const PhotoPage *page, gint64 number, gint64 total)
{
    FacetPhotoStyle style = facet_photo_style(api_of(request)->settings, TRUE);
    gint64 pages = MAX(1, (total + page->limit - 1) / page->limit);
    JsonWriter *writer = json_writer_new(LIMIT_JSON_OUTPUT_BYTES);
    json_object_begin(writer);
    json_key(writer, "photos");
    json_array_begin(writer);
    for (guint i = 0; i < photos->len; i++) {
        facet_write_photo(writer, g_ptr_array_index(photos, i), &style);
    }
    json_array_end(writer);
    json_member_int(writer, "page", number);
    json_member_int(writer, "total", total);
    json_member_int(writer, "per_page", page->limit);
    json_member_int(writer, "total_pages", pages);
    json_member_bool(writer, "has_more", number < pages);
    json_member_string(writer, "sort_col", page->sort->name);
    json_object_end(writer);
    return writer;
}

gboolean facet_photos(HttpRequest *request, GError **error)
{
    PhotoFilter filter;
    PhotoPage page;
    gint64 number = 1;
    filter_from_request(request, &filter);
    read_page(request, &page, &number);

    const Principal *viewer = api_principal(request);
    g_autoptr(Selection) selection =
        selection_get(api_of(request)->library, viewer, &filter, page.sort, page.ascending,
                      SELECTION_PAGES, error);
    g_autoptr(StoreTx) tx = selection ? api_read(request, error) : NULL;
    g_autoptr(GPtrArray) photos =
        tx ? selection_page(selection, tx, viewer, page.offset, page.limit, error) : NULL;
    g_clear_pointer(&tx, store_tx_free);
    if (!photos) {
        return FALSE;
    }
    photo_find_relatives(api_of(request)->library, viewer, photos);
    return http_respond_json(
        request, write_page(request, photos, &page, number, selection_count(selection)), error);
}

gboolean facet_photo(HttpRequest *request, GError **error)
{
    const Principal *viewer = api_principal(request);
    Library *library = api_of(request)->library;
    gboolean prepared = catalog_prepare(library_catalog(library), error);
    g_autoptr(StoreTx) tx = prepared ? api_read(request, error) : NULL;
    g_autoptr(GPtrArray) photos = g_ptr_array_new_with_free_func((GDestroyNotify)photo_free);
    Photo *photo = tx ? photo_get_by_path(tx, viewer, http_text(request, "path", ""), error) : NULL;
    if (!photo) {
        return FALSE;
    }
    g_ptr_array_add(photos, photo);
    photo_find_relatives(library, viewer, photos);
    FacetPhotoStyle style = facet_photo_style(api_of(request)->settings, FALSE);
    JsonWriter *writer = json_writer_new(LIMIT_JSON_OUTPUT_BYTES);
    facet_write_photo(writer, photo, &style);
    return http_respond_json(request, writer, error);
}

gboolean facet_asked_to_hide(const HttpRequest *request, const char *parameter)
{
    const char *text = http_text(request, parameter, "0");
    return g_str_equal(text, "1") || g_str_equal(text, "true");
}

/* Categories and top picks need scores; until there are any, all photos are the only type. A page
 * that is not signed in yet asks too, and gets an empty list. */
gboolean facet_type_counts(HttpRequest *request, GError **error)
{
    PhotoFilter filter;
    photo_filter_init(&filter);
    filter.hide_duplicates = facet_asked_to_hide(request, "hide_duplicates");
    gint64 total = photo_count(api_of(request)->library, api_principal(request), &filter, error);
    if (total < 0) {
        return FALSE;
    }
    JsonWriter *writer = json_writer_new(LIMIT_JSON_OUTPUT_BYTES);
    json_object_begin(writer);
    json_key(writer, "types");
    json_array_begin(writer);
    if (total > 0) {
        json_object_begin(writer);
        json_member_string(writer, "id", "");
        json_member_string(writer, "label", "All Photos");
        json_member_int(writer, "count", total);
        json_object_end(writer);
    }
    json_array_end(writer);
    json_object_end(writer);
    return http_respond_json(request, writer, error);
}
