/* What the library knows of a photo, proposed as annotations: its objects and faces. A proposal is
 * a shape by a model, apart from those that stand until somebody accepts it. In the caller's
 * transaction, as studio/dataset.h says. */
#pragma once

#include "studio/annotations.h"

typedef struct {
    gboolean objects, faces;
    gboolean names;             /* faces of named people are called by their name, else "face" */
    double min_confidence;      /* 0..1 */
    const char *const *classes; /* of objects, NULL-terminated; NULL: all */
} ProposalsWanted;

/* For these items (ids), or all in use (NULL), whose photo is as it was put in. Earlier proposals
 * of the same sort (objects, faces) that the library made and nobody accepted are replaced; one
 * that lies on a shape of its name that stands (overlap 0.8), or was accepted before, is left out,
 * and of a project whose class policy is closed what has no class. Faces are those that the viewer
 * sees. Each item whose shapes change by it gets a revision. `ret_items`: of how many there are
 * proposals now. */
gboolean proposals_make(StoreTx *tx, const Principal *viewer, const Dataset *dataset,
                        const GArray *items, const ProposalsWanted *wanted, gint64 *ret_items,
                        gint64 *ret_shapes, GError **error);
/* Accepts or throws away proposals of these items at or above a confidence, whoever made them; each
 * item's is one revision. An item that was 'new' is begun ('annotate') by accepting. */
gboolean proposals_decide(StoreTx *tx, const Principal *viewer, const Dataset *dataset,
                          const GArray *items, double min_confidence, gboolean accept,
                          gint64 *ret_shapes, GError **error);
