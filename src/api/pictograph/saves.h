/* Sets of shapes as requests bring them: read strictly, told what is wrong with them by the path of
 * the offending member, and saved. */
#pragma once

#include "api/api.h"
#include "studio/annotations.h"

/* What is wrong with a body, as far as it was read; at most LIMIT_ANNOTATION_FAULTS. */
typedef struct PictographProblems PictographProblems;
PictographProblems *pictograph_problems_new(void);
void pictograph_problems_free(PictographProblems *problems);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PictographProblems, pictograph_problems_free)
void pictograph_problem_add(PictographProblems *problems, const char *path, const char *kind,
                            const char *message);
/* Of AnnotationFault, of what lies at `path`. */
void pictograph_problem_add_faults(PictographProblems *problems, const GPtrArray *faults,
                                   const char *path);
/* TRUE when there are some, and the request has been answered with them: 422. */
gboolean pictograph_refuse_problems(HttpRequest *request, const PictographProblems *problems);

/* What is in the object but not in `members` (NULL-terminated) is a problem; so is one that is no
 * object. `path` of the object, "" for the body. */
gboolean pictograph_check_members(const json_t *object, const char *path,
                                  const char *const *members, PictographProblems *problems);
/* The list (NULL: absent) at `path`; of Shape. NULL when there are problems. */
GPtrArray *pictograph_read_shapes(const json_t *list, const char *path,
                                  PictographProblems *problems);

/* Replaces what stands on the item. FALSE with an error, as when the class policy refuses it; or
 * with problems and no error, when the set is no good. */
gboolean pictograph_save_shapes(HttpRequest *request, StoreTx *tx, const Item *item,
                                const GPtrArray *shapes, const char *path,
                                PictographProblems *problems, AnnotationsSaved *ret_saved,
                                GError **error);
/* "image_id", "previous_count", "new_count", "status". */
void pictograph_member_saved(JsonWriter *writer, const Item *item, const AnnotationsSaved *saved);
