#include "runtime_fixture.h"

static VisionRuntime *the_runtime;

VisionRuntime *runtime_fixture(void)
{
    if (the_runtime) {
        return the_runtime;
    }
    const char *models = g_getenv("ALBUMEN_MODELS");
    g_autofree char *path =
        models ? g_build_filename(models, "onnxruntime", "libonnxruntime.so", NULL) : NULL;
    g_autoptr(GError) error = NULL;
    the_runtime = vision_runtime_load(path, &error);
    if (!the_runtime) {
        g_error("this test runs models and finds no runtime (%s). `make models` fetches it, and "
                "ALBUMEN_MODELS names the folder that it lies in.",
                error->message);
    }
    return the_runtime;
}

void runtime_fixture_drop(void)
{
    g_clear_pointer(&the_runtime, vision_runtime_unref);
}

GBytes *fixture_file(const char *name, const char *file)
{
    const char *models = g_getenv("ALBUMEN_MODELS");
    g_autofree char *path = g_build_filename(models ? models : ".", name, file, NULL);
    g_autoptr(GError) error = NULL;
    g_autoptr(GMappedFile) mapped = g_mapped_file_new(path, FALSE, &error);
    if (!mapped) {
        g_error("this test needs an installed model (%s). `make models` fetches it, and "
                "ALBUMEN_MODELS names the folder that it lies in.",
                error->message);
    }
    return g_mapped_file_get_bytes(mapped);
}
