#include "base/json_reader.h"

#include "base/json_writer.h"
#include "base/limits.h"

#include <math.h>
#include <string.h>

#define BUFFER_BYTES (64U << 10)
/* Digits of a mantissa that a double holds exactly, and powers of ten that are exact doubles
 * (10^22 = 2^22 * 5^22, and 5^22 < 2^53): a quotient or product of two such is rounded once, which
 * is what reading a number means. */
#define EXACT_DIGITS 15
#define EXACT_POWERS 22
/* Below it every whole number is a double of its own. */
#define WHOLE_NUMBERS 9007199254740992.0

typedef enum {
    EXPECT_VALUE,
    EXPECT_FIRST_VALUE, /* or the end of the array */
    EXPECT_KEY,
    EXPECT_FIRST_KEY, /* or the end of the object */
    EXPECT_COMMA,     /* or the end of what is open */
    EXPECT_END,
} Expectation;

typedef struct {
    gboolean is_object;
    gint64 index;   /* of an array: of the value that comes or came */
    gsize keys_len; /* of `keys`, without this object's current key */
} Level;

struct JsonReader {
    ByteSource source;
    guint8 *buffer;
    gsize at, end;
    gint64 offset; /* of the buffer's beginning */
    gint64 line, line_offset;
    gboolean is_over; /* the source is */
    GError *failure;
    Expectation expect;
    GString *text;
    gsize text_max;
    gboolean is_skipping; /* texts are checked and not kept */
    double number;
    gint64 whole;
    gboolean is_whole;
    guint depth;
    Level levels[LIMIT_JSON_READ_DEPTH];
    GString *keys; /* of the objects that are open, one after the other */
};

JsonReader *json_reader_new(const ByteSource *source, gsize text_bytes_max)
{
    JsonReader *reader = g_new0(JsonReader, 1);
    reader->source = *source;
    reader->buffer = g_malloc(BUFFER_BYTES);
    reader->text = g_string_new(NULL);
    reader->keys = g_string_new(NULL);
    reader->text_max = text_bytes_max;
    reader->line = 1;
    return reader;
}

void json_reader_free(JsonReader *reader)
{
    if (!reader) {
        return;
    }
    g_free(reader->buffer);
    g_string_free(reader->text, TRUE);
    g_string_free(reader->keys, TRUE);
    g_clear_error(&reader->failure);
    g_free(reader);
}

gint64 json_reader_offset(const JsonReader *reader)
{
    return reader->offset + (gint64)reader->at;
}

char *json_reader_path(const JsonReader *reader)
{
    g_autoptr(GString) path = g_string_new(NULL);
    for (guint i = 0; i < reader->depth; i++) {
        const Level *level = &reader->levels[i];
        if (level->is_object) {
            gsize end = i + 1 < reader->depth ? reader->levels[i + 1].keys_len : reader->keys->len;
            if (end > level->keys_len) {
                g_string_append_len(path, reader->keys->str + level->keys_len,
                                    (gssize)(end - level->keys_len));
                g_string_append_c(path, '.');
            }
        } else if (level->index >= 0) {
            g_string_append_printf(path, "%" G_GINT64_FORMAT ".", level->index);
        }
    }
    if (path->len > 0) {
        g_string_truncate(path, path->len - 1);
    }
    return g_string_free(g_steal_pointer(&path), FALSE);
}

/* The error stays; -1. */
static int fail(JsonReader *reader, AlbumenError code, const char *what)
{
    if (!reader->failure) {
        g_autofree char *path = json_reader_path(reader);
        g_set_error(&reader->failure, ALBUMEN_ERROR, code,
                    "%s%sline %" G_GINT64_FORMAT ", column %" G_GINT64_FORMAT "%s: %s", path,
                    *path ? " (" : "", reader->line,
                    json_reader_offset(reader) - reader->line_offset, *path ? ")" : "", what);
    }
    return -1;
}

static int broken(JsonReader *reader, const char *what)
{
    return fail(reader, ALBUMEN_ERROR_CORRUPT, what);
}

/* The next byte stays; -1 at the end and on an error. */
static int refill(JsonReader *reader)
{
    if (reader->is_over || reader->failure) {
        return -1;
    }
    reader->offset += (gint64)reader->end;
    reader->at = reader->end = 0;
    gssize got =
        reader->source.read(reader->source.data, reader->buffer, BUFFER_BYTES, &reader->failure);
    reader->is_over = got <= 0;
    reader->end = got > 0 ? (gsize)got : 0;
    return got > 0 ? reader->buffer[0] : -1;
}

