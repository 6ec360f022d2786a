/* How facts of a photo are written, whatever the dialect. */
#pragma once

#include "base/json_writer.h"
#include "media/facts.h"

/* "YYYY:MM:DD HH:MM:SS", the camera's wall clock; NULL when unknown. Owned by the caller. */
char *photo_taken_exif(const MediaFacts *facts);
/* "DD/MM/YYYY HH:MM"; "" when unknown. Owned by the caller. */
char *photo_taken_european(const MediaFacts *facts);
/* Decimal seconds ("0.004"); NULL when unknown. Owned by the caller. */
char *photo_shutter_text(const MediaFacts *facts);
/* "YYYY-MM-DDTHH:MM:SSZ" of milliseconds since 1970; NULL for 0. Owned by the caller. */
char *time_iso(gint64 ms);
void time_member(JsonWriter *writer, const char *key, gint64 ms);
/* Milliseconds of a time in ISO 8601 that is to come, for expires_at; 0 for NULL. INVALID. */
gboolean time_to_come(const char *text, gint64 *ret_ms, GError **error);

/* A number or null for FACT_NONE. */
void photo_member_int(JsonWriter *writer, const char *key, gint64 value);
/* 16 lower-case hex digits. */
void photo_member_phash(JsonWriter *writer, const char *key, guint64 phash);
/* "a,b,c" or null when there are none. */
void photo_member_tags(JsonWriter *writer, const char *key, const GPtrArray *tags);
/* ["a","b"], at most `most` of them (negative: all). */
void photo_member_tags_list(JsonWriter *writer, const char *key, const GPtrArray *tags,
                            gint64 most);
