#include "media/xmp.h"

#include "base/error.h"
#include "base/limits.h"
#include "media/text_fact.h"

#include <libxml/parser.h>

#define NS_RDF       "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
#define NS_XML       "http://www.w3.org/XML/1998/namespace"
#define NS_XMP       "http://ns.adobe.com/xap/1.0/"
#define NS_DC        "http://purl.org/dc/elements/1.1/"
#define NS_EXIF      "http://ns.adobe.com/exif/1.0/"
#define NS_EXIF_EX   "http://cipa.jp/exif/1.0/"
#define NS_AUX       "http://ns.adobe.com/exif/1.0/aux/"
#define NS_TIFF      "http://ns.adobe.com/tiff/1.0/"
#define NS_PHOTOSHOP "http://ns.adobe.com/photoshop/1.0/"
#define NS_MICROSOFT "http://ns.microsoft.com/photo/1.0/"

typedef enum {
    PROPERTY_NONE,
    PROPERTY_RATING,
    PROPERTY_RATING_PERCENT,
    PROPERTY_KEYWORD,
    PROPERTY_TITLE,
    PROPERTY_DESCRIPTION,
    PROPERTY_ARTIST,
    PROPERTY_COPYRIGHT,
    PROPERTY_TAKEN, /* three, the best first */
    PROPERTY_CREATED,
    PROPERTY_DIGITISED,
    PROPERTY_MAKE,
    PROPERTY_MODEL,
    PROPERTY_LENS,
    PROPERTY_LENS_MODEL,
    PROPERTY_SOFTWARE,
    PROPERTY_ORIENTATION,
    PROPERTY_LATITUDE,
    PROPERTY_LONGITUDE,
    PROPERTY_ALTITUDE,
    PROPERTY_ALTITUDE_REF,
    PROPERTY_ISO,
    PROPERTY_F_STOP,
    PROPERTY_SHUTTER,
    PROPERTY_FOCAL_LENGTH,
    PROPERTY_FOCAL_LENGTH_35MM,
    PROPERTY_EXPOSURE_BIAS,
} Property;

static const struct {
    const char *space, *name;
    Property property;
} properties[] = {
    {NS_XMP, "Rating", PROPERTY_RATING},
    {NS_XMP, "CreateDate", PROPERTY_DIGITISED},
    {NS_XMP, "CreatorTool", PROPERTY_SOFTWARE},
    {NS_MICROSOFT, "Rating", PROPERTY_RATING_PERCENT},
    {NS_DC, "subject", PROPERTY_KEYWORD},
    {NS_DC, "title", PROPERTY_TITLE},
    {NS_DC, "description", PROPERTY_DESCRIPTION},
    {NS_DC, "creator", PROPERTY_ARTIST},
    {NS_DC, "rights", PROPERTY_COPYRIGHT},
    {NS_EXIF, "DateTimeOriginal", PROPERTY_TAKEN},
    {NS_PHOTOSHOP, "DateCreated", PROPERTY_CREATED},
    {NS_TIFF, "Make", PROPERTY_MAKE},
    {NS_TIFF, "Model", PROPERTY_MODEL},
    {NS_TIFF, "Software", PROPERTY_SOFTWARE},
    {NS_TIFF, "Orientation", PROPERTY_ORIENTATION},
    {NS_AUX, "Lens", PROPERTY_LENS},
    {NS_EXIF_EX, "LensModel", PROPERTY_LENS_MODEL},
    {NS_EXIF, "GPSLatitude", PROPERTY_LATITUDE},
    {NS_EXIF, "GPSLongitude", PROPERTY_LONGITUDE},
    {NS_EXIF, "GPSAltitude", PROPERTY_ALTITUDE},
    {NS_EXIF, "GPSAltitudeRef", PROPERTY_ALTITUDE_REF},
    {NS_EXIF, "ISOSpeedRatings", PROPERTY_ISO},
    {NS_EXIF_EX, "PhotographicSensitivity", PROPERTY_ISO},
    {NS_EXIF, "FNumber", PROPERTY_F_STOP},
    {NS_EXIF, "ExposureTime", PROPERTY_SHUTTER},
    {NS_EXIF, "FocalLength", PROPERTY_FOCAL_LENGTH},
    {NS_EXIF, "FocalLengthIn35mmFilm", PROPERTY_FOCAL_LENGTH_35MM},
    {NS_EXIF, "ExposureBiasValue", PROPERTY_EXPOSURE_BIAS},
};