static inline int peek(JsonReader *reader)
{
    return reader->at < reader->end ? reader->buffer[reader->at] : refill(reader);
}

static inline int take(JsonReader *reader)
{
    int c = peek(reader);
    reader->at += c >= 0;
    return c;
}

static int skip_blanks(JsonReader *reader)
{
    for (int c = peek(reader);; c = peek(reader)) {
        if (c == '\n') {
            reader->at++;
            reader->line++;
            reader->line_offset = json_reader_offset(reader);
        } else if (c == ' ' || c == '\t' || c == '\r') {
            reader->at++;
        } else {
            return c;
        }
    }
}

/* Texts */

static gboolean keep(JsonReader *reader, const void *bytes, gsize length)
{
    if (reader->is_skipping) {
        return TRUE;
    }
    if (reader->text->len + length > reader->text_max) {
        return fail(reader, ALBUMEN_ERROR_TOO_LARGE, "a text is too long") >= 0;
    }
    g_string_append_len(reader->text, bytes, (gssize)length);
    return TRUE;
}

/* A character of several bytes, the first of which is taken: RFC 3629, section 4. */
static gboolean take_wide(JsonReader *reader, guint8 first)
{
    guint8 bytes[4] = {first};
    guint count = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
    if (first < 0xc2 || first > 0xf4) {
        return broken(reader, "this is not UTF-8") >= 0;
    }
    for (guint i = 1; i < count; i++) {
        int c = take(reader);
        if (c < 0x80 || c > 0xbf) {
            return broken(reader, "this is not UTF-8") >= 0;
        }
        bytes[i] = (guint8)c;
    }
    if ((first == 0xe0 && bytes[1] < 0xa0) || (first == 0xed && bytes[1] > 0x9f) ||
        (first == 0xf0 && bytes[1] < 0x90) || (first == 0xf4 && bytes[1] > 0x8f)) {
        return broken(reader, "this is not UTF-8") >= 0;
    }
    return keep(reader, bytes, count);
}

/* Four hex digits; -1. */
static int take_hex(JsonReader *reader)
{
    int value = 0;
    for (int i = 0; i < 4; i++) {
        int c = take(reader);
        if (c < 0 || !g_ascii_isxdigit(c)) {
            return broken(reader, "four hex digits are expected after \\u");
        }
        value = value * 16 + g_ascii_xdigit_value((char)c);
    }
    return value;
}

static gboolean take_unicode(JsonReader *reader)
{
    int high = take_hex(reader);
    if (high < 0) {
        return FALSE;
    }
    gunichar c = (gunichar)high;
    if (high >= 0xd800 && high <= 0xdbff) {
        gboolean follows = take(reader) == '\\';
        follows = follows && take(reader) == 'u';
        int low = follows ? take_hex(reader) : 0;
        if (low < 0xdc00 || low > 0xdfff) {
            return broken(reader, "half a surrogate pair is no character") >= 0;
        }
        c = 0x10000 + (((gunichar)high - 0xd800) << 10) + ((gunichar)low - 0xdc00);
    } else if (high >= 0xdc00 && high <= 0xdfff) {
        return broken(reader, "half a surrogate pair is no character") >= 0;
    } else if (c == 0) {
        return broken(reader, "a NUL has no place in a text") >= 0;
    }
    char bytes[6];
    return keep(reader, bytes, (gsize)g_unichar_to_utf8(c, bytes));
}

static gboolean take_escape(JsonReader *reader)
{
    static const char escapes[] = "\"\\/bfnrt";
    static const char meanings[] = "\"\\/\b\f\n\r\t";
    int c = take(reader);
    if (c == 'u') {
        return take_unicode(reader);
    }
    const char *escape = c > 0 ? strchr(escapes, c) : NULL;
    if (!escape) {
        return broken(reader, "a text has an unknown escape") >= 0;
    }
    return keep(reader, &meanings[escape - escapes], 1);
}

