/* What jpeg.c and jpeg_encode.c share: libjpeg reports errors by longjmp, and this is the only
 * place that knows. */
#pragma once

#include <glib.h>
#include <setjmp.h>
#include <stdio.h>

#include <jpeglib.h>

typedef struct {
    struct jpeg_error_mgr manager; /* first: libjpeg hands back a pointer to it */
    jmp_buf jump;
    GError *error; /* why the steps ended, if they did */
    int warnings;  /* damaged places so far */
    gboolean ended_early;
} JpegErrors;

void jpeg_errors_init(JpegErrors *errors);

/* Runs `step`, which may call libjpeg and jpeg_errors_fail; FALSE when it failed, errors->error
 * says why. `step` must keep everything that it allocates in `data`. */
gboolean jpeg_errors_run(JpegErrors *errors, void (*step)(gpointer data), gpointer data);

/* Leaves the step under way. */
void jpeg_errors_fail(JpegErrors *errors, int code, const char *format, ...)
    G_GNUC_PRINTF(3, 4) G_GNUC_NORETURN;
