#include "vision/vector_index.h"

#include "base/limits.h"
#include "vision/vector_index_parts.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <math.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define FLOATS 96

/* Numbers for the index and, side by side, for what it is checked against. */
typedef struct {
    VectorIndex *index;
    VectorMetric metric; /* by which it is searched */
    guint floats;
    GHashTable *vectors; /* key -> float[] */
} Model;

static VectorIndex *open_at(const char *path, VectorMetric metric, guint floats)
{
    g_autoptr(GError) error = NULL;
    VectorIndex *index = vector_index_open(path, "space", metric, floats, &error);
    g_assert_no_error(error);
    return index;
}

static void model_init(Model *model, VectorMetric metric, guint floats)
{
    model->index = open_at(NULL, metric, floats);
    model->metric = metric;
    model->floats = floats;
    model->vectors = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, g_free);
}

static void model_clear(Model *model)
{
    vector_index_unref(model->index);
    g_hash_table_unref(model->vectors);
}

static void set(VectorIndex *index, gint64 owner, const gint64 *keys, const float *vectors,
                gsize count)
{
    g_autoptr(GError) error = NULL;
    g_assert_true(vector_index_set(index, owner, keys, vectors, count, &error));
    g_assert_no_error(error);
}

static void model_put(Model *model, gint64 key, const float *vector)
{
    set(model->index, key, &key, vector, 1);
    g_hash_table_replace(model->vectors, g_memdup2(&key, sizeof key),
                         g_memdup2(vector, model->floats * sizeof(float)));
}

static void model_remove(Model *model, gint64 key)
{
    set(model->index, key, NULL, NULL, 0);
    g_hash_table_remove(model->vectors, &key);
}

static double truth(const Model *model, const float *a, const float *b)
{
    double product = 0, as = 0, bs = 0, squares = 0;
    for (guint i = 0; i < model->floats; i++) {
        double x = a[i], y = b[i];
        product += x * y;
        as += x * x;
        bs += y * y;
        squares += (x - y) * (x - y);
    }
    return model->metric == VECTOR_COSINE ? product / sqrt(as * bs) : -sqrt(squares);
}

/* Keys that 3 divides may not be found, where a filter is asked for. */
static gboolean not_by_three(gint64 owner, gpointer data)
{
    (*(guint *)data)++;
    return owner % 3 != 0;
}

/* As far as a float tells. */
static double tolerance(double nearness)
{
    return fabs(nearness) * 2e-7 + 1e-7 * (fabs(nearness) < 2 ? 1 : 0);
}

static void check_order(const Model *model, const GArray *found, const float *query, float least)
{
    for (guint i = 0; i < found->len; i++) {
        const VectorMatch *match = &g_array_index(found, VectorMatch, i);
        double nearness = truth(model, query, g_hash_table_lookup(model->vectors, &match->key));
        g_assert_cmpfloat(fabs(nearness - (double)match->nearness), <=, tolerance(nearness));
        g_assert_cmpint(match->owner, ==, match->key);
        g_assert_cmpfloat(match->nearness, >=, least);
        const VectorMatch *before = match - 1;
        g_assert_true(i == 0 || before->nearness > match->nearness ||
                      (before->nearness == match->nearness && before->key < match->key));
    }
}

/* Nobody who was left out is nearer than the last who was found. */
static void check_rest(const Model *model, const GArray *found, const float *query, guint limit,
                       float least, gboolean filtered)
{
    g_autoptr(GHashTable) keys = g_hash_table_new(g_int64_hash, g_int64_equal);
    for (guint i = 0; i < found->len; i++) {
        g_assert_true(g_hash_table_add(keys, &g_array_index(found, VectorMatch, i).key));
    }
    g_assert_cmpuint(found->len, <=, limit);
    double last = found->len < limit
                      ? (double)least
                      : (double)g_array_index(found, VectorMatch, found->len - 1).nearness;
    GHashTableIter iter;
    gpointer key = NULL, vector = NULL;
    g_hash_table_iter_init(&iter, model->vectors);
    while (g_hash_table_iter_next(&iter, &key, &vector)) {
        gboolean may_be = !filtered || *(gint64 *)key % 3 != 0;
        if (may_be && !g_hash_table_contains(keys, key)) {
            double nearness = truth(model, query, vector);
            g_assert_cmpfloat(nearness, <=, last + tolerance(last));
        } else if (!may_be) {
            g_assert_false(g_hash_table_contains(keys, key));
        }
    }
}

