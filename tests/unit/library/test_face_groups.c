#include "library/face_groups.h"

#include <math.h>
#include <string.h>

#define FLOATS 128
/* Spreads that give what was measured of real faces: 0.46 between two of one person, 0.83 between
 * two people. */
#define WITHIN  0.0285
#define BETWEEN 0.0436

typedef struct {
    GRand *random;
    GArray *inputs; /* FaceInput */
    GArray *people; /* gint: whose each is in truth */
    GPtrArray *vectors;
} Cloud;

static double gauss(GRand *random)
{
    double u = g_rand_double(random) + 1e-12;
    return sqrt(-2 * log(u)) * cos(2 * G_PI * g_rand_double(random));
}

static void cloud_init(Cloud *cloud, guint32 seed)
{
    cloud->random = g_rand_new_with_seed(seed);
    cloud->inputs = g_array_new(FALSE, FALSE, sizeof(FaceInput));
    cloud->people = g_array_new(FALSE, FALSE, sizeof(int));
    cloud->vectors = g_ptr_array_new_with_free_func(g_free);
}

static void cloud_clear(Cloud *cloud)
{
    g_clear_pointer(&cloud->random, g_rand_free);
    g_clear_pointer(&cloud->inputs, g_array_unref);
    g_clear_pointer(&cloud->people, g_array_unref);
    g_clear_pointer(&cloud->vectors, g_ptr_array_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Cloud, cloud_clear)

/* On a photo of its own. */
static FaceInput *add(Cloud *cloud, int person, const float *vector)
{
    gint64 number = cloud->inputs->len + 1;
    float *kept = vector ? g_memdup2(vector, FLOATS * sizeof(float)) : NULL;
    g_ptr_array_add(cloud->vectors, kept);
    const FaceInput input = {.id = number, .photo = 1000000 + number, .vector = kept};
    g_array_append_val(cloud->inputs, input);
    g_array_append_val(cloud->people, person);
    return &g_array_index(cloud->inputs, FaceInput, cloud->inputs->len - 1);
}

static void add_person(Cloud *cloud, int person, int faces)
{
    float centre[FLOATS];
    float face[FLOATS];
    for (int i = 0; i < FLOATS; i++) {
        centre[i] = (float)(BETWEEN * gauss(cloud->random));
    }
    for (int n = 0; n < faces; n++) {
        for (int i = 0; i < FLOATS; i++) {
            face[i] = centre[i] + (float)(WITHIN * gauss(cloud->random));
        }
        add(cloud, person, face);
    }
}

/* A face at this place of a line. */
static FaceInput *add_at(Cloud *cloud, float x)
{
    float face[FLOATS] = {[0] = x, [1] = 1};
    return add(cloud, 0, face);
}

static FacePlace *make(const Cloud *cloud)
{
    const FaceRule rule = FACE_RULE_DEFAULT;
    return face_groups_make((const FaceInput *)(void *)cloud->inputs->data, cloud->inputs->len,
                            FLOATS, &rule, NULL, NULL);
}

/* Of pairs in a group those of one person, and of pairs of one person those in a group. */
static void measure(const Cloud *cloud, const FacePlace *places, double *ret_precision,
                    double *ret_recall)
{
    gint64 joined = 0, right = 0, same = 0;
    for (guint a = 0; a < cloud->inputs->len; a++) {
        for (guint b = a + 1; b < cloud->inputs->len; b++) {
            gboolean is_same =
                g_array_index(cloud->people, int, a) == g_array_index(cloud->people, int, b);
            gboolean is_joined = places[a].group && places[a].group == places[b].group;
            same += is_same;
            joined += is_joined;
            right += is_same && is_joined;
        }
    }
    *ret_precision = (double)right / (double)joined;
    *ret_recall = (double)right / (double)same;
}

static void test_clouds(void)
{
    g_auto(Cloud) cloud = {0};
    cloud_init(&cloud, 1);
    for (int person = 0; person < 60; person++) {
        add_person(&cloud, person, 1 + person % 20);
    }
    g_autofree FacePlace *places = make(&cloud);
    double precision, recall;
    measure(&cloud, places, &precision, &recall);
    g_test_message("precision %.4f, recall %.4f", precision, recall);
    g_assert_cmpfloat(precision, ==, 1);
    g_assert_cmpfloat(recall, >, 0.99);
    g_assert_cmpuint(places[0].group, ==, 0); /* one face is no group */
}

/* Beyond FACE_GROUPS_EXACT faces only those around the same landmarks are compared. */
static void test_many(void)
{
    int faces = g_test_slow() ? 100000 : 10000;
    g_auto(Cloud) cloud = {0};
    cloud_init(&cloud, 2);
    for (int person = 0; person * 20 < faces; person++) {
        add_person(&cloud, person, 20);
    }
    gint64 began = g_get_monotonic_time();
    g_autofree FacePlace *places = make(&cloud);
    double seconds = (double)(g_get_monotonic_time() - began) / 1e6;
    double precision, recall;
    guint tested = cloud.inputs->len;
    g_array_set_size(cloud.inputs, MIN(tested, 10000));
    measure(&cloud, places, &precision, &recall);
    g_test_message("%u faces in %.1f s: precision %.4f, recall %.4f", tested, seconds, precision,
                   recall);
    g_assert_cmpfloat(precision, >, 0.999);
    g_assert_cmpfloat(recall, >, 0.98);
}

static void swap(Cloud *cloud, guint a, guint b)
{
    FaceInput input = g_array_index(cloud->inputs, FaceInput, a);
    g_array_index(cloud->inputs, FaceInput, a) = g_array_index(cloud->inputs, FaceInput, b);
    g_array_index(cloud->inputs, FaceInput, b) = input;
}

/* The same faces in another order and with other numbers, at a spread where much is in doubt. */
static void test_order_does_not_matter(void)
{
    g_auto(Cloud) cloud = {0};
    cloud_init(&cloud, 3);
    float face[FLOATS];
    for (int n = 0; n < 400; n++) {
        for (int i = 0; i < FLOATS; i++) {
            face[i] = (float)(0.036 * gauss(cloud.random));
        }
        add(&cloud, 0, face)->photo = n / 2;
    }
    g_autofree FacePlace *before = make(&cloud);
    g_autoptr(GHashTable) group_of = g_hash_table_new(NULL, NULL);
    guint groups = 0;
    for (guint i = 0; i < cloud.inputs->len; i++) {
        gconstpointer vector = g_array_index(cloud.inputs, FaceInput, i).vector;
        g_hash_table_insert(group_of, (gpointer)vector, GUINT_TO_POINTER(before[i].group));
        groups = MAX(groups, before[i].group);
    }
    g_assert_cmpuint(groups, >, 5);
    for (guint i = cloud.inputs->len - 1; i > 0; i--) {
        swap(&cloud, i, (guint)g_rand_int_range(cloud.random, 0, (gint32)i + 1));
    }
    for (guint i = 0; i < cloud.inputs->len; i++) {
        g_array_index(cloud.inputs, FaceInput, i).id = i + 1;
    }
    g_autofree FacePlace *after = make(&cloud);
    for (guint i = 0; i < cloud.inputs->len; i++) {
        gconstpointer vector = g_array_index(cloud.inputs, FaceInput, i).vector;
        g_assert_cmpuint(after[i].group, ==,
                         GPOINTER_TO_UINT(g_hash_table_lookup(group_of, vector)));
    }
}

static void test_few(void)
{
    g_auto(Cloud) cloud = {0};
    cloud_init(&cloud, 4);
    g_autofree FacePlace *none = make(&cloud);
    g_assert_nonnull(none);
    add_person(&cloud, 0, 1);
    add(&cloud, 0, NULL);
    add(&cloud, 0, NULL)->person = 5;
    g_autofree FacePlace *places = make(&cloud);
    g_assert_cmpuint(places[0].group, ==, 0);
    g_assert_cmpuint(places[1].group, ==, 0);
    g_assert_cmpint(places[2].person, ==, 5);
}

/* Each is near to the next, and the ends are far apart. */
static void test_chain_does_not_hold(void)
{
    g_auto(Cloud) cloud = {0};
    cloud_init(&cloud, 5);
    for (int i = 0; i < 20; i++) {
        add_at(&cloud, (float)i * 0.3F);
    }
    g_autofree FacePlace *places = make(&cloud);
    for (int i = 0; i < 20; i++) {
        for (int j = i + 4; j < 20; j++) {
            g_assert_true(!places[i].group || places[i].group != places[j].group);
        }
    }
}

static void test_one_picture_has_one_of_each(void)
{
    g_auto(Cloud) cloud = {0};
    cloud_init(&cloud, 6);
    add_person(&cloud, 0, 12);
    for (guint i = 0; i < cloud.inputs->len; i++) {
        g_array_index(cloud.inputs, FaceInput, i).photo = i / 2;
    }
    g_autofree FacePlace *places = make(&cloud);
    for (guint i = 0; i < cloud.inputs->len; i += 2) {
        g_assert_true(!places[i].group || places[i].group != places[i + 1].group);
    }
}

/* Who was put together stays so, however far apart, and whoever is told apart too, however near. */
static void test_what_people_said(void)
{
    g_auto(Cloud) cloud = {0};
    cloud_init(&cloud, 7);
    add_at(&cloud, 0)->person = 10;
    add_at(&cloud, 3)->person = 10;
    add_at(&cloud, 7)->person = 11;
    add_at(&cloud, 7.01F)->person = 12;
    add_at(&cloud, 12)->person = 13;
    FaceInput *refusing = add_at(&cloud, 12.1F);
    const gint64 refused[] = {13};
    refusing->refused = refused;
    refusing->refused_count = 1;
    add_at(&cloud, 12.2F);
    g_autofree FacePlace *places = make(&cloud);
    g_assert_cmpint(places[0].person, ==, 10);
    g_assert_cmpint(places[1].person, ==, 10);
    g_assert_cmpint(places[2].person, ==, 11);
    g_assert_cmpint(places[3].person, ==, 12);
    g_assert_cmpuint(places[2].group, !=, places[3].group);
    g_assert_cmpint(places[5].person, ==, 0);
    g_assert_cmpuint(places[6].group, ==,
                     places[5].group); /* and what is more like it goes with it */
}

static void test_between_two_people(void)
{
    g_auto(Cloud) cloud = {0};
    cloud_init(&cloud, 8);
    add_at(&cloud, 0)->person = 1;
    add_at(&cloud, 0.6F)->person = 2;
    add_at(&cloud, 0.3F);
    add_at(&cloud, 10)->person = 3;
    add_at(&cloud, 10.2F);
    g_autofree FacePlace *places = make(&cloud);
    g_assert_true(places[2].is_ambiguous);
    g_assert_cmpuint(places[2].group, ==, 0);
    g_assert_cmpint(places[4].person, ==, 3);
    g_assert_false(places[4].is_ambiguous);
}

static gboolean stop(gsize done, gsize total, gpointer data)
{
    return FALSE;
}

static void test_it_can_be_stopped(void)
{
    g_auto(Cloud) cloud = {0};
    cloud_init(&cloud, 9);
    add_person(&cloud, 0, 3);
    const FaceRule rule = FACE_RULE_DEFAULT;
    g_assert_null(face_groups_make((const FaceInput *)(void *)cloud.inputs->data, cloud.inputs->len,
                                   FLOATS, &rule, stop, NULL));
}

static void test_rules(void)
{
    FaceRule rule =
        face_rule_of_options("{\"metric\":\"cosine\",\"average\":0.02,\"suggest\":0.045}");
    g_assert_cmpint(rule.metric, ==, VECTOR_COSINE);
    g_assert_cmpfloat_with_epsilon(rule.join, 0.2, 1e-6);
    g_assert_cmpfloat_with_epsilon(rule.suggest, 0.3, 1e-6);
    float vector[] = {3, 4};
    float other[] = {4, 3};
    g_assert_true(face_rule_ready(&rule, vector, 2) && face_rule_ready(&rule, other, 2));
    g_assert_cmpfloat_with_epsilon(face_distance(vector, other, 2), sqrt(2 * (1 - 0.96)), 1e-6);
    float zeros[] = {0, 0};
    float broken[] = {NAN, 1};
    g_assert_false(face_rule_ready(&rule, zeros, 2));
    g_assert_false(face_rule_ready(&rule, broken, 2));
    const char *const nonsense[] = {"", "[]", "{\"average\":-1}", "{\"average\":\"x\"}"};
    for (gsize i = 0; i < G_N_ELEMENTS(nonsense); i++) {
        rule = face_rule_of_options(nonsense[i]);
        g_assert_cmpfloat(rule.join, ==, FACE_RULE_DEFAULT.join);
        g_assert_cmpint(rule.metric, ==, VECTOR_EUCLIDEAN);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/face-groups/clouds", test_clouds);
    g_test_add_func("/face-groups/many", test_many);
    g_test_add_func("/face-groups/order", test_order_does_not_matter);
    g_test_add_func("/face-groups/few", test_few);
    g_test_add_func("/face-groups/chain", test_chain_does_not_hold);
    g_test_add_func("/face-groups/picture", test_one_picture_has_one_of_each);
    g_test_add_func("/face-groups/said", test_what_people_said);
    g_test_add_func("/face-groups/between", test_between_two_people);
    g_test_add_func("/face-groups/stop", test_it_can_be_stopped);
    g_test_add_func("/face-groups/rules", test_rules);
    return g_test_run();
}
