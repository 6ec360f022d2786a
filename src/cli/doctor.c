#include "base/json_writer.h"
#include "base/limits.h"
#include "base/path_text.h"
#include "cli/cli.h"
#include "cli/options.h"
#include "jobs/worker_pool.h"
#include "library/check.h"
#include "library/failures.h"
#include "library/photo_query.h"
#include "library/source.h"

#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#define LOW_DISK_BYTES  (1LL << 30)
#define DECODED_PIXELS  64
#define DECODED_QUALITY 50

typedef enum { BAD, WARN, GOOD } Verdict;

typedef struct {
    Options options;
    gboolean deep, repair, json;
    WorkerPool *workers;
    Library *library; /* NULL when it cannot be opened */
    gint64 bad, warnings;
} Doctor;

/* Telling: one line a finding, or one object a line. */

static void print_line(JsonWriter *writer)
{
    g_autoptr(GBytes) bytes = json_writer_finish(writer, NULL);
    json_writer_free(writer);
    fwrite(g_bytes_get_data(bytes, NULL), 1, g_bytes_get_size(bytes), stdout);
    putchar('\n');
}

static void tell(Doctor *doctor, Verdict verdict, const char *what, const char *detail)
{
    static const char *const shown[] = {[BAD] = "BAD", [WARN] = "warn", [GOOD] = "ok"};
    static const char *const names[] = {[BAD] = "bad", [WARN] = "warning", [GOOD] = "good"};
    doctor->bad += verdict == BAD;
    doctor->warnings += verdict == WARN;
    if (!doctor->json) {
        printf("%-4s %s: %s\n", shown[verdict], what, detail);
        return;
    }
    JsonWriter *writer = json_writer_new(LIMIT_JSON_OUTPUT_BYTES);
    json_object_begin(writer);
    json_member_string(writer, "check", what);
    json_member_string(writer, "verdict", names[verdict]);
    json_member_string(writer, "detail", detail);
    json_object_end(writer);
    print_line(writer);
}

/* The program and what it stands on */

static void check_sandbox(Doctor *doctor)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *walls = worker_pool_describe_sandbox(doctor->workers, &error);
    Verdict verdict = !walls ? BAD : strstr(walls, "missing") ? WARN : GOOD;
    tell(doctor, verdict, "sandbox of the decoders", walls ? walls : error->message);
}

/* Without models the library works: nothing of theirs is worse than a warning. */
static void check_models(Doctor *doctor)
{
    g_autoptr(VisionPool) vision = options_vision(&doctor->options);
    g_autoptr(ModelSet) set = vision_pool_models(vision);
    g_autoptr(GError) error = NULL;
    g_autofree char *version = vision_pool_runtime(vision, &error);
    int tasks = 0;
    tell(doctor, version ? GOOD : WARN, "runtime of the models",
         version ? version : error->message);
    if (version) {
        vision_pool_can(vision, set, model_set_tasks(set), NULL, &tasks, NULL);
    }
    for (int i = 0; version && i < VISION_TASKS; i++) {
        VisionTask task = (VisionTask)(1 << i);
        g_autofree char *what = g_strdup_printf("models for %s", vision_task_name(task));
        g_autofree char *problem = vision_pool_problem(vision, task);
        const char *model = model_set_task_model(set, task);
        tell(doctor, tasks & task || !model ? GOOD : WARN, what, problem ? problem : model);
    }
}

static void check_privacy(Doctor *doctor)
{
    struct stat info;
    const char *data = library_data_folder(doctor->library);
    if (stat(data, &info) == 0 && (info.st_mode & 0077) != 0) {
        g_autofree char *detail =
            g_strdup_printf("other users of this machine may look into %s (its mode is %03o): "
                            "chmod 700 it",
                            data, info.st_mode & 0777);
        tell(doctor, WARN, "data folder", detail);
    } else {
        tell(doctor, GOOD, "data folder", "nobody else may look into it");
    }
}

