#include "base/lru_cache.h"

#include <string.h>

static LruCache *new_cache(gsize cap_bytes)
{
    return lru_cache_new(cap_bytes, (gpointer(*)(gpointer))g_bytes_ref,
                         (GDestroyNotify)g_bytes_unref);
}

static void put(LruCache *cache, const char *key, const char *text)
{
    g_autoptr(GBytes) bytes = g_bytes_new(text, strlen(text));
    lru_cache_put(cache, key, bytes, strlen(text));
}

static void check(LruCache *cache, const char *key, const char *text)
{
    g_autoptr(GBytes) bytes = lru_cache_get(cache, key);
    if (!text) {
        g_assert_null(bytes);
        return;
    }
    g_assert_nonnull(bytes);
    g_assert_cmpmem(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes), text, strlen(text));
}

static void test_keeps_and_replaces(void)
{
    LruCache *cache = new_cache(100);
    check(cache, "a", NULL);
    put(cache, "a", "one");
    check(cache, "a", "one");
    put(cache, "a", "other");
    check(cache, "a", "other");
    lru_cache_free(cache);
}

static void test_the_longest_unused_goes_first(void)
{
    LruCache *cache = new_cache(10); /* two names and values, not three */
    put(cache, "a", "1234");
    put(cache, "b", "1234");
    check(cache, "a", "1234");
    put(cache, "c", "1234");
    check(cache, "b", NULL);
    check(cache, "a", "1234");
    check(cache, "c", "1234");
    lru_cache_free(cache);
}

static void test_what_is_too_large_is_not_kept(void)
{
    LruCache *cache = new_cache(5);
    put(cache, "a", "1234");
    put(cache, "b", "12345");
    check(cache, "b", NULL);
    check(cache, "a", "1234");
    put(cache, "a", "12345");
    check(cache, "a", NULL); /* what it replaced is gone all the same */
    lru_cache_free(cache);
}

static void test_a_value_outlives_the_cache(void)
{
    LruCache *cache = new_cache(10);
    put(cache, "a", "1234");
    g_autoptr(GBytes) held = lru_cache_get(cache, "a");
    lru_cache_free(cache);
    g_assert_cmpuint(g_bytes_get_size(held), ==, 4);
}

static gpointer hammer(gpointer data)
{
    for (int i = 0; i < 20000; i++) {
        const char key[] = {(char)('a' + i % 20), 0};
        put(data, key, "123456789");
        g_autoptr(GBytes) got = lru_cache_get(data, key);
        g_assert_true(!got || g_bytes_get_size(got) == 9);
    }
    return NULL;
}

static void test_many_threads(void)
{
    LruCache *cache = new_cache(100);
    GThread *threads[4];
    for (gsize i = 0; i < G_N_ELEMENTS(threads); i++) {
        threads[i] = g_thread_new("hammer", hammer, cache);
    }
    for (gsize i = 0; i < G_N_ELEMENTS(threads); i++) {
        g_thread_join(threads[i]);
    }
    lru_cache_free(cache);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/lru-cache/keeps", test_keeps_and_replaces);
    g_test_add_func("/lru-cache/order", test_the_longest_unused_goes_first);
    g_test_add_func("/lru-cache/too-large", test_what_is_too_large_is_not_kept);
    g_test_add_func("/lru-cache/outlives", test_a_value_outlives_the_cache);
    g_test_add_func("/lru-cache/threads", test_many_threads);
    return g_test_run();
}