/* After its opening quote. */
static gboolean take_text(JsonReader *reader)
{
    g_string_truncate(reader->text, 0);
    for (;;) {
        if (peek(reader) < 0) {
            return broken(reader, "the file ends within a text") >= 0;
        }
        gsize from = reader->at;
        while (reader->at < reader->end && reader->buffer[reader->at] >= 0x20 &&
               reader->buffer[reader->at] < 0x80 && reader->buffer[reader->at] != '"' &&
               reader->buffer[reader->at] != '\\') {
            reader->at++;
        }
        if (reader->at > from && !keep(reader, reader->buffer + from, reader->at - from)) {
            return FALSE;
        }
        if (reader->at == reader->end) {
            continue;
        }
        guint8 c = reader->buffer[reader->at++];
        if (c == '"') {
            return TRUE;
        }
        if (c < 0x20) {
            return broken(reader, "a control character stands in a text") >= 0;
        }
        if (c == '\\' ? !take_escape(reader) : !take_wide(reader, c)) {
            return FALSE;
        }
    }
}

/* Numbers */

/* The digits that come, into the text; how many. -1 when there are too many. */
static int take_digits(JsonReader *reader)
{
    int count = 0;
    for (int c = peek(reader); c >= '0' && c <= '9'; c = peek(reader)) {
        g_string_append_c(reader->text, (char)c);
        reader->at++;
        count++;
        if (reader->text->len > LIMIT_JSON_NUMBER_BYTES) {
            return fail(reader, ALBUMEN_ERROR_TOO_LARGE, "a number has too many digits");
        }
    }
    return count;
}

static void take_char(JsonReader *reader)
{
    g_string_append_c(reader->text, (char)take(reader));
}

static const double powers[EXACT_POWERS + 1] = {
    1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
    1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
};

/* What the text's digits mean, where that is exact in doubles. */
static gboolean read_exactly(const JsonReader *reader, int decimals, double *ret_number)
{
    const char *at = reader->text->str;
    gboolean is_negative = *at == '-';
    gint64 mantissa = 0;
    int digits = 0;
    for (at += is_negative; *at; at++) {
        if (*at != '.') {
            mantissa = mantissa * 10 + (*at - '0');
            digits += mantissa > 0;
        }
        if (digits > EXACT_DIGITS) {
            return FALSE;
        }
    }
    if (decimals > EXACT_POWERS) {
        return FALSE;
    }
    double size = (double)mantissa / powers[decimals];
    *ret_number = is_negative ? -size : size;
    return TRUE;
}

static gboolean understand_number(JsonReader *reader, int decimals, gboolean has_exponent)
{
    if (has_exponent || !read_exactly(reader, decimals, &reader->number)) {
        reader->number = g_ascii_strtod(reader->text->str, NULL);
    }
    if (!isfinite(reader->number)) {
        return broken(reader, "a number is larger than any we know") >= 0;
    }
    reader->is_whole = FALSE;
    if (fabs(reader->number) < WHOLE_NUMBERS) {
        reader->whole = (gint64)reader->number;
        reader->is_whole = (double)reader->whole == reader->number;
    } else if (decimals == 0 && !has_exponent) {
        reader->is_whole = g_ascii_string_to_signed(reader->text->str, 10, G_MININT64, G_MAXINT64,
                                                    &reader->whole, NULL);
    }
    return TRUE;
}

static gboolean take_number(JsonReader *reader)
{
    int decimals = 0;
    gboolean has_exponent = FALSE;
    g_string_truncate(reader->text, 0);
    if (peek(reader) == '-') {
        take_char(reader);
    }
    gsize from = reader->text->len;
    int digits = take_digits(reader);
    if (digits < 0) {
        return FALSE;
    }
    if (digits == 0 || (digits > 1 && reader->text->str[from] == '0')) {
        return broken(reader, digits ? "a number begins with 0" : "a number is expected") >= 0;
    }
    if (peek(reader) == '.') {
        take_char(reader);
        decimals = take_digits(reader);
        if (decimals <= 0) {
            return broken(reader, "digits are expected after the point") >= 0;
        }
    }
    if (peek(reader) == 'e' || peek(reader) == 'E') {
        has_exponent = TRUE;
        take_char(reader);
        if (peek(reader) == '-' || peek(reader) == '+') {
            take_char(reader);
        }
        if (take_digits(reader) <= 0) {
            return broken(reader, "digits are expected in the exponent") >= 0;
        }
    }
    return understand_number(reader, decimals, has_exponent);
}