static void check_room(Doctor *doctor)
{
    struct statvfs room;
    if (statvfs(library_data_folder(doctor->library), &room) != 0) {
        return;
    }
    gint64 free_bytes = (gint64)(room.f_bavail * room.f_frsize);
    g_autofree char *size = g_format_size((guint64)free_bytes);
    g_autofree char *detail = g_strdup_printf("%s free in the data folder", size);
    tell(doctor, free_bytes < LOW_DISK_BYTES ? WARN : GOOD, "disk", detail);
}

static gboolean is_loopback(const char *address)
{
    return g_str_has_prefix(address, "127.") || g_str_has_prefix(address, "localhost:") ||
           g_str_has_prefix(address, "[::1]:");
}

/* What albumen.conf says; serve refuses by itself what its command line must not say. */
static void check_reach(Doctor *doctor)
{
    g_auto(GStrv) listen =
        g_key_file_get_string_list(doctor->options.file, "server", "listen", NULL, NULL);
    for (char **address = listen; address && *address; address++) {
        if (!is_loopback(*address)) {
            g_autofree char *detail = g_strdup_printf(
                "others can reach %s, and it speaks plain HTTP: passwords and pictures can be read "
                "on the way, unless a proxy with TLS stands before it",
                *address);
            tell(doctor, WARN, "reach", detail);
        }
    }
}

static void check_sources(Doctor *doctor, StoreTx *tx)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) sources = source_list(tx, &error);
    if (!sources) {
        tell(doctor, BAD, "folders", error->message);
        return;
    }
    for (guint i = 0; i < sources->len; i++) {
        const Source *source = g_ptr_array_index(sources, i);
        g_autoptr(GError) failure = NULL;
        g_autofree char *bytes = path_from_text(source->path);
        g_autofree char *path = options_folder(bytes, &failure);
        tell(doctor, path ? GOOD : BAD, source->path, path ? "can be read" : failure->message);
    }
}

static void check_counts(Doctor *doctor)
{
    g_autoptr(Principal) owner = principal_new_owner();
    g_autoptr(GError) error = NULL;
    PhotoFilter everything;
    photo_filter_init(&everything);
    gint64 photos = photo_count(doctor->library, owner, &everything, &error);
    g_autoptr(StoreTx) tx = photos >= 0 ? store_read(library_store(doctor->library), &error) : NULL;
    gint64 failures = tx ? failure_count(tx, owner, &error) : -1;
    if (failures < 0) {
        tell(doctor, BAD, "database", error->message);
        return;
    }
    g_autofree char *counts = g_strdup_printf("%" G_GINT64_FORMAT " photos, %" G_GINT64_FORMAT
                                              " files that could not be read",
                                              photos, failures);
    tell(doctor, GOOD, "database", counts);
}

static void check_rows(Doctor *doctor)
{
    g_autoptr(GError) error = NULL;
    check_counts(doctor);
    g_autoptr(StoreTx) tx = store_read(library_store(doctor->library), &error);
    if (!tx) {
        tell(doctor, BAD, "database", error->message);
        return;
    }
    check_sources(doctor, tx);
}

/* --deep */

static void found(const CheckFinding *finding, gpointer data)
{
    const Doctor *doctor = data;
    if (!doctor->json) {
        const char *verdict = finding->repaired ? "done" : finding->is_left_over ? "warn" : "BAD";
        printf("%-4s %s\n", verdict, finding->sentence);
        return;
    }
    JsonWriter *writer = json_writer_new(LIMIT_JSON_OUTPUT_BYTES);
    json_object_begin(writer);
    json_member_string(writer, "finding", finding->kind);
    json_member_string(writer, "path", finding->path);
    json_member_string(writer, "detail", finding->sentence);
    json_member_bool(writer, "left_over", finding->is_left_over);
    json_member_bool(writer, "repaired", finding->repaired);
    json_object_end(writer);
    print_line(writer);
}

