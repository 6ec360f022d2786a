#include "media/exif.h"

#include "base/limits.h"
#include "media/exif_values.h"
#include "media/text_fact.h"

#include <math.h>

enum { ENTRY_BYTES = 12, DIRECTORIES_MAX = 32, KINDS_OF_TIME = 3 };

/* Times as the file gives them, best kind first: taken, digitised, last changed. */
typedef struct {
    char *time, *offset, *fraction;
} TimeTexts;

struct ExifReader {
    MediaFacts *facts;
    GBytes *xmp;
    TimeTexts times[KINDS_OF_TIME];
    char *lens_by_range;  /* made from LensInfo or LensSpecification */
    char *comment;        /* Windows' comment, when there is no ImageDescription */
    gint64 iso_values[4]; /* best first */
    gint64 rating_percent;
    double aperture_apex, shutter_apex;
    double latitude, longitude, altitude; /* without their signs */
    char latitude_ref, longitude_ref, status;
    gint64 altitude_ref;
    gboolean has_orientation;

    /* Against loops and floods, over all structures added. */
    guint entries;
    gint64 seen[DIRECTORIES_MAX]; /* offsets of directories in the structure under way */
    guint seen_count;
};

ExifReader *exif_reader_new(void)
{
    ExifReader *reader = g_new0(ExifReader, 1);
    reader->facts = media_facts_new();
    for (gsize i = 0; i < G_N_ELEMENTS(reader->iso_values); i++) {
        reader->iso_values[i] = FACT_NONE;
    }
    reader->rating_percent = FACT_NONE;
    reader->aperture_apex = reader->shutter_apex = NAN;
    reader->latitude = reader->longitude = reader->altitude = NAN;
    return reader;
}

void exif_reader_free(ExifReader *reader)
{
    if (!reader) {
        return;
    }
    for (gsize i = 0; i < KINDS_OF_TIME; i++) {
        g_free(reader->times[i].time);
        g_free(reader->times[i].offset);
        g_free(reader->times[i].fraction);
    }
    media_facts_free(reader->facts);
    g_clear_pointer(&reader->xmp, g_bytes_unref);
    g_free(reader->lens_by_range);
    g_free(reader->comment);
    g_free(reader);
}

static void set_text(char **text, const ExifEntry *entry)
{
    if (!*text) {
        *text = exif_entry_text(entry);
    }
}

static void set_integer(gint64 *number, const ExifEntry *entry)
{
    if (*number == FACT_NONE) {
        *number = exif_entry_integer(entry);
    }
}

static void set_number(double *number, const ExifEntry *entry)
{
    if (isnan(*number)) {
        *number = exif_entry_number(entry, 0);
    }
}

/* "24-70mm f/2.8", "50mm f/1.8", from the shortest and longest focal length and the widest aperture
 * at each. */
static void set_lens_range(ExifReader *reader, const ExifEntry *entry)
{
    double from = exif_entry_number(entry, 0), to = exif_entry_number(entry, 1);
    double wide = exif_entry_number(entry, 2), wide_to = exif_entry_number(entry, 3);
    if (reader->lens_by_range || !(from > 0 && from < 1e5) || !(to >= from && to < 1e5)) {
        return;
    }
    GString *text = g_string_new(NULL);
    g_string_printf(text, "%g", from);
    if (to > from) {
        g_string_append_printf(text, "-%g", to);
    }
    g_string_append(text, "mm");
    if (wide > 0 && wide < 1e3) {
        g_string_append_printf(text, " f/%g", wide);
        if (wide_to > wide && wide_to < 1e3) {
            g_string_append_printf(text, "-%g", wide_to);
        }
    }
    reader->lens_by_range = g_string_free(text, FALSE);
}

static void set_keywords(ExifReader *reader, const ExifEntry *entry)
{
    g_autofree char *text = exif_entry_text_utf16(entry);
    g_auto(GStrv) words = g_strsplit(text ? text : "", ";", LIMIT_KEYWORDS_PER_PHOTO);
    for (char **word = words; *word; word++) {
        media_facts_add_keyword(reader->facts, g_strstrip(*word));
    }
}

static void set_orientation(ExifReader *reader, const ExifEntry *entry)
{
    gint64 orientation = exif_entry_integer(entry);
    if (!reader->has_orientation && orientation >= 1 && orientation <= 8) {
        reader->facts->orientation = (int)orientation;
        reader->has_orientation = TRUE;
    }
}

