/* Reads a file with a reader of annotations, and writes down what it tells, a line each:
 *
 *     class cat bbox
 *     image 0 /a/b x.jpg 640x480 train @images.0.file_name
 *     shape 0 bbox cat 1,2,3,4 score=0.5 {"a":1} @annotations.0
 *     shape 0 polygon cat (0,0 5,0 5,5)(1,1 2,1 2,2) @annotations.1.segmentation.0
 *     problem annotations.2.id: another annotation has the id 1
 *     loss polygons of several parts became a polygon each
 *     error corrupt: ...
 */
#pragma once

#include "studio/formats/reader.h"

/* Every image of ours is 100 x 50 here; those whose name begins with "none" are not known. The
 * caller's. */
char *read_transcript(const FormatReaderClass *reader, const char *filename, const void *data,
                      gsize length);
#define read_text(reader, filename, text) read_transcript(reader, filename, text, strlen(text))
/* Of an archive of these names and contents, by turns, NULL-terminated. */
char *read_zip(const FormatReaderClass *reader, const char *name, ...) G_GNUC_NULL_TERMINATED;
/* The archive itself. */
GBytes *make_zip(const char *name, ...) G_GNUC_NULL_TERMINATED;

#define assert_line(transcript, line)                                                              \
    G_STMT_START                                                                                   \
    {                                                                                              \
        g_autofree char *wrapped_ = g_strconcat("\n", transcript, NULL);                           \
        if (!strstr(wrapped_, "\n" line "\n")) {                                                   \
            g_error("\"%s\" is not in:\n%s", line, transcript);                                    \
        }                                                                                          \
    }                                                                                              \
    G_STMT_END
#define assert_has(transcript, text)                                                               \
    G_STMT_START                                                                                   \
    {                                                                                              \
        if (!strstr(transcript, text)) {                                                           \
            g_error("\"%s\" is not in:\n%s", text, transcript);                                    \
        }                                                                                          \
    }                                                                                              \
    G_STMT_END
