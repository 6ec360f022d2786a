/* Persons who may be one, in Facet's form: of all who hang together by pairs that are alike enough,
 * a chain from the one with most faces to the one with least, each step with the mean likeness of
 * the whole. */
#include "api/facet/people.h"

#include "base/limits.h"
#include "library/person_suggest.h"

typedef struct {
    const Person *person;
    guint parent;
} Member;

typedef struct {
    GArray *members;   /* Member */
    GHashTable *index; /* of a person's id: its place in members, plus one */
    const GPtrArray *pairs;
} Chains;

static void chains_clear(Chains *chains)
{
    g_clear_pointer(&chains->members, g_array_unref);
    g_clear_pointer(&chains->index, g_hash_table_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Chains, chains_clear)

static Member *member_at(const Chains *chains, guint i)
{
    return &g_array_index(chains->members, Member, i);
}

static guint member_of(Chains *chains, const Person *person)
{
    guint known = GPOINTER_TO_UINT(g_hash_table_lookup(chains->index, &person->id));
    if (known) {
        return known - 1;
    }
    const Member member = {person, chains->members->len};
    g_array_append_val(chains->members, member);
    g_hash_table_insert(chains->index, (gpointer)&person->id,
                        GUINT_TO_POINTER(chains->members->len));
    return chains->members->len - 1;
}

static guint root_of(const Chains *chains, guint i)
{
    while (member_at(chains, i)->parent != i) {
        i = member_at(chains, i)->parent;
    }
    return i;
}

static void join_pairs(Chains *chains)
{
    for (guint i = 0; i < chains->pairs->len; i++) {
        const PersonPair *pair = g_ptr_array_index(chains->pairs, i);
        guint a = member_of(chains, pair->a);
        guint b = member_of(chains, pair->b);
        member_at(chains, root_of(chains, b))->parent = root_of(chains, a);
    }
}

typedef struct {
    guint root;
    double sum;
    guint pairs;
    GPtrArray *persons; /* Person */
} Chain;

static void chain_free(Chain *chain)
{
    g_ptr_array_unref(chain->persons);
    g_free(chain);
}

static gint compare_persons(gconstpointer one, gconstpointer other)
{
    const Person *a = *(const Person *const *)one;
    const Person *b = *(const Person *const *)other;
    if (a->faces != b->faces) {
        return a->faces > b->faces ? -1 : 1;
    }
    return (a->id > b->id) - (a->id < b->id);
}

static gint compare_chains(gconstpointer one, gconstpointer other)
{
    const Chain *a = *(const Chain *const *)one;
    const Chain *b = *(const Chain *const *)other;
    double mean_a = a->sum / a->pairs, mean_b = b->sum / b->pairs;
    return mean_a != mean_b ? (mean_a > mean_b ? -1 : 1)
                            : (a->root > b->root) - (a->root < b->root);
}

/* Of Chain, the most alike first. */
static GPtrArray *list_chains(const Chains *chains)
{
    g_autoptr(GHashTable) by_root = g_hash_table_new(NULL, NULL);
    GPtrArray *list = g_ptr_array_new_with_free_func((GDestroyNotify)chain_free);
    for (guint i = 0; i < chains->members->len; i++) {
        guint root = root_of(chains, i);
        Chain *chain = g_hash_table_lookup(by_root, GUINT_TO_POINTER(root));
        if (!chain) {
            chain = g_new0(Chain, 1);
            *chain = (Chain){.root = root, .persons = g_ptr_array_new()};
            g_hash_table_insert(by_root, GUINT_TO_POINTER(root), chain);
            g_ptr_array_add(list, chain);
        }
        g_ptr_array_add(chain->persons, (gpointer)member_at(chains, i)->person);
    }
    for (guint i = 0; i < chains->pairs->len; i++) {
        const PersonPair *pair = g_ptr_array_index(chains->pairs, i);
        guint member = GPOINTER_TO_UINT(g_hash_table_lookup(chains->index, &pair->a->id)) - 1;
        Chain *chain = g_hash_table_lookup(by_root, GUINT_TO_POINTER(root_of(chains, member)));
        chain->sum += pair->similarity;
        chain->pairs++;
    }
    g_ptr_array_sort(list, compare_chains);
    return list;
}

static void write_person(JsonWriter *writer, const char *key, const Person *person)
{
    json_key(writer, key);
    json_object_begin(writer);
    json_member_int(writer, "id", person->id);
    json_member_string(writer, "name", person->name);
    json_member_int(writer, "face_count", person->faces);
    json_object_end(writer);
}

static void write_chain(JsonWriter *writer, const Chain *chain)
{
    g_ptr_array_sort(chain->persons, compare_persons);
    for (guint i = 1; i < chain->persons->len; i++) {
        json_object_begin(writer);
        write_person(writer, "person1", g_ptr_array_index(chain->persons, i - 1));
        write_person(writer, "person2", g_ptr_array_index(chain->persons, i));
        json_member_double(writer, "similarity", chain->sum / chain->pairs);
        json_object_end(writer);
    }
}

static gboolean is_switched_on(HttpRequest *request, GError **error)
{
    json_t *features = facet_features(api_of(request)->settings);
    gboolean on = json_is_true(json_object_get(features, "show_merge_suggestions"));
    json_decref(features);
    if (!on) {
        g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_FORBIDDEN,
                            "Merge suggestions feature is disabled");
    }
    return on;
}

gboolean facet_merge_suggestions(HttpRequest *request, GError **error)
{
    if (!is_switched_on(request, error)) {
        return FALSE;
    }
    g_autoptr(GPtrArray) pairs =
        person_suggestions(api_of(request)->library, api_principal(request),
                           http_number(request, "threshold", 0.6), error);
    if (!pairs) {
        return FALSE;
    }
    g_auto(Chains) chains = {
        .members = g_array_new(FALSE, FALSE, sizeof(Member)),
        .index = g_hash_table_new(g_int64_hash, g_int64_equal),
        .pairs = pairs,
    };
    join_pairs(&chains);
    g_autoptr(GPtrArray) list = list_chains(&chains);
    JsonWriter *writer = json_writer_new(LIMIT_JSON_OUTPUT_BYTES);
    json_object_begin(writer);
    json_key(writer, "suggestions");
    json_array_begin(writer);
    for (guint i = 0; i < list->len; i++) {
        write_chain(writer, g_ptr_array_index(list, i));
    }
    json_array_end(writer);
    json_object_end(writer);
    return http_respond_json(request, writer, error);
}
