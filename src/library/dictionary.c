#include "library/dictionary.h"

#include <string.h>

struct Dictionary {
    GHashTable *numbers; /* text, which is that of `texts` -> number */
    GPtrArray *texts;    /* owned, but for the empty ones */
    GArray *uses;        /* of guint32 */
    GArray *free;        /* of guint32: numbers not in use */
    guint32 last;        /* number lately used: photos of one folder resemble each other */
};

static char *const nothing = (char *)"";

#define USES(dictionary, number) g_array_index((dictionary)->uses, guint32, number)

static guint32 add_number(Dictionary *dictionary)
{
    const guint32 unused = 0;
    if (dictionary->free->len > 0) {
        guint32 number = g_array_index(dictionary->free, guint32, dictionary->free->len - 1);
        g_array_set_size(dictionary->free, dictionary->free->len - 1);
        return number;
    }
    g_ptr_array_add(dictionary->texts, nothing);
    g_array_append_val(dictionary->uses, unused);
    return dictionary->texts->len - 1;
}

Dictionary *dictionary_new(void)
{
    Dictionary *dictionary = g_new0(Dictionary, 1);
    dictionary->numbers = g_hash_table_new(g_str_hash, g_str_equal);
    dictionary->texts = g_ptr_array_new();
    dictionary->uses = g_array_new(FALSE, FALSE, sizeof(guint32));
    dictionary->free = g_array_new(FALSE, FALSE, sizeof(guint32));
    add_number(dictionary);
    return dictionary;
}

void dictionary_free(Dictionary *dictionary)
{
    if (!dictionary) {
        return;
    }
    for (guint i = 0; i < dictionary->texts->len; i++) {
        if (dictionary->texts->pdata[i] != nothing) {
            g_free(dictionary->texts->pdata[i]);
        }
    }
    g_hash_table_unref(dictionary->numbers);
    g_ptr_array_unref(dictionary->texts);
    g_array_unref(dictionary->uses);
    g_array_unref(dictionary->free);
    g_free(dictionary);
}

static guint32 number_of(Dictionary *dictionary, const char *text)
{
    guint32 number = dictionary->last;
    if (strcmp(dictionary->texts->pdata[number], text) == 0) {
        return number;
    }
    number = dictionary_find(dictionary, text);
    if (number == 0) {
        number = add_number(dictionary);
        dictionary->texts->pdata[number] = g_strdup(text);
        g_hash_table_insert(dictionary->numbers, dictionary->texts->pdata[number],
                            GUINT_TO_POINTER(number));
    }
    dictionary->last = number;
    return number;
}

guint32 dictionary_use(Dictionary *dictionary, const char *text)
{
    if (!text || !*text) {
        return 0;
    }
    guint32 number = number_of(dictionary, text);
    USES(dictionary, number)++;
    return number;
}

void dictionary_use_again(Dictionary *dictionary, guint32 number)
{
    USES(dictionary, number) += number > 0;
}

void dictionary_drop(Dictionary *dictionary, guint32 number)
{
    if (number == 0 || --USES(dictionary, number) > 0) {
        return;
    }
    char *text = dictionary->texts->pdata[number];
    g_hash_table_remove(dictionary->numbers, text);
    g_free(text);
    dictionary->texts->pdata[number] = nothing;
    dictionary->last = dictionary->last == number ? 0 : dictionary->last;
    g_array_append_val(dictionary->free, number);
}

guint32 dictionary_find(const Dictionary *dictionary, const char *text)
{
    return GPOINTER_TO_UINT(g_hash_table_lookup(dictionary->numbers, text));
}

guint32 dictionary_count(const Dictionary *dictionary)
{
    return dictionary->texts->len;
}

const char *const *dictionary_texts(const Dictionary *dictionary)
{
    return (const char *const *)dictionary->texts->pdata;
}

guint32 dictionary_uses(const Dictionary *dictionary, guint32 number)
{
    return USES(dictionary, number);
}