/* Structure */

static JsonRead after_value(JsonReader *reader, JsonRead token)
{
    reader->expect = reader->depth > 0 ? EXPECT_COMMA : EXPECT_END;
    return token;
}

static JsonRead begin_level(JsonReader *reader, gboolean is_object)
{
    reader->at++;
    if (reader->depth == G_N_ELEMENTS(reader->levels)) {
        return (JsonRead)fail(reader, ALBUMEN_ERROR_TOO_LARGE, "this is nested too deeply");
    }
    reader->levels[reader->depth++] = (Level){is_object, -1, reader->keys->len};
    reader->expect = is_object ? EXPECT_FIRST_KEY : EXPECT_FIRST_VALUE;
    return is_object ? JSON_READ_OBJECT : JSON_READ_ARRAY;
}

static JsonRead end_level(JsonReader *reader)
{
    reader->at++;
    const Level *level = &reader->levels[--reader->depth];
    g_string_truncate(reader->keys, level->keys_len);
    return after_value(reader, level->is_object ? JSON_READ_OBJECT_END : JSON_READ_ARRAY_END);
}

static JsonRead take_word(JsonReader *reader, const char *word, JsonRead token)
{
    for (const char *at = word; *at; at++) {
        if (take(reader) != *at) {
            return (JsonRead)broken(reader, "this is no value of JSON");
        }
    }
    return after_value(reader, token);
}

static JsonRead take_value(JsonReader *reader, int c)
{
    if (reader->depth > 0 && !reader->levels[reader->depth - 1].is_object) {
        reader->levels[reader->depth - 1].index++;
    }
    switch (c) {
    case '{':
        return begin_level(reader, TRUE);
    case '[':
        return begin_level(reader, FALSE);
    case '"':
        reader->at++;
        return take_text(reader) ? after_value(reader, JSON_READ_TEXT) : JSON_READ_FAILED;
    case 't':
        return take_word(reader, "true", JSON_READ_TRUE);
    case 'f':
        return take_word(reader, "false", JSON_READ_FALSE);
    case 'n':
        return take_word(reader, "null", JSON_READ_NULL);
    case 'N':
    case 'I':
        return (JsonRead)broken(reader, "NaN and Infinity are no numbers of JSON");
    case -1:
        return (JsonRead)broken(reader, "the file ends too early");
    default:
        if (c == '-' || g_ascii_isdigit(c)) {
            return take_number(reader) ? after_value(reader, JSON_READ_NUMBER) : JSON_READ_FAILED;
        }
        return (JsonRead)broken(reader, "a value is expected");
    }
}

static JsonRead take_key(JsonReader *reader, int c)
{
    if (c != '"') {
        return (JsonRead)broken(reader, "a member's name in quotes is expected");
    }
    reader->at++;
    gboolean was_skipping = reader->is_skipping;
    reader->is_skipping = FALSE; /* paths need it */
    gboolean taken = take_text(reader);
    reader->is_skipping = was_skipping;
    if (!taken) {
        return JSON_READ_FAILED;
    }
    if (reader->text->len > LIMIT_JSON_KEY_BYTES) {
        return (JsonRead)fail(reader, ALBUMEN_ERROR_TOO_LARGE, "a member's name is too long");
    }
    g_string_truncate(reader->keys, reader->levels[reader->depth - 1].keys_len);
    g_string_append_len(reader->keys, reader->text->str, (gssize)reader->text->len);
    if (skip_blanks(reader) != ':') {
        return (JsonRead)broken(reader, "a colon is expected after a member's name");
    }
    reader->at++;
    reader->expect = EXPECT_VALUE;
    return JSON_READ_KEY;
}

static JsonRead take_end(JsonReader *reader, int c)
{
    if (c >= 0) {
        return (JsonRead)broken(reader, "something follows the end of the document");
    }
    return JSON_READ_END;
}

