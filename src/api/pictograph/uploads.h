/* Pictures that come into the Pictograph dialect's datasets, and their bytes that leave: tables of
 * routes, which dialect.c puts together. */
#pragma once

#include "api/dataset_upload.h"

extern const HttpRoute pictograph_upload_routes[]; /* uploads.c */
#define PICTOGRAPH_UPLOAD_ROUTES 5
extern const HttpRoute pictograph_upload_form_routes[]; /* upload_form.c */
#define PICTOGRAPH_UPLOAD_FORM_ROUTES 1
extern const HttpRoute pictograph_image_bytes_routes[]; /* image_bytes.c */
#define PICTOGRAPH_IMAGE_BYTES_ROUTES 2

/* The answer to a picture that came in: 201. */
gboolean pictograph_answer_upload(HttpRequest *request, const Item *item, GError **error);
