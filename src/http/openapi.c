#include "http/request.h"

/* OpenAPI 3.1 (https://spec.openapis.org/oas/v3.1.0), straight from the tables. */

static json_t *members_schema(const HttpParameter *members);

static json_t *items_schema(const HttpParameter *parameter)
{
    if (parameter->type == HTTP_OBJECT_LIST) {
        return members_schema(parameter->members);
    }
    const char *type = parameter->type == HTTP_INT_LIST      ? "integer"
                       : parameter->type == HTTP_NUMBER_LIST ? "number"
                                                             : "string";
    return json_pack("{s:s}", "type", type);
}

static json_t *type_schema(const HttpParameter *parameter)
{
    static const char *const names[] = {
        [HTTP_TEXT] = "string",   [HTTP_INT] = "integer",       [HTTP_NUMBER] = "number",
        [HTTP_BOOL] = "boolean",  [HTTP_TEXT_LIST] = "array",   [HTTP_INT_LIST] = "array",
        [HTTP_OBJECT] = "object", [HTTP_OBJECT_LIST] = "array", [HTTP_NUMBER_LIST] = "array",
    };
    if (parameter->type == HTTP_TEXTS) {
        return json_pack("{s:[{s:s}, {s:s, s:{s:s}}]}", "anyOf", "type", "string", "type", "array",
                         "items", "type", "string");
    }
    json_t *schema = json_pack("{s:s}", "type", names[parameter->type]);
    if (g_str_equal(names[parameter->type], "array")) {
        json_object_set_new(schema, "items", items_schema(parameter));
    }
    return schema;
}

static json_t *number(double value)
{
    return value == (double)(gint64)value ? json_integer((gint64)value) : json_real(value);
}

static void add_bounds(json_t *schema, const HttpParameter *parameter)
{
    static const char *const least[] = {
        [HTTP_TEXT] = "minLength",       [HTTP_INT] = "minimum",          [HTTP_NUMBER] = "minimum",
        [HTTP_TEXT_LIST] = "minItems",   [HTTP_INT_LIST] = "minItems",    [HTTP_OBJECT] = NULL,
        [HTTP_OBJECT_LIST] = "minItems", [HTTP_NUMBER_LIST] = "minItems", [HTTP_TEXTS] = NULL,
    };
    static const char *const most[] = {
        [HTTP_TEXT] = "maxLength",       [HTTP_INT] = "maximum",          [HTTP_NUMBER] = "maximum",
        [HTTP_TEXT_LIST] = "maxItems",   [HTTP_INT_LIST] = "maxItems",    [HTTP_OBJECT] = NULL,
        [HTTP_OBJECT_LIST] = "maxItems", [HTTP_NUMBER_LIST] = "maxItems", [HTTP_TEXTS] = NULL,
    };
    if (parameter->bounded && least[parameter->type]) {
        json_object_set_new(schema, least[parameter->type], number(parameter->min));
        json_object_set_new(schema, most[parameter->type], number(parameter->max));
    }
}

/* A default is written as text in the table; the document wants it in its type. */
static json_t *default_value(const HttpParameter *parameter)
{
    gint64 integer;
    double real;
    gboolean flag;
    switch (parameter->type) {
    case HTTP_INT:
        return parse_integer(parameter->fallback, &integer) ? json_integer(integer) : NULL;
    case HTTP_NUMBER:
        return parse_number(parameter->fallback, &real) ? number(real) : NULL;
    case HTTP_BOOL:
        return parse_flag(parameter->fallback, &flag) ? json_boolean(flag) : NULL;
    case HTTP_TEXT:
        return json_string(parameter->fallback);
    case HTTP_TEXT_LIST:
    case HTTP_INT_LIST:
    case HTTP_NUMBER_LIST:
    case HTTP_OBJECT:
    case HTTP_OBJECT_LIST:
    case HTTP_TEXTS:
        break;
    }
    return json_loads(parameter->fallback, 0, NULL);
}