static void set_text_utf16(char **text, const ExifEntry *entry)
{
    if (!*text) {
        *text = exif_entry_text_utf16(entry);
    }
}

static void read_time_entry(ExifReader *reader, const ExifEntry *entry)
{
    static const struct {
        guint16 time, fraction, offset;
    } tags[KINDS_OF_TIME] = {
        {0x9003, 0x9291, 0x9011}, /* DateTimeOriginal and its companions */
        {0x9004, 0x9292, 0x9012}, /* DateTimeDigitized */
        {0, 0x9290, 0x9010},      /* DateTime itself is in the main directory */
    };
    for (gsize i = 0; i < KINDS_OF_TIME; i++) {
        char **text = entry->tag == tags[i].time       ? &reader->times[i].time
                      : entry->tag == tags[i].fraction ? &reader->times[i].fraction
                      : entry->tag == tags[i].offset   ? &reader->times[i].offset
                                                       : NULL;
        if (text) {
            set_text(text, entry);
        }
    }
}

static void read_camera_entry(ExifReader *reader, const ExifEntry *entry)
{
    MediaFacts *facts = reader->facts;
    switch (entry->tag) {
    case 0x829A: /* ExposureTime */
        set_number(&facts->shutter_seconds, entry);
        break;
    case 0x829D: /* FNumber */
        set_number(&facts->f_stop, entry);
        break;
    case 0x8827: /* PhotographicSensitivity; 65535 says "see the others" */
        set_integer(&reader->iso_values[0], entry);
        break;
    case 0x8832: /* RecommendedExposureIndex */
        set_integer(&reader->iso_values[1], entry);
        break;
    case 0x8833: /* ISOSpeed */
        set_integer(&reader->iso_values[2], entry);
        break;
    case 0x8831: /* StandardOutputSensitivity */
        set_integer(&reader->iso_values[3], entry);
        break;
    case 0x9201: /* ShutterSpeedValue */
        set_number(&reader->shutter_apex, entry);
        break;
    case 0x9202: /* ApertureValue */
        set_number(&reader->aperture_apex, entry);
        break;
    case 0x9204: /* ExposureBiasValue */
        set_number(&facts->exposure_bias_ev, entry);
        break;
    case 0x9209: /* Flash */
        set_integer(&facts->flash, entry);
        break;
    case 0x920A: /* FocalLength */
        set_number(&facts->focal_length_mm, entry);
        break;
    case 0xA405: /* FocalLengthIn35mmFilm */
        set_number(&facts->focal_length_35mm, entry);
        break;
    case 0xA432: /* LensSpecification */
        set_lens_range(reader, entry);
        break;
    case 0xA434: /* LensModel */
        set_text(&facts->lens_model, entry);
        break;
    default:
        read_time_entry(reader, entry);
        break;
    }
}

/* Tags of the main and the Exif directory have different numbers, and some writers mix them up:
 * they are understood in either. */
static void read_main_entry(ExifReader *reader, const ExifEntry *entry)
{
    MediaFacts *facts = reader->facts;
    switch (entry->tag) {
    case 0x0017: /* ISO, in Panasonic's RW2 */
        set_integer(&reader->iso_values[0], entry);
        break;
    case 0x010E: /* ImageDescription */
        set_text(&facts->description, entry);
        break;
    case 0x010F: /* Make */
        set_text(&facts->camera_make, entry);
        break;
    case 0x0110: /* Model */
        set_text(&facts->camera_model, entry);
        break;
    case 0x0112:
        set_orientation(reader, entry);
        break;
    case 0x0131: /* Software */
        set_text(&facts->software, entry);
        break;
    case 0x0132: /* DateTime */
        set_text(&reader->times[2].time, entry);
        break;
    case 0x013B: /* Artist */
        set_text(&facts->artist, entry);
        break;
    case 0x02BC: /* XMP */
        if (!reader->xmp) {
            reader->xmp = exif_entry_bytes(entry, LIMIT_XMP_BYTES);
        }
        break;
    case 0x4746: /* Rating */
        set_integer(&facts->rating, entry);
        break;
    case 0x4749: /* RatingPercent */
        set_integer(&reader->rating_percent, entry);
        break;
    case 0x8298: /* Copyright */
        set_text(&facts->copyright, entry);
        break;
    case 0x9C9B: /* XPTitle */
        set_text_utf16(&facts->title, entry);
        break;
    case 0x9C9C: /* XPComment */
        set_text_utf16(&reader->comment, entry);
        break;
    case 0x9C9E: /* XPKeywords */
        set_keywords(reader, entry);
        break;
    case 0xC630: /* DNG's LensInfo */
        set_lens_range(reader, entry);
        break;
    default:
        read_camera_entry(reader, entry);
        break;
    }
}

