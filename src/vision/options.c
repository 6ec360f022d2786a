#include "vision/options.h"

#include <jansson.h>
#include <math.h>

struct ModelOptions {
    json_t *root;
    char *problem;
};

ModelOptions *model_options_read(const char *json, GError **error)
{
    json_error_t where;
    json_t *root = json_loads(json, JSON_REJECT_DUPLICATES, &where);
    if (!json_is_object(root)) {
        g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_INVALID, "the options are no object: %s",
                    root ? "it is another value" : where.text);
        json_decref(root);
        return NULL;
    }
    ModelOptions *options = g_new0(ModelOptions, 1);
    options->root = root;
    return options;
}

void model_options_free(ModelOptions *options)
{
    if (!options) {
        return;
    }
    json_decref(options->root);
    g_free(options->problem);
    g_free(options);
}

static const json_t *find(const ModelOptions *options, const char *name)
{
    const json_t *value = options->root;
    g_auto(GStrv) parts = g_strsplit(name, ".", -1);
    for (char **part = parts; *part; part++) {
        value = json_object_get(value, *part);
    }
    return value;
}

void model_option_refuse(ModelOptions *options, const char *name, const char *what)
{
    if (!options->problem) {
        options->problem = g_strdup_printf("the option \"%s\" must be %s", name, what);
    }
}

gboolean model_option_has(const ModelOptions *options, const char *name)
{
    return find(options, name) != NULL;
}

double model_option_number(ModelOptions *options, const char *name, double least, double most,
                           double otherwise)
{
    const json_t *value = find(options, name);
    double number = json_number_value(value);
    if (value && (!json_is_number(value) || number < least || number > most)) {
        g_autofree char *what = g_strdup_printf("a number of %g to %g", least, most);
        model_option_refuse(options, name, what);
        return otherwise;
    }
    return value ? number : otherwise;
}

gboolean model_option_bool(ModelOptions *options, const char *name, gboolean otherwise)
{
    const json_t *value = find(options, name);
    if (value && !json_is_boolean(value)) {
        model_option_refuse(options, name, "true or false");
        return otherwise;
    }
    return value ? json_is_true(value) : otherwise;
}

const char *model_option_text(ModelOptions *options, const char *name, const char *otherwise)
{
    const json_t *value = find(options, name);
    if (value && !json_is_string(value)) {
        model_option_refuse(options, name, "a text");
        return otherwise;
    }
    return value ? json_string_value(value) : otherwise;
}

/* NULL also when there is no such member. */
static const json_t *find_array(ModelOptions *options, const char *name, gsize most)
{
    const json_t *value = find(options, name);
    if (value &&
        (!json_is_array(value) || json_array_size(value) == 0 || json_array_size(value) > most)) {
        g_autofree char *what = g_strdup_printf("an array of 1 to %" G_GSIZE_FORMAT, most);
        model_option_refuse(options, name, what);
        return NULL;
    }
    return value;
}

GArray *model_option_floats(ModelOptions *options, const char *name, gsize most)
{
    const json_t *array = find_array(options, name, most);
    if (!array) {
        return NULL;
    }
    g_autoptr(GArray) floats = g_array_new(FALSE, FALSE, sizeof(float));
    for (gsize i = 0; i < json_array_size(array); i++) {
        const json_t *item = json_array_get(array, i);
        float number = (float)json_number_value(item);
        if (!json_is_number(item) || !isfinite(number)) {
            model_option_refuse(options, name, "an array of numbers");
            return NULL;
        }
        g_array_append_val(floats, number);
    }
    return g_steal_pointer(&floats);
}

GStrv model_option_texts(ModelOptions *options, const char *name, gsize most)
{
    const json_t *array = find_array(options, name, most);
    if (!array) {
        return NULL;
    }
    g_autoptr(GStrvBuilder) texts = g_strv_builder_new();
    for (gsize i = 0; i < json_array_size(array); i++) {
        const char *text = json_string_value(json_array_get(array, i));
        if (!text || !*text) {
            model_option_refuse(options, name, "an array of texts");
            return NULL;
        }
        g_strv_builder_add(texts, text);
    }
    return g_strv_builder_end(texts);
}

gboolean model_options_check(const ModelOptions *options, GError **error)
{
    if (!options->problem) {
        return TRUE;
    }
    g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_INVALID, "%s", options->problem);
    return FALSE;
}
