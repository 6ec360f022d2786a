#include "vision/session.h"

#include "base/limits.h"
#include "vision/ort_abi.h"

#include <dlfcn.h>

#define MESSAGE_BYTES 400 /* of what the runtime says of a failure */

struct VisionRuntime {
    gatomicrefcount references;
    OrtCalls ort;
    OrtEnv *env;
    OrtMemoryInfo *memory;   /* says that tensors of ours lie in ordinary memory */
    OrtAllocator *allocator; /* the runtime's own, of the texts that it hands out */
    char *version;
};

struct VisionSession {
    VisionRuntime *runtime;
    OrtSession *handle;
    GArray *inputs, *outputs; /* VisionPort */
    GPtrArray *input_names, *output_names;
};

struct VisionResult {
    VisionRuntime *runtime;
    const VisionSession *session;
    gsize count;
    OrtValue **values;
    VisionTensor *tensors;
};

/* TRUE when the call went well. Otherwise an error with the runtime's own words after `what`. */
static gboolean went_well(const VisionRuntime *runtime, OrtStatus *status, AlbumenError code,
                          const char *what, GError **error)
{
    if (!status) {
        return TRUE;
    }
    if (runtime->ort.GetErrorCode(status) == ORT_NOT_IMPLEMENTED) {
        code = ALBUMEN_ERROR_UNSUPPORTED;
    }
    const char *words = runtime->ort.GetErrorMessage(status);
    g_autofree char *said = g_utf8_make_valid(words, (gssize)strnlen(words, MESSAGE_BYTES));
    runtime->ort.ReleaseStatus(status);
    for (char *c = said; *c; c++) { /* names within a model may be anything */
        *c = g_ascii_iscntrl(*c) ? ' ' : *c;
    }
    g_set_error(error, ALBUMEN_ERROR, code, "%s: %s", what, said);
    return FALSE;
}

/* The table of a library that was opened; NULL when it has none, or one that is too old. */
static void *const *find_table(void *library, char **ret_version, GError **error)
{
    /* A function's address comes as a pointer to data: POSIX's dlsym. */
    const OrtApiBase *(*get_base)(void) = NULL;
    *(void **)&get_base = dlsym(library, "OrtGetApiBase");
    const OrtApiBase *base = get_base ? get_base() : NULL;
    if (!base) {
        g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_UNAVAILABLE,
                    "the library is not ONNX Runtime: it has no OrtGetApiBase");
        return NULL;
    }
    *ret_version = g_strdup(base->GetVersionString());
    void *const *table = base->GetApi(ORT_API_WANTED);
    if (!table) {
        g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_UNAVAILABLE,
                    "ONNX Runtime %s is too old: at least 1.%d is needed", *ret_version,
                    ORT_API_WANTED);
    }
    return table;
}

#define COPY_CALL(place, type, name, parameters) *(void **)&runtime->ort.name = table[place];

VisionRuntime *vision_runtime_load(const char *path, GError **error)
{
    const char *name = path ? path : "libonnxruntime.so.1";
    /* Never closed: threads of a runtime leave destructors behind that would run in nothing. */
    void *library = dlopen(name, RTLD_NOW | RTLD_LOCAL);
    if (!library) {
        g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_UNAVAILABLE,
                    "ONNX Runtime cannot be loaded: %s", dlerror());
        return NULL;
    }
    g_autofree char *version = NULL;
    void *const *table = find_table(library, &version, error);
    if (!table) {
        dlclose(library);
        return NULL;
    }
    g_autoptr(VisionRuntime) runtime = g_new0(VisionRuntime, 1);
    g_atomic_ref_count_init(&runtime->references);
    runtime->version = g_steal_pointer(&version);
    ORT_CALLS(COPY_CALL)
    const OrtCalls *ort = &runtime->ort;
    const char *what = "ONNX Runtime does not start";
    const AlbumenError code = ALBUMEN_ERROR_UNAVAILABLE;
    if (!went_well(runtime, ort->CreateEnv(ORT_LOGGING_LEVEL_FATAL, "albumen", &runtime->env), code,
                   what, error) ||
        !went_well(runtime, ort->DisableTelemetryEvents(runtime->env), code, what, error) ||
        !went_well(
            runtime,
            ort->CreateCpuMemoryInfo(ORT_ARENA_ALLOCATOR, ORT_MEM_TYPE_DEFAULT, &runtime->memory),
            code, what, error) ||
        !went_well(runtime, ort->GetAllocatorWithDefaultOptions(&runtime->allocator), code, what,
                   error)) {
        return NULL;
    }
    return g_steal_pointer(&runtime);
}

