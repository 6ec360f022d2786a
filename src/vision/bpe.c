#include "vision/bpe.h"

#include "base/limits.h"

#define BYTES     256
#define WORD_ENDS 256 /* tokens of bytes at a word's end follow those of bytes */
#define WORD_END  "</w>"

typedef struct {
    guint rank;
    gint64 token; /* what the two become */
} Merge;

struct Bpe {
    gint64 byte_tokens[BYTES];
    GHashTable *merges; /* two tokens in a gint64 to Merge */
    GArray *all;        /* of Merge: where they lie */
};

/* Both of a pair in one number; tokens are far fewer than 2^31. */
static gint64 pair_of(gint64 first, gint64 second)
{
    return first << 32 | second;
}

/* The characters that stand for bytes in a vocabulary: printable bytes of Latin-1 for themselves,
 * the others for U+0100 and on. Tokens of bytes count in the order of these characters. */
static void fill_bytes(Bpe *bpe, gunichar characters[BYTES])
{
    gint64 printable = 0, others = 0;
    for (int byte = 0; byte < BYTES; byte++) {
        gboolean prints =
            (byte >= '!' && byte <= '~') || (byte >= 0xA1 && byte <= 0xAC) || byte >= 0xAE;
        characters[byte] = prints ? (gunichar)byte : (gunichar)(BYTES + others);
        bpe->byte_tokens[byte] = prints ? printable++ : others++;
    }
    for (int byte = 0; byte < BYTES; byte++) {
        if (characters[byte] >= BYTES) {
            bpe->byte_tokens[byte] += printable;
        }
    }
}

/* Texts of the vocabulary to tokens; values are the token and 1. */
static void put_token(GHashTable *tokens, char *text, gint64 token)
{
    g_hash_table_replace(tokens, text, GSIZE_TO_POINTER((gsize)token + 1));
}

static gint64 get_token(GHashTable *tokens, const char *text)
{
    return (gint64)GPOINTER_TO_SIZE(g_hash_table_lookup(tokens, text)) - 1;
}

static GHashTable *byte_texts(Bpe *bpe)
{
    gunichar characters[BYTES];
    fill_bytes(bpe, characters);
    GHashTable *tokens = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    for (int byte = 0; byte < BYTES; byte++) {
        char text[8] = {0};
        g_unichar_to_utf8(characters[byte], text);
        put_token(tokens, g_strdup(text), bpe->byte_tokens[byte]);
        put_token(tokens, g_strconcat(text, WORD_END, NULL), bpe->byte_tokens[byte] + WORD_ENDS);
    }
    return tokens;
}

static gboolean refuse_line(guint line, GError **error)
{
    g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_CORRUPT,
                "line %u of the vocabulary is no merge of two tokens before it", line + 1);
    return FALSE;
}

/* `line` is cut in two. */
static gboolean read_merge(Bpe *bpe, GHashTable *tokens, char *line, guint rank, GError **error)
{
    char *blank = strchr(line, ' ');
    if (!blank) {
        return refuse_line(rank, error);
    }
    *blank = '\0';
    gint64 first = get_token(tokens, line), second = get_token(tokens, blank + 1);
    if (first < 0 || second < 0) {
        return refuse_line(rank, error);
    }
    Merge merge = {rank, (gint64)rank + BYTES + WORD_ENDS};
    put_token(tokens, g_strconcat(line, blank + 1, NULL), merge.token);
    g_array_append_val(bpe->all, merge);
    gint64 *pair = g_new(gint64, 1);
    *pair = pair_of(first, second);
    g_hash_table_insert(bpe->merges, pair, GSIZE_TO_POINTER((gsize)rank + 1));
    return TRUE;
}

