#include "vision/vector_index.h"

#include "base/limits.h"
#include "vision/vector_index_parts.h"

#include <math.h>
#include <string.h>

#define PLACE(slot) ((slot) % VECTOR_SEGMENT_SLOTS)

static gint64 key_of(gconstpointer index, guint32 slot)
{
    return vector_segment_of(index, slot)->keys[PLACE(slot)];
}

static gint64 owner_of(gconstpointer index, guint32 slot)
{
    return vector_segment_of(index, slot)->owners[PLACE(slot)];
}

static float *floats_of(const VectorIndex *index, guint32 slot)
{
    return vector_segment_of(index, slot)->floats + PLACE(slot) * (gsize)index->floats;
}

static guint8 *codes_of(const VectorIndex *index, guint32 slot)
{
    return vector_segment_of(index, slot)->codes + PLACE(slot) * index->stride;
}

/* Locks */

void vector_index_hold(VectorIndex *index)
{
    g_mutex_lock(&index->gate);
    g_rw_lock_reader_lock(&index->lock);
    g_mutex_unlock(&index->gate);
}

void vector_index_let_go(VectorIndex *index)
{
    g_rw_lock_reader_unlock(&index->lock);
}

static void lock_alone(VectorIndex *index)
{
    g_mutex_lock(&index->gate);
    g_rw_lock_writer_lock(&index->lock);
    g_mutex_unlock(&index->gate);
}

/* Opening */

static guint32 capacity_of(const VectorIndex *index)
{
    return vector_file_segments(index->file) * VECTOR_SEGMENT_SLOTS;
}

/* A slot counts while it has a key; nothing finds it without. A process that is killed has the key
 * taken away before anything else, and given after. */
static void set_key(const VectorIndex *index, guint32 slot, gint64 key)
{
    const VectorSegment *segment = vector_segment_of(index, slot);
    if (key == 0) {
        segment->scales[PLACE(slot)] = (double)NAN;
    }
    __atomic_store_n(&segment->keys[PLACE(slot)], key, __ATOMIC_RELEASE);
}

/* Whoever was killed while moving a vector left it twice. */
static void take_in(VectorIndex *index, guint32 slot)
{
    gint64 key = key_of(index, slot);
    if (key != 0 && slot_table_find(&index->by_key, key, SLOT_NONE) == SLOT_NONE) {
        slot_table_add(&index->by_key, slot);
        slot_table_add(&index->by_owner, slot);
        index->used = slot + 1;
    } else {
        set_key(index, slot, 0);
    }
}

static void find_free(VectorIndex *index)
{
    g_array_set_size(index->free_slots, 0);
    for (guint32 slot = index->used; slot-- > 0;) {
        if (key_of(index, slot) == 0) {
            g_array_append_val(index->free_slots, slot);
        }
    }
}

static void read_slots(VectorIndex *index)
{
    for (guint32 slot = 0; slot < capacity_of(index); slot++) {
        take_in(index, slot);
    }
    find_free(index);
}

VectorIndex *vector_index_open(const char *path, const char *space, VectorMetric metric,
                               guint floats, GError **error)
{
    if (floats == 0 || floats > LIMIT_VECTOR_FLOATS) {
        g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_INVALID,
                    "a vector of %u numbers cannot be kept in an index", floats);
        return NULL;
    }
    const VectorShape shape = {floats, metric, space};
    VectorFile *file = vector_file_open(path, &shape, error);
    if (!file) {
        return NULL;
    }
    const VectorKernel *kernels[VECTOR_KERNELS];
    vector_kernels(kernels);
    VectorIndex *index = g_new0(VectorIndex, 1);
    g_atomic_ref_count_init(&index->references);
    index->metric = metric;
    index->floats = floats;
    index->stride = vector_stride(floats);
    index->kernel = kernels[0];
    g_mutex_init(&index->gate);
    g_rw_lock_init(&index->lock);
    index->file = file;
    index->free_slots = g_array_new(FALSE, FALSE, sizeof(guint32));
    slot_table_init(&index->by_key, key_of, index);
    slot_table_init(&index->by_owner, owner_of, index);
    read_slots(index);
    return index;
}

VectorIndex *vector_index_ref(VectorIndex *index)
{
    g_atomic_ref_count_inc(&index->references);
    return index;
}