VisionRuntime *vision_runtime_ref(VisionRuntime *runtime)
{
    g_atomic_ref_count_inc(&runtime->references);
    return runtime;
}

void vision_runtime_unref(VisionRuntime *runtime)
{
    if (!runtime || !g_atomic_ref_count_dec(&runtime->references)) {
        return;
    }
    if (runtime->memory) {
        runtime->ort.ReleaseMemoryInfo(runtime->memory);
    }
    if (runtime->env) {
        runtime->ort.ReleaseEnv(runtime->env);
    }
    g_free(runtime->version);
    g_free(runtime);
}

const char *vision_runtime_version(const VisionRuntime *runtime)
{
    return runtime->version;
}

static const char unreadable[] = "the model's inputs and outputs cannot be read";

static VisionElement element_of(int ort_element)
{
    switch (ort_element) {
    case ORT_FLOAT:
        return VISION_FLOAT;
    case ORT_INT32:
        return VISION_INT32;
    case ORT_INT64:
        return VISION_INT64;
    default:
        return VISION_OTHER;
    }
}

/* Element, rank and shape. A tensor of more dimensions than we know is none that we can read. */
static gboolean read_shape(const VisionRuntime *runtime, const OrtTensorTypeAndShapeInfo *info,
                           VisionElement *ret_element, int *ret_rank, gint64 *ret_shape,
                           GError **error)
{
    const OrtCalls *ort = &runtime->ort;
    const AlbumenError code = ALBUMEN_ERROR_UNSUPPORTED;
    int element = 0;
    gsize rank = 0;
    if (!went_well(runtime, ort->GetTensorElementType(info, &element), code, unreadable, error) ||
        !went_well(runtime, ort->GetDimensionsCount(info, &rank), code, unreadable, error)) {
        return FALSE;
    }
    *ret_element = rank <= VISION_TENSOR_RANK ? element_of(element) : VISION_OTHER;
    *ret_rank = (int)MIN(rank, VISION_TENSOR_RANK);
    return went_well(runtime, ort->GetDimensions(info, ret_shape, (gsize)*ret_rank), code,
                     unreadable, error);
}

typedef OrtStatus *(*TypeInfoCall)(const OrtSession *, size_t, OrtTypeInfo **);
typedef OrtStatus *(*NameCall)(const OrtSession *, size_t, OrtAllocator *, char **);

static gboolean read_port(const VisionSession *session, TypeInfoCall type_of, gsize index,
                          VisionPort *port, GError **error)
{
    const VisionRuntime *runtime = session->runtime;
    const OrtCalls *ort = &runtime->ort;
    OrtTypeInfo *type = NULL;
    int kind = 0;
    if (!went_well(runtime, type_of(session->handle, index, &type), ALBUMEN_ERROR_UNSUPPORTED,
                   unreadable, error)) {
        return FALSE;
    }
    const OrtTensorTypeAndShapeInfo *tensor = NULL; /* of `type` */
    gboolean done = went_well(runtime, ort->GetOnnxTypeFromTypeInfo(type, &kind),
                              ALBUMEN_ERROR_UNSUPPORTED, unreadable, error);
    if (done && kind == ORT_ONNX_TYPE_TENSOR) {
        done = went_well(runtime, ort->CastTypeInfoToTensorInfo(type, &tensor),
                         ALBUMEN_ERROR_UNSUPPORTED, unreadable, error) &&
               read_shape(runtime, tensor, &port->element, &port->rank, port->shape, error);
    }
    ort->ReleaseTypeInfo(type);
    return done;
}