typedef struct {
    xmlParserCtxtPtr parser;
    MediaFacts *facts;
    GError *error;

    int depth;
    int description_depth; /* of the rdf:Description under way; 0 outside */
    Property property;     /* whose element is under way */
    GString *text;         /* of it, or of its item */
    gboolean is_default_language;

    char *times[3], *lens, *lens_model;
    gint64 rating_percent, altitude_ref;
    double latitude, longitude, altitude;
} XmpReader;

static Property find_property(const xmlChar *space, const xmlChar *name)
{
    for (gsize i = 0; space && i < G_N_ELEMENTS(properties); i++) {
        if (g_str_equal(properties[i].name, name) && g_str_equal(properties[i].space, space)) {
            return properties[i].property;
        }
    }
    return PROPERTY_NONE;
}

static void give_up(XmpReader *reader, AlbumenError code, const char *sentence)
{
    if (!reader->error) {
        g_set_error_literal(&reader->error, ALBUMEN_ERROR, code, sentence);
    }
    xmlStopParser(reader->parser);
}

/* "5.6", "28/10". */
static double number_of(const char *text)
{
    char *end = NULL;
    double number = g_ascii_strtod(text, &end);
    if (end == text) {
        return NAN;
    }
    if (*end == '/') {
        double denominator = g_ascii_strtod(end + 1, NULL);
        return denominator == 0 ? NAN : number / denominator;
    }
    return number;
}

static gint64 integer_of(const char *text)
{
    double number = number_of(text);
    return fabs(number) <= G_MAXINT32 ? llround(number) : FACT_NONE;
}

static double between(double number, double above, double below)
{
    return number > above && number < below ? number : NAN;
}

/* "48,51.5N", "48,51,30N": degrees, minutes, seconds, the last with decimals. */
static double degrees_of(const char *text, char positive, char negative)
{
    double degrees = 0, part = 1;
    const char *at = text;
    for (int i = 0; i < 3; i++) {
        char *end = NULL;
        if (!g_ascii_isdigit(*at)) {
            return NAN;
        }
        degrees += g_ascii_strtod(at, &end) / part;
        at = end;
        part *= 60;
        if (*at != ',') {
            break;
        }
        at++;
    }
    char letter = g_ascii_toupper(*at);
    return letter == positive ? degrees : letter == negative ? -degrees : NAN;
}

static void set_rating(XmpReader *reader, const char *text)
{
    gint64 rating = integer_of(text);
    if (rating >= -1 && rating <= 5) {
        reader->facts->rating = rating;
    }
}

static void set_number_property(XmpReader *reader, const char *text)
{
    MediaFacts *facts = reader->facts;
    gint64 integer = integer_of(text);
    double number = number_of(text);
    switch (reader->property) {
    case PROPERTY_RATING:
        set_rating(reader, text);
        break;
    case PROPERTY_RATING_PERCENT:
        reader->rating_percent = integer;
        break;
    case PROPERTY_ORIENTATION:
        facts->orientation = integer >= 1 && integer <= 8 ? (int)integer : 1;
        break;
    case PROPERTY_LATITUDE:
        reader->latitude = degrees_of(text, 'N', 'S');
        break;
    case PROPERTY_LONGITUDE:
        reader->longitude = degrees_of(text, 'E', 'W');
        break;
    case PROPERTY_ALTITUDE:
        reader->altitude = number;
        break;
    case PROPERTY_ALTITUDE_REF:
        reader->altitude_ref = integer;
        break;
    case PROPERTY_ISO:
        facts->iso = integer > 0 ? integer : FACT_NONE;
        break;
    case PROPERTY_F_STOP:
        facts->f_stop = between(number, 0, 1000);
        break;
    case PROPERTY_SHUTTER:
        facts->shutter_seconds = between(number, 0, 1e6);
        break;
    case PROPERTY_FOCAL_LENGTH:
        facts->focal_length_mm = between(number, 0, 1e5);
        break;
    case PROPERTY_FOCAL_LENGTH_35MM:
        facts->focal_length_35mm = between(number, 0, 1e5);
        break;
    case PROPERTY_EXPOSURE_BIAS:
        facts->exposure_bias_ev = between(number, -100, 100);
        break;
    default:
        break;
    }
}