static json_t *parameter_schema(const HttpParameter *parameter)
{
    json_t *schema = type_schema(parameter);
    json_t *items = json_object_get(schema, "items");
    add_bounds(schema, parameter);
    if (parameter->choices) {
        json_t *choices = json_array();
        for (gsize i = 0; parameter->choices[i]; i++) {
            json_array_append_new(choices, json_string(parameter->choices[i]));
        }
        json_object_set_new(items ? items : schema, "enum", choices);
    }
    json_t *value = parameter->fallback ? default_value(parameter) : NULL;
    if (value) {
        json_object_set_new(schema, "default", value);
    }
    return schema;
}

static void add_text(json_t *object, const char *key, const char *text)
{
    if (text) {
        json_object_set_new(object, key, json_string(text));
    }
}

static json_t *parameters_of(const HttpEntry *entry)
{
    json_t *list = json_array();
    for (guint i = 0; i < entry->count; i++) {
        const HttpParameter *parameter = &entry->parameters[i];
        json_t *item = json_pack("{s:s, s:s, s:b}", "name", parameter->name, "in",
                                 i < entry->path_count ? "path" : "query", "required",
                                 (int)parameter->required);
        add_text(item, "description", parameter->summary);
        json_t *schema = parameter_schema(parameter);
        if (json_object_get(schema, "items")) { /* one text with commas */
            json_object_set_new(item, "style", json_string("form"));
            json_object_set_new(item, "explode", json_false());
        }
        json_object_set_new(item, "schema", schema);
        json_array_append_new(list, item);
    }
    return list;
}

static json_t *members_schema(const HttpParameter *members)
{
    json_t *properties = json_object();
    json_t *required = json_array();
    for (const HttpParameter *p = members; p && p->name; p++) {
        json_t *schema = parameter_schema(p);
        add_text(schema, "description", p->summary);
        json_object_set_new(properties, p->name, schema);
        if (p->required) {
            json_array_append_new(required, json_string(p->name));
        }
    }
    return json_pack("{s:s, s:o, s:o}", "type", "object", "properties", properties, "required",
                     required);
}

static json_t *body_of(const HttpRoute *route)
{
    json_t *content =
        json_pack("{s:{s:o}}", "application/json", "schema", members_schema(route->body));
    if (route->body_form) {
        json_object_set(content, "application/x-www-form-urlencoded",
                        json_object_get(content, "application/json"));
    }
    return json_pack("{s:b, s:o}", "required", !route->body_optional, "content", content);
}

/* A response of this type; `schema` may be NULL: anything. */
static json_t *response_of(const char *description, const char *mime, const char *schema)
{
    json_t *content = json_object();
    if (schema) {
        g_autofree char *reference = g_strconcat("#/components/schemas/", schema, NULL);
        add_text(content, "$ref", reference);
    }
    return json_pack("{s:s, s:{s:{s:o}}}", "description", description, "content",
                     mime ? mime : "application/json", "schema", content);
}

static json_t *responses_of(const HttpEntry *entry)
{
    const HttpRoute *route = entry->route;
    const HttpDialect *dialect = entry->dialect;
    g_autofree char *status = g_strdup_printf("%d", route->status ? route->status : 200);
    json_t *responses = json_pack(
        "{s:o, s:o}", status, response_of("OK", route->response_mime, route->response_schema),
        "default", response_of("An error", dialect->error_mime, dialect->error_schema));
    if (entry->count > 0 || route->body) {
        json_object_set_new(
            responses, "422",
            response_of("A value does not fit", dialect->error_mime, dialect->error_schema));
    }
    return responses;
}

/* "get_api_photo_by_id" */
static char *operation_id(const HttpRoute *route)
{
    GString *id = g_string_new(NULL);
    for (const char *at = router_method_name(route->method); *at; at++) {
        g_string_append_c(id, g_ascii_tolower(*at));
    }
    for (const char *at = route->path; *at; at++) {
        if (*at == '{') {
            g_string_append(id, "by_");
        } else if (g_ascii_isalnum(*at)) {
            g_string_append_c(id, *at);
        } else if (id->str[id->len - 1] != '_' && *at != '}' && *at != '.') {
            g_string_append_c(id, '_');
        }
    }
    return g_string_free(id, FALSE);
}

/* A body that is handed on as it comes. */
static json_t *passing_body_of(const HttpRoute *route)
{
    const char *mime = route->body_mime ? route->body_mime : "application/octet-stream";
    return json_pack("{s{s{s{ssss}}}}", "content", mime, "schema", "type", "string", "format",
                     "binary");
}

