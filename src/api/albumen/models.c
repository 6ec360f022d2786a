/* Models: which there are, what they have done, and having them look. */
#include "api/albumen/albumen.h"
#include "base/limits.h"
#include "jobs/model_fetch.h"
#include "jobs/vision_job.h"
#include "library/analysis.h"

#include <string.h>

static void write_runtime(JsonWriter *writer, VisionPool *vision)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *version = vision_pool_runtime(vision, &error);
    json_key(writer, "runtime");
    json_object_begin(writer);
    json_member_bool(writer, "available", version != NULL);
    json_member_string(writer, "version", version);
    json_member_string(writer, "detail", error ? error->message : NULL);
    json_object_end(writer);
}

static void write_model(JsonWriter *writer, VisionPool *vision, const ModelSet *set,
                        const Model *model)
{
    g_autofree char *problem = vision_pool_model_problem(vision, model);
    json_object_begin(writer);
    json_member_string(writer, "name", model->name);
    json_member_string(writer, "purpose", model_purpose_name(model->purpose));
    json_member_string(writer, "family", model->family);
    json_member_string(writer, "version", model->version);
    json_member_string(writer, "package", model->package);
    json_member_string(writer, "licence", model->licence);
    json_member_string(writer, "origin", model->origin);
    json_member_int(writer, "bytes", MAX(0, model->bytes));
    json_member_bool(writer, "in_use", vision_is_in_use(set, model));
    json_member_string(writer, "detail", problem);
    json_object_end(writer);
}

static gboolean write_task(JsonWriter *writer, StoreTx *tx, VisionPool *vision, const ModelSet *set,
                           VisionTask task, GError **error)
{
    const char *model = model_set_task_model(set, task);
    g_autofree char *problem = vision_pool_problem(vision, task);
    AnalysisCounts counts;
    if (!analysis_count(tx, task, model, &counts, error)) {
        return FALSE;
    }
    json_object_begin(writer);
    json_member_string(writer, "task", vision_task_name(task));
    json_member_bool(writer, "available", problem == NULL);
    json_member_string(writer, "model", model);
    json_member_string(writer, "detail", problem);
    json_member_int(writer, "done", counts.done);
    json_member_int(writer, "pending", counts.pending);
    json_member_int(writer, "failed", counts.failed);
    json_object_end(writer);
    return TRUE;
}

static void write_fetch(JsonWriter *writer, const char *folder)
{
    g_auto(ModelFetch) fetch = {0};
    model_fetch_read(folder, &fetch);
    json_key(writer, "fetch");
    json_object_begin(writer);
    json_member_string(writer, "state", fetch.state);
    json_member_int(writer, "done_bytes", fetch.done_bytes);
    json_member_int(writer, "total_bytes", fetch.total_bytes);
    json_member_string(writer, "detail", fetch.detail);
    json_object_end(writer);
}

static void write_models(JsonWriter *writer, VisionPool *vision, const ModelSet *set)
{
    const GPtrArray *all = model_set_all(set);
    json_key(writer, "models");
    json_array_begin(writer);
    for (guint i = 0; i < all->len; i++) {
        write_model(writer, vision, set, g_ptr_array_index(all, i));
    }
    json_array_end(writer);
}

static gboolean write_tasks(JsonWriter *writer, StoreTx *tx, VisionPool *vision,
                            const ModelSet *set, GError **error)
{
    json_key(writer, "tasks");
    json_array_begin(writer);
    for (int i = 0; i < VISION_TASKS; i++) {
        if (!write_task(writer, tx, vision, set, (VisionTask)(1 << i), error)) {
            return FALSE;
        }
    }
    json_array_end(writer);
    return TRUE;
}

gboolean albumen_models(HttpRequest *request, GError **error)
{
    VisionPool *vision = api_of(request)->vision;
    g_autoptr(ModelSet) set = vision_pool_models(vision);
    g_autoptr(JsonWriter) writer = json_writer_new(LIMIT_JSON_OUTPUT_BYTES);
    json_object_begin(writer);
    write_runtime(writer, vision); /* first: it finds out what the tasks are told to lack */
    write_models(writer, vision, set);
    g_autoptr(StoreTx) tx = api_read(request, error);
    if (!tx || !write_tasks(writer, tx, vision, set, error)) {
        return FALSE;
    }
    write_fetch(writer, vision_pool_folder(vision));
    json_object_end(writer);
    return http_respond_json(request, g_steal_pointer(&writer), error);
}

static void wake(const Api *api)
{
    if (api->wake) {
        api->wake(api->wake_data);
    }
}

gboolean albumen_model_use(HttpRequest *request, GError **error)
{
    const Api *api = api_of(request);
    gboolean queued = FALSE;
    if (!model_use(vision_pool_folder(api->vision), http_text(request, "name", ""), error)) {
        return FALSE;
    }
    vision_pool_look(api->vision);
    if (!vision_queue_pending(api->library, api->vision, &queued, error)) {
        return FALSE;
    }
    wake(api);
    return albumen_models(request, error);
}

static gboolean parse_tasks(const json_t *list, int *ret_tasks, GError **error)
{
    *ret_tasks = 0;
    for (gsize i = 0; i < json_array_size(list); i++) {
        const char *name = json_string_value(json_array_get(list, i));
        int task = 0;
        for (int bit = 0; bit < VISION_TASKS; bit++) {
            VisionTask candidate = (VisionTask)(1 << bit);
            task |= strcmp(name, vision_task_name(candidate)) == 0 ? candidate : 0;
        }
        if (!task) {
            g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_INVALID,
                        "there is no task \"%s\": they are objects, faces, similar and words",
                        name);
            return FALSE;
        }
        *ret_tasks |= task;
    }
    return TRUE;
}

gboolean albumen_analysis(HttpRequest *request, GError **error)
{
    const Api *api = api_of(request);
    const json_t *body = http_body(request);
    gboolean retry_failed = json_is_true(json_object_get(body, "retry_failed"));
    gint64 id = 0;
    int tasks;
    if (!parse_tasks(json_object_get(body, "tasks"), &tasks, error)) {
        return FALSE;
    }
    g_autoptr(StoreTx) tx = store_write(library_store(api->library), error);
    if (!tx || !vision_queue(tx, tasks, retry_failed, &id, error) || !store_commit(tx, error)) {
        return FALSE;
    }
    wake(api);
    JsonWriter *writer = json_writer_new(LIMIT_JSON_OUTPUT_BYTES);
    json_object_begin(writer);
    json_member_int(writer, "id", id);
    json_member_string(writer, "state", "queued");
    json_object_end(writer);
    return http_respond_json(request, writer, error);
}