/* NULL for properties that are not kept as text. */
static char **place_of_text(XmpReader *reader)
{
    MediaFacts *facts = reader->facts;
    switch (reader->property) {
    case PROPERTY_TITLE:
        return &facts->title;
    case PROPERTY_DESCRIPTION:
        return &facts->description;
    case PROPERTY_ARTIST:
        return &facts->artist;
    case PROPERTY_COPYRIGHT:
        return &facts->copyright;
    case PROPERTY_TAKEN:
    case PROPERTY_CREATED:
    case PROPERTY_DIGITISED:
        return &reader->times[reader->property - PROPERTY_TAKEN];
    case PROPERTY_MAKE:
        return &facts->camera_make;
    case PROPERTY_MODEL:
        return &facts->camera_model;
    case PROPERTY_SOFTWARE:
        return &facts->software;
    case PROPERTY_LENS:
        return &reader->lens;
    case PROPERTY_LENS_MODEL:
        return &reader->lens_model;
    default:
        return NULL;
    }
}

/* Of several values (languages, authors) the first counts, unless a later one is the default
 * language's. */
static void set_property(XmpReader *reader, const char *value, gsize length)
{
    g_autofree char *text = text_fact_new(value, length);
    if (!text) {
        return;
    }
    char **place = place_of_text(reader);
    if (reader->property == PROPERTY_KEYWORD) {
        media_facts_add_keyword(reader->facts, text);
    } else if (!place) {
        set_number_property(reader, text);
    } else if (!*place || reader->is_default_language) {
        g_free(*place);
        *place = g_steal_pointer(&text);
    }
}

/* libxml2 hands attributes over five pointers at a time: name, prefix, namespace, value, end. */
static void read_attributes(XmpReader *reader, int count, const xmlChar **attributes)
{
    for (int i = 0; i < count; i++) {
        const xmlChar **attribute = attributes + 5 * i;
        reader->property = find_property(attribute[2], attribute[0]);
        if (reader->property != PROPERTY_NONE) {
            set_property(reader, (const char *)attribute[3], (gsize)(attribute[4] - attribute[3]));
        }
    }
    reader->property = PROPERTY_NONE;
}

static gboolean is_default_language(int count, const xmlChar **attributes)
{
    for (int i = 0; i < count; i++) {
        const xmlChar **attribute = attributes + 5 * i;
        if (g_str_equal(attribute[0], "lang") &&
            g_strcmp0((const char *)attribute[2], NS_XML) == 0) {
            return attribute[4] - attribute[3] == 9 && memcmp(attribute[3], "x-default", 9) == 0;
        }
    }
    return FALSE;
}

static gboolean is_rdf(const xmlChar *space, const xmlChar *name, const char *wanted)
{
    return g_strcmp0((const char *)space, NS_RDF) == 0 && g_str_equal(name, wanted);
}

static void on_start(void *data, const xmlChar *name, const xmlChar *prefix, const xmlChar *space,
                     int space_count, const xmlChar **spaces, int count, int defaulted,
                     const xmlChar **attributes)
{
    XmpReader *reader = data;
    if (++reader->depth > LIMIT_XMP_DEPTH) {
        give_up(reader, ALBUMEN_ERROR_TOO_LARGE, "the XMP packet is nested too deeply");
        return;
    }
    if (reader->description_depth == 0) {
        if (is_rdf(space, name, "Description")) {
            reader->description_depth = reader->depth;
            read_attributes(reader, count, attributes);
        }
    } else if (reader->depth == reader->description_depth + 1) {
        reader->property = find_property(space, name);
        reader->is_default_language = FALSE;
        g_string_truncate(reader->text, 0);
    } else if (is_rdf(space, name, "li")) {
        reader->is_default_language = is_default_language(count, attributes);
        g_string_truncate(reader->text, 0);
    }
}

static void on_text(void *data, const xmlChar *text, int length)
{
    XmpReader *reader = data;
    if (reader->property != PROPERTY_NONE && reader->text->len < 4 * LIMIT_TEXT_FACT_BYTES) {
        g_string_append_len(reader->text, (const char *)text, length);
    }
}

