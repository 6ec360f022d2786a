#include "library/replay.h"

#include "library/credential.h"
#include "library_fixture.h"

#include <string.h>

typedef struct {
    Library *library;
    Replay *replay;
    gint64 key;
} Scene;

static void scene_open(Scene *scene, StoreFixture *fixture)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *data = g_build_filename(fixture->folder, "data", NULL);
    scene->library = library_open(data, fixture->url, &error);
    g_assert_no_error(error);
    scene->replay = replay_new(scene->library);
    g_autoptr(StoreTx) tx = fixture_write(fixture);
    g_autofree char *secret =
        key_create(tx, &(KeyNew){.name = "k", .scope = KEY_SCOPE_READ}, &scene->key, &error);
    g_assert_no_error(error);
    fixture_commit(tx);
}

static void scene_close(Scene *scene)
{
    replay_free(scene->replay);
    library_close(scene->library);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Scene, scene_close)

static ReplayRequest request_of(const Scene *scene, const char *address, const char *client_key,
                                const char *body)
{
    const ReplayAsked asked = {
        .credential_id = scene->key,
        .secret = "a secret",
        .method = "POST",
        .address = address,
        .client_key = client_key,
        .body = body,
        .body_bytes = strlen(body),
    };
    ReplayRequest request;
    replay_request(&asked, &request);
    return request;
}

static ReplayStep begin(const Scene *scene, const ReplayRequest *request, char **ret_body)
{
    g_autoptr(GError) error = NULL;
    g_auto(ReplayAnswer) answer = {0};
    ReplayStep step = replay_begin(scene->replay, request, NULL, &answer, &error);
    g_assert_no_error(error);
    if (step == REPLAY_KNOWN) {
        g_assert_cmpint(answer.status, ==, 201);
        g_assert_cmpstr(answer.mime, ==, "application/json");
        *ret_body = g_strndup(g_bytes_get_data(answer.body, NULL), g_bytes_get_size(answer.body));
    }
    return step;
}

static void keep(const Scene *scene, const ReplayRequest *request, const char *body)
{
    g_autoptr(GBytes) bytes = g_bytes_new(body, strlen(body));
    const ReplayAnswer answer = {.status = 201, .mime = (char *)"application/json", .body = bytes};
    replay_keep(scene->replay, request, &answer);
}

static void test_the_first_is_done(StoreFixture *fixture, gconstpointer unused)
{
    g_auto(Scene) scene = {0};
    g_autofree char *body = NULL;
    scene_open(&scene, fixture);
    ReplayRequest request = request_of(&scene, "/a", "1", "{}");
    g_assert_cmpint(begin(&scene, &request, &body), ==, REPLAY_FIRST);
    keep(&scene, &request, "{\"id\":1}");
    g_assert_cmpint(begin(&scene, &request, &body), ==, REPLAY_KNOWN);
    g_assert_cmpstr(body, ==, "{\"id\":1}");
    ReplayRequest other = request_of(&scene, "/a", "1", "{\"other\":1}");
    g_assert_cmpint(begin(&scene, &other, &body), ==, REPLAY_OTHER);
    ReplayRequest elsewhere = request_of(&scene, "/b", "1", "{}");
    g_assert_cmpint(begin(&scene, &elsewhere, &body), ==, REPLAY_FIRST);
    ReplayRequest again = request_of(&scene, "/a", "2", "{}");
    g_assert_cmpint(begin(&scene, &again, &body), ==, REPLAY_FIRST);
}

static void test_what_is_forgotten_is_tried_again(StoreFixture *fixture, gconstpointer unused)
{
    g_auto(Scene) scene = {0};
    g_autofree char *body = NULL;
    scene_open(&scene, fixture);
    ReplayRequest request = request_of(&scene, "/a", "1", "{}");
    g_assert_cmpint(begin(&scene, &request, &body), ==, REPLAY_FIRST);
    replay_forget(scene.replay, &request);
    g_assert_cmpint(begin(&scene, &request, &body), ==, REPLAY_FIRST);
}

typedef struct {
    const Scene *scene;
    const ReplayRequest *request;
    char *body;
} Waiter;