static gboolean read_ports(const VisionSession *session, gsize count, TypeInfoCall type_of,
                           NameCall name_of, GArray *ports, GPtrArray *names, GError **error)
{
    const VisionRuntime *runtime = session->runtime;
    if (count > LIMIT_MODEL_PORTS) {
        g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_UNSUPPORTED,
                    "the model has more than %d inputs or outputs", LIMIT_MODEL_PORTS);
        return FALSE;
    }
    for (gsize i = 0; i < count; i++) {
        char *name = NULL;
        if (!went_well(runtime, name_of(session->handle, i, runtime->allocator, &name),
                       ALBUMEN_ERROR_UNSUPPORTED, unreadable, error)) {
            return FALSE;
        }
        VisionPort port = {.name = g_strdup(name), .element = VISION_OTHER};
        OrtStatus *freed = runtime->ort.AllocatorFree(runtime->allocator, name);
        g_assert(!freed);
        g_ptr_array_add(names, port.name);
        g_array_append_val(ports, port);
        if (!read_port(session, type_of, i, &g_array_index(ports, VisionPort, i), error)) {
            return FALSE;
        }
    }
    return TRUE;
}

static gboolean read_all_ports(const VisionSession *session, GError **error)
{
    const OrtCalls *ort = &session->runtime->ort;
    gsize inputs = 0, outputs = 0;
    return went_well(session->runtime, ort->SessionGetInputCount(session->handle, &inputs),
                     ALBUMEN_ERROR_UNSUPPORTED, unreadable, error) &&
           went_well(session->runtime, ort->SessionGetOutputCount(session->handle, &outputs),
                     ALBUMEN_ERROR_UNSUPPORTED, unreadable, error) &&
           read_ports(session, inputs, ort->SessionGetInputTypeInfo, ort->SessionGetInputName,
                      session->inputs, session->input_names, error) &&
           read_ports(session, outputs, ort->SessionGetOutputTypeInfo, ort->SessionGetOutputName,
                      session->outputs, session->output_names, error);
}

/* One thread, which does not spin: on a machine whose cores have other work, spinning threads made
 * runs two to four times slower. No arena: runs are as fast without, and the models of a worker
 * keep 170 MB instead of 250. */
static gboolean set_options(const VisionRuntime *runtime, OrtSessionOptions *options,
                            GError **error)
{
    const OrtCalls *ort = &runtime->ort;
    const char *what = "ONNX Runtime refuses its settings";
    const AlbumenError code = ALBUMEN_ERROR_INTERNAL;
    return went_well(runtime, ort->SetIntraOpNumThreads(options, 1), code, what, error) &&
           went_well(runtime, ort->DisableCpuMemArena(options), code, what, error) &&
           went_well(runtime, ort->SetInterOpNumThreads(options, 1), code, what, error) &&
           went_well(runtime,
                     ort->AddSessionConfigEntry(options, "session.intra_op.allow_spinning", "0"),
                     code, what, error) &&
           went_well(runtime,
                     ort->AddSessionConfigEntry(options, "session.inter_op.allow_spinning", "0"),
                     code, what, error) &&
           went_well(runtime, ort->SetSessionLogSeverityLevel(options, ORT_LOGGING_LEVEL_FATAL),
                     code, what, error);
}

VisionSession *vision_session_new(VisionRuntime *runtime, GBytes *model, GError **error)
{
    const OrtCalls *ort = &runtime->ort;
    gsize length = 0;
    const void *data = g_bytes_get_data(model, &length);
    if (length == 0) {
        g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_CORRUPT, "the model's file is empty");
        return NULL;
    }
    OrtSessionOptions *options = NULL;
    if (!went_well(runtime, ort->CreateSessionOptions(&options), ALBUMEN_ERROR_INTERNAL,
                   "ONNX Runtime gives no settings", error)) {
        return NULL;
    }
    g_autoptr(VisionSession) session = g_new0(VisionSession, 1);
    session->runtime = vision_runtime_ref(runtime);
    session->inputs = g_array_new(FALSE, TRUE, sizeof(VisionPort));
    session->outputs = g_array_new(FALSE, TRUE, sizeof(VisionPort));
    session->input_names = g_ptr_array_new_with_free_func(g_free);
    session->output_names = g_ptr_array_new_with_free_func(g_free);
    gboolean done = set_options(runtime, options, error) &&
                    went_well(runtime,
                              ort->CreateSessionFromArray(runtime->env, data, length, options,
                                                          &session->handle),
                              ALBUMEN_ERROR_CORRUPT, "the model cannot be loaded", error);
    ort->ReleaseSessionOptions(options);
    return done && read_all_ports(session, error) ? g_steal_pointer(&session) : NULL;
}