static void check(const Model *model, const float *query, guint limit, float least)
{
    for (guint filtered = 0; filtered < 2; filtered++) {
        guint asked = 0;
        g_autoptr(GArray) found =
            vector_index_search_by(model->index, model->metric, query, limit, least,
                                   filtered ? not_by_three : NULL, &asked);
        check_order(model, found, query, least);
        check_rest(model, found, query, limit, least, filtered != 0);
    }
}

/* Vectors of all kinds */

typedef void (*Maker)(float *vector, guint floats, gint64 key);

static float normal(void)
{
    double sum = 0;
    for (guint i = 0; i < 12; i++) {
        sum += g_test_rand_double();
    }
    return (float)(sum - 6);
}

static void make_random(float *vector, guint floats, gint64 key)
{
    for (guint i = 0; i < floats; i++) {
        vector[i] = normal();
    }
}

static void make_clustered(float *vector, guint floats, gint64 key)
{
    for (guint i = 0; i < floats; i++) {
        vector[i] = (float)((key % 5 * 7 + i) % 11) + 0.01F * normal();
    }
}

static void make_duplicated(float *vector, guint floats, gint64 key)
{
    for (guint i = 0; i < floats; i++) {
        vector[i] = (float)((key % 4 + 1) * (i % 13) + 1);
    }
}

static void make_tiny(float *vector, guint floats, gint64 key)
{
    for (guint i = 0; i < floats; i++) {
        vector[i] = 1e-40F * normal(); /* not even normal floats */
    }
}

static void make_huge(float *vector, guint floats, gint64 key)
{
    for (guint i = 0; i < floats; i++) {
        vector[i] = 1e35F * normal();
    }
}

static void make_uneven(float *vector, guint floats, gint64 key)
{
    memset(vector, 0, floats * sizeof(float));
    vector[key % floats] = powf(10, (float)(key % 20) - 10);
    vector[0] += 1e-3F;
}

/* Far from the middle and close to each other: bounds that were too tight would show. */
static void make_close(float *vector, guint floats, gint64 key)
{
    for (guint i = 0; i < floats; i++) {
        vector[i] = 1000 + 1e-3F * normal();
    }
}

static const struct {
    const char *name;
    Maker make;
} kinds[] = {
    {"random", make_random}, {"clustered", make_clustered}, {"duplicated", make_duplicated},
    {"tiny", make_tiny},     {"huge", make_huge},           {"uneven", make_uneven},
    {"close", make_close},
};

#define KERNEL_TEST_VECTORS 700

static void check_kind(Maker make, VectorMetric metric, guint floats)
{
    Model model;
    model_init(&model, metric, floats);
    g_autofree float *vector = g_new(float, floats);
    for (gint64 key = 1; key <= KERNEL_TEST_VECTORS; key++) {
        make(vector, floats, key);
        model_put(&model, key, vector);
    }
    const VectorKernel *kernels[VECTOR_KERNELS];
    gsize count = vector_kernels(kernels);
    for (gsize i = 0; i < count; i++) {
        g_assert_true(vector_index_set_kernel(model.index, kernels[i]->name));
        for (gint64 key = 1; key <= 4; key++) {
            make(vector, floats, key);
            check(&model, vector, 10, -INFINITY);
            check(&model, g_hash_table_lookup(model.vectors, &key), 3, -INFINITY);
            check(&model, vector, KERNEL_TEST_VECTORS + 1, metric == VECTOR_COSINE ? 0.3F : -20);
        }
    }
    g_assert_false(vector_index_set_kernel(model.index, "none"));
    if (metric == VECTOR_EUCLIDEAN) {
        model.metric = VECTOR_COSINE;
        check(&model, vector, 10, -INFINITY);
    }
    model_clear(&model);
}

static void test_exact(gconstpointer data)
{
    Maker make = kinds[GPOINTER_TO_UINT(data)].make;
    check_kind(make, VECTOR_COSINE, FLOATS);
    check_kind(make, VECTOR_EUCLIDEAN, FLOATS);
    check_kind(make, VECTOR_COSINE, 3);
    check_kind(make, VECTOR_EUCLIDEAN, 130);
}

