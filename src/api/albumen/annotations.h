/* Private to the dialect: what is drawn on items, classes, proposals. */
#pragma once

#include "api/albumen/datasets.h"
#include "studio/annotations.h"

#define ALBUMEN_ANNOTATION_ROUTES 13
extern const HttpRoute albumen_annotation_routes[ALBUMEN_ANNOTATION_ROUTES];

/* Answers 422 with what is wrong where; `faults` of AnnotationFault, `before` the member they are
 * of. */
gboolean albumen_refuse_faults(HttpRequest *request, const GPtrArray *faults, const char *before);

/* annotations.c */
gboolean albumen_annotations(HttpRequest *request, GError **error);
gboolean albumen_annotations_save(HttpRequest *request, GError **error);
gboolean albumen_history(HttpRequest *request, GError **error);
gboolean albumen_revision(HttpRequest *request, GError **error);
gboolean albumen_restore(HttpRequest *request, GError **error);

/* classes.c */
gboolean albumen_classes(HttpRequest *request, GError **error);
gboolean albumen_classes_replace(HttpRequest *request, GError **error);
gboolean albumen_class_rename(HttpRequest *request, GError **error);
gboolean albumen_class_merge(HttpRequest *request, GError **error);
gboolean albumen_class_delete(HttpRequest *request, GError **error);

/* proposals.c */
gboolean albumen_proposals_make(HttpRequest *request, GError **error);
gboolean albumen_proposals_accept(HttpRequest *request, GError **error);
gboolean albumen_proposals_reject(HttpRequest *request, GError **error);
