#include "library/text_search.h"

#include "base/limits.h"
#include "library/catalog_parts.h"

#include <math.h>
#include <string.h>

enum {
    FIELD_NAME = 1 << 0,
    FIELD_TITLE = 1 << 1,
    FIELD_CAPTION = 1 << 2,
    FIELD_TAGS = 1 << 3,
    FIELD_PERSON = 1 << 4,
    FIELD_ALL = (1 << 5) - 1,
};

static const struct {
    const char *prefix;
    guint8 field;
    double weight;
} fields[] = {
    {"name:", FIELD_NAME, 0.5}, {"title:", FIELD_TITLE, 1},   {"caption:", FIELD_CAPTION, 1},
    {"tags:", FIELD_TAGS, 1},   {"person:", FIELD_PERSON, 1},
};

/* Words */

/* The bytes of a text of ASCII alone; -1 for another. */
static gssize ascii_length(const char *text)
{
    const char *at = text;
    while (*at && !(*at & 0x80)) {
        at++;
    }
    return *at == '\0' ? at - text : -1;
}

static void end_word(GString *words)
{
    if (words->str[words->len - 1] != ' ') {
        g_string_append_c(words, ' ');
    }
}

/* Nearly all texts; every search goes through all of them. */
static void add_ascii(GString *words, const char *text, gsize length)
{
    gsize before = words->len;
    g_string_set_size(words, before + length);
    char *to = words->str + before;
    for (; *text; text++) {
        if (g_ascii_isalnum(*text)) {
            *to++ = g_ascii_tolower(*text);
        } else if (to[-1] != ' ') {
            *to++ = ' ';
        }
    }
    g_string_truncate(words, (gsize)(to - words->str));
}

/* Accents are letters of their own once a text is taken apart, and are passed over. */
static void add_unicode(GString *words, const char *text)
{
    g_autofree char *folded = g_utf8_casefold(text, -1);
    g_autofree char *apart = g_utf8_normalize(folded, -1, G_NORMALIZE_ALL);
    for (const char *at = apart; at && *at; at = g_utf8_next_char(at)) {
        gunichar letter = g_utf8_get_char(at);
        if (g_unichar_isalnum(letter)) {
            g_string_append_unichar(words, letter);
        } else if (!g_unichar_ismark(letter)) {
            end_word(words);
        }
    }
}

/* " these words ", so that " words " is found as a whole one. */
static void words_of(GString *words, const char *text)
{
    g_string_assign(words, " ");
    gssize length = ascii_length(text);
    if (length >= 0) {
        add_ascii(words, text, (gsize)length);
    } else {
        add_unicode(words, text);
    }
    end_word(words);
}

/* What is asked for */

typedef struct {
    char *words; /* as words_of() makes them; the last space is missing where more may follow */
    guint8 fields;
    gboolean excluded;
    gboolean begins_group; /* of words that must all be there; one group of them is enough */
    guint8 *found;         /* by row: in which fields */
    double rarity;
} Term;

static void term_clear(gpointer data)
{
    Term *term = data;
    g_free(term->words);
    g_free(term->found);
}

typedef struct {
    GArray *terms;
    gboolean excludes, begins_group; /* said of the next */
} Query;

static void add_term(Query *query, const char *text)
{
    g_autoptr(GString) words = g_string_new(NULL);
    Term term = {.fields = FIELD_ALL,
                 .excluded = query->excludes,
                 .begins_group = query->begins_group || query->terms->len == 0};
    for (gsize i = 0; i < G_N_ELEMENTS(fields); i++) {
        if (g_str_has_prefix(text, fields[i].prefix) && text[strlen(fields[i].prefix)]) {
            term.fields = fields[i].field;
            text += strlen(fields[i].prefix);
            break;
        }
    }
    words_of(words, text);
    if (words->len <= 1) {
        return;
    }
    if (g_str_has_suffix(text, "*")) {
        g_string_truncate(words, words->len - 1);
    }
    term.words = g_strdup(words->str);
    g_array_append_val(query->terms, term);
    query->excludes = FALSE;
    query->begins_group = FALSE;
}

static void add_part(Query *query, const char *part)
{
    if (strcmp(part, "OR") == 0) {
        query->begins_group = TRUE;
    } else if (strcmp(part, "NOT") == 0) {
        query->excludes = TRUE;
    } else if (strcmp(part, "AND") != 0) {
        add_term(query, part);
    }
}

