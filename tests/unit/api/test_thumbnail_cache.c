#include "api/thumbnail_cache.h"

#include <string.h>

static void put(ThumbnailCache *cache, const char *key, gsize length)
{
    g_autofree char *zeros = g_malloc0(length);
    g_autoptr(GBytes) bytes = g_bytes_new(zeros, length);
    thumbnail_cache_put(cache, key, bytes);
}

static gsize held(ThumbnailCache *cache, const char *key)
{
    g_autoptr(GBytes) bytes = thumbnail_cache_get(cache, key);
    return bytes ? g_bytes_get_size(bytes) : 0;
}

static void test_the_oldest_go(void)
{
    ThumbnailCache *cache = thumbnail_cache_new(100);
    g_assert_null(thumbnail_cache_get(cache, "a"));
    put(cache, "a", 40);
    put(cache, "b", 60);
    g_assert_cmpuint(held(cache, "a"), ==, 40);
    g_assert_cmpuint(held(cache, "b"), ==, 60);
    put(cache, "c", 1);
    g_assert_cmpuint(held(cache, "a"), ==, 0);
    g_assert_cmpuint(held(cache, "b"), ==, 60);
    put(cache, "d", 100);
    g_assert_cmpuint(held(cache, "b"), ==, 0);
    g_assert_cmpuint(held(cache, "c"), ==, 0);
    g_assert_cmpuint(held(cache, "d"), ==, 100);
    thumbnail_cache_free(cache);
}

static void test_the_first_stays_and_the_huge_is_not_kept(void)
{
    ThumbnailCache *cache = thumbnail_cache_new(100);
    put(cache, "a", 10);
    put(cache, "a", 20);
    g_assert_cmpuint(held(cache, "a"), ==, 10);
    put(cache, "huge", 101);
    g_assert_cmpuint(held(cache, "huge"), ==, 0);
    g_assert_cmpuint(held(cache, "a"), ==, 10);
    thumbnail_cache_free(cache);
    thumbnail_cache_free(NULL);
}

static void test_what_was_got_outlives_the_cache(void)
{
    ThumbnailCache *cache = thumbnail_cache_new(100);
    put(cache, "a", 10);
    g_autoptr(GBytes) bytes = thumbnail_cache_get(cache, "a");
    thumbnail_cache_free(cache);
    g_assert_cmpuint(g_bytes_get_size(bytes), ==, 10);
}

static gpointer use(gpointer data)
{
    for (int i = 0; i < 2000; i++) {
        g_autofree char *key = g_strdup_printf("%d", i % 50);
        put(data, key, 7);
        gsize length = held(data, key);
        g_assert_true(length == 0 || length == 7);
    }
    return NULL;
}

static void test_threads_share_it(void)
{
    ThumbnailCache *cache = thumbnail_cache_new(100);
    GThread *threads[4];
    for (gsize i = 0; i < G_N_ELEMENTS(threads); i++) {
        threads[i] = g_thread_new("user", use, cache);
    }
    for (gsize i = 0; i < G_N_ELEMENTS(threads); i++) {
        g_thread_join(threads[i]);
    }
    thumbnail_cache_free(cache);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/thumbnail_cache/oldest", test_the_oldest_go);
    g_test_add_func("/thumbnail_cache/bounds", test_the_first_stays_and_the_huge_is_not_kept);
    g_test_add_func("/thumbnail_cache/references", test_what_was_got_outlives_the_cache);
    g_test_add_func("/thumbnail_cache/threads", test_threads_share_it);
    return g_test_run();
}
