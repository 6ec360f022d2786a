/* What ThreadSanitizer must be told of GLib, which was not built for it: that its locks order what
 * happens around them. Only the build with -Db_sanitize=thread has this file; its linker sends our
 * own calls here (--wrap), and from here on to GLib. */
#include <glib.h>

void __tsan_acquire(void *address); /* compiler-rt, sanitizer/tsan_interface.h */
void __tsan_release(void *address);

#define WRAPPED(type, name, ...)                                                                   \
    type __real_##name(__VA_ARGS__);                                                               \
    type __wrap_##name(__VA_ARGS__);                                                               \
    type __wrap_##name(__VA_ARGS__)

WRAPPED(void, g_mutex_lock, GMutex *mutex)
{
    __real_g_mutex_lock(mutex);
    __tsan_acquire(mutex);
}

WRAPPED(gboolean, g_mutex_trylock, GMutex *mutex)
{
    gboolean locked = __real_g_mutex_trylock(mutex);
    if (locked) {
        __tsan_acquire(mutex);
    }
    return locked;
}

WRAPPED(void, g_mutex_unlock, GMutex *mutex)
{
    __tsan_release(mutex);
    __real_g_mutex_unlock(mutex);
}

WRAPPED(void, g_rw_lock_reader_lock, GRWLock *lock)
{
    __real_g_rw_lock_reader_lock(lock);
    __tsan_acquire(lock);
}

WRAPPED(void, g_rw_lock_reader_unlock, GRWLock *lock)
{
    __tsan_release(lock);
    __real_g_rw_lock_reader_unlock(lock);
}

WRAPPED(void, g_rw_lock_writer_lock, GRWLock *lock)
{
    __real_g_rw_lock_writer_lock(lock);
    __tsan_acquire(lock);
}

WRAPPED(void, g_rw_lock_writer_unlock, GRWLock *lock)
{
    __tsan_release(lock);
    __real_g_rw_lock_writer_unlock(lock);
}

WRAPPED(void, g_cond_wait, GCond *condition, GMutex *mutex)
{
    __tsan_release(mutex);
    __real_g_cond_wait(condition, mutex);
    __tsan_acquire(mutex);
}

WRAPPED(gboolean, g_cond_wait_until, GCond *condition, GMutex *mutex, gint64 end_time)
{
    __tsan_release(mutex);
    gboolean signalled = __real_g_cond_wait_until(condition, mutex, end_time);
    __tsan_acquire(mutex);
    return signalled;
}

/* A reference that is given up orders what was done through it before the last one's free. */
WRAPPED(void, g_bytes_unref, GBytes *bytes)
{
    if (bytes) {
        __tsan_release(bytes);
        __tsan_acquire(bytes);
    }
    __real_g_bytes_unref(bytes);
}

WRAPPED(void, g_atomic_rc_box_release_full, gpointer box, GDestroyNotify clear)
{
    __tsan_release(box);
    __tsan_acquire(box);
    __real_g_atomic_rc_box_release_full(box, clear);
}

typedef struct {
    GFunc function;
    gpointer user_data;
} PoolCall;

static void call_from_pool(gpointer data, gpointer user_data)
{
    PoolCall *call = user_data;
    __tsan_acquire(data);
    call->function(data, call->user_data);
    __tsan_release(call);
}

/* Freed with the pool. */
WRAPPED(GThreadPool *, g_thread_pool_new, GFunc function, gpointer user_data, gint max_threads,
        gboolean exclusive, GError **error)
{
    PoolCall *call = g_new(PoolCall, 1);
    *call = (PoolCall){function, user_data};
    return __real_g_thread_pool_new(call_from_pool, call, max_threads, exclusive, error);
}

WRAPPED(gboolean, g_thread_pool_push, GThreadPool *pool, gpointer data, GError **error)
{
    __tsan_release(data);
    return __real_g_thread_pool_push(pool, data, error);
}

WRAPPED(void, g_thread_pool_free, GThreadPool *pool, gboolean immediate, gboolean wait)
{
    PoolCall *call = pool->user_data;
    __real_g_thread_pool_free(pool, immediate, wait);
    __tsan_acquire(call);
    g_free(call);
}