/* Splits at white space outside of quotes; a quote without its other is none. */
static GArray *terms_of(const char *text)
{
    Query query = {g_array_new(FALSE, FALSE, sizeof(Term)), FALSE, FALSE};
    g_array_set_clear_func(query.terms, term_clear);
    g_autoptr(GString) part = g_string_new(NULL);
    for (const char *at = text;; at++) {
        const char *closing = *at == '"' ? strchr(at + 1, '"') : NULL;
        if (closing) {
            g_string_append_len(part, at + 1, closing - at - 1);
            at = closing;
        } else if (*at && !g_ascii_isspace(*at)) {
            g_string_append_c(part, *at);
        } else if (part->len > 0) {
            add_part(&query, part->str);
            g_string_truncate(part, 0);
        }
        if (!*at) {
            return query.terms;
        }
    }
}

static Term *term_at(const GArray *terms, guint i)
{
    return &g_array_index(terms, Term, i);
}

/* Finding */

static void find_in(const GArray *terms, const GString *words, guint8 field, guint32 row)
{
    for (guint i = 0; i < terms->len; i++) {
        Term *term = term_at(terms, i);
        if ((term->fields & field) && strstr(words->str, term->words)) {
            term->found[row] |= field;
        }
    }
}

static void find_in_texts(const GArray *terms, const CatalogView *view)
{
    static const guint8 order[] = {FIELD_NAME, FIELD_TITLE, FIELD_CAPTION};
    g_autoptr(GString) words = g_string_new(NULL);
    const CatalogColumns *columns = catalog_columns(view);
    for (guint32 row = 0; row < columns->rows; row++) {
        if (!catalog_lists(view, row)) {
            continue;
        }
        const char *text =
            catalog_texts_at(&view->catalog->texts, view->catalog->table.text[row])->text;
        for (gsize i = 0; i < G_N_ELEMENTS(order); i++, text += strlen(text) + 1) {
            if (*text) {
                words_of(words, text);
                find_in(terms, words, order[i], row);
            }
        }
    }
}

/* Which terms a text that many rows share has: for each number the fields of each term. */
typedef void (*TextOfSet)(const CatalogView *view, guint32 set, GString *ret_text);

static void text_of_tags(const CatalogView *view, guint32 set, GString *ret_text)
{
    g_string_assign(ret_text, catalog_columns(view)->tags.sets.texts[set]);
}

static void text_of_persons(const CatalogView *view, guint32 set, GString *ret_text)
{
    g_string_truncate(ret_text, 0);
    const guint32 *member = catalog_columns(view)->persons.members[set];
    for (; member && *member; member++) {
        const CatalogPerson *person = catalog_person(view, *member);
        if (person && person->name) {
            g_string_append_printf(ret_text, "%s\n", person->name);
        }
    }
}

static void find_in_sets(const GArray *terms, const CatalogView *view, const CatalogSets *sets,
                         const guint32 *column, TextOfSet text_of, guint8 field)
{
    g_autoptr(GString) text = g_string_new(NULL);
    g_autoptr(GString) words = g_string_new(NULL);
    g_autofree guint32 *having = g_new0(guint32, sets->sets.count); /* a bit for each term */
    for (guint32 set = 1; set < sets->sets.count; set++) {
        text_of(view, set, text);
        words_of(words, text->str);
        for (guint i = 0; i < terms->len; i++) {
            const Term *term = term_at(terms, i);
            gboolean has = (term->fields & field) && strstr(words->str, term->words);
            having[set] |= has ? 1U << i : 0;
        }
    }
    guint32 rows = catalog_columns(view)->rows;
    for (guint32 row = 0; row < rows; row++) {
        for (guint32 left = having[column[row]]; left; left &= left - 1) {
            term_at(terms, (guint)__builtin_ctz(left))->found[row] |= field;
        }
    }
}

G_STATIC_ASSERT(LIMIT_SEARCH_TERMS <= 32);