void vision_session_free(VisionSession *session)
{
    if (!session) {
        return;
    }
    if (session->handle) {
        session->runtime->ort.ReleaseSession(session->handle);
    }
    g_array_unref(session->inputs);
    g_array_unref(session->outputs);
    g_ptr_array_unref(session->input_names); /* the ports' names too */
    g_ptr_array_unref(session->output_names);
    vision_runtime_unref(session->runtime);
    g_free(session);
}

const VisionPort *vision_session_inputs(const VisionSession *session, gsize *ret_count)
{
    *ret_count = session->inputs->len;
    return (const VisionPort *)(const void *)session->inputs->data;
}

const VisionPort *vision_session_outputs(const VisionSession *session, gsize *ret_count)
{
    *ret_count = session->outputs->len;
    return (const VisionPort *)(const void *)session->outputs->data;
}

const VisionPort *vision_session_output(const VisionSession *session, const char *name)
{
    for (guint i = 0; i < session->outputs->len; i++) {
        const VisionPort *port = &g_array_index(session->outputs, VisionPort, i);
        if (strcmp(port->name, name) == 0) {
            return port;
        }
    }
    return NULL;
}

static gsize element_bytes(VisionElement element)
{
    return element == VISION_INT64 ? sizeof(gint64) : sizeof(float);
}

/* Whether a tensor may be put into an input. */
static gboolean fits(const VisionPort *port, const VisionTensor *tensor)
{
    if (port->element != tensor->element || port->rank != tensor->rank) {
        return FALSE;
    }
    gsize count = 1;
    for (int i = 0; i < port->rank; i++) {
        if (tensor->shape[i] <= 0 || (port->shape[i] >= 0 && port->shape[i] != tensor->shape[i]) ||
            !g_size_checked_mul(&count, count, (gsize)tensor->shape[i])) {
            return FALSE;
        }
    }
    return count == tensor->count;
}

static gboolean make_inputs(const VisionSession *session, const VisionTensor *inputs,
                            OrtValue **values, GError **error)
{
    const VisionRuntime *runtime = session->runtime;
    static const int ort_elements[] = {
        [VISION_FLOAT] = ORT_FLOAT, [VISION_INT32] = ORT_INT32, [VISION_INT64] = ORT_INT64};
    for (guint i = 0; i < session->inputs->len; i++) {
        const VisionPort *port = &g_array_index(session->inputs, VisionPort, i);
        const VisionTensor *tensor = &inputs[i];
        if (tensor->element == VISION_OTHER || !fits(port, tensor)) {
            g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_UNSUPPORTED,
                        "the model's input \"%s\" has another shape", port->name);
            return FALSE;
        }
        if (!went_well(runtime,
                       runtime->ort.CreateTensorWithDataAsOrtValue(
                           runtime->memory, (void *)(gsize)tensor->floats,
                           tensor->count * element_bytes(tensor->element), tensor->shape,
                           (gsize)tensor->rank, ort_elements[tensor->element], &values[i]),
                       ALBUMEN_ERROR_INTERNAL, "the model takes no input", error)) {
            return FALSE;
        }
    }
    return TRUE;
}

/* What an output came out as. */
static gboolean read_value(const VisionRuntime *runtime, OrtValue *value, VisionTensor *tensor,
                           GError **error)
{
    const OrtCalls *ort = &runtime->ort;
    OrtTensorTypeAndShapeInfo *info = NULL;
    void *data = NULL;
    if (!went_well(runtime, ort->GetTensorTypeAndShape(value, &info), ALBUMEN_ERROR_INTERNAL,
                   unreadable, error)) {
        return FALSE;
    }
    gboolean done =
        read_shape(runtime, info, &tensor->element, &tensor->rank, tensor->shape, error);
    ort->ReleaseTensorTypeAndShapeInfo(info);
    if (!done || tensor->element == VISION_OTHER) {
        return done;
    }
    if (!went_well(runtime, ort->GetTensorMutableData(value, &data), ALBUMEN_ERROR_INTERNAL,
                   unreadable, error)) {
        return FALSE;
    }
    tensor->count = 1;
    for (int i = 0; i < tensor->rank; i++) {
        tensor->count *= (gsize)tensor->shape[i]; /* in memory, so it does not overflow */
    }
    tensor->floats = data;
    return TRUE;
}

