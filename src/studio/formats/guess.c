#include "base/limits.h"
#include "studio/formats/import_files.h"

#define HEAD_BYTES 8192
/* Files of an archive that are looked at; what is sure ends it before. */
#define FILES_MAX 2000

typedef struct {
    const Format *format;
    Likeness likeness;
} Guess;

static void look(const char *name, const char *head, gsize length, Guess *guess)
{
    for (const Format *const *format = formats_all(); *format; format++) {
        if (!(*format)->reader) {
            continue;
        }
        Likeness likeness = (*format)->reader->looks_like(name, head, length);
        if (likeness > guess->likeness) {
            *guess = (Guess){*format, likeness};
        }
    }
}

/* The beginning of a file, as much as comes; -1 with an error. */
static gssize read_head(const ByteSource *source, guint8 *head, GError **error)
{
    gsize length = 0;
    while (length < HEAD_BYTES) {
        gssize got = source->read(source->data, head + length, HEAD_BYTES - length, error);
        if (got < 0) {
            return -1;
        }
        if (got == 0) {
            break;
        }
        length += (gsize)got;
    }
    return (gssize)length;
}

const Format *format_guess(int fd, const char *filename, GCancellable *cancellable, GError **error)
{
    const FormatSink sink = {.cancellable = cancellable};
    g_autoptr(ImportFiles) files = import_files_open(fd, filename, &sink, error);
    g_autofree guint8 *head = g_malloc0(HEAD_BYTES + 1);
    const char *name = NULL;
    ByteSource source;
    Guess guess = {0};
    GError *failure = NULL;
    if (!files) {
        return NULL;
    }
    for (int i = 0; i < FILES_MAX && guess.likeness < LIKENESS_SURE &&
                    import_files_next(files, &name, &source, &failure);
         i++) {
        gssize length = read_head(&source, head, &failure);
        if (length < 0) {
            break;
        }
        head[length] = 0;
        look(name, (const char *)head, (gsize)length, &guess);
    }
    if (failure) {
        g_propagate_error(error, failure);
        return NULL;
    }
    if (!guess.format) {
        g_set_error_literal(
            error, ALBUMEN_ERROR, ALBUMEN_ERROR_INVALID,
            "The file is of no format that is known here; name the format if it is");
    }
    return guess.format;
}