static gboolean is_whole_jpeg(GBytes *jpeg, gpointer data)
{
    const Doctor *doctor = data;
    g_autoptr(GBytes) decoded =
        worker_scale_jpeg(doctor->workers, jpeg, DECODED_PIXELS, DECODED_QUALITY, NULL);
    return decoded != NULL;
}

static MediaPicture *read_again(int fd, const char *name, gpointer data, GError **error)
{
    const Doctor *doctor = data;
    return worker_read(doctor->workers, fd, name, NULL, error);
}

static void check_deep(Doctor *doctor)
{
    g_autoptr(GError) error = NULL;
    const CheckOptions options = {
        .library = doctor->library,
        .repair = doctor->repair,
        .threads = worker_pool_size(doctor->workers),
        .found = found,
        .is_whole_jpeg = is_whole_jpeg,
        .read = read_again,
        .data = doctor,
    };
    CheckCounts counts;
    if (!check_library(&options, &counts, &error)) {
        tell(doctor, BAD, "rows and files", error->message);
        return;
    }
    g_autofree char *told =
        g_strdup_printf("%" G_GINT64_FORMAT " rows, %" G_GINT64_FORMAT " files, %" G_GINT64_FORMAT
                        " thumbnails: %" G_GINT64_FORMAT " do not agree, %" G_GINT64_FORMAT
                        " left over, %" G_GINT64_FORMAT " repaired",
                        counts.photos, counts.files, counts.thumbnails, counts.findings,
                        counts.left_over, counts.repaired);
    Verdict verdict = counts.findings > 0 ? BAD : counts.left_over > 0 ? WARN : GOOD;
    tell(doctor, verdict, "rows and files", told);
}

static void examine(Doctor *doctor)
{
    g_autoptr(GError) error = NULL;
    check_sandbox(doctor);
    check_reach(doctor);
    doctor->library = options_open_library(&doctor->options, &error);
    if (!doctor->library) {
        tell(doctor, BAD, "database", error->message);
        return;
    }
    check_models(doctor);
    check_privacy(doctor);
    check_room(doctor);
    check_rows(doctor);
    if (doctor->deep) {
        check_deep(doctor);
    }
}

/* The last line of --json. */
static void print_summary(const Doctor *doctor)
{
    JsonWriter *writer = json_writer_new(LIMIT_JSON_OUTPUT_BYTES);
    json_object_begin(writer);
    json_member_bool(writer, "good", doctor->bad == 0);
    json_member_int(writer, "bad", doctor->bad);
    json_member_int(writer, "warnings", doctor->warnings);
    json_object_end(writer);
    print_line(writer);
}

int cli_doctor(int argc, char **argv)
{
    Doctor doctor = {0};
    const GOptionEntry entries[] = {
        {"deep", 0, 0, G_OPTION_ARG_NONE, &doctor.deep,
         "Read every file and thumbnail, and prove that rows and files agree", NULL},
        {"repair", 0, 0, G_OPTION_ARG_NONE, &doctor.repair,
         "With --deep: repair what can be repaired without losing anything", NULL},
        {"json", 0, 0, G_OPTION_ARG_NONE, &doctor.json, "One object a line; the last one sums up",
         NULL},
        {NULL},
    };
    if (!options_parse(&doctor.options, NULL, "Checks the program, its sandbox and the library.",
                       entries, &argc, &argv)) {
        return EXIT_USAGE;
    }
    doctor.deep = doctor.deep || doctor.repair;
    doctor.workers = worker_pool_new("/proc/self/exe", doctor.options.workers);
    examine(&doctor);
    if (doctor.json) {
        print_summary(&doctor);
    }
    library_close(doctor.library);
    worker_pool_free(doctor.workers);
    options_clear(&doctor.options);
    return doctor.bad == 0 ? EXIT_DONE : EXIT_FAILED;
}