static void test_compare(void)
{
    g_autoptr(VectorIndex) index = open_at(NULL, VECTOR_EUCLIDEAN, 2);
    const float vectors[] = {3, 0, 0, 4};
    float nearness[3];
    set(index, 1, (gint64[]){11, 12}, vectors, 2);
    vector_index_compare(index, vectors, (gint64[]){12, 99, 11}, 3, -INFINITY, nearness);
    g_assert_cmpfloat(nearness[0], ==, -5);
    g_assert_true(isnan(nearness[1]));
    g_assert_cmpfloat(nearness[2], ==, 0);
    vector_index_compare(index, vectors, (gint64[]){12, 11}, 2, -1, nearness);
    g_assert_true(isinf(nearness[0]) && nearness[0] < 0);
    g_assert_cmpfloat(nearness[1], ==, 0);
    vector_index_compare(index, (float[]){NAN, 0}, (gint64[]){12}, 1, -INFINITY, nearness);
    g_assert_true(isnan(nearness[0]));
}

static void test_changes(void)
{
    Model model;
    model_init(&model, VECTOR_EUCLIDEAN, FLOATS);
    float vector[FLOATS];
    for (guint i = 0; i < 30000; i++) { /* more than two segments at times, fewer in the end */
        gint64 key = g_test_rand_int_range(1, i < 15000 ? 12000 : 1500);
        gboolean removes = i >= 15000 || g_test_rand_int_range(0, 4) == 0;
        if (removes) {
            model_remove(&model, i >= 15000 ? (gint64)i - 15000 : key);
        } else {
            make_random(vector, FLOATS, key);
            model_put(&model, key, vector);
        }
        g_assert_cmpuint(vector_index_count(model.index), ==, g_hash_table_size(model.vectors));
        if (i % 1000 == 0) {
            make_random(vector, FLOATS, 0);
            check(&model, vector, 5, -INFINITY);
        }
    }
    g_assert_cmpuint(vector_file_segments(model.index->file), <=, 1);
    g_assert_cmpuint(vector_index_count(model.index), ==, 0);
    model_clear(&model);
}

/* Owners, keys and values that are none. */

static guint found_count(VectorIndex *index, const float *vector)
{
    g_autoptr(GArray) found = vector_index_search(index, vector, 100, -INFINITY, NULL, NULL);
    return found->len;
}

static void test_owners(void)
{
    g_autoptr(VectorIndex) index = open_at(NULL, VECTOR_EUCLIDEAN, 2);
    const float two[] = {1, 0, 0, 1};
    set(index, 7, (gint64[]){71, 72}, two, 2);
    set(index, 8, (gint64[]){81}, two, 1);
    g_assert_cmpuint(vector_index_count(index), ==, 3);
    g_autoptr(GArray) found = vector_index_search(index, two, 2, -INFINITY, NULL, NULL);
    g_assert_cmpint(g_array_index(found, VectorMatch, 0).key, ==, 71); /* a tie: the lesser key */
    g_assert_cmpint(g_array_index(found, VectorMatch, 1).key, ==, 81);
    g_assert_cmpint(g_array_index(found, VectorMatch, 1).owner, ==, 8);

    set(index, 8, (gint64[]){72, 82}, two, 2); /* takes 72 over, and leaves 81 */
    g_assert_cmpuint(vector_index_count(index), ==, 3);
    set(index, 8, NULL, NULL, 0);
    g_assert_cmpuint(vector_index_count(index), ==, 1);
    float vector[2];
    g_assert_true(vector_index_get(index, 71, vector));
    g_assert_cmpmem(vector, sizeof vector, two, sizeof vector);
    g_assert_false(vector_index_get(index, 72, vector));
}