Bpe *bpe_new(GBytes *vocabulary, GError **error)
{
    gsize length = 0;
    const char *data = g_bytes_get_data(vocabulary, &length);
    if (length > LIMIT_VOCABULARY_BYTES || !data || !g_utf8_validate(data, (gssize)length, NULL)) {
        g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_CORRUPT,
                    "the vocabulary is no text of at most %u bytes", LIMIT_VOCABULARY_BYTES);
        return NULL;
    }
    g_autofree char *text = g_strndup(data, length);
    g_autoptr(Bpe) bpe = g_new0(Bpe, 1);
    bpe->merges = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
    bpe->all = g_array_new(FALSE, FALSE, sizeof(Merge));
    g_autoptr(GHashTable) tokens = byte_texts(bpe);
    for (char *line = text, *end; *line; line = end) {
        end = line + strcspn(line, "\n");
        if (*end) {
            *end++ = '\0';
        }
        if (!read_merge(bpe, tokens, line, bpe->all->len, error)) {
            return NULL;
        }
    }
    return g_steal_pointer(&bpe);
}

void bpe_free(Bpe *bpe)
{
    if (!bpe) {
        return;
    }
    g_hash_table_unref(bpe->merges);
    g_array_unref(bpe->all);
    g_free(bpe);
}

gint64 bpe_start(const Bpe *bpe)
{
    return BYTES + WORD_ENDS + (gint64)bpe->all->len;
}

gint64 bpe_end(const Bpe *bpe)
{
    return bpe_start(bpe) + 1;
}

/* The character of an entity that begins at `text`, and where it ends; 0: there is none. */
static gunichar decode_entity(const char *text, const char **ret_end)
{
    static const struct {
        const char *name;
        gunichar character;
    } named[] = {{"&amp;", '&'},  {"&lt;", '<'},    {"&gt;", '>'},
                 {"&quot;", '"'}, {"&apos;", '\''}, {"&nbsp;", 0xA0}};
    for (gsize i = 0; i < G_N_ELEMENTS(named); i++) {
        if (g_str_has_prefix(text, named[i].name)) {
            *ret_end = text + strlen(named[i].name);
            return named[i].character;
        }
    }
    if (!g_str_has_prefix(text, "&#")) {
        return 0;
    }
    gboolean hex = text[2] == 'x' || text[2] == 'X';
    const char *digits = text + (hex ? 3 : 2);
    char *end = NULL;
    guint64 number = g_ascii_isxdigit(*digits) ? g_ascii_strtoull(digits, &end, hex ? 16 : 10) : 0;
    if (!end || *end != ';' || number == 0 || number > 0x10FFFF ||
        !g_unichar_validate((gunichar)number)) {
        return 0;
    }
    *ret_end = end + 1;
    return (gunichar)number;
}

static char *decode_entities(const char *text)
{
    GString *out = g_string_new(NULL);
    while (*text) {
        const char *end = NULL;
        gunichar character = decode_entity(text, &end);
        if (!end) {
            end = g_utf8_next_char(text);
            character = g_utf8_get_char(text);
        }
        g_string_append_unichar(out, character);
        text = end;
    }
    return g_string_free(out, FALSE);
}

/* Not by the locale's rules: a Turkish one would make another letter of I. */
static char *lower(const char *text)
{
    GString *out = g_string_new(NULL);
    for (; *text; text = g_utf8_next_char(text)) {
        g_string_append_unichar(out, g_unichar_tolower(g_utf8_get_char(text)));
    }
    return g_string_free(out, FALSE);
}

typedef enum { SPACE, LETTER, DIGIT, OTHER } Kind;

static Kind kind_of(gunichar character)
{
    switch (g_unichar_type(character)) {
    case G_UNICODE_LOWERCASE_LETTER:
    case G_UNICODE_MODIFIER_LETTER:
    case G_UNICODE_OTHER_LETTER:
    case G_UNICODE_TITLECASE_LETTER:
    case G_UNICODE_UPPERCASE_LETTER:
        return LETTER;
    case G_UNICODE_DECIMAL_NUMBER:
    case G_UNICODE_LETTER_NUMBER:
    case G_UNICODE_OTHER_NUMBER:
        return DIGIT;
    default:
        return g_unichar_isspace(character) ? SPACE : OTHER;
    }
}

