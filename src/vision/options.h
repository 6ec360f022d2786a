/* Reads the JSON that a model's manifest has for its family: "options". Names of members of members
 * have dots: "similar.output".
 *
 * A member that is missing gives what the caller says; one of the wrong kind does so too, and is
 * told by model_options_check at the end, so that readers need no branch for each. */
#pragma once

#include "base/error.h"

#include <glib.h>

typedef struct ModelOptions ModelOptions;

/* INVALID when it is no JSON object. */
ModelOptions *model_options_read(const char *json, GError **error);
void model_options_free(ModelOptions *options);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ModelOptions, model_options_free)

gboolean model_option_has(const ModelOptions *options, const char *name);
/* A number within these bounds. */
double model_option_number(ModelOptions *options, const char *name, double least, double most,
                           double otherwise);
gboolean model_option_bool(ModelOptions *options, const char *name, gboolean otherwise);
/* The options' own. */
const char *model_option_text(ModelOptions *options, const char *name, const char *otherwise);
/* The caller's: an array of float, or of texts; NULL when there is none. */
GArray *model_option_floats(ModelOptions *options, const char *name, gsize most);
GStrv model_option_texts(ModelOptions *options, const char *name, gsize most);

/* For readers that know more: the member must be `what`. */
void model_option_refuse(ModelOptions *options, const char *name, const char *what);
/* INVALID, naming the first member that was of the wrong kind. */
gboolean model_options_check(const ModelOptions *options, GError **error);
