#include "media/jpeg_session.h"

#include "base/error.h"
#include "base/limits.h"

#include <jerror.h>

/* What a libjpeg error means for a person. */
static AlbumenError describe(int code, const char **ret_sentence)
{
    switch (code) {
    case JERR_OUT_OF_MEMORY:
        *ret_sentence = "there is not enough memory for this picture";
        return ALBUMEN_ERROR_TOO_LARGE;
    case JERR_NO_SOI:
        *ret_sentence = "this is not a JPEG picture";
        return ALBUMEN_ERROR_CORRUPT;
    case JERR_NO_IMAGE:
    case JERR_SOS_NO_SOF:
        *ret_sentence = "this JPEG file holds no picture";
        return ALBUMEN_ERROR_CORRUPT;
    case JERR_SOF_UNSUPPORTED:
    case JERR_BAD_PRECISION:
    case JERR_ARITH_NOTIMPL:
    case JERR_CONVERSION_NOTIMPL:
    case JERR_CCIR601_NOTIMPL:
    case JERR_FRACT_SAMPLE_NOTIMPL:
        *ret_sentence = "this is a rare kind of JPEG that cannot be read";
        return ALBUMEN_ERROR_UNSUPPORTED;
    default:
        *ret_sentence = "the picture's data is damaged";
        return ALBUMEN_ERROR_CORRUPT;
    }
}

static void on_error(j_common_ptr info)
{
    JpegErrors *errors = (JpegErrors *)info->err;
    const char *sentence = NULL;
    AlbumenError code = describe(info->err->msg_code, &sentence);
    jpeg_errors_fail(errors, code, "%s", sentence);
}

/* Level -1 is a warning: the data is damaged and libjpeg goes on as well as it can. Anything above
 * is chatter. */
static void on_message(j_common_ptr info, int level)
{
    JpegErrors *errors = (JpegErrors *)info->err;
    if (level >= 0) {
        return;
    }
    errors->warnings++;
    if (info->is_decompressor && info->err->msg_code == JWRN_HIT_MARKER &&
        ((j_decompress_ptr)info)->unread_marker == JPEG_EOI) {
        errors->ended_early = TRUE;
    }
    if (errors->warnings > LIMIT_JPEG_WARNINGS) {
        jpeg_errors_fail(errors, ALBUMEN_ERROR_CORRUPT, "the picture's data is damaged");
    }
}

static void say_nothing(j_common_ptr info)
{
}

void jpeg_errors_init(JpegErrors *errors)
{
    *errors = (JpegErrors){.error = NULL};
    jpeg_std_error(&errors->manager);
    errors->manager.error_exit = on_error;
    errors->manager.emit_message = on_message;
    errors->manager.output_message = say_nothing;
}

gboolean jpeg_errors_run(JpegErrors *errors, void (*step)(gpointer data), gpointer data)
{
    if (setjmp(errors->jump)) {
        return FALSE;
    }
    step(data);
    return TRUE;
}

void jpeg_errors_fail(JpegErrors *errors, int code, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    g_clear_error(&errors->error);
    errors->error = g_error_new_valist(ALBUMEN_ERROR, code, format, args);
    va_end(args);
    longjmp(errors->jump, 1);
}
