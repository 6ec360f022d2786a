/* A model's manifest, and its options as the families read them. */
#include "fuzz.h"
#include "vision/model_parts.h"
#include "vision/options.h"

static void read_options(const char *json)
{
    g_autoptr(ModelOptions) options = model_options_read(json, NULL);
    if (!options) {
        return;
    }
    double score = model_option_number(options, "score", 0, 1, 0.5);
    g_assert_true(score >= 0 && score <= 1);
    model_option_bool(options, "bgr", FALSE);
    g_assert_nonnull(model_option_text(options, "similar.output", "none"));
    g_autoptr(GArray) mean = model_option_floats(options, "similar.mean", 16);
    g_auto(GStrv) labels = model_option_texts(options, "labels", 16);
    g_assert_true(!mean || (mean->len >= 1 && mean->len <= 16));
    g_assert_true(!labels || (g_strv_length(labels) >= 1 && g_strv_length(labels) <= 16));
    model_options_check(options, NULL);
}

int LLVMFuzzerTestOneInput(const guint8 *data, gsize length)
{
    g_autoptr(Model) model = model_from_manifest("/nonexistent", "it", (const char *)data, length);
    g_assert_nonnull(model->options);
    g_assert_nonnull(model->problem); /* its file is missing, if nothing else is wrong */
    g_assert_true(!model->file || g_str_has_prefix(model->file, "/nonexistent/it/"));
    read_options(model->options);
    return 0;
}
