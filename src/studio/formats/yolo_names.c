#include "studio/formats/yolo_names.h"

#include "base/limits.h"

#include <string.h>
#include <yaml.h>

#define DEPTH_MAX 16

YoloNames *yolo_names_new(void)
{
    YoloNames *names = g_new0(YoloNames, 1);
    names->names = g_ptr_array_new_with_free_func(g_free);
    names->joints = g_ptr_array_new_with_free_func(g_free);
    return names;
}

void yolo_names_free(YoloNames *names)
{
    if (names) {
        g_ptr_array_unref(names->names);
        g_ptr_array_unref(names->joints);
        g_free(names);
    }
}

static gboolean refuse(GError **error, gsize line, const char *what)
{
    g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_CORRUPT, "line %" G_GSIZE_FORMAT ": %s",
                line + 1, what);
    return FALSE;
}

static gboolean set_name(GPtrArray *names, gint64 number, const char *name, gsize line,
                         GError **error)
{
    if (number < 0 || number >= LIMIT_CLASSES_PER_PROJECT) {
        return refuse(error, line, "the number of a class is out of range");
    }
    if (!*name || !g_utf8_validate(name, -1, NULL)) {
        return refuse(error, line, "the name of a class is empty or no UTF-8");
    }
    if (number >= names->len) {
        g_ptr_array_set_size(names, (gint)number + 1);
    }
    if (names->pdata[number]) {
        return refuse(error, line, "two classes have the same number");
    }
    names->pdata[number] = g_strdup(name);
    return TRUE;
}

/* Where in the document: its members, one level down each. */
typedef struct {
    gboolean is_map;
    gboolean has_key; /* a map whose value comes */
    gint64 index;     /* of a list's item */
    char *key;
} YamlLevel;

typedef struct {
    YoloNames *names;
    YamlLevel levels[DEPTH_MAX];
    guint depth;
} Walk;

static gboolean take_value(Walk *walk, const char *value, gsize line, GError **error)
{
    const YamlLevel *top = &walk->levels[0];
    const YamlLevel *in = walk->depth > 0 ? &walk->levels[walk->depth - 1] : NULL;
    gint64 number = in ? in->index : 0;
    if (walk->depth < 2 || !top->is_map || !top->key) {
        return TRUE;
    }
    if (strcmp(top->key, "names") == 0 && walk->depth == 2) {
        if (in->is_map && !g_ascii_string_to_signed(in->key, 10, 0, G_MAXINT32, &number, NULL)) {
            return refuse(error, line, "classes are numbered from 0");
        }
        return set_name(walk->names->names, number, value, line, error);
    }
    if (strcmp(top->key, "kpt_shape") == 0 && walk->depth == 2 && !in->is_map && number < 2) {
        guint64 count = 0;
        if (!g_ascii_string_to_unsigned(value, 10, 1, LIMIT_IMPORT_JOINTS, &count, NULL)) {
            return refuse(error, line, "kpt_shape has two whole numbers");
        }
        *(number == 0 ? &walk->names->joint_count : &walk->names->joint_numbers) = (guint)count;
    }
    if (strcmp(top->key, "kpt_names") == 0 && !in->is_map && *value &&
        (walk->depth == 2 || walk->levels[1].index == 0) && number == walk->names->joints->len &&
        number < LIMIT_IMPORT_JOINTS && g_utf8_validate(value, -1, NULL)) {
        g_ptr_array_add(walk->names->joints, g_strdup(value));
    }
    return TRUE;
}

/* A value has come or is over: what its container expects next. */
static void step(Walk *walk)
{
    if (walk->depth == 0) {
        return;
    }
    YamlLevel *level = &walk->levels[walk->depth - 1];
    if (level->is_map) {
        level->has_key = FALSE;
    }
    level->index++;
}

static gboolean take_scalar(Walk *walk, const yaml_event_t *event, GError **error)
{
    const char *text = (const char *)event->data.scalar.value;
    YamlLevel *level = walk->depth > 0 ? &walk->levels[walk->depth - 1] : NULL;
    if (event->data.scalar.length != strlen(text)) {
        return refuse(error, event->start_mark.line, "a NUL has no place in a text");
    }
    if (level && level->is_map && !level->has_key) {
        g_free(level->key);
        level->key = g_strdup(text);
        level->has_key = TRUE;
        return TRUE;
    }
    gboolean taken = take_value(walk, text, event->start_mark.line, error);
    step(walk);
    return taken;
}

static gboolean take_event(Walk *walk, const yaml_event_t *event, GError **error)
{
    switch (event->type) {
    case YAML_ALIAS_EVENT:
        return refuse(error, event->start_mark.line, "references are not taken");
    case YAML_SCALAR_EVENT:
        return take_scalar(walk, event, error);
    case YAML_MAPPING_START_EVENT:
    case YAML_SEQUENCE_START_EVENT:
        if (walk->depth > 0 && walk->levels[walk->depth - 1].is_map &&
            !walk->levels[walk->depth - 1].has_key) {
            return refuse(error, event->start_mark.line, "a member's name is a text");
        }
        if (walk->depth == DEPTH_MAX) {
            return refuse(error, event->start_mark.line, "this is nested too deeply");
        }
        walk->levels[walk->depth++] =
            (YamlLevel){.is_map = event->type == YAML_MAPPING_START_EVENT};
        return TRUE;
    case YAML_MAPPING_END_EVENT:
    case YAML_SEQUENCE_END_EVENT:
        g_clear_pointer(&walk->levels[--walk->depth].key, g_free);
        step(walk);
        return TRUE;
    default:
        return TRUE;
    }
}

gboolean yolo_names_read_yaml(YoloNames *names, const char *text, gsize length, GError **error)
{
    Walk walk = {.names = names};
    yaml_parser_t parser;
    gboolean done = TRUE;
    gboolean is_over = FALSE;
    if (!yaml_parser_initialize(&parser)) {
        g_error("out of memory");
    }
    yaml_parser_set_input_string(&parser, (const unsigned char *)text, length);
    while (done && !is_over) {
        yaml_event_t event;
        if (!yaml_parser_parse(&parser, &event)) {
            done = refuse(error, parser.problem_mark.line,
                          parser.problem ? parser.problem : "this is no YAML");
            break;
        }
        done = take_event(&walk, &event, error);
        is_over = event.type == YAML_STREAM_END_EVENT;
        yaml_event_delete(&event);
    }
    yaml_parser_delete(&parser);
    while (walk.depth > 0) {
        g_free(walk.levels[--walk.depth].key);
    }
    return done;
}

gboolean yolo_names_read_lines(YoloNames *names, const char *text, gsize length, GError **error)
{
    if (strlen(text) != length) {
        return refuse(error, 0, "a NUL has no place in a text");
    }
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    guint count = g_strv_length(lines);
    while (count > 0 && !*g_strstrip(lines[count - 1])) {
        count--;
    }
    for (guint i = 0; i < count; i++) {
        if (!set_name(names->names, i, g_strstrip(lines[i]), i, error)) {
            return FALSE;
        }
    }
    return TRUE;
}