void vector_index_unref(VectorIndex *index)
{
    if (!index || !g_atomic_ref_count_dec(&index->references)) {
        return;
    }
    slot_table_clear(&index->by_key);
    slot_table_clear(&index->by_owner);
    g_array_unref(index->free_slots);
    vector_file_close(index->file);
    g_rw_lock_clear(&index->lock);
    g_mutex_clear(&index->gate);
    g_free(index);
}

gboolean vector_index_set_kernel(VectorIndex *index, const char *name)
{
    const VectorKernel *kernels[VECTOR_KERNELS];
    gsize count = vector_kernels(kernels);
    for (gsize i = 0; i < count; i++) {
        if (strcmp(kernels[i]->name, name) == 0) {
            index->kernel = kernels[i];
            return TRUE;
        }
    }
    return FALSE;
}

guint vector_index_floats(const VectorIndex *index)
{
    return index->floats;
}

gsize vector_index_count(VectorIndex *index)
{
    vector_index_hold(index);
    gsize count = index->by_key.used;
    vector_index_let_go(index);
    return count;
}

gint64 vector_index_version(VectorIndex *index)
{
    vector_index_hold(index);
    gint64 version = vector_file_version(index->file);
    vector_index_let_go(index);
    return version;
}

gboolean vector_index_get(VectorIndex *index, gint64 key, float *ret_vector)
{
    vector_index_hold(index);
    guint32 slot = slot_table_find(&index->by_key, key, SLOT_NONE);
    if (slot != SLOT_NONE) {
        memcpy(ret_vector, floats_of(index, slot), index->floats * sizeof(float));
    }
    vector_index_let_go(index);
    return slot != SLOT_NONE;
}

/* Changes: under the exclusive lock. */

static void forget(VectorIndex *index, guint32 slot)
{
    slot_table_remove(&index->by_key, slot);
    slot_table_remove(&index->by_owner, slot);
    set_key(index, slot, 0);
}

static void drop(VectorIndex *index, guint32 slot)
{
    forget(index, slot);
    g_array_append_val(index->free_slots, slot);
}

static void write_slot(VectorIndex *index, guint32 slot, gint64 key, gint64 owner,
                       const VectorCode *code, const gint8 *bytes, const float *vector)
{
    const VectorSegment *segment = vector_segment_of(index, slot);
    guint8 *codes = codes_of(index, slot);
    for (gsize i = 0; i < index->stride; i++) {
        codes[i] = (guint8)(bytes[i] + KERNEL_BIAS);
    }
    memcpy(floats_of(index, slot), vector, index->floats * sizeof(float));
    segment->owners[PLACE(slot)] = owner;
    segment->scales[PLACE(slot)] = code->scale;
    segment->errors[PLACE(slot)] = code->error;
    segment->norms[PLACE(slot)] = code->norm;
    set_key(index, slot, key);
    slot_table_add(&index->by_key, slot);
    slot_table_add(&index->by_owner, slot);
}

static guint32 take_free(VectorIndex *index)
{
    guint free_slots = index->free_slots->len;
    if (free_slots == 0) {
        return index->used++;
    }
    guint32 slot = g_array_index(index->free_slots, guint32, free_slots - 1);
    g_array_set_size(index->free_slots, free_slots - 1);
    return slot;
}

static void put(VectorIndex *index, gint64 key, gint64 owner, const float *vector)
{
    guint32 slot = slot_table_find(&index->by_key, key, SLOT_NONE);
    gboolean known = slot != SLOT_NONE;
    if (known && owner_of(index, slot) == owner &&
        memcmp(floats_of(index, slot), vector, index->floats * sizeof(float)) == 0) {
        return;
    }
    VectorCode code;
    gint8 bytes[LIMIT_VECTOR_FLOATS];
    gboolean comparable = vector_encode(index->metric, vector, index->floats, &code, bytes);
    if (known && !comparable) {
        drop(index, slot);
    } else if (comparable) {
        if (known) {
            forget(index, slot);
        } else {
            slot = take_free(index);
        }
        write_slot(index, slot, key, owner, &code, bytes, vector);
    }
}

static gboolean is_among(gint64 key, const gint64 *keys, gsize count)
{
    gsize i = 0;
    while (i < count && keys[i] != key) {
        i++;
    }
    return i < count;
}

