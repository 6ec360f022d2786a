#include "media/warm.h"

#include "base/error.h"
#include "media/vips_decode.h"

/* A grey square of 8 x 8 pixels in each format that libvips decodes for us, in base 64. */
static const struct {
    MediaFormat format;
    const char *file;
} squares[] = {
    {MEDIA_PNG, "iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAIAAABLbSncAAAACXBIWXMAAAPoAAAD6AG1e1JrAAAA"
                "D0lEQVQImWOowAEYhpYEACrVWgHfA7Y0AAAAAElFTkSuQmCC"},
    {MEDIA_WEBP, "UklGRiQAAABXRUJQVlA4IBgAAAAwAQCdASoIAAgAAgA0JaQAA3AA/tc8AAA="},
    {MEDIA_GIF, "R0lGODlhCAAIAIAAAEdwTHh4eCH/C05FVFNDQVBFMi4wAwEAAAAh+QQFAAAAACwAAAAACAAIAAAC"
                "B4yPqcvtXQAAOw=="},
    {MEDIA_TIFF, "SUkqAEgAAAB4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4"
                 "eHh4eHh4eHh4eHh4eHh4CAAAAQMAAQAAAAgAAAABAQMAAQAAAAgAAAACAQMAAQAAAAgAAAADAQMA"
                 "AQAAAAEAAAAGAQMAAQAAAAEAAAARAQQAAQAAAAgAAAAWAQMAAQAAAAgAAAAXAQQAAQAAAEAAAAAA"
                 "AAAA"},
    {MEDIA_HEIF, "AAAAHGZ0eXBoZWljAAAAAG1pZjFoZWljbWlhZgAAAa1tZXRhAAAAAAAAACFoZGxyAAAAAAAAAABw"
                 "aWN0AAAAAAAAAAAAAAAAAAAAAA5waXRtAAAAAAACAAAAEGlkYXQAAAAAAAgACAAAADhpbG9jAQAA"
                 "AERAAAIAAQAAAAAAAAHRAAEAAAAAAAAAKgACAAEAAAAAAAAAAQAAAAAAAAAIAAAAOGlpbmYAAAAA"
                 "AAIAAAAVaW5mZQIAAAEAAQAAaHZjMQAAAAAVaW5mZQIAAAAAAgAAZ3JpZAAAAADYaXBycAAAALZp"
                 "cGNvAAAAdmh2Y0MBA3AAAAAAAAAAAAAe8AD8/fj4AAAPAyAAAQAYQAEMAf//A3AAAAMAkAAAAwAA"
                 "AwAeugJAIQABACpCAQEDcAAAAwCQAAADAAADAB6gIIEFluqumubgQEDAgAAAAwCAAAADAIQiAAEA"
                 "BkQBwXPBiQAAABRpc3BlAAAAAAAAAEAAAABAAAAAFGlzcGUAAAAAAAAACAAAAAgAAAAQcGl4aQAA"
                 "AAADCAgIAAAAGmlwbWEAAAAAAAAAAgABAoECAAICA4QAAAAaaXJlZgAAAAAAAAAOZGltZwACAAEA"
                 "AQAAADJtZGF0AAAAJigBrxMhLZb4TlCn/9TozQyVTFq5T6Vz3QpQk3J+uP7yh5PFYoLg"},
    {MEDIA_AVIF, "AAAAHGZ0eXBhdmlmAAAAAGF2aWZtaWYxbWlhZgAAAOptZXRhAAAAAAAAACFoZGxyAAAAAAAAAABw"
                 "aWN0AAAAAAAAAAAAAAAAAAAAAA5waXRtAAAAAAABAAAAImlsb2MAAAAAREAAAQABAAAAAAEOAAEA"
                 "AAAAAAAAFgAAACNpaW5mAAAAAAABAAAAFWluZmUCAAAAAAEAAGF2MDEAAAAAamlwcnAAAABLaXBj"
                 "bwAAABNjb2xybmNseAACAAIABoAAAAAMYXYxQ4EADAAAAAAUaXNwZQAAAAAAAAAIAAAACAAAABBw"
                 "aXhpAAAAAAMICAgAAAAXaXBtYQAAAAAAAAABAAEEgYIDhAAAAB5tZGF0EgAKCBgIv2CBAQNCMggY"
                 "AAAAQACuoA=="},
    {MEDIA_JXL, "/wpBBgG0AJNhCQCACpVRxg1ezvV8+aHDYtrGdYa22rawhLHZXhgkJJw0UOXmnAzDGipJAA=="},
};

gboolean warm_decoders(GError **error)
{
    for (gsize i = 0; i < G_N_ELEMENTS(squares); i++) {
        gsize length = 0;
        g_autofree guchar *file = g_base64_decode(squares[i].file, &length);
        ByteSource source = source_of_memory(file, length);
        g_auto(Decoded) decoded = {0};
        g_autoptr(GError) why = NULL;
        if (!vips_decode(&source, squares[i].format, 0, &decoded, &why) &&
            !g_error_matches(why, ALBUMEN_ERROR, ALBUMEN_ERROR_UNSUPPORTED)) {
            g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_INTERNAL,
                        "the decoder for %s does not work: %s",
                        media_format_name(squares[i].format), why->message);
            return FALSE;
        }
    }
    return TRUE;
}
