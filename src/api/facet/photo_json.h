/* A photo as Facet writes it. */
#pragma once

#include "api/api.h"
#include "library/photo.h"
#include "library/settings.h"

typedef struct {
    gint64 tags_per_photo;
    gboolean always_translated; /* lists send caption_translated whatever the settings say */
    gboolean has_translation;   /* a language other than English is set */
    gboolean undated;           /* without date_formatted */
    const double *similarity;   /* NULL: not told */
} FacetPhotoStyle;

FacetPhotoStyle facet_photo_style(const Settings *settings, gboolean in_list);
/* The photos of these ids (of gint64), in their order, with all that is told of them; without those
 * that went meanwhile. Of Photo. */
GPtrArray *facet_read_photos(HttpRequest *request, const GArray *ids, GError **error);

/* "photos": those of `ids`, which come next in `photos`; moves `next` behind them. */
void facet_write_next_photos(JsonWriter *writer, const GPtrArray *photos, guint *next,
                             const GArray *ids, const FacetPhotoStyle *style);

void facet_write_photo(JsonWriter *writer, const Photo *photo, const FacetPhotoStyle *style);

/* The photos of what was found (SimilarPhoto), as facet_read_photos gives them, each by `write`,
 * with its similarity in the style, to four decimals. */
typedef void (*FacetWritePhoto)(JsonWriter *writer, const Photo *photo,
                                const FacetPhotoStyle *style);
GPtrArray *facet_read_similar(HttpRequest *request, const GArray *found, GError **error);
void facet_write_similar(JsonWriter *writer, const GArray *found, const GPtrArray *photos,
                         const FacetPhotoStyle *style, FacetWritePhoto write);