static void find_all(const GArray *terms, const CatalogView *view)
{
    const CatalogColumns *columns = catalog_columns(view);
    for (guint i = 0; i < terms->len; i++) {
        term_at(terms, i)->found = g_new0(guint8, MAX(columns->rows, 1));
    }
    find_in_texts(terms, view);
    find_in_sets(terms, view, &columns->tags, columns->tag_set, text_of_tags, FIELD_TAGS);
    find_in_sets(terms, view, &columns->persons, columns->person_set, text_of_persons,
                 FIELD_PERSON);
}

/* Ranking */

static void weigh(const GArray *terms, const CatalogView *view)
{
    guint32 rows = catalog_columns(view)->rows;
    for (guint i = 0; i < terms->len; i++) {
        Term *term = term_at(terms, i);
        double with = 0, all = 0;
        for (guint32 row = 0; row < rows; row++) {
            if (catalog_lists(view, row)) {
                with += term->found[row] != 0;
                all++;
            }
        }
        term->rarity = log(1 + (all - with + 0.5) / (with + 0.5));
    }
}

static double weight_of(guint8 found)
{
    double weight = 0;
    for (gsize i = 0; i < G_N_ELEMENTS(fields); i++) {
        weight += found & fields[i].field ? fields[i].weight : 0;
    }
    return weight;
}

/* The best of the groups; 0 when none is there as a whole. */
static double score_of(const GArray *terms, guint32 row)
{
    double best = 0, group = 0;
    gboolean whole = FALSE;
    for (guint i = 0; i < terms->len; i++) {
        const Term *term = term_at(terms, i);
        if (term->begins_group) {
            best = MAX(best, whole ? group : 0);
            group = 0;
            whole = TRUE;
        }
        whole = whole && (term->found[row] != 0) != term->excluded;
        group += term->excluded ? 0 : term->rarity * weight_of(term->found[row]);
    }
    return MAX(best, whole ? group : 0);
}

static gint by_score(gconstpointer a, gconstpointer b)
{
    const TextMatch *one = a, *other = b;
    if (one->score != other->score) {
        return one->score < other->score ? 1 : -1;
    }
    return (one->photo_id > other->photo_id) - (one->photo_id < other->photo_id);
}

static void spread(GArray *matches)
{
    if (matches->len == 0) {
        return;
    }
    double best = g_array_index(matches, TextMatch, 0).score;
    double worst = g_array_index(matches, TextMatch, matches->len - 1).score;
    for (guint i = 0; i < matches->len; i++) {
        TextMatch *match = &g_array_index(matches, TextMatch, i);
        match->score = best > worst ? (match->score - worst) / (best - worst) : 1;
    }
}

static void keep_best(GArray *matches, guint limit)
{
    g_array_sort(matches, by_score);
    if (matches->len > limit) {
        g_array_set_size(matches, limit);
    }
}

/* A word that all photos have would have all of them sorted: now and then the best are kept, and
 * what is worse than the last of them is not put to them any more. */
static void rank(const GArray *terms, const CatalogView *view, guint limit, GArray *matches)
{
    const CatalogColumns *columns = catalog_columns(view);
    TextMatch last = {0};
    weigh(terms, view);
    for (guint32 row = 0; row < columns->rows; row++) {
        const TextMatch match = {columns->id[row], score_of(terms, row)};
        gboolean may_be = match.score > 0 && (last.photo_id == 0 || by_score(&match, &last) < 0);
        if (may_be && catalog_lists(view, row)) {
            g_array_append_val(matches, match);
        }
        if (matches->len > 8 * (gsize)limit) {
            keep_best(matches, limit);
            last = g_array_index(matches, TextMatch, limit - 1);
        }
    }
    keep_best(matches, limit);
    spread(matches);
}

GArray *text_search(Library *library, const Principal *viewer, const char *query, guint limit,
                    GError **error)
{
    g_autoptr(GArray) terms = terms_of(query);
    if (terms->len > LIMIT_SEARCH_TERMS) {
        g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_TOO_LARGE,
                    "at most %d words can be searched for at once", LIMIT_SEARCH_TERMS);
        return NULL;
    }
    g_autoptr(CatalogView) view = catalog_view(library_catalog(library), viewer, error);
    if (!view) {
        return NULL;
    }
    GArray *matches = g_array_new(FALSE, FALSE, sizeof(TextMatch));
    if (terms->len > 0 && limit > 0) {
        find_all(terms, view);
        rank(terms, view, limit, matches);
    }
    return matches;
}
