#include "library/catalog_parts.h"

#include <string.h>

#define UNIT          4 /* records begin at multiples of it, so that 32 bits reach 16 GB */
#define LEAST_WASTED  (1U << 20)
#define RECORD_FIRST_ offsetof(CatalogText, text)

static gsize record_bytes(gsize length)
{
    return (RECORD_FIRST_ + length + UNIT - 1) / UNIT * UNIT;
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
        texts->bytes = g_realloc(texts->bytes, texts->capacity);
    }
    CatalogText *record = record_at(texts, texts->used / UNIT);
    texts->used += bytes;
    record->length = (guint32)length;
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
