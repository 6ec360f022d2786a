/* Datasets made in memory, written in a format, and the files of the archive read back. */
#pragma once

#include "studio/formats/writer.h"

typedef struct {
    Dataset dataset;
    FormatDataset told;
    GPtrArray *classes; /* of AnnotationClass */
    GPtrArray *images;  /* of what format_image takes */
    GHashTable *losses; /* after format_write: from a sentence to its count */
    GHashTable *files;  /* from the name of a file to its text */
} FormatScene;

/* "Fleet" of the organization "Harbour", without classes. */
void format_scene_open(FormatScene *scene);
void format_scene_close(FormatScene *scene);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(FormatScene, format_scene_close)

AnnotationClass *format_class(FormatScene *scene, const char *name, ShapeKind kind);
/* An image of 200 x 100 pixels; "/" or "/a/b". Shapes are added to what is returned. */
GPtrArray *format_image(FormatScene *scene, const char *directory, const char *filename,
                        Split split);

Shape *format_box(GPtrArray *shapes, const char *name, double x, double y, double w, double h);
/* 20 by 10 around (50, 40), turned by 90 degrees: its first corner is (55, 30). */
Shape *format_rotated(GPtrArray *shapes, const char *name);
/* The outer ring (10,10) (40,10) (40,40) (10,40). */
Shape *format_polygon(GPtrArray *shapes, const char *name);
/* The same with the hole (20,20) (30,20) (30,30) (20,30). */
Shape *format_holed(GPtrArray *shapes, const char *name);
/* (1,2) (3,4) (5,2.5) */
Shape *format_line(GPtrArray *shapes, const char *name);
Shape *format_keypoint(GPtrArray *shapes, const char *name, double x, double y, gint64 instance);
Shape *format_tag(GPtrArray *shapes, const char *name);

void format_write(FormatScene *scene, const FormatWriterClass *writer);

/* Asserts the whole text of a file. */
void format_assert_file(const FormatScene *scene, const char *name, const char *expected);
/* Asserts that the file has this part. */
void format_assert_part(const FormatScene *scene, const char *name, const char *part);
void format_assert_loss(const FormatScene *scene, const char *what, guint count);
/* The names of all files, sorted, with blanks between. */
void format_assert_names(const FormatScene *scene, const char *expected);
