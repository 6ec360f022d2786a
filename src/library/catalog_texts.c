#include "library/catalog_parts.h"

#include <string.h>

#define UNIT         4 /* records begin at multiples of it, so that 32 bits reach 16 GB */
#define LEAST_WASTED (1U << 20)
#define SLACK_BYTES  16 /* after the last record: a search reads that far beyond it */

static gsize record_bytes(gsize length)
{
    return (offsetof(CatalogText, text) + length + UNIT - 1) / UNIT * UNIT;
}

static char *copy(char *to, const char *text)
{
    gsize length = strlen(text) + 1;
    memcpy(to, text, length);
    return to + length;
}

static CatalogText *record_at(const CatalogTexts *texts, gsize at)
{
    return (CatalogText *)(gpointer)(texts->bytes + at * UNIT);
}

static CatalogText *append(CatalogTexts *texts, gsize length)
{
    gsize bytes = record_bytes(length);
    if (texts->capacity - texts->used < bytes) {
        texts->capacity = MAX(texts->capacity + texts->capacity / 2, texts->used + bytes);
        texts->bytes = g_realloc(texts->bytes, texts->capacity + SLACK_BYTES);
    }
    CatalogText *record = record_at(texts, texts->used / UNIT);
    texts->used += bytes;
    record->length = (guint32)length;
    memset(record->text + length, 0, bytes - offsetof(CatalogText, text) - length + SLACK_BYTES);
    return record;
}

guint32 catalog_texts_add(CatalogTexts *texts, guint32 row, const char *name, const char *title,
                          const char *caption)
{
    title = title ? title : "";
    caption = caption ? caption : "";
    guint32 at = (guint32)(texts->used / UNIT);
    CatalogText *record = append(texts, strlen(name) + strlen(title) + strlen(caption) + 3);
    record->row = row;
    copy(copy(copy(record->text, name), title), caption);
    return at;
}

void catalog_texts_drop(CatalogTexts *texts, guint32 at)
{
    CatalogText *record = record_at(texts, at);
    record->row = CATALOG_NO_ROW;
    texts->wasted += record_bytes(record->length);
}

const CatalogText *catalog_texts_at(const CatalogTexts *texts, guint32 at)
{
    return record_at(texts, at);
}

void catalog_texts_tidy(CatalogTexts *texts, void (*moved)(gpointer data, guint32 row, guint32 at),
                        gpointer data)
{
    if (texts->wasted < LEAST_WASTED || texts->wasted < texts->used / 2) {
        return;
    }
    gsize to = 0;
    for (gsize from = 0; from < texts->used;) {
        const CatalogText *record = record_at(texts, from / UNIT);
        gsize bytes = record_bytes(record->length);
        if (record->row != CATALOG_NO_ROW) {
            moved(data, record->row, (guint32)(to / UNIT));
            memmove(texts->bytes + to, record, bytes);
            to += bytes;
        }
        from += bytes;
    }
    texts->used = to;
    texts->wasted = 0;
}

void catalog_texts_clear(CatalogTexts *texts)
{
    g_free(texts->bytes);
    *texts = (CatalogTexts){0};
}

/* Searching: sixteen places at a time, by the first and the last byte of what is sought. */

#define BLOCK 16
typedef guint8 Block __attribute__((vector_size(BLOCK)));

G_STATIC_ASSERT(BLOCK <= SLACK_BYTES);

typedef struct {
    const char *text; /* lower-case */
    gsize length;
    Block first[2], last[2]; /* each in lower and upper case */
} Needle;

static Block all_of(guint8 byte)
{
    return (Block){0} + byte;
}

static void needle_init(Needle *needle, const char *lower)
{
    needle->text = lower;
    needle->length = strlen(lower);
    char last = lower[needle->length - 1];
    needle->first[0] = all_of((guint8)lower[0]);
    needle->first[1] = all_of((guint8)g_ascii_toupper(lower[0]));
    needle->last[0] = all_of((guint8)last);
    needle->last[1] = all_of((guint8)g_ascii_toupper(last));
}

static Block is_either(const char *at, const Block *cases)
{
    Block block;
    memcpy(&block, at, BLOCK);
    return (Block)(block == cases[0]) | (Block)(block == cases[1]);
}

static gboolean is_any(Block hits)
{
    guint64 halves[2];
    memcpy(halves, &hits, sizeof halves);
    return (halves[0] | halves[1]) != 0;
}

static gboolean contains(const CatalogText *record, const Needle *needle)
{
    if (record->length < needle->length) {
        return FALSE;
    }
    gsize places = record->length - needle->length + 1;
    for (gsize at = 0; at < places; at += BLOCK) {
        const char *from = record->text + at;
        Block hits =
            is_either(from, needle->first) & is_either(from + needle->length - 1, needle->last);
        if (!is_any(hits)) {
            continue;
        }
        for (gsize i = 0; i < BLOCK && at + i < places; i++) {
            if (hits[i] && g_ascii_strncasecmp(from + i, needle->text, needle->length) == 0) {
                return TRUE;
            }
        }
    }
    return FALSE;
}

void catalog_texts_search(const CatalogTexts *texts, const char *lower, guint8 *hits)
{
    Needle needle;
    needle_init(&needle, lower);
    for (gsize at = 0; at < texts->used;) {
        const CatalogText *record = record_at(texts, at / UNIT);
        if (record->row != CATALOG_NO_ROW && contains(record, &needle)) {
            hits[record->row] = 1;
        }
        at += record_bytes(record->length);
    }
}
