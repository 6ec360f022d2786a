#include "library/attempts.h"

#include "base/limits.h"

#include <sodium.h>
#include <string.h>

/* Counted by what is missing, so that a table of zeros is one of full buckets. */
typedef struct {
    double taken;
    gint64 seen_us;
} Bucket;

typedef struct {
    double size;           /* attempts at once */
    double refill_seconds; /* of one attempt */
} Rate;

static const Rate name_rate = {LIMIT_SIGN_IN_PER_NAME, LIMIT_SIGN_IN_REFILL_SECONDS};
static const Rate address_rate = {LIMIT_SIGN_IN_PER_ADDRESS, LIMIT_SIGN_IN_ADDRESS_REFILL_SECONDS};

struct Attempts {
    GMutex lock;
    guint8 key[crypto_shorthash_KEYBYTES];
    Bucket names[LIMIT_SIGN_IN_BUCKETS];
    Bucket addresses[LIMIT_SIGN_IN_BUCKETS];
};

Attempts *attempts_new(void)
{
    Attempts *attempts = g_new0(Attempts, 1);
    g_mutex_init(&attempts->lock);
    crypto_shorthash_keygen(attempts->key);
    return attempts;
}

void attempts_free(Attempts *attempts)
{
    if (!attempts) {
        return;
    }
    g_mutex_clear(&attempts->lock);
    g_free(attempts);
}

static Bucket *bucket_of(const Attempts *attempts, const Bucket *table, const char *text)
{
    guint64 hash = 0;
    G_STATIC_ASSERT(sizeof hash == crypto_shorthash_BYTES);
    crypto_shorthash((guint8 *)&hash, (const guint8 *)text, strlen(text), attempts->key);
    return (Bucket *)&table[hash % LIMIT_SIGN_IN_BUCKETS];
}

static void refill(Bucket *bucket, const Rate *rate, gint64 now_us)
{
    double seconds = (double)MAX(now_us - bucket->seen_us, 0) / G_TIME_SPAN_SECOND;
    bucket->taken = MAX(bucket->taken - seconds / rate->refill_seconds, 0);
    bucket->seen_us = now_us;
}

gboolean attempts_take(Attempts *attempts, const char *name, const char *address, gint64 now_us)
{
    g_mutex_lock(&attempts->lock);
    Bucket *by_name = bucket_of(attempts, attempts->names, name);
    Bucket *by_address = bucket_of(attempts, attempts->addresses, address);
    refill(by_name, &name_rate, now_us);
    refill(by_address, &address_rate, now_us);
    gboolean left =
        by_name->taken + 1 <= name_rate.size && by_address->taken + 1 <= address_rate.size;
    if (left) {
        by_name->taken++;
        by_address->taken++;
    }
    g_mutex_unlock(&attempts->lock);
    return left;
}

void attempts_succeeded(Attempts *attempts, const char *name, const char *address)
{
    g_mutex_lock(&attempts->lock);
    Bucket *by_address = bucket_of(attempts, attempts->addresses, address);
    bucket_of(attempts, attempts->names, name)->taken = 0;
    by_address->taken = MAX(by_address->taken - 1, 0);
    g_mutex_unlock(&attempts->lock);
}