static void drop_others(VectorIndex *index, gint64 owner, const gint64 *keys, gsize count)
{
    guint32 slot = slot_table_find(&index->by_owner, owner, SLOT_NONE);
    while (slot != SLOT_NONE) {
        guint32 next = slot_table_find(&index->by_owner, owner, slot);
        if (!is_among(key_of(index, slot), keys, count)) {
            drop(index, slot);
            next = slot_table_find(&index->by_owner, owner, SLOT_NONE); /* others moved up */
        }
        slot = next;
    }
}

/* Many empty slots cost every search: the last vectors then move into them. */

static void move(VectorIndex *index, guint32 from, guint32 to)
{
    const VectorSegment *source = vector_segment_of(index, from);
    const VectorSegment *target = vector_segment_of(index, to);
    memcpy(codes_of(index, to), codes_of(index, from), index->stride);
    memcpy(floats_of(index, to), floats_of(index, from), index->floats * sizeof(float));
    target->owners[PLACE(to)] = source->owners[PLACE(from)];
    target->scales[PLACE(to)] = source->scales[PLACE(from)];
    target->errors[PLACE(to)] = source->errors[PLACE(from)];
    target->norms[PLACE(to)] = source->norms[PLACE(from)];
    set_key(index, to, key_of(index, from));
    forget(index, from);
    slot_table_add(&index->by_key, to);
    slot_table_add(&index->by_owner, to);
}

static void tidy(VectorIndex *index)
{
    if (index->free_slots->len < VECTOR_SEGMENT_SLOTS || index->free_slots->len < index->used / 2) {
        return;
    }
    find_free(index); /* the first empty slot is the last of the list */
    while (index->used > 0) {
        guint32 last = index->used - 1;
        guint free_slots = index->free_slots->len;
        if (key_of(index, last) != 0) {
            guint32 hole =
                free_slots ? g_array_index(index->free_slots, guint32, free_slots - 1) : last;
            if (hole >= last) {
                break;
            }
            move(index, last, hole);
            g_array_set_size(index->free_slots, free_slots - 1);
        }
        index->used--;
    }
    g_array_set_size(index->free_slots, 0);
    vector_file_shrink(index->file,
                       (index->used + VECTOR_SEGMENT_SLOTS - 1) / VECTOR_SEGMENT_SLOTS);
}

static gboolean make_room(VectorIndex *index, gsize count, GError **error)
{
    gsize needed = index->used + count;
    if (needed > LIMIT_VECTORS) {
        g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_TOO_LARGE,
                    "an index holds at most %d vectors", LIMIT_VECTORS);
        return FALSE;
    }
    while (capacity_of(index) < needed) {
        if (!vector_file_grow(index->file, error)) {
            return FALSE;
        }
    }
    return TRUE;
}

static gboolean set_alone(VectorIndex *index, gint64 owner, const gint64 *keys,
                          const float *vectors, gsize count, GError **error)
{
    gboolean known = slot_table_find(&index->by_owner, owner, SLOT_NONE) != SLOT_NONE;
    if (count == 0 && !known) {
        return TRUE;
    }
    gsize spare = index->free_slots->len;
    if (!vector_file_touch(index->file, error) ||
        !make_room(index, count > spare ? count - spare : 0, error)) {
        return FALSE;
    }
    drop_others(index, owner, keys, count);
    for (gsize i = 0; i < count; i++) {
        put(index, keys[i], owner, vectors + i * index->floats);
    }
    tidy(index);
    return TRUE;
}

gboolean vector_index_set(VectorIndex *index, gint64 owner, const gint64 *keys,
                          const float *vectors, gsize count, GError **error)
{
    g_assert(!is_among(0, keys, count));
    lock_alone(index);
    gboolean set = set_alone(index, owner, keys, vectors, count, error);
    g_rw_lock_writer_unlock(&index->lock);
    return set;
}

gboolean vector_index_clear(VectorIndex *index, GError **error)
{
    lock_alone(index);
    gboolean touched = vector_file_touch(index->file, error);
    if (touched) {
        vector_file_commit(index->file, 0);
        slot_table_clear(&index->by_key);
        slot_table_clear(&index->by_owner);
        g_array_set_size(index->free_slots, 0);
        index->used = 0;
        vector_file_shrink(index->file, 0);
    }
    g_rw_lock_writer_unlock(&index->lock);
    return touched;
}

void vector_index_commit(VectorIndex *index, gint64 version)
{
    lock_alone(index);
    vector_file_commit(index->file, version);
    g_rw_lock_writer_unlock(&index->lock);
}