static void on_end(void *data, const xmlChar *name, const xmlChar *prefix, const xmlChar *space)
{
    XmpReader *reader = data;
    gboolean is_property = reader->depth == reader->description_depth + 1;
    /* An item hands its text over and leaves none for the property around it. */
    if (reader->property != PROPERTY_NONE && (is_property || is_rdf(space, name, "li"))) {
        set_property(reader, reader->text->str, reader->text->len);
        g_string_truncate(reader->text, 0);
    }
    if (is_property) {
        reader->property = PROPERTY_NONE;
    }
    if (reader->depth == reader->description_depth) {
        reader->description_depth = 0;
    }
    reader->depth--;
}

static void on_document_type(void *data, const xmlChar *name, const xmlChar *public_id,
                             const xmlChar *system_id)
{
    give_up(data, ALBUMEN_ERROR_INVALID, "an XMP packet may not have a document type");
}

static void parse(XmpReader *reader, const char *data, gsize length)
{
    xmlSAXHandler handler = {
        .initialized = XML_SAX2_MAGIC,
        .internalSubset = on_document_type,
        .startElementNs = on_start,
        .endElementNs = on_end,
        .characters = on_text,
        .cdataBlock = on_text,
    };
    reader->parser = xmlCreatePushParserCtxt(&handler, reader, NULL, 0, NULL);
    if (!reader->parser) {
        g_error("out of memory");
    }
    /* NOENT: "&amp;" becomes "&" in attributes too; of other entities there are none. */
    xmlCtxtUseOptions(reader->parser, XML_PARSE_NONET | XML_PARSE_NOENT | XML_PARSE_NOERROR |
                                          XML_PARSE_NOWARNING | XML_PARSE_IGNORE_ENC |
                                          XML_PARSE_COMPACT);
    int status = xmlParseChunk(reader->parser, data, (int)length, TRUE);
    if (!reader->error && status != 0) {
        g_set_error(&reader->error, ALBUMEN_ERROR, ALBUMEN_ERROR_CORRUPT,
                    "the XMP packet is damaged");
    }
    xmlFreeParserCtxt(reader->parser);
}

static void settle(XmpReader *reader)
{
    MediaFacts *facts = reader->facts;
    for (gsize i = 0; i < G_N_ELEMENTS(reader->times) && facts->taken_local_ms == FACT_NONE; i++) {
        gint64 local_ms, offset_minutes;
        if (reader->times[i] && text_parse_time(reader->times[i], &local_ms, &offset_minutes)) {
            facts->taken_local_ms = local_ms;
            facts->taken_offset_minutes = offset_minutes;
        }
    }
    if (facts->rating == FACT_NONE) {
        facts->rating = text_stars_of_percent(reader->rating_percent);
    }
    char **lens = reader->lens_model ? &reader->lens_model : &reader->lens;
    facts->lens_model = g_steal_pointer(lens);
    media_facts_set_place(facts, reader->latitude, reader->longitude);
    double altitude = reader->altitude_ref == 1 ? -reader->altitude : reader->altitude;
    facts->altitude = between(altitude, -MEDIA_ALTITUDE_MAX, MEDIA_ALTITUDE_MAX);
}

static void reader_clear(XmpReader *reader)
{
    for (gsize i = 0; i < G_N_ELEMENTS(reader->times); i++) {
        g_free(reader->times[i]);
    }
    g_free(reader->lens);
    g_free(reader->lens_model);
    g_string_free(reader->text, TRUE);
    media_facts_free(reader->facts);
}

MediaFacts *xmp_read(GBytes *packet, GError **error)
{
    gsize length = 0;
    const char *data = g_bytes_get_data(packet, &length);
    if (length > LIMIT_XMP_BYTES) {
        g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_TOO_LARGE, "the XMP packet is too large");
        return NULL;
    }
    while (length > 0 && (data[length - 1] == '\0' || g_ascii_isspace(data[length - 1]))) {
        length--; /* padding */
    }
    /* Checked before the parser guesses at encodings. */
    if (length == 0 || !g_utf8_validate_len(data, length, NULL)) {
        g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_CORRUPT, "the XMP packet is not UTF-8");
        return NULL;
    }
    XmpReader reader = {
        .facts = media_facts_new(),
        .text = g_string_new(NULL),
        .rating_percent = FACT_NONE,
        .latitude = NAN,
        .longitude = NAN,
        .altitude = NAN,
    };
    parse(&reader, data, length);
    settle(&reader);
    MediaFacts *facts = reader.error ? NULL : g_steal_pointer(&reader.facts);
    if (reader.error) {
        g_propagate_error(error, reader.error);
    }
    reader_clear(&reader);
    return facts;
}
