/* What model.c (reading what is installed) and model_install.c (changing it) share. */
#pragma once

#include "vision/model.h"

#include <jansson.h>

#define MODEL_MANIFEST "model.json"
#define MODEL_CHOICES  "use.json"

/* All but the name is unset. */
Model *model_new(const char *name);
/* What a manifest says of the model in FOLDER/NAME, with a problem where it is wrong. */
Model *model_from_manifest(const char *folder, const char *name, const char *text, gsize length);
/* A whole file of at most so many bytes. */
gboolean model_file_read(const char *path, gsize most, char **ret_text, gsize *ret_length,
                         GError **error);
/* What `albumen models use` chose: {"objects": "nanodet"}; empty when nothing was. The caller's. */
json_t *model_read_choices(const char *folder);