static json_t *operation_of(const HttpEntry *entry, const HttpServerOptions *options)
{
    const HttpRoute *route = entry->route;
    g_autofree char *id = operation_id(route);
    json_t *operation = json_pack("{s:s}", "operationId", id);
    add_text(operation, "summary", route->summary);
    const char *tag = route->tag ? route->tag : entry->dialect->name;
    json_object_set_new(operation, "tags", json_pack("[s]", tag));
    if (entry->count > 0) {
        json_object_set_new(operation, "parameters", parameters_of(entry));
    }
    if (route->body) {
        json_object_set_new(operation, "requestBody", body_of(route));
    } else if (route->body_bytes > 0) {
        json_object_set_new(operation, "requestBody", passing_body_of(route));
    }
    json_object_set_new(operation, "responses", responses_of(entry));
    json_object_set_new(operation, "x-capability",
                        options->capability_name
                            ? json_string(options->capability_name(route->capability))
                            : json_integer(route->capability));
    return operation;
}

/* "/a/{name...}" is "/a/{name}" in the document. */
static void add_operation(json_t *paths, const HttpEntry *entry, const HttpServerOptions *options)
{
    g_autoptr(GString) path = g_string_new(entry->route->path);
    g_string_replace(path, "...}", "}", 0);
    g_autofree char *method = g_ascii_strdown(router_method_name(entry->route->method), -1);
    json_t *item = json_object_get(paths, path->str);
    if (!item) {
        item = json_object();
        json_object_set_new(paths, path->str, item);
    }
    if (!json_object_get(item, method)) { /* else another dialect has it already */
        json_object_set_new(item, method, operation_of(entry, options));
    }
}

/* Two dialects may share a schema, but not a name for two. */
static gboolean merge_schemas(json_t *schemas, const HttpDialect *dialect, GError **error)
{
    g_autoptr(GBytes) bytes = g_resources_lookup_data(dialect->schemas, 0, error);
    if (!bytes) {
        return FALSE;
    }
    json_error_t problem;
    json_t *own = json_loadb(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes),
                             JSON_REJECT_DUPLICATES, &problem);
    if (!json_is_object(own)) {
        g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_INTERNAL,
                    "the schemas of %s are no JSON object: %s (line %d)", dialect->name,
                    own ? "another value" : problem.text, own ? 1 : problem.line);
        json_decref(own);
        return FALSE;
    }
    const char *name;
    json_t *schema;
    gboolean merged = TRUE;
    json_object_foreach(own, name, schema)
    {
        json_t *other = json_object_get(schemas, name);
        if (other && !json_equal(other, schema)) {
            g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_INTERNAL,
                        "two dialects mean different things by the schema %s", name);
            merged = FALSE;
            break;
        }
        json_object_set(schemas, name, schema);
    }
    json_decref(own);
    return merged;
}

static gboolean fill_document(json_t *paths, json_t *schemas, const HttpServerOptions *options,
                              GError **error)
{
    HttpRouter *router = router_new(options->dialects, error);
    if (!router) {
        return FALSE;
    }
    for (guint i = 0; i < router_entry_count(router); i++) {
        add_operation(paths, router_entry(router, i), options);
    }
    router_free(router);
    for (gsize i = 0; options->dialects[i]; i++) {
        if (options->dialects[i]->schemas && !merge_schemas(schemas, options->dialects[i], error)) {
            return FALSE;
        }
    }
    return TRUE;
}

GBytes *http_openapi(const HttpServerOptions *options, GError **error)
{
    json_t *paths = json_object(), *schemas = json_object();
    gboolean filled = fill_document(paths, schemas, options, error);
    json_t *document = json_pack("{s:s, s:{s:s, s:s}, s:o, s:{s:o}}", "openapi", "3.1.0", "info",
                                 "title", options->title, "version", options->version, "paths",
                                 paths, "components", "schemas", schemas);
    char *text = filled ? json_dumps(document, JSON_COMPACT) : NULL;
    json_decref(document);
    return text ? g_bytes_new_with_free_func(text, strlen(text), free, text) : NULL;
}