/* Degrees, minutes, seconds; the later ones may be missing, but not be without a value. */
static double degrees_of(const ExifEntry *entry)
{
    double degrees = exif_entry_number(entry, 0);
    static const double parts[] = {1, 60, 3600};
    for (guint i = 1; i < G_N_ELEMENTS(parts) && i < entry->count; i++) {
        degrees += exif_entry_number(entry, i) / parts[i];
    }
    return degrees;
}

static char letter_of(const ExifEntry *entry)
{
    g_autofree char *text = exif_entry_text(entry);
    return text ? g_ascii_toupper(text[0]) : '\0';
}

static void read_place_entry(ExifReader *reader, const ExifEntry *entry)
{
    switch (entry->tag) {
    case 1:
        reader->latitude_ref = letter_of(entry);
        break;
    case 2:
        reader->latitude = degrees_of(entry);
        break;
    case 3:
        reader->longitude_ref = letter_of(entry);
        break;
    case 4:
        reader->longitude = degrees_of(entry);
        break;
    case 5: /* 1: below the sea */
        reader->altitude_ref = exif_entry_integer(entry);
        break;
    case 6:
        reader->altitude = exif_entry_number(entry, 0);
        break;
    case 9: /* A: measured, V: not */
        reader->status = letter_of(entry);
        break;
    default:
        break;
    }
}

static void read_directory(ExifReader *reader, const ExifTiff *tiff, gint64 offset,
                           ExifDirectory kind, int depth);

static void read_entry(ExifReader *reader, const ExifEntry *entry, ExifDirectory kind, int depth)
{
    if (kind != EXIF_PLACE && (entry->tag == 0x8769 || entry->tag == 0x8825)) {
        gint64 offset = exif_entry_integer(entry);
        if (offset != FACT_NONE) {
            read_directory(reader, entry->tiff, offset,
                           entry->tag == 0x8769 ? EXIF_CAMERA : EXIF_PLACE, depth + 1);
        }
        return;
    }
    if (kind == EXIF_PLACE) {
        read_place_entry(reader, entry);
    } else {
        read_main_entry(reader, entry);
    }
}

/* Remembers the directory; FALSE when it was read before or when there are too many. */
static gboolean enter(ExifReader *reader, gint64 offset)
{
    for (guint i = 0; i < reader->seen_count; i++) {
        if (reader->seen[i] == offset) {
            return FALSE;
        }
    }
    if (reader->seen_count == DIRECTORIES_MAX) {
        return FALSE;
    }
    reader->seen[reader->seen_count++] = offset;
    return TRUE;
}

static void read_directory(ExifReader *reader, const ExifTiff *tiff, gint64 offset,
                           ExifDirectory kind, int depth)
{
    guint8 head[2];
    if (depth > LIMIT_EXIF_DEPTH || !enter(reader, offset) ||
        !source_read_all(&tiff->source, offset, head, sizeof head)) {
        return;
    }
    guint count = exif_u16(tiff, head);
    for (guint i = 0; i < count && reader->entries < LIMIT_EXIF_ENTRIES; i++, reader->entries++) {
        guint8 bytes[ENTRY_BYTES];
        if (!source_read_all(&tiff->source, offset + 2 + (gint64)i * ENTRY_BYTES, bytes,
                             sizeof bytes)) {
            return;
        }
        ExifEntry entry = exif_entry_parse(tiff, bytes);
        read_entry(reader, &entry, kind, depth);
    }
}

void exif_reader_add(ExifReader *reader, const ByteSource *source, ExifDirectory first)
{
    ExifTiff tiff;
    gint64 offset = 0;
    if (exif_tiff_open(source, &tiff, &offset)) {
        reader->seen_count = 0;
        read_directory(reader, &tiff, offset, first, 0);
    }
}

static int milliseconds_of(const char *fraction)
{
    int milliseconds = 0;
    for (int weight = 100; fraction && g_ascii_isdigit(*fraction); fraction++, weight /= 10) {
        milliseconds += weight * (*fraction - '0');
    }
    return milliseconds;
}