static gpointer wait_for_it(gpointer data)
{
    Waiter *waiter = data;
    return GINT_TO_POINTER(begin(waiter->scene, waiter->request, &waiter->body));
}

static void test_others_wait(StoreFixture *fixture, gconstpointer unused)
{
    g_auto(Scene) scene = {0};
    g_autofree char *body = NULL;
    scene_open(&scene, fixture);
    ReplayRequest request = request_of(&scene, "/a", "1", "{}");
    g_assert_cmpint(begin(&scene, &request, &body), ==, REPLAY_FIRST);
    Waiter waiters[4];
    GThread *threads[G_N_ELEMENTS(waiters)];
    for (gsize i = 0; i < G_N_ELEMENTS(waiters); i++) {
        waiters[i] = (Waiter){.scene = &scene, .request = &request};
        threads[i] = g_thread_new("waiter", wait_for_it, &waiters[i]);
    }
    keep(&scene, &request, "done");
    for (gsize i = 0; i < G_N_ELEMENTS(waiters); i++) {
        g_assert_cmpint(GPOINTER_TO_INT(g_thread_join(threads[i])), ==, REPLAY_KNOWN);
        g_assert_cmpstr(waiters[i].body, ==, "done");
        g_free(waiters[i].body);
    }
}

/* The columns of the one row. */
static void run(StoreFixture *fixture, const StoreQuery *query)
{
    g_autoptr(StoreTx) tx = fixture_write(fixture);
    StoreStatement *statement = store_prepare(tx, query, NULL);
    g_assert_true(store_run(statement, NULL, NULL));
    fixture_commit(tx);
}

static void test_a_day_ends_it(StoreFixture *fixture, gconstpointer unused)
{
    static const StoreQuery age = {
        .name = "test_age",
        .sql = "UPDATE replay SET created_ms = created_ms - 86400001",
    };
    static const StoreQuery left = {.name = "test_left", .sql = "SELECT count(*) FROM replay"};
    g_auto(Scene) scene = {0};
    g_autofree char *body = NULL;
    scene_open(&scene, fixture);
    ReplayRequest request = request_of(&scene, "/a", "1", "{}");
    ReplayRequest changed = request_of(&scene, "/a", "1", "{\"b\":1}");
    begin(&scene, &request, &body);
    keep(&scene, &request, "old");
    run(fixture, &age);
    g_assert_cmpint(begin(&scene, &changed, &body), ==, REPLAY_FIRST); /* the key is free again */
    keep(&scene, &changed, "new");
    run(fixture, &age);
    g_assert_true(replay_sweep(scene.library, NULL));
    g_autoptr(StoreTx) tx = fixture_read(fixture);
    gint64 count = -1;
    g_assert_true(store_step_int(store_prepare(tx, &left, NULL), &count, NULL));
    g_assert_cmpint(count, ==, 0);
}

static void test_the_database_does_not_tell(StoreFixture *fixture, gconstpointer unused)
{
    static const StoreQuery bodies = {.name = "test_bodies", .sql = "SELECT body FROM replay"};
    g_auto(Scene) scene = {0};
    g_autofree char *body = NULL;
    scene_open(&scene, fixture);
    ReplayRequest request = request_of(&scene, "/a", "1", "{}");
    begin(&scene, &request, &body);
    keep(&scene, &request, "the secret of a new key");
    g_autoptr(StoreTx) tx = fixture_read(fixture);
    StoreStatement *row = store_prepare(tx, &bodies, NULL);
    g_assert_cmpint(store_step(row, NULL), ==, STORE_ROW);
    gsize length = 0;
    gconstpointer kept = store_column_blob(row, 0, &length);
    g_assert_null(memmem(kept, length, "secret", 6));
}

int main(int argc, char **argv)
{
    hash_init();
    g_test_init(&argc, &argv, NULL);
    store_fixture_add("/replay/first", test_the_first_is_done);
    store_fixture_add("/replay/forgotten", test_what_is_forgotten_is_tried_again);
    store_fixture_add("/replay/wait", test_others_wait);
    store_fixture_add("/replay/day", test_a_day_ends_it);
    store_fixture_add("/replay/sealed", test_the_database_does_not_tell);
    return g_test_run();
}