static void test_no_vectors(void)
{
    g_autoptr(VectorIndex) cosines = open_at(NULL, VECTOR_COSINE, 2);
    g_autoptr(VectorIndex) distances = open_at(NULL, VECTOR_EUCLIDEAN, 2);
    const float bad[][2] = {{NAN, 1}, {INFINITY, 1}, {0, 0}};
    const float good[] = {0, 1};
    g_assert_cmpuint(found_count(cosines, good), ==, 0);
    for (guint i = 0; i < G_N_ELEMENTS(bad); i++) {
        set(cosines, 1, (gint64[]){1}, good, 1);
        set(cosines, 1, (gint64[]){1}, bad[i], 1); /* it has none from now on */
        g_assert_cmpuint(vector_index_count(cosines), ==, 0);
    }
    set(distances, 1, (gint64[]){1}, bad[2], 1);
    set(distances, 2, (gint64[]){2}, bad[0], 1);
    g_assert_cmpuint(found_count(distances, bad[2]), ==, 1);
    g_assert_cmpuint(found_count(distances, bad[0]), ==, 0);
    g_autoptr(GArray) none = vector_index_search(distances, good, 0, -INFINITY, NULL, NULL);
    g_assert_cmpuint(none->len, ==, 0);

    g_autoptr(GError) error = NULL;
    g_assert_null(vector_index_open(NULL, "space", VECTOR_COSINE, 0, &error));
    g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_INVALID);
    g_clear_error(&error);
    g_assert_null(vector_index_open(NULL, "space", VECTOR_COSINE, LIMIT_VECTOR_FLOATS + 1, &error));
    g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_INVALID);
}

/* Files */

typedef struct {
    char *folder, *path;
} Place;

static void place_init(Place *place, gconstpointer unused)
{
    place->folder = g_dir_make_tmp("albumen-vectors-XXXXXX", NULL);
    place->path = g_build_filename(place->folder, "space.vectors", NULL);
}

static void place_clear(Place *place, gconstpointer unused)
{
    g_unlink(place->path);
    g_rmdir(place->folder);
    g_free(place->path);
    g_free(place->folder);
}

static void fill(VectorIndex *index, gint64 first, gint64 last)
{
    float vector[FLOATS];
    for (gint64 key = first; key <= last; key++) {
        make_duplicated(vector, FLOATS, key);
        vector[0] = (float)key;
        set(index, key, &key, vector, 1);
    }
}

static void check_filled(VectorIndex *index, gint64 last)
{
    float vector[FLOATS], expected[FLOATS];
    g_assert_cmpuint(vector_index_count(index), ==, (gsize)last);
    for (gint64 key = 1; key <= last; key++) {
        make_duplicated(expected, FLOATS, key);
        expected[0] = (float)key;
        g_assert_true(vector_index_get(index, key, vector));
        g_assert_cmpmem(vector, sizeof vector, expected, sizeof expected);
    }
    g_autoptr(GArray) found = vector_index_search(index, expected, 1, -INFINITY, NULL, NULL);
    g_assert_cmpint(g_array_index(found, VectorMatch, 0).key, ==, last);
}

static void test_file(Place *place, gconstpointer unused)
{
    VectorIndex *index = open_at(place->path, VECTOR_EUCLIDEAN, FLOATS);
    g_assert_cmpint(vector_index_version(index), ==, 0);
    fill(index, 1, 5000);
    vector_index_commit(index, 17);
    vector_index_unref(index);

    index = open_at(place->path, VECTOR_EUCLIDEAN, FLOATS);
    g_assert_cmpint(vector_index_version(index), ==, 17);
    check_filled(index, 5000);
    g_autoptr(GError) error = NULL;
    g_assert_null(vector_index_open(place->path, "space", VECTOR_EUCLIDEAN, FLOATS, &error));
    g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_BUSY);
    g_assert_true(vector_index_clear(index, NULL));
    g_assert_cmpuint(vector_index_count(index), ==, 0);
    fill(index, 1, 3);
    check_filled(index, 3);
    vector_index_unref(index);
}

static void expect_begun_anew(const char *path, const char *space, VectorMetric metric,
                              guint floats)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(VectorIndex) index = vector_index_open(path, space, metric, floats, &error);
    g_assert_no_error(error);
    g_assert_cmpint(vector_index_version(index), ==, 0);
    g_assert_cmpuint(vector_index_count(index), ==, 0);
    float vector[FLOATS];
    make_random(vector, FLOATS, 1);
    set(index, 1, (gint64[]){1}, vector, 1);
    vector_index_commit(index, 5);
}

static void overwrite(const char *path, off_t at, const void *bytes, gsize length)
{
    int fd = open(path, O_RDWR | O_CLOEXEC);
    g_assert_cmpint(pwrite(fd, bytes, length, at), ==, (gssize)length);
    close(fd);
}