static void settle_time(const ExifReader *reader, MediaFacts *facts)
{
    for (gsize i = 0; i < KINDS_OF_TIME; i++) {
        const TimeTexts *texts = &reader->times[i];
        gint64 local_ms, offset_minutes;
        if (texts->time && text_parse_time(texts->time, &local_ms, &offset_minutes)) {
            facts->taken_local_ms = local_ms + milliseconds_of(texts->fraction);
            facts->taken_offset_minutes =
                texts->offset ? text_parse_offset(texts->offset) : offset_minutes;
            return;
        }
    }
}

static void settle_exposure(const ExifReader *reader, MediaFacts *facts)
{
    for (gsize i = 0; i < G_N_ELEMENTS(reader->iso_values) && facts->iso == FACT_NONE; i++) {
        gint64 iso = reader->iso_values[i];
        gboolean is_marker = i == 0 && iso == G_MAXUINT16;
        if (iso > 0 && iso <= G_MAXINT32 && !is_marker) {
            facts->iso = iso;
        }
    }
    /* 65535 with nothing beside it was meant as it stands. */
    if (facts->iso == FACT_NONE && reader->iso_values[0] == G_MAXUINT16) {
        facts->iso = G_MAXUINT16;
    }
    /* APEX: aperture value = 2 log2 N, time value = -log2 t (EXIF 2.32, annex C). */
    if (!(facts->f_stop > 0)) {
        facts->f_stop = exp2(reader->aperture_apex / 2);
    }
    if (!(facts->shutter_seconds > 0)) {
        facts->shutter_seconds = exp2(-reader->shutter_apex);
    }
    if (facts->flash != FACT_NONE) {
        facts->flash &= 1;
    }
}

/* Numbers that cannot be are not known. */
static void drop_impossible(MediaFacts *facts)
{
    static const struct {
        gsize offset;
        double above, below;
    } bounds[] = {
        {G_STRUCT_OFFSET(MediaFacts, f_stop), 0, 1000},
        {G_STRUCT_OFFSET(MediaFacts, shutter_seconds), 0, 1e6},
        {G_STRUCT_OFFSET(MediaFacts, focal_length_mm), 0, 1e5},
        {G_STRUCT_OFFSET(MediaFacts, focal_length_35mm), 0, 1e5},
        {G_STRUCT_OFFSET(MediaFacts, exposure_bias_ev), -100, 100},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(bounds); i++) {
        double *number = G_STRUCT_MEMBER_P(facts, bounds[i].offset);
        if (!(*number > bounds[i].above && *number < bounds[i].below)) {
            *number = NAN;
        }
    }
    if (facts->rating < 0 || facts->rating > 5) {
        facts->rating = FACT_NONE;
    }
}

static void settle_place(const ExifReader *reader, MediaFacts *facts)
{
    double latitude = reader->latitude_ref == 'S' ? -reader->latitude : reader->latitude;
    double longitude = reader->longitude_ref == 'W' ? -reader->longitude : reader->longitude;
    gboolean has_refs = strchr("NS", reader->latitude_ref) && reader->latitude_ref &&
                        strchr("EW", reader->longitude_ref) && reader->longitude_ref;
    gboolean is_void = reader->status == 'V' && latitude == 0 && longitude == 0;
    if (has_refs && !is_void) {
        media_facts_set_place(facts, latitude, longitude);
    }
    double altitude = reader->altitude_ref == 1 ? -reader->altitude : reader->altitude;
    if (!is_void && altitude > -MEDIA_ALTITUDE_MAX && altitude < MEDIA_ALTITUDE_MAX) {
        facts->altitude = altitude;
    }
}

MediaFacts *exif_reader_facts(const ExifReader *reader)
{
    MediaFacts *facts = media_facts_new();
    media_facts_merge(facts, reader->facts);
    facts->orientation = reader->facts->orientation;
    settle_time(reader, facts);
    settle_exposure(reader, facts);
    settle_place(reader, facts);
    if (facts->rating == FACT_NONE) {
        facts->rating = text_stars_of_percent(reader->rating_percent);
    }
    drop_impossible(facts);
    if (!facts->lens_model) {
        facts->lens_model = g_strdup(reader->lens_by_range);
    }
    if (!facts->description) {
        facts->description = g_strdup(reader->comment);
    }
    return facts;
}

GBytes *exif_reader_xmp(const ExifReader *reader)
{
    return reader->xmp ? g_bytes_ref(reader->xmp) : NULL;
}
