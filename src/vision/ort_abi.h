/* What we use of ONNX Runtime's C API, so that building needs neither its header nor its library:
 * those lie in packages of 150 MB, and may arrive long after the program is built.
 *
 * OrtApi is a table of function pointers that is only ever appended to: a function keeps its place
 * in every later version, and GetApi(n) promises all that version n had. Places and types are those
 * of onnxruntime_c_api.h, version 29; tests/unit/vision/test_session.c compares them with the real
 * header where there is one.
 *
 * GetApi writes to standard error when the library is older than what it is asked for. */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* The first version that reads what we convert to (opset 13, IR version 8). Every function below is
 * older: none of them came later than version 5. */
#define ORT_API_WANTED 11

typedef struct OrtStatus OrtStatus;
typedef struct OrtEnv OrtEnv;
typedef struct OrtMemoryInfo OrtMemoryInfo;
typedef struct OrtSession OrtSession;
typedef struct OrtSessionOptions OrtSessionOptions;
typedef struct OrtRunOptions OrtRunOptions;
typedef struct OrtValue OrtValue;
typedef struct OrtTypeInfo OrtTypeInfo;
typedef struct OrtTensorTypeAndShapeInfo OrtTensorTypeAndShapeInfo;
typedef struct OrtAllocator OrtAllocator;

enum { ORT_NOT_IMPLEMENTED = 9 };                     /* OrtErrorCode */
enum { ORT_LOGGING_LEVEL_FATAL = 4 };                 /* OrtLoggingLevel */
enum { ORT_ONNX_TYPE_TENSOR = 1 };                    /* ONNXType */
enum { ORT_FLOAT = 1, ORT_INT32 = 6, ORT_INT64 = 7 }; /* ONNXTensorElementDataType */
enum { ORT_ARENA_ALLOCATOR = 1 };                     /* OrtAllocatorType */
enum { ORT_MEM_TYPE_DEFAULT = 0 };                    /* OrtMemType */

/* X(place, type of what it gives, name, its parameters) */
#define ORT_CALLS(X)                                                                               \
    X(1, int, GetErrorCode, (const OrtStatus *))                                                   \
    X(2, const char *, GetErrorMessage, (const OrtStatus *))                                       \
    X(3, OrtStatus *, CreateEnv, (int level, const char *log_id, OrtEnv **))                       \
    X(6, OrtStatus *, DisableTelemetryEvents, (const OrtEnv *))                                    \
    X(8, OrtStatus *, CreateSessionFromArray,                                                      \
      (const OrtEnv *, const void *, size_t, const OrtSessionOptions *, OrtSession **))            \
    X(9, OrtStatus *, Run,                                                                         \
      (OrtSession *, const OrtRunOptions *, const char *const *input_names,                        \
       const OrtValue *const *inputs, size_t input_count, const char *const *output_names,         \
       size_t output_count, OrtValue **outputs))                                                   \
    X(10, OrtStatus *, CreateSessionOptions, (OrtSessionOptions **))                               \
    X(19, OrtStatus *, DisableCpuMemArena, (OrtSessionOptions *))                                  \
    X(22, OrtStatus *, SetSessionLogSeverityLevel, (OrtSessionOptions *, int))                     \
    X(24, OrtStatus *, SetIntraOpNumThreads, (OrtSessionOptions *, int))                           \
    X(25, OrtStatus *, SetInterOpNumThreads, (OrtSessionOptions *, int))                           \
    X(30, OrtStatus *, SessionGetInputCount, (const OrtSession *, size_t *))                       \
    X(31, OrtStatus *, SessionGetOutputCount, (const OrtSession *, size_t *))                      \
    X(33, OrtStatus *, SessionGetInputTypeInfo, (const OrtSession *, size_t, OrtTypeInfo **))      \
    X(34, OrtStatus *, SessionGetOutputTypeInfo, (const OrtSession *, size_t, OrtTypeInfo **))     \
    X(36, OrtStatus *, SessionGetInputName, (const OrtSession *, size_t, OrtAllocator *, char **)) \
    X(37, OrtStatus *, SessionGetOutputName,                                                       \
      (const OrtSession *, size_t, OrtAllocator *, char **))                                       \
    X(49, OrtStatus *, CreateTensorWithDataAsOrtValue,                                             \
      (const OrtMemoryInfo *, void *, size_t bytes, const int64_t *shape, size_t rank,             \
       int element, OrtValue **))                                                                  \
    X(51, OrtStatus *, GetTensorMutableData, (OrtValue *, void **))                                \
    X(55, OrtStatus *, CastTypeInfoToTensorInfo,                                                   \
      (const OrtTypeInfo *, const OrtTensorTypeAndShapeInfo **))                                   \
    X(56, OrtStatus *, GetOnnxTypeFromTypeInfo, (const OrtTypeInfo *, int *))                      \
    X(60, OrtStatus *, GetTensorElementType, (const OrtTensorTypeAndShapeInfo *, int *))           \
    X(61, OrtStatus *, GetDimensionsCount, (const OrtTensorTypeAndShapeInfo *, size_t *))          \
    X(62, OrtStatus *, GetDimensions, (const OrtTensorTypeAndShapeInfo *, int64_t *, size_t))      \
    X(65, OrtStatus *, GetTensorTypeAndShape, (const OrtValue *, OrtTensorTypeAndShapeInfo **))    \
    X(69, OrtStatus *, CreateCpuMemoryInfo, (int allocator, int memory, OrtMemoryInfo **))         \
    X(76, OrtStatus *, AllocatorFree, (OrtAllocator *, void *))                                    \
    X(78, OrtStatus *, GetAllocatorWithDefaultOptions, (OrtAllocator **)) /* the runtime's own */  \
    X(92, void, ReleaseEnv, (OrtEnv *))                                                            \
    X(93, void, ReleaseStatus, (OrtStatus *))                                                      \
    X(94, void, ReleaseMemoryInfo, (OrtMemoryInfo *))                                              \
    X(95, void, ReleaseSession, (OrtSession *))                                                    \
    X(96, void, ReleaseValue, (OrtValue *))                                                        \
    X(98, void, ReleaseTypeInfo, (OrtTypeInfo *))                                                  \
    X(99, void, ReleaseTensorTypeAndShapeInfo, (OrtTensorTypeAndShapeInfo *))                      \
    X(100, void, ReleaseSessionOptions, (OrtSessionOptions *))                                     \
    X(130, OrtStatus *, AddSessionConfigEntry, (OrtSessionOptions *, const char *, const char *))

/* The functions, copied out of the table. */
#define ORT_CALL_MEMBER(place, type, name, parameters) type(*name) parameters;
typedef struct {
    ORT_CALLS(ORT_CALL_MEMBER)
} OrtCalls;

typedef struct {
    void *const *(*GetApi)(uint32_t version); /* NULL: older than that */
    const char *(*GetVersionString)(void);
} OrtApiBase;