static void test_begun_anew(Place *place, gconstpointer unused)
{
    const char *path = place->path;
    g_assert_true(g_file_set_contents(path, "no index", -1, NULL));
    expect_begun_anew(path, "space", VECTOR_COSINE, FLOATS);
    expect_begun_anew(path, "other space", VECTOR_COSINE, FLOATS);
    expect_begun_anew(path, "other space", VECTOR_EUCLIDEAN, FLOATS);
    expect_begun_anew(path, "other space", VECTOR_EUCLIDEAN, FLOATS / 2);
    overwrite(path, 12, "x", 1); /* of what it is */
    expect_begun_anew(path, "other space", VECTOR_EUCLIDEAN, FLOATS / 2);
    guint8 noise[512];
    memset(noise, 0x5a, sizeof noise);
    overwrite(path, 100, noise, sizeof noise); /* both records */
    expect_begun_anew(path, "other space", VECTOR_EUCLIDEAN, FLOATS / 2);
    g_assert_cmpint(truncate(path, 100000), ==, 0); /* within its first segment */
    expect_begun_anew(path, "other space", VECTOR_EUCLIDEAN, FLOATS / 2);
    g_assert_cmpint(truncate(path, 0), ==, 0);
    expect_begun_anew(path, "other space", VECTOR_EUCLIDEAN, FLOATS / 2);
}

/* Ends a process in the midst of changes, again and again; whoever comes after it does again what
 * came after the version that it finds, and has what there should be. */
static void run_until_killed(const char *path, int told)
{
    VectorIndex *index = open_at(path, VECTOR_EUCLIDEAN, FLOATS);
    gint64 from = vector_index_version(index);
    for (gint64 version = from + 1;; version++) {
        fill(index, version * 10 + 1, version * 10 + 10);
        set(index, version * 10 - 5, NULL, NULL, 0);
        vector_index_commit(index, version);
        G_GNUC_UNUSED gssize sent = write(told, "x", 1);
    }
}

static void kill_one(const char *path, guint64 wait_us)
{
    int told[2];
    g_assert_cmpint(pipe(told), ==, 0);
    pid_t child = fork();
    if (child == 0) {
        run_until_killed(path, told[1]);
    }
    char byte = 0;
    g_assert_cmpint(read(told[0], &byte, 1), ==, 1);
    g_usleep(wait_us);
    kill(child, SIGKILL);
    g_assert_cmpint(waitpid(child, NULL, 0), ==, child);
    close(told[0]);
    close(told[1]);
}

static void test_killed(Place *place, gconstpointer unused)
{
    gint64 before = 0;
    for (guint i = 0; i < 15; i++) {
        kill_one(place->path, (guint64)g_test_rand_int_range(0, 2000));
        g_autoptr(VectorIndex) index = open_at(place->path, VECTOR_EUCLIDEAN, FLOATS);
        gint64 version = vector_index_version(index);
        g_assert_cmpint(version, >, before);
        before = version;
        float vector[FLOATS];
        for (gint64 key = 11; key <= version * 10 + 10; key++) {
            /* What the one after the version took away may be gone already. */
            gboolean gone = key % 10 == 5 && key < version * 10;
            gboolean going = key == version * 10 + 5;
            g_assert_true(going || vector_index_get(index, key, vector) == !gone);
        }
    }
}

/* Of a record (vector_file.c): what comes before the name of the boot, and what its digest is of.
 */
#define RECORD_BEFORE_BOOT 24
#define RECORD_BOOT        36
#define RECORD_BYTES       64

/* Has each record tell another boot, as if nothing were wrong with it. */
static guint change_boot(char *contents, gsize length, const char *boot)
{
    guint changed = 0;
    char *at = contents;
    while ((at = memmem(at, length - (gsize)(at - contents), boot, RECORD_BOOT))) {
        at[0] = at[0] == 'z' ? 'y' : 'z';
        guint8 *record = (guint8 *)at - RECORD_BEFORE_BOOT;
        g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);
        gsize digest_bytes = 32;
        g_checksum_update(sum, record, RECORD_BYTES);
        g_checksum_get_digest(sum, record + RECORD_BYTES, &digest_bytes);
        changed++;
    }
    return changed;
}

