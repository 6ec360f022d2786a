/* A photo as Facet writes it. */
#pragma once

#include "base/json_writer.h"
#include "library/photo.h"
#include "library/settings.h"

typedef struct {
    gint64 tags_per_photo;
    gboolean always_translated; /* lists send caption_translated whatever the settings say */
    gboolean has_translation;   /* a language other than English is set */
} FacetPhotoStyle;

FacetPhotoStyle facet_photo_style(const Settings *settings, gboolean in_list);
void facet_write_photo(JsonWriter *writer, const Photo *photo, const FacetPhotoStyle *style);
