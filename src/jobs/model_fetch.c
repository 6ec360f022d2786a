#include "jobs/model_fetch.h"

#include "base/limits.h"

#include <glib/gstdio.h>
#include <jansson.h>
#include <string.h>
#include <sys/stat.h>

#define FETCH_FILE    "fetch.json"
#define STALE_SECONDS 60

void model_fetch_clear(ModelFetch *fetch)
{
    g_clear_pointer(&fetch->detail, g_free);
}

static const char *state_of(const json_t *root)
{
    static const char *const states[] = {"idle", "running", "failed"};
    const char *state = json_string_value(json_object_get(root, "state"));
    for (gsize i = 0; state && i < G_N_ELEMENTS(states); i++) {
        if (strcmp(states[i], state) == 0) {
            return states[i];
        }
    }
    return states[0];
}

static gint64 bytes_of(const json_t *root, const char *name)
{
    return MAX(0, json_integer_value(json_object_get(root, name)));
}

static char *read_small(const char *path, time_t *ret_written)
{
    GStatBuf info;
    char *text = NULL;
    if (g_stat(path, &info) != 0 || info.st_size > LIMIT_WORKER_MESSAGE_BYTES * 4) {
        return NULL;
    }
    *ret_written = info.st_mtime;
    return g_file_get_contents(path, &text, NULL, NULL) ? text : NULL;
}

void model_fetch_read(const char *folder, ModelFetch *ret_fetch)
{
    time_t written = 0;
    g_autofree char *path = g_build_filename(folder, FETCH_FILE, NULL);
    g_autofree char *text = read_small(path, &written);
    json_t *root = text ? json_loads(text, JSON_REJECT_DUPLICATES, NULL) : NULL;
    *ret_fetch = (ModelFetch){
        .state = state_of(root),
        .done_bytes = bytes_of(root, "done_bytes"),
        .total_bytes = bytes_of(root, "total_bytes"),
        .detail = g_strdup(json_string_value(json_object_get(root, "detail"))),
    };
    json_decref(root);
    if (strcmp(ret_fetch->state, "running") == 0 &&
        g_get_real_time() / G_USEC_PER_SEC > written + STALE_SECONDS) {
        ret_fetch->state = "failed";
    }
}