/* A machine that lost its power: the file is of another boot, and nobody closed it. */
static void test_other_boot(Place *place, gconstpointer unused)
{
    kill_one(place->path, 0);
    g_autofree char *boot = NULL, *contents = NULL;
    gsize length = 0;
    g_assert_true(g_file_get_contents("/proc/sys/kernel/random/boot_id", &boot, NULL, NULL));
    g_assert_true(g_file_get_contents(place->path, &contents, &length, NULL));
    VectorIndex *index = open_at(place->path, VECTOR_EUCLIDEAN, FLOATS);
    g_assert_cmpint(vector_index_version(index), >, 0);
    vector_index_unref(index);
    g_autofree char *closed = NULL;
    gsize closed_length = 0;
    g_assert_true(g_file_get_contents(place->path, &closed, &closed_length, NULL));

    g_assert_cmpuint(change_boot(contents, length, boot), ==, 2);
    g_assert_true(g_file_set_contents(place->path, contents, (gssize)length, NULL));
    index = open_at(place->path, VECTOR_EUCLIDEAN, FLOATS);
    g_assert_cmpint(vector_index_version(index), ==, 0);
    g_assert_cmpuint(vector_index_count(index), ==, 0);
    vector_index_unref(index);

    g_assert_cmpuint(change_boot(closed, closed_length, boot), ==, 2);
    g_assert_true(g_file_set_contents(place->path, closed, (gssize)closed_length, NULL));
    index = open_at(place->path, VECTOR_EUCLIDEAN, FLOATS);
    g_assert_cmpint(vector_index_version(index), >, 0);
    vector_index_unref(index);
}

/* Many at once */

#define PAIRS 64

typedef struct {
    VectorIndex *index;
    gint stop;
} Together;

/* Each owner has two vectors that are the same: who finds one finds the other. */
static gpointer look_for_pairs(gpointer data)
{
    Together *together = data;
    float vector[FLOATS];
    while (!g_atomic_int_get(&together->stop)) {
        make_clustered(vector, FLOATS, 1);
        g_autoptr(GArray) found =
            vector_index_search(together->index, vector, 2 * PAIRS, -INFINITY, NULL, NULL);
        g_assert_cmpuint(found->len % 2, ==, 0);
        for (guint i = 0; i < found->len; i += 2) {
            const VectorMatch *pair = &g_array_index(found, VectorMatch, i);
            g_assert_cmpint(pair[0].owner, ==, pair[1].owner);
            g_assert_cmpint(pair[0].key + 1, ==, pair[1].key);
        }
        gint64 key = found->len ? g_array_index(found, VectorMatch, 0).key : 1;
        vector_index_get(together->index, key, vector);
    }
    return NULL;
}

static void test_together(Place *place, gconstpointer unused)
{
    Together together = {open_at(place->path, VECTOR_EUCLIDEAN, FLOATS), 0};
    GThread *threads[2];
    for (guint i = 0; i < G_N_ELEMENTS(threads); i++) {
        threads[i] = g_thread_new("search", look_for_pairs, &together);
    }
    float vectors[2 * FLOATS];
    for (guint i = 0; i < 2000; i++) {
        gint64 owner = g_test_rand_int_range(1, PAIRS);
        const gint64 keys[] = {owner * 10, owner * 10 + 1};
        make_random(vectors, FLOATS, owner);
        memcpy(vectors + FLOATS, vectors, FLOATS * sizeof(float));
        set(together.index, owner, keys, vectors, i % 5 == 0 ? 0 : 2);
        vector_index_commit(together.index, i + 1);
    }
    g_atomic_int_set(&together.stop, 1);
    for (guint i = 0; i < G_N_ELEMENTS(threads); i++) {
        g_thread_join(threads[i]);
    }
    vector_index_unref(together.index);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (guint i = 0; i < G_N_ELEMENTS(kinds); i++) {
        g_autofree char *path = g_strdup_printf("/vector_index/exact/%s", kinds[i].name);
        g_test_add_data_func(path, GUINT_TO_POINTER(i), test_exact);
    }
    g_test_add_func("/vector_index/compare", test_compare);
    g_test_add_func("/vector_index/changes", test_changes);
    g_test_add_func("/vector_index/owners", test_owners);
    g_test_add_func("/vector_index/no_vectors", test_no_vectors);
    g_test_add("/vector_index/file", Place, NULL, place_init, test_file, place_clear);
    g_test_add("/vector_index/begun_anew", Place, NULL, place_init, test_begun_anew, place_clear);
    g_test_add("/vector_index/killed", Place, NULL, place_init, test_killed, place_clear);
    g_test_add("/vector_index/other_boot", Place, NULL, place_init, test_other_boot, place_clear);
    g_test_add("/vector_index/together", Place, NULL, place_init, test_together, place_clear);
    return g_test_run();
}