VisionResult *vision_session_run(const VisionSession *session, const VisionTensor *inputs,
                                 gsize input_count, GError **error)
{
    const VisionRuntime *runtime = session->runtime;
    if (input_count != session->inputs->len) {
        g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_UNSUPPORTED,
                    "the model has %u inputs and not %" G_GSIZE_FORMAT, session->inputs->len,
                    input_count);
        return NULL;
    }
    g_autoptr(VisionResult) result = g_new0(VisionResult, 1);
    result->runtime = vision_runtime_ref(session->runtime);
    result->session = session;
    result->count = session->outputs->len;
    result->values = g_new0(OrtValue *, result->count);
    result->tensors = g_new0(VisionTensor, result->count);
    for (gsize i = 0; i < result->count; i++) {
        result->tensors[i].element = VISION_OTHER;
    }
    g_autofree OrtValue **values = g_new0(OrtValue *, input_count);
    gboolean done = make_inputs(session, inputs, values, error);
    if (done) {
        OrtStatus *status = runtime->ort.Run(
            session->handle, NULL, (const char *const *)session->input_names->pdata,
            (const OrtValue *const *)values, input_count,
            (const char *const *)session->output_names->pdata, result->count, result->values);
        done = went_well(runtime, status, ALBUMEN_ERROR_INTERNAL, "the model fails", error);
    }
    for (gsize i = 0; i < input_count; i++) {
        if (values[i]) {
            runtime->ort.ReleaseValue(values[i]);
        }
    }
    for (gsize i = 0; done && i < result->count; i++) {
        const VisionPort *port = &g_array_index(session->outputs, VisionPort, i);
        done = port->element == VISION_OTHER ||
               read_value(runtime, result->values[i], &result->tensors[i], error);
    }
    return done ? g_steal_pointer(&result) : NULL;
}

void vision_result_free(VisionResult *result)
{
    if (!result) {
        return;
    }
    for (gsize i = 0; i < result->count; i++) {
        if (result->values[i]) {
            result->runtime->ort.ReleaseValue(result->values[i]);
        }
    }
    g_free(result->values);
    g_free(result->tensors);
    vision_runtime_unref(result->runtime);
    g_free(result);
}

const VisionTensor *vision_result_at(const VisionResult *result, gsize index)
{
    return index < result->count ? &result->tensors[index] : NULL;
}

const VisionTensor *vision_result_named(const VisionResult *result, const char *name)
{
    for (gsize i = 0; i < result->count; i++) {
        if (strcmp(g_array_index(result->session->outputs, VisionPort, i).name, name) == 0) {
            return &result->tensors[i];
        }
    }
    return NULL;
}

/* y = -x for one float: an ONNX file of IR version 8 with the operators of opset 13. */
static const guint8 negation[] =
    "\x08\x08"                                                          /* ir_version 8 */
    "\x3A\x32"                                                          /* graph of 50 bytes: */
    "\x0A\x0B\x0A\x01x\x12\x01y\"\x03Neg"                               /* a node */
    "\x12\x01n"                                                         /* a name */
    "\x5A\x0F\x0A\x01x\x12\x0A\x0A\x08\x08\x01\x12\x04\x0A\x02\x08\x01" /* its input */
    "\x62\x0F\x0A\x01y\x12\x0A\x0A\x08\x08\x01\x12\x04\x0A\x02\x08\x01" /* its output */
    "\x42\x02\x10\x0D";                                                 /* opset_import 13 */

gboolean vision_runtime_try(VisionRuntime *runtime, GError **error)
{
    const float x = 3;
    VisionTensor input = {
        .element = VISION_FLOAT, .rank = 1, .shape = {1}, .count = 1, .floats = &x};
    g_autoptr(GBytes) file = g_bytes_new_static(negation, sizeof(negation) - 1);
    g_autoptr(VisionSession) session = vision_session_new(runtime, file, error);
    g_autoptr(VisionResult) result = session ? vision_session_run(session, &input, 1, error) : NULL;
    const VisionTensor *y = result ? vision_result_named(result, "y") : NULL;
    if (result && (!y || y->count != 1 || y->floats[0] != -x)) {
        g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_UNAVAILABLE,
                    "ONNX Runtime %s does not calculate as it should", runtime->version);
        return FALSE;
    }
    return result != NULL;
}
