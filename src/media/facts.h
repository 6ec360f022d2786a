/* What a file says about itself: read from EXIF and XMP, never guessed. Absent text is NULL, an
 * absent number NaN (doubles) or FACT_NONE (integers). */
#pragma once

#include <glib.h>
#include <math.h>

#define FACT_NONE          G_MININT64
#define MEDIA_ALTITUDE_MAX 1e5 /* metres, either way; beyond it is no place for a camera */

typedef struct {
    /* When: the camera's wall clock, in milliseconds as if it were UTC; the offset from UTC in
     * minutes if known. 2024-07-03 10:20:30.250 +02:00 is {1720002030250, 120}. */
    gint64 taken_local_ms;
    gint64 taken_offset_minutes;

    char *camera_make;
    char *camera_model; /* as the file gives it, which may begin with the make ("Canon EOS 6D") */
    char *lens_model;
    char *software;
    char *artist;
    char *copyright;
    char *title;
    char *description;

    gint64 iso;
    double f_stop;
    double shutter_seconds;
    double focal_length_mm;
    double focal_length_35mm;
    double exposure_bias_ev;
    gint64 flash;        /* 1 fired, 0 not */
    gint64 rating;       /* 0..5; -1 is XMP's "rejected" */
    GPtrArray *keywords; /* of char *, unique, in file order; NULL when there are none */

    double latitude;  /* degrees, north positive, WGS 84 */
    double longitude; /* degrees, east positive */
    double altitude;  /* metres above the sea */

    int orientation; /* EXIF 1..8, how the decoded pixels must be turned; 1 when absent */
} MediaFacts;

MediaFacts *media_facts_new(void); /* everything absent */
void media_facts_free(MediaFacts *facts);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MediaFacts, media_facts_free)

/* Adds a keyword unless it is empty, there already, or one more than LIMIT_KEYWORDS_PER_PHOTO. */
void media_facts_add_keyword(MediaFacts *facts, const char *keyword);

/* Degrees; ignored unless both are numbers on the globe. */
void media_facts_set_place(MediaFacts *facts, double latitude, double longitude);

/* Fills what `facts` does not have yet from `other` (EXIF first, then XMP: the camera's word before
 * an editor's, except rating, keywords, title and description, where the caller asks XMP first).
 * The orientation stays: only one source may speak of it, the one that browsers follow. */
void media_facts_merge(MediaFacts *facts, const MediaFacts *other);
