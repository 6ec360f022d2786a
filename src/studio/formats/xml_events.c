#include "studio/formats/xml_events.h"

#include "base/limits.h"

#include <libxml/SAX2.h>
#include <libxml/parser.h>
#include <string.h>

#define PIECE_BYTES (32U << 10)

struct XmlElement {
    int count;
    const xmlChar **attributes; /* five pointers each: name, prefix, namespace, value, end */
    GString *value;
};

typedef struct {
    xmlParserCtxtPtr parser;
    const XmlEvents *events;
    gpointer data;
    GError *error;
    GString *path, *text, *value;
    guint depth;
} Reader;

const char *xml_attribute(const XmlElement *element, const char *name)
{
    for (int i = 0; i < element->count; i++) {
        const xmlChar **attribute = element->attributes + 5 * (gsize)i;
        if (strcmp((const char *)attribute[0], name) == 0) {
            g_string_truncate(element->value, 0);
            g_string_append_len(element->value, (const char *)attribute[3],
                                attribute[4] - attribute[3]);
            return element->value->str;
        }
    }
    return NULL;
}

static gint64 line_of(const Reader *reader)
{
    return xmlSAX2GetLineNumber(reader->parser);
}

static void give_up(Reader *reader, AlbumenError code, const char *what)
{
    if (!reader->error) {
        g_set_error(&reader->error, ALBUMEN_ERROR, code, "line %" G_GINT64_FORMAT ": %s",
                    line_of(reader), what);
    }
    xmlStopParser(reader->parser);
}

static void on_start(void *data, const xmlChar *name, const xmlChar *prefix, const xmlChar *space,
                     int space_count, const xmlChar **spaces, int count, int defaulted,
                     const xmlChar **attributes)
{
    Reader *reader = data;
    const XmlElement element = {count, attributes, reader->value};
    if (reader->error) {
        return;
    }
    if (++reader->depth > LIMIT_IMPORT_XML_DEPTH ||
        reader->path->len > LIMIT_IMPORT_XML_DEPTH * (gsize)LIMIT_JSON_KEY_BYTES) {
        give_up(reader, ALBUMEN_ERROR_TOO_LARGE, "elements are nested too deeply");
        return;
    }
    if (reader->depth > 1) {
        g_string_append_c(reader->path, '/');
    }
    g_string_append(reader->path, (const char *)name);
    g_string_truncate(reader->text, 0);
    if (!reader->events->begin(reader->data, reader->path->str, &element, line_of(reader),
                               &reader->error)) {
        xmlStopParser(reader->parser);
    }
}

static void on_text(void *data, const xmlChar *text, int length)
{
    Reader *reader = data;
    if (reader->text->len + (gsize)length > LIMIT_IMPORT_TEXT_BYTES) {
        give_up(reader, ALBUMEN_ERROR_TOO_LARGE, "a text is too long");
        return;
    }
    g_string_append_len(reader->text, (const char *)text, length);
}

static void on_end(void *data, const xmlChar *name, const xmlChar *prefix, const xmlChar *space)
{
    Reader *reader = data;
    if (reader->error) {
        return;
    }
    g_strstrip(reader->text->str);
    if (!reader->events->end(reader->data, reader->path->str, reader->text->str, line_of(reader),
                             &reader->error)) {
        xmlStopParser(reader->parser);
    }
    g_string_truncate(reader->text, 0);
    const char *slash = strrchr(reader->path->str, '/');
    g_string_truncate(reader->path, slash ? (gsize)(slash - reader->path->str) : 0);
    reader->depth--;
}

static void on_document_type(void *data, const xmlChar *name, const xmlChar *public_id,
                             const xmlChar *system_id)
{
    give_up(data, ALBUMEN_ERROR_CORRUPT, "a document type is not taken, for it may have entities");
}

static void feed(Reader *reader, const ByteSource *source)
{
    g_autofree guint8 *piece = g_malloc(PIECE_BYTES);
    gssize got = 0;
    do {
        got = source->read(source->data, piece, PIECE_BYTES, &reader->error);
        int status =
            got < 0 ? 0 : xmlParseChunk(reader->parser, (const char *)piece, (int)got, got == 0);
        if (!reader->error && status != 0) {
            const xmlError *problem = xmlCtxtGetLastError(reader->parser);
            g_autofree char *what =
                g_strdup(problem && problem->message ? problem->message : "this is no XML");
            give_up(reader, ALBUMEN_ERROR_CORRUPT, g_strstrip(what));
        }
    } while (got > 0 && !reader->error);
}

gboolean xml_read(const ByteSource *source, const XmlEvents *events, gpointer data, GError **error)
{
    xmlSAXHandler handler = {
        .initialized = XML_SAX2_MAGIC,
        .internalSubset = on_document_type,
        .startElementNs = on_start,
        .endElementNs = on_end,
        .characters = on_text,
        .cdataBlock = on_text,
    };
    Reader reader = {.events = events, .data = data};
    reader.parser = xmlCreatePushParserCtxt(&handler, &reader, NULL, 0, NULL);
    if (!reader.parser) {
        g_error("out of memory");
    }
    reader.path = g_string_new(NULL);
    reader.text = g_string_new(NULL);
    reader.value = g_string_new(NULL);
    /* NOENT: "&amp;" becomes "&" in attributes too; of other entities there are none. */
    xmlCtxtUseOptions(reader.parser, XML_PARSE_NONET | XML_PARSE_NOENT | XML_PARSE_NOERROR |
                                         XML_PARSE_NOWARNING | XML_PARSE_COMPACT);
    feed(&reader, source);
    xmlFreeParserCtxt(reader.parser);
    g_string_free(reader.path, TRUE);
    g_string_free(reader.text, TRUE);
    g_string_free(reader.value, TRUE);
    if (reader.error) {
        g_propagate_error(error, reader.error);
        return FALSE;
    }
    return TRUE;
}
