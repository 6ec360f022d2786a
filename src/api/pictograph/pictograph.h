/* Pictograph's dialect: datasets, images, annotations, classes, exports, organizations and keys as
 * an annotation SDK asks for them, beneath /api/v1/developer and /api/v1/api-keys.
 *
 * Here is its frame, which the resources share: envelopes, errors, pages, names in one of several
 * spellings. Who asks must show a key; each request of a key counts (api/pictograph/frame.h), and a
 * POST, PUT or PATCH with an Idempotency-Key is done once, whatever its handler: so such routes are
 * never `quick`. docs/internals/pictograph.md tells more. */
#pragma once

#include "api/api.h"

extern const HttpDialect pictograph_dialect;

#define PICTOGRAPH_BASE "/api/v1/developer"
#define PICTOGRAPH_KEYS "/api/v1/api-keys"

/* Whether the path is one of the dialect's. */
gboolean pictograph_owns_path(const char *path);

/* For a body that the handler reads itself, strictly: any JSON object goes, http_body has it as it
 * was sent. */
extern const HttpParameter pictograph_any_body[];

/* --- who asks --- */

/* The major version of the vendor's Python SDK ("pictograph-python/1.69.3" is 1); -1: another
 * client.
 */
int pictograph_sdk_major(const HttpRequest *request);
/* Whether polygons are told as {"paths"}: the image was named by dataset and path, the SDK is 1 or
 * later, or the query says polygon=paths (`asked`, NULL: it does not). */
gboolean pictograph_wants_paths(const HttpRequest *request, gboolean by_name, const char *asked);

/* --- what is asked --- */

/* A member of the body, or a parameter of the query, by the first of these names that is there and
 * not empty; of the query each must be declared. NULL: absent. Owned by the request. */
#define pictograph_body_text(request, ...)                                                         \
    pictograph_first_of_body((request), (const char *const[]){__VA_ARGS__, NULL})
#define pictograph_query_text(request, ...)                                                        \
    pictograph_first_of_query((request), (const char *const[]){__VA_ARGS__, NULL})
const char *pictograph_first_of_body(const HttpRequest *request, const char *const *names);
const char *pictograph_first_of_query(const HttpRequest *request, const char *const *names);
/* A member of the body as it was told, be it empty; NULL: absent, or no text. */
const char *pictograph_told_text(const HttpRequest *request, const char *name);

typedef struct {
    gint64 limit, offset;
} PictographPage;

#define PICTOGRAPH_PAGE_DEFAULT 100
#define PICTOGRAPH_PAGE_MOST    1000
/* Rows of a query's table. */
#define PICTOGRAPH_PAGE_PARAMS                                                                     \
    {.name = "limit",                                                                              \
     .type = HTTP_INT,                                                                             \
     .bounded = TRUE,                                                                              \
     .min = 1,                                                                                     \
     .max = 1e9,                                                                                   \
     .fallback = "100",                                                                            \
     .summary = "At most 1000 are given"},                                                         \
    {                                                                                              \
        .name = "offset", .type = HTTP_INT, .bounded = TRUE, .min = 0, .max = 1e15,                \
        .fallback = "0"                                                                            \
    }
/* The page that the query asks for, its limit cut to what is given. */
PictographPage pictograph_page(const HttpRequest *request);

/* --- answers. Each takes its writers; a writer holds one value (pictograph_writer). --- */

JsonWriter *pictograph_writer(void);

/* {"data": DATA, TWIN: DATA, MORE}: `twin` is the name under which the oldest clients look for the
 * same (NULL: none), `more` an object whose members stand beside (NULL: none). */
gboolean pictograph_answer(HttpRequest *request, JsonWriter *data, const char *twin,
                           JsonWriter *more, GError **error);
/* {"data": [..], "pagination": {..}}, and TWIN with the same list, but for the SDK. `items` is an
 * array, of `total` in all. */
gboolean pictograph_answer_list(HttpRequest *request, JsonWriter *items, const char *twin,
                                PictographPage page, gint64 total, GError **error);
/* The one value in the writer, as it is. */
gboolean pictograph_answer_bare(HttpRequest *request, JsonWriter *value, GError **error);
/* 204, without a body. */
gboolean pictograph_answer_nothing(HttpRequest *request);

/* --- errors: a handler fails with a GError, whose code decides; what is wrong with a body's shape
 * it tells by these --- */

typedef struct {
    const char *path; /* within the body: "annotations.3.polygon.paths.0.7.x"; "": the whole */
    const char *message;
    const char *kind; /* as HttpViolation.kind; NULL: "value_error" */
} PictographProblem;

/* Answers 422 with the problems (at least one); TRUE. */
gboolean pictograph_refuse_body(HttpRequest *request, const PictographProblem *problems,
                                gsize count);
/* Answers with an error of this status and stable slug ("conflict"); TRUE. */
gboolean pictograph_refuse(HttpRequest *request, int status, const char *code, const char *message);

/* Answers 403: whoever asks would have to be that; TRUE. */
gboolean pictograph_refuse_role(HttpRequest *request, MemberRole needed);

/* --- addresses --- */

/* "https://host/api/v1/developer/images/..": an absolute address of this server for `path`, which
 * begins with a slash and is encoded already. Owned by the caller. */
char *pictograph_url(const HttpRequest *request, const char *path);