static JsonRead next(JsonReader *reader)
{
    int c = skip_blanks(reader);
    if (reader->expect == EXPECT_END) {
        return take_end(reader, c);
    }
    const Level *level = reader->depth > 0 ? &reader->levels[reader->depth - 1] : NULL;
    if (level && c == (level->is_object ? '}' : ']') &&
        (reader->expect == EXPECT_COMMA || reader->expect == EXPECT_FIRST_KEY ||
         reader->expect == EXPECT_FIRST_VALUE)) {
        return end_level(reader);
    }
    if (level && reader->expect == EXPECT_COMMA) {
        if (c != ',') {
            return (JsonRead)broken(reader, c < 0 ? "the file ends too early"
                                                  : "a comma or the end of this is expected");
        }
        reader->at++;
        reader->expect = level->is_object ? EXPECT_KEY : EXPECT_VALUE;
        c = skip_blanks(reader);
    }
    if (reader->expect == EXPECT_KEY || reader->expect == EXPECT_FIRST_KEY) {
        return take_key(reader, c);
    }
    return take_value(reader, c);
}

JsonRead json_reader_next(JsonReader *reader, GError **error)
{
    JsonRead token = reader->failure ? JSON_READ_FAILED : next(reader);
    if (reader->failure) { /* also of the source */
        g_propagate_error(error, g_error_copy(reader->failure));
        return JSON_READ_FAILED;
    }
    return token;
}

const char *json_reader_text(const JsonReader *reader, gsize *ret_length)
{
    if (ret_length) {
        *ret_length = reader->text->len;
    }
    return reader->text->str;
}

double json_reader_number(const JsonReader *reader)
{
    return reader->number;
}

gboolean json_reader_whole(const JsonReader *reader, gint64 *ret_whole)
{
    *ret_whole = reader->whole;
    return reader->is_whole;
}

gboolean json_reader_skip(JsonReader *reader, JsonRead token, GError **error)
{
    guint depth = reader->depth;
    if (token == JSON_READ_OBJECT || token == JSON_READ_ARRAY) {
        depth--;
    } else if (token != JSON_READ_KEY) {
        return TRUE;
    }
    reader->is_skipping = TRUE;
    do {
        token = json_reader_next(reader, error);
    } while (token != JSON_READ_FAILED && reader->depth > depth);
    reader->is_skipping = FALSE;
    return token != JSON_READ_FAILED;
}

static void write_token(JsonReader *reader, JsonRead token, JsonWriter *writer)
{
    switch (token) {
    case JSON_READ_OBJECT:
        json_object_begin(writer);
        break;
    case JSON_READ_OBJECT_END:
        json_object_end(writer);
        break;
    case JSON_READ_ARRAY:
        json_array_begin(writer);
        break;
    case JSON_READ_ARRAY_END:
        json_array_end(writer);
        break;
    case JSON_READ_KEY:
        json_key(writer, reader->text->str);
        break;
    case JSON_READ_TEXT:
        json_text_len(writer, reader->text->str, reader->text->len);
        break;
    case JSON_READ_NUMBER:
        json_raw(writer, reader->text->str, reader->text->len);
        break;
    case JSON_READ_TRUE:
    case JSON_READ_FALSE:
        json_bool(writer, token == JSON_READ_TRUE);
        break;
    default:
        json_none(writer);
    }
}

gboolean json_reader_copy(JsonReader *reader, JsonRead token, GString *text, gsize most,
                          GError **error)
{
    /* The writer nests less deeply than the reader, and asserts it. */
    guint depth = reader->depth;
    gboolean opens = token == JSON_READ_OBJECT || token == JSON_READ_ARRAY;
    g_autoptr(JsonWriter) writer = json_writer_new(most);
    if (token == JSON_READ_KEY) {
        token = json_reader_next(reader, error);
        opens = token == JSON_READ_OBJECT || token == JSON_READ_ARRAY;
        depth = reader->depth;
    }
    while (token != JSON_READ_FAILED) {
        if (reader->depth >= depth + LIMIT_JSON_OUTPUT_DEPTH - 1) {
            fail(reader, ALBUMEN_ERROR_TOO_LARGE, "this is nested too deeply");
        } else {
            write_token(reader, token, writer);
        }
        if (!opens || reader->depth < depth) {
            break;
        }
        token = json_reader_next(reader, error);
    }
    if (token == JSON_READ_FAILED) {
        return FALSE;
    }
    g_autoptr(GBytes) bytes = json_writer_finish(writer, error);
    if (!bytes) {
        return FALSE;
    }
    g_string_append_len(text, g_bytes_get_data(bytes, NULL), (gssize)g_bytes_get_size(bytes));
    return TRUE;
}
