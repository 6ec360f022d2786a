#include "library/name_sets.h"

#define SEPARATOR "\n"

struct NameSets {
    Dictionary *names, *texts;
    GPtrArray *members; /* by number in texts: numbers in names, ended by 0 */
};

NameSets *name_sets_new(void)
{
    NameSets *sets = g_new0(NameSets, 1);
    sets->names = dictionary_new();
    sets->texts = dictionary_new();
    sets->members = g_ptr_array_new_with_free_func(g_free);
    g_ptr_array_add(sets->members, NULL);
    return sets;
}

void name_sets_free(NameSets *sets)
{
    if (sets) {
        dictionary_free(sets->names);
        dictionary_free(sets->texts);
        g_ptr_array_unref(sets->members);
        g_free(sets);
    }
}

static void take_apart(NameSets *sets, guint32 set)
{
    g_auto(GStrv) names = g_strsplit(dictionary_texts(sets->texts)[set], SEPARATOR, -1);
    guint32 *numbers = g_new(guint32, g_strv_length(names) + 1);
    guint32 count = 0;
    for (char **name = names; *name; name++) {
        guint32 number = dictionary_use(sets->names, *name);
        if (number) {
            numbers[count++] = number;
        }
    }
    numbers[count] = 0;
    if (sets->members->len <= set) {
        g_ptr_array_set_size(sets->members, (gint)set + 1);
    }
    sets->members->pdata[set] = numbers;
}

guint32 name_sets_use(NameSets *sets, const char *lines)
{
    guint32 set = dictionary_use(sets->texts, lines);
    if (set && dictionary_uses(sets->texts, set) == 1) {
        take_apart(sets, set);
    }
    return set;
}

void name_sets_drop(NameSets *sets, guint32 set)
{
    if (set && dictionary_uses(sets->texts, set) == 1) {
        guint32 *numbers = g_steal_pointer(&sets->members->pdata[set]);
        for (const guint32 *number = numbers; *number; number++) {
            dictionary_drop(sets->names, *number);
        }
        g_free(numbers);
    }
    dictionary_drop(sets->texts, set);
}

const Dictionary *name_sets_names(const NameSets *sets)
{
    return sets->names;
}

const Dictionary *name_sets_texts(const NameSets *sets)
{
    return sets->texts;
}

const guint32 *const *name_sets_members(const NameSets *sets)
{
    return (const guint32 *const *)sets->members->pdata;
}
