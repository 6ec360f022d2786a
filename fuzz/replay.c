/* Feeds the files of the folders named on the command line to a fuzz target. A folder that is not
 * there holds nothing; a crash is the only way to fail. */
#include "fuzz.h"

#include <glib.h>

static unsigned replay_folder(const char *folder)
{
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    unsigned files = 0;
    for (const char *name; dir && (name = g_dir_read_name(dir));) {
        g_autofree char *path = g_build_filename(folder, name, NULL);
        g_autofree char *data = NULL;
        gsize length = 0;
        g_autoptr(GError) error = NULL;
        if (!g_file_get_contents(path, &data, &length, &error)) {
            g_error("%s", error->message);
        }
        /* An exact copy, so that a sanitizer sees a read beyond the end. */
        g_autofree uint8_t *copy = g_memdup2(data, length);
        LLVMFuzzerTestOneInput(copy, length);
        files++;
    }
    return files;
}

int main(int argc, char **argv)
{
    unsigned files = 0;
    for (int i = 1; i < argc; i++) {
        files += replay_folder(argv[i]);
    }
    g_print("%u files\n", files);
    return files > 0 ? 0 : 1;
}
