#include "api/pictograph/saves.h"

#include "api/pictograph/pictograph.h"
#include "base/limits.h"
#include "studio/formats/annotation_json.h"

#include <string.h>

struct PictographProblems {
    GPtrArray
        *texts; /* path, kind and message of each, one after the other; the kind may be NULL */
};

PictographProblems *pictograph_problems_new(void)
{
    PictographProblems *problems = g_new0(PictographProblems, 1);
    problems->texts = g_ptr_array_new_with_free_func(g_free);
    return problems;
}

void pictograph_problems_free(PictographProblems *problems)
{
    if (problems) {
        g_ptr_array_unref(problems->texts);
        g_free(problems);
    }
}

static guint count_of(const PictographProblems *problems)
{
    return problems->texts->len / 3;
}

void pictograph_problem_add(PictographProblems *problems, const char *path, const char *kind,
                            const char *message)
{
    if (count_of(problems) < LIMIT_ANNOTATION_FAULTS) {
        g_ptr_array_add(problems->texts, g_strdup(path));
        g_ptr_array_add(problems->texts, g_strdup(kind));
        g_ptr_array_add(problems->texts, g_strdup(message));
    }
}

void pictograph_problem_add_faults(PictographProblems *problems, const GPtrArray *faults,
                                   const char *path)
{
    for (guint i = 0; i < faults->len; i++) {
        const AnnotationFault *fault = g_ptr_array_index(faults, i);
        g_autofree char *where = annotation_fault_path(fault, path);
        pictograph_problem_add(problems, where, fault->kind, fault->message);
    }
}

gboolean pictograph_refuse_problems(HttpRequest *request, const PictographProblems *problems)
{
    guint count = count_of(problems);
    if (count == 0) {
        return FALSE;
    }
    g_autofree PictographProblem *list = g_new(PictographProblem, count);
    char **texts = (char **)problems->texts->pdata;
    for (guint i = 0; i < count; i++) {
        gsize at = (gsize)3 * i;
        list[i] =
            (PictographProblem){.path = texts[at], .kind = texts[at + 1], .message = texts[at + 2]};
    }
    return pictograph_refuse_body(request, list, count);
}

/* --- reading --- */

gboolean pictograph_check_members(const json_t *object, const char *path,
                                  const char *const *members, PictographProblems *problems)
{
    guint before = count_of(problems);
    const char *name;
    json_t *value;
    if (!json_is_object(object)) {
        pictograph_problem_add(problems, path, "dict_type", "Input should be an object");
        return FALSE;
    }
    json_object_foreach((json_t *)object, name, value)
    {
        if (!g_strv_contains(members, name)) {
            g_autofree char *where = *path ? g_strconcat(path, ".", name, NULL) : g_strdup(name);
            pictograph_problem_add(problems, where, "extra_forbidden",
                                   "Extra inputs are not permitted");
        }
    }
    return count_of(problems) == before;
}

GPtrArray *pictograph_read_shapes(const json_t *list, const char *path,
                                  PictographProblems *problems)
{
    if (!list) {
        pictograph_problem_add(problems, path, "missing", "Field required");
        return NULL;
    }
    g_autoptr(GPtrArray) faults = annotation_faults_new();
    GPtrArray *shapes = annotation_json_read_list(list, ANNOTATION_PATHS, faults);
    pictograph_problem_add_faults(problems, faults, path);
    return shapes;
}

/* --- saving --- */

/* Where in the body it is. */
static char *path_of(const AnnotationsProblem *problem, const char *path)
{
    if (problem->index < 0) {
        return g_strdup(path);
    }
    return problem->field ? g_strdup_printf("%s.%d.%s", path, problem->index, problem->field)
                          : g_strdup_printf("%s.%d", path, problem->index);
}

gboolean pictograph_save_shapes(HttpRequest *request, StoreTx *tx, const Item *item,
                                const GPtrArray *shapes, const char *path,
                                PictographProblems *problems, AnnotationsSaved *ret_saved,
                                GError **error)
{
    const AnnotationsSave how = {
        .which = ANNOTATIONS_STANDING,
        .expected = ANNOTATIONS_ANY_REVISION,
        .keep_unchanged = TRUE,
    };
    AnnotationsProblem problem = {.index = -1};
    g_autoptr(GError) failure = NULL;
    gboolean saved = annotations_save(tx, api_principal(request), item, shapes, &how, ret_saved,
                                      &problem, &failure);
    gboolean of_shape =
        g_error_matches(failure, ALBUMEN_ERROR, ALBUMEN_ERROR_INVALID) && !problem.by_policy;
    if (of_shape) {
        g_autofree char *where = path_of(&problem, path);
        pictograph_problem_add(problems, where, NULL, failure->message);
    } else if (failure) {
        g_propagate_error(error, g_steal_pointer(&failure));
    }
    g_free(problem.field);
    return saved;
}

void pictograph_member_saved(JsonWriter *writer, const Item *item, const AnnotationsSaved *saved)
{
    json_member_string(writer, "image_id", item->uuid);
    json_member_int(writer, "previous_count", saved->previous_count);
    json_member_int(writer, "new_count", saved->new_count);
    json_member_string(writer, "status", item_status_name(saved->status));
}
