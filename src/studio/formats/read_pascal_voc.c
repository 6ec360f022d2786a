/* Pascal VOC: an XML file for each image, with boxes. */
#include "base/limits.h"
#include "studio/formats/read_text.h"
#include "studio/formats/xml_events.h"

#include <string.h>

enum { XMIN, YMIN, XMAX, YMAX, SIDES };
static const char *const side_names[SIDES] = {"xmin", "ymin", "xmax", "ymax"};

typedef struct {
    char *name;
    double sides[SIDES];
    gboolean has[SIDES];
    gint64 line;
} VocObject;

static void object_clear(gpointer data)
{
    g_free(((VocObject *)data)->name);
}

/* The file at hand. */
typedef struct {
    Reading *reading;
    char *filename, *folder;
    double width, height;
    GArray *objects; /* of VocObject */
    VocObject *at;   /* the one that has begun; NULL */
} Voc;

static gboolean begin_element(gpointer data, const char *path, const XmlElement *element,
                              gint64 line, GError **error)
{
    Voc *voc = data;
    if (strcmp(path, "annotation/object") != 0) {
        return TRUE;
    }
    if (voc->objects->len >= LIMIT_SHAPES_PER_ITEM) {
        g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_TOO_LARGE,
                    "line %" G_GINT64_FORMAT ": there are more objects than are allowed", line);
        return FALSE;
    }
    const VocObject object = {.line = line};
    g_array_append_val(voc->objects, object);
    voc->at = &g_array_index(voc->objects, VocObject, voc->objects->len - 1);
    return TRUE;
}

static void read_side(Voc *voc, const char *name, const char *text, gint64 line)
{
    for (int i = 0; i < SIDES; i++) {
        if (strcmp(name, side_names[i]) == 0) {
            voc->at->has[i] = text_read_number(text, &voc->at->sides[i]);
            if (!voc->at->has[i]) {
                g_autofree char *place = reading_line(voc->reading, line);
                reading_problem(voc->reading, place, "%s is no number", name);
            }
        }
    }
}

static void read_member(Voc *voc, const char *member, const char *text, gint64 line)
{
    if (strcmp(member, "name") == 0) {
        g_free(voc->at->name);
        voc->at->name = g_strdup(text);
    } else if (g_str_has_prefix(member, "bndbox/")) {
        read_side(voc, member + strlen("bndbox/"), text, line);
    } else if ((strcmp(member, "truncated") == 0 || strcmp(member, "difficult") == 0) &&
               strcmp(text, "1") == 0) {
        voc->reading->sink->loss(voc->reading->sink->data, LOST_MARKS);
    } else if (strcmp(member, "part") == 0 || strcmp(member, "polygon") == 0 ||
               strcmp(member, "robndbox") == 0) {
        voc->reading->sink->loss(voc->reading->sink->data, LOST_KINDS);
    }
}

static gboolean end_element(gpointer data, const char *path, const char *text, gint64 line,
                            GError **error)
{
    Voc *voc = data;
    static const char object[] = "annotation/object/";
    if (voc->at && g_str_has_prefix(path, object)) {
        read_member(voc, path + strlen(object), text, line);
    } else if (strcmp(path, "annotation/object") == 0) {
        voc->at = NULL;
    } else if (strcmp(path, "annotation/filename") == 0) {
        g_free(voc->filename);
        voc->filename = g_strdup(text);
    } else if (strcmp(path, "annotation/folder") == 0) {
        g_free(voc->folder);
        voc->folder = g_strdup(text);
    } else if (strcmp(path, "annotation/size/width") == 0) {
        text_read_number(text, &voc->width);
    } else if (strcmp(path, "annotation/size/height") == 0) {
        text_read_number(text, &voc->height);
    }
    return TRUE;
}

/* What lies between "Annotations/" and the name, else what the file calls its folder. */
static char *directory_of(const Voc *voc)
{
    g_autofree char *directory = import_name_directory(voc->reading->name);
    char *room = strstr(directory, "/Annotations");
    if (room && (room[strlen("/Annotations")] == '/' || !room[strlen("/Annotations")])) {
        const char *rest = room + strlen("/Annotations");
        return g_strdup(*rest ? rest : "/");
    }
    return voc->folder ? g_strconcat("/", voc->folder, NULL) : g_strdup("/");
}

static gboolean tell_object(Voc *voc, gint64 key, const VocObject *object, GError **error)
{
    g_autofree char *place = reading_line(voc->reading, object->line);
    for (int i = 0; i < SIDES; i++) {
        if (!object->has[i]) {
            reading_problem(voc->reading, place, "the object has no %s", side_names[i]);
            return TRUE;
        }
    }
    Shape *shape = shape_new(SHAPE_BBOX, object->name);
    shape->source = SHAPE_BY_IMPORT;
    shape->box = (ShapeBox){object->sides[XMIN], object->sides[YMIN],
                            object->sides[XMAX] - object->sides[XMIN],
                            object->sides[YMAX] - object->sides[YMIN]};
    return reading_shape(voc->reading, key, shape, place, error);
}

static const char *split_of(const char *name)
{
    g_auto(GStrv) parts = g_strsplit(name, "/", 2);
    return parts[0] && parts[1] ? import_split_of(parts[0]) : NULL;
}

static gboolean tell_file(Voc *voc, GError **error)
{
    g_autofree char *directory = directory_of(voc);
    g_autofree char *stem = import_name_stem(voc->reading->name);
    gboolean is_named = voc->filename && *voc->filename;
    FoundImage image = {
        .directory = directory,
        .filename = is_named ? import_name_file(voc->filename) : stem,
        .is_stem = !is_named || !strchr(voc->filename, '.'),
        .width = voc->width > 0 && voc->width < 1e9 ? (gint64)voc->width : 0,
        .height = voc->height > 0 && voc->height < 1e9 ? (gint64)voc->height : 0,
        .split = split_of(voc->reading->name),
        .path = voc->reading->name,
    };
    if (!reading_image(voc->reading, &image, error)) {
        return FALSE;
    }
    for (guint i = 0; i < voc->objects->len; i++) {
        if (!tell_object(voc, image.key, &g_array_index(voc->objects, VocObject, i), error)) {
            return FALSE;
        }
    }
    return TRUE;
}

static gboolean read_file(Reading *reading, GError **error)
{
    static const XmlEvents events = {begin_element, end_element};
    Voc voc = {.reading = reading, .objects = g_array_new(FALSE, FALSE, sizeof(VocObject))};
    g_array_set_clear_func(voc.objects, object_clear);
    gboolean done = xml_read(&reading->source, &events, &voc, error);
    if (!done) {
        g_prefix_error(error, "%s: ", reading->name);
    }
    done = done && tell_file(&voc, error);
    g_array_unref(voc.objects);
    g_free(voc.filename);
    g_free(voc.folder);
    return done;
}

static gboolean read_all(int fd, const char *filename, const FormatSink *sink, GError **error)
{
    return reading_all(fd, filename, sink, ".xml", read_file, error);
}

static Likeness looks_like(const char *name, const char *head, gsize length)
{
    if (!text_has_suffix(name, ".xml")) {
        return LIKENESS_NONE;
    }
    return g_strstr_len(head, (gssize)length, "<annotation>") ||
                   g_strstr_len(head, (gssize)length, "<annotation ")
               ? LIKENESS_SURE
               : LIKENESS_NONE;
}

const FormatReaderClass read_pascal_voc = {looks_like, read_all, NULL};