/* Where the word that begins at `text` ends. */
static const char *word_end(const char *text)
{
    static const char *const endings[] = {"'s", "'t", "'re", "'ve", "'m", "'ll", "'d"};
    for (gsize i = 0; i < G_N_ELEMENTS(endings); i++) {
        if (g_str_has_prefix(text, endings[i])) {
            return text + strlen(endings[i]);
        }
    }
    Kind kind = kind_of(g_utf8_get_char(text));
    const char *end = g_utf8_next_char(text);
    while (kind != DIGIT && *end && kind_of(g_utf8_get_char(end)) == kind) {
        end = g_utf8_next_char(end);
    }
    return end;
}

/* The merge of two tokens; NULL: there is none. */
static const Merge *find_merge(const Bpe *bpe, gint64 first, gint64 second)
{
    gint64 pair = pair_of(first, second);
    gsize place = GPOINTER_TO_SIZE(g_hash_table_lookup(bpe->merges, &pair));
    return place ? &g_array_index(bpe->all, Merge, place - 1) : NULL;
}

/* Of all neighbours the pair that was merged first when the vocabulary was made; NULL: none. */
static const Merge *best_merge(const Bpe *bpe, const gint64 *tokens, guint count)
{
    const Merge *best = NULL;
    for (guint i = 0; i + 1 < count; i++) {
        const Merge *merge = find_merge(bpe, tokens[i], tokens[i + 1]);
        if (merge && (!best || merge->rank < best->rank)) {
            best = merge;
        }
    }
    return best;
}

/* Makes that merge wherever it fits. The number of tokens left. */
static guint apply_merge(const Bpe *bpe, const Merge *merge, gint64 *tokens, guint count)
{
    guint kept = 0;
    for (guint i = 0; i < count; i++) {
        if (i + 1 < count && find_merge(bpe, tokens[i], tokens[i + 1]) == merge) {
            tokens[kept++] = merge->token;
            i++;
        } else {
            tokens[kept++] = tokens[i];
        }
    }
    return kept;
}

static void append_word(const Bpe *bpe, const char *word, gsize length, GArray *out)
{
    g_autofree gint64 *tokens = g_new(gint64, length);
    for (gsize i = 0; i < length; i++) {
        tokens[i] = bpe->byte_tokens[(guint8)word[i]];
    }
    tokens[length - 1] += WORD_ENDS;
    guint count = (guint)length;
    for (const Merge *merge; (merge = best_merge(bpe, tokens, count));) {
        count = apply_merge(bpe, merge, tokens, count);
    }
    g_array_append_vals(out, tokens, count);
}

GArray *bpe_encode(const Bpe *bpe, const char *text, guint most, GError **error)
{
    if (strlen(text) > LIMIT_WORDS_TEXT_BYTES) {
        g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_TOO_LARGE,
                    "the text has more than %d bytes", LIMIT_WORDS_TEXT_BYTES);
        return NULL;
    }
    g_autofree char *composed = g_utf8_normalize(text, -1, G_NORMALIZE_NFC);
    if (!composed) {
        g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_INVALID, "the text is no UTF-8");
        return NULL;
    }
    g_autofree char *once = decode_entities(composed);
    g_autofree char *twice = decode_entities(once); /* as CLIP does: "&amp;lt;" is "<" */
    g_autofree char *clean = lower(twice);
    GArray *tokens = g_array_new(FALSE, FALSE, sizeof(gint64));
    for (const char *at = clean; *at && tokens->len < most;) {
        const char *end = word_end(at);
        if (kind_of(g_utf8_get_char(at)) != SPACE) {
            append_word(bpe, at, (gsize)(end - at), tokens);
        }
        at = end;
    }
    g_array_set_size(tokens, MIN(tokens->len, most));
    return tokens;
}
