#include "base/json_writer.h"
#include "base/limits.h"
#include "cli/cli.h"
#include "cli/options.h"
#include "vision/model.h"

#include <stdio.h>
#include <string.h>

typedef struct {
    const char *folder;
    const char *subject; /* a name, or a file */
    char *manifest, *name;
    gboolean json;
} ModelsCall;

static void write_model(JsonWriter *writer, const ModelSet *set, const Model *model)
{
    json_object_begin(writer);
    json_member_string(writer, "name", model->name);
    json_member_string(writer, "purpose",
                       model->purpose ? model_purpose_name(model->purpose) : NULL);
    json_member_string(writer, "family", model->family);
    json_member_string(writer, "version", model->version);
    json_member_string(writer, "package", model->package);
    json_member_string(writer, "licence", model->licence);
    json_member_string(writer, "origin", model->origin);
    json_member_int(writer, "bytes", model->bytes);
    json_member_bool(writer, "in_use", model_set_serves(set, model));
    json_member_string(writer, "detail", model->problem);
    json_object_end(writer);
}

static gboolean print_json(const ModelSet *set, GError **error)
{
    g_autoptr(JsonWriter) writer = json_writer_new(LIMIT_JSON_OUTPUT_BYTES);
    json_object_begin(writer);
    json_key(writer, "models");
    json_array_begin(writer);
    const GPtrArray *all = model_set_all(set);
    for (guint i = 0; i < all->len; i++) {
        write_model(writer, set, all->pdata[i]);
    }
    json_array_end(writer);
    json_key(writer, "tasks");
    json_array_begin(writer);
    for (int i = 0; i < VISION_TASKS; i++) {
        VisionTask task = (VisionTask)(1 << i);
        json_object_begin(writer);
        json_member_string(writer, "task", vision_task_name(task));
        json_member_bool(writer, "available", model_set_task_model(set, task) != NULL);
        json_member_string(writer, "model", model_set_task_model(set, task));
        json_member_string(writer, "detail", model_set_task_problem(set, task));
        json_object_end(writer);
    }
    json_array_end(writer);
    json_object_end(writer);
    g_autoptr(GBytes) text = json_writer_finish(writer, error);
    if (!text) {
        return FALSE;
    }
    gsize length = 0;
    const char *data = g_bytes_get_data(text, &length);
    fwrite(data, 1, length, stdout);
    putchar('\n');
    return TRUE;
}

static void print_model(const ModelSet *set, const Model *model)
{
    const char *state = model->problem ? "broken" : model_set_serves(set, model) ? "in use" : "";
    printf("%-16s %-14s %-12s %-7s %6.1f MB  %s\n", model->name, model_purpose_name(model->purpose),
           model->family ? model->family : "", state, (double)model->bytes / 1e6,
           model->version ? model->version : "");
    if (model->problem) {
        printf("    %s\n", model->problem);
    }
    if (model->package || model->licence || model->origin) {
        printf("    %s, %s: %s\n", model->package ? model->package : "no package",
               model->licence ? model->licence : "licence not told",
               model->origin ? model->origin : "origin not told");
    }
}

static gboolean list(const ModelsCall *call, GError **error)
{
    g_autoptr(ModelSet) set = model_set_read(call->folder, error);
    if (!set || call->json) {
        return set && print_json(set, error);
    }
    const GPtrArray *all = model_set_all(set);
    for (guint i = 0; i < all->len; i++) {
        print_model(set, all->pdata[i]);
    }
    for (int i = 0; i < VISION_TASKS; i++) {
        VisionTask task = (VisionTask)(1 << i);
        const char *model = model_set_task_model(set, task);
        printf("%s: %s\n", vision_task_name(task),
               model ? model : model_set_task_problem(set, task));
    }
    return TRUE;
}

/* All of them are looked at; it fails when one is wrong. */
static gboolean verify(const ModelsCall *call, GError **error)
{
    g_autoptr(ModelSet) set = model_set_read(call->folder, error);
    guint wrong = 0;
    for (guint i = 0; set && i < model_set_all(set)->len; i++) {
        const Model *model = model_set_all(set)->pdata[i];
        g_autoptr(GError) failure = NULL;
        gboolean good = model_verify(model, &failure);
        printf("%s\n", good ? model->name : failure->message);
        wrong += !good;
    }
    if (wrong) {
        g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_CORRUPT, "%u of %u models are not whole",
                    wrong, model_set_all(set)->len);
    }
    return set && wrong == 0;
}

static gboolean install(const ModelsCall *call, GError **error)
{
    g_autoptr(Model) model =
        model_install(call->folder, call->subject, call->manifest, call->name, error);
    g_autoptr(ModelSet) set = model ? model_set_read(call->folder, error) : NULL;
    if (!set) {
        return FALSE;
    }
    const Model *used = model_set_of(set, model->purpose);
    printf("installed %s for %s (%s)\n", model->name, model_purpose_name(model->purpose),
           model->family);
    if (g_strcmp0(used ? used->name : NULL, model->name) != 0) {
        printf("%s stays in use; albumen models use %s changes that\n", used ? used->name : "none",
               model->name);
    }
    return TRUE;
}

static gboolean use(const ModelsCall *call, GError **error)
{
    if (!model_use(call->folder, call->subject, error)) {
        return FALSE;
    }
    printf("%s is in use\n", call->subject);
    return TRUE;
}

static const struct {
    const char *name;
    gboolean (*run)(const ModelsCall *call, GError **error);
    gboolean takes_subject;
} actions[] = {
    {"list", list, FALSE},
    {"verify", verify, FALSE},
    {"install", install, TRUE},
    {"use", use, TRUE},
};

int cli_models(int argc, char **argv)
{
    ModelsCall call = {0};
    const GOptionEntry entries[] = {
        {"json", 0, 0, G_OPTION_ARG_NONE, &call.json, "list: as JSON", NULL},
        {"manifest", 0, 0, G_OPTION_ARG_FILENAME, &call.manifest,
         "install: what the model is (default: told from its inputs and outputs)", "FILE"},
        {"name", 0, 0, G_OPTION_ARG_STRING, &call.name,
         "install: what it is called (default: as its manifest or file)", "NAME"},
        {NULL},
    };
    g_auto(Options) options = {0};
    if (!options_parse(&options, "list|verify|install FILE|use NAME",
                       "Shows, checks, adds and chooses the models that find people and things.",
                       entries, &argc, &argv)) {
        return EXIT_USAGE;
    }
    gsize action = 0;
    while (action < G_N_ELEMENTS(actions) &&
           (argc < 2 || strcmp(actions[action].name, argv[1]) != 0)) {
        action++;
    }
    int status = EXIT_USAGE;
    if (action == G_N_ELEMENTS(actions) || argc != (actions[action].takes_subject ? 3 : 2)) {
        fprintf(stderr, "albumen: models takes list, verify, install FILE or use NAME\n");
    } else {
        g_autoptr(GError) error = NULL;
        call.folder = options.models;
        call.subject = argc > 2 ? argv[2] : NULL;
        status = actions[action].run(&call, &error) ? EXIT_DONE : options_fail(error);
    }
    g_free(call.manifest);
    g_free(call.name);
    return status;
}
