/* XML as a stream of elements: without document types, and so without entities of its own, without
 * the network, in memory that does not grow with the file. */
#pragma once

#include "base/byte_source.h"

/* The attributes of an element. */
typedef struct XmlElement XmlElement;
/* NULL when it has none of this name; until the next call of any. */
const char *xml_attribute(const XmlElement *element, const char *name);

typedef struct {
    /* An element begins; `path` is where it stands: "annotations/image/box". FALSE ends the
     * reading. */
    gboolean (*begin)(gpointer data, const char *path, const XmlElement *element, gint64 line,
                      GError **error);
    /* It ends; `text` is what stood in it by itself, without blanks around. */
    gboolean (*end)(gpointer data, const char *path, const char *text, gint64 line, GError **error);
} XmlEvents;

/* CORRUPT with the line for what is no XML or has a document type, TOO_LARGE when it is nested too
 * deeply or a text is too long, or what the events said. */
gboolean xml_read(const ByteSource *source, const XmlEvents *events, gpointer data, GError **error);
