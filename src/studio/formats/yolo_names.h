/* The names in YOLO's data.yaml and classes.txt. */
#pragma once

#include "base/error.h"

typedef struct {
    GPtrArray *names;                 /* of char *, by number; NULL where there is none */
    GPtrArray *joints;                /* of char *: kpt_names, of any class; may be empty */
    guint joint_count, joint_numbers; /* kpt_shape: keypoints, and numbers of each; 0: not told */
} YoloNames;
YoloNames *yolo_names_new(void);
void yolo_names_free(YoloNames *names);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(YoloNames, yolo_names_free)

/* Adds what the YAML says: `names` as a list or a map by number, `kpt_shape`, `kpt_names`; all else
 * is passed over. CORRUPT, with the line. */
gboolean yolo_names_read_yaml(YoloNames *names, const char *text, gsize length, GError **error);
/* One name a line. CORRUPT. */
gboolean yolo_names_read_lines(YoloNames *names, const char *text, gsize length, GError **error);
