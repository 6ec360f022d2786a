#include "http/router.h"

/* A part of a path and all that may follow it. Children are tried from the most to the least
 * specific; a path goes back and tries the next when its rest fits nowhere beneath one. */
typedef struct Node Node;
struct Node {
    char *literal;       /* of a literal part */
    GPtrArray *literals; /* Node, sorted by their text */
    Node *digits;        /* {name} declared HTTP_INT */
    Node *any;           /* {name} */
    Node *rest;          /* {name...} */
    HttpEntry *entries[HTTP_METHODS];
};

struct HttpRouter {
    Node *root;
    GPtrArray *entries; /* owns them */
    const HttpDialect *const *dialects;
};

static Node *node_new(const char *literal)
{
    Node *node = g_new0(Node, 1);
    node->literal = g_strdup(literal);
    return node;
}

static void node_free(gpointer data)
{
    Node *node = data;
    if (!node) {
        return;
    }
    g_clear_pointer(&node->literals, g_ptr_array_unref);
    node_free(node->digits);
    node_free(node->any);
    node_free(node->rest);
    g_free(node->literal);
    g_free(node);
}

static int compare_slices(HttpSlice a, HttpSlice b)
{
    int order = memcmp(a.text, b.text, MIN(a.length, b.length));
    return order ? order : (a.length > b.length) - (a.length < b.length);
}

/* The child of that text, or NULL and where it belongs. */
static Node *find_literal(const Node *node, HttpSlice text, guint *ret_place)
{
    guint low = 0, high = node->literals ? node->literals->len : 0;
    while (low < high) {
        guint middle = low + (high - low) / 2;
        Node *child = g_ptr_array_index(node->literals, middle);
        int order = compare_slices(text, (HttpSlice){child->literal, strlen(child->literal)});
        if (order == 0) {
            return child;
        }
        if (order < 0) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    if (ret_place) {
        *ret_place = low;
    }
    return NULL;
}

static Node *literal_child(Node *node, const char *text)
{
    guint place = 0;
    Node *child = find_literal(node, (HttpSlice){text, strlen(text)}, &place);
    if (!child) {
        if (!node->literals) {
            node->literals = g_ptr_array_new_with_free_func(node_free);
        }
        child = node_new(text);
        g_ptr_array_insert(node->literals, (gint)place, child);
    }
    return child;
}

static const HttpParameter *find_declared(const HttpParameter *table, const char *name)
{
    for (const HttpParameter *p = table; p && p->name; p++) {
        if (g_str_equal(p->name, name)) {
            return p;
        }
    }
    return NULL;
}

static void entry_free(gpointer data)
{
    HttpEntry *entry = data;
    for (guint i = 0; i < entry->path_count; i++) {
        g_free((char *)entry->parameters[i].name);
    }
    g_free(entry->parameters);
    g_clear_pointer(&entry->positions, g_hash_table_unref);
    g_free(entry);
}

/* Notes a {name} of the path; one that is not declared is a text. */
static HttpType add_path_name(HttpEntry *entry, GArray *parameters, const char *name)
{
    HttpParameter parameter = {.type = HTTP_TEXT};
    const HttpParameter *declared = find_declared(entry->route->path_parameters, name);
    if (declared) {
        parameter = *declared;
    }
    parameter.name = g_strdup(name);
    parameter.required = TRUE;
    g_array_append_val(parameters, parameter);
    entry->path_count++;
    return parameter.type;
}

static Node **slot_of_name(Node *node, HttpType type, gboolean rest)
{
    if (rest) {
        return &node->rest;
    }
    return type == HTTP_INT ? &node->digits : &node->any;
}

/* One step down the tree; NULL when the part is no part of a pattern. */
static Node *descend(Node *node, HttpEntry *entry, GArray *parameters, const char *part,
                     gboolean is_last)
{
    gsize length = strlen(part);
    if (part[0] != '{') {
        return strpbrk(part, "{}%?") ? NULL : literal_child(node, part);
    }
    gboolean rest = g_str_has_suffix(part, "...}");
    gsize tail = rest ? 4 : 1;
    if (part[length - 1] != '}' || length < tail + 2 || rest > is_last ||
        entry->path_count == LIMIT_HTTP_PATH_NAMES) {
        return NULL;
    }
    g_autofree char *name = g_strndup(part + 1, length - 1 - tail);
    Node **slot = slot_of_name(node, add_path_name(entry, parameters, name), rest);
    if (!*slot) {
        *slot = node_new(NULL);
    }
    return *slot;
}

static Node *insert_path(HttpRouter *router, HttpEntry *entry, GArray *parameters)
{
    const char *path = entry->route->path;
    g_auto(GStrv) parts = g_strsplit(path, "/", -1);
    guint count = g_strv_length(parts);
    if (path[0] != '/' || count - 1 > LIMIT_HTTP_PATH_PARTS) {
        return NULL;
    }
    Node *node = router->root;
    for (guint i = 1; node && i < count; i++) {
        node = descend(node, entry, parameters, parts[i], i + 1 == count);
    }
    return node;
}

/* FALSE when another route of the dialect has the place. */
static gboolean take_place(Node *node, HttpEntry *entry)
{
    HttpEntry **place = &node->entries[entry->route->method];
    if (*place && (*place)->dialect == entry->dialect) {
        return FALSE;
    }
    if (!*place) {
        *place = entry;
    }
    return TRUE;
}

static gboolean add_route(HttpRouter *router, const HttpDialect *dialect, const HttpRoute *route,
                          GError **error)
{
    HttpEntry *entry = g_new0(HttpEntry, 1);
    *entry = (HttpEntry){.dialect = dialect, .route = route};
    g_ptr_array_add(router->entries, entry);
    g_autoptr(GArray) parameters = g_array_new(FALSE, TRUE, sizeof(HttpParameter));
    Node *node = insert_path(router, entry, parameters);
    for (const HttpParameter *p = route->query; p && p->name; p++) {
        g_array_append_val(parameters, *p);
    }
    entry->count = parameters->len;
    entry->parameters = (HttpParameter *)g_array_free(g_steal_pointer(&parameters), FALSE);
    entry->positions = g_hash_table_new(g_str_hash, g_str_equal);
    for (guint i = entry->count; i > 0;
         i--) { /* backwards: of two with one name the first counts */
        g_hash_table_insert(entry->positions, (gpointer)entry->parameters[i - 1].name,
                            GUINT_TO_POINTER(i));
    }

    if (!node || !route->handler || route->capability == 0 || route->method >= HTTP_OPTIONS ||
        !take_place(node, entry) ||
        (dialect->slashes && !take_place(literal_child(node, ""), entry))) {
        g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_INVALID,
                    "the route %s %s of %s is incomplete, badly written or there twice",
                    router_method_name(route->method), route->path, dialect->name);
        return FALSE;
    }
    return TRUE;
}

static gboolean add_table(HttpRouter *router, const HttpDialect *dialect, const HttpRoute *routes,
                          gsize count, GError **error)
{
    for (gsize i = 0; i < count; i++) {
        if (!add_route(router, dialect, &routes[i], error)) {
            return FALSE;
        }
    }
    return TRUE;
}

static gboolean add_dialect(HttpRouter *router, const HttpDialect *dialect, GError **error)
{
    if (!add_table(router, dialect, dialect->routes, dialect->route_count, error)) {
        return FALSE;
    }
    for (const HttpTable *table = dialect->more; table && table->routes; table++) {
        if (!add_table(router, dialect, table->routes, table->count, error)) {
            return FALSE;
        }
    }
    return TRUE;
}

HttpRouter *router_new(const HttpDialect *const *dialects, GError **error)
{
    HttpRouter *router = g_new0(HttpRouter, 1);
    router->root = node_new(NULL);
    router->entries = g_ptr_array_new_with_free_func(entry_free);
    router->dialects = dialects;
    for (gsize d = 0; dialects[d]; d++) {
        if (!add_dialect(router, dialects[d], error)) {
            router_free(router);
            return NULL;
        }
    }
    return router;
}

void router_free(HttpRouter *router)
{
    if (!router) {
        return;
    }
    node_free(router->root);
    g_ptr_array_unref(router->entries);
    g_free(router);
}

guint router_entry_count(const HttpRouter *router)
{
    return router->entries->len;
}

const HttpEntry *router_entry(const HttpRouter *router, guint index)
{
    return g_ptr_array_index(router->entries, index);
}

typedef struct {
    const HttpPath *path;
    HttpMethod method;
    HttpMatch *match;
    HttpSlice values[LIMIT_HTTP_PATH_NAMES];
} Search;

static gboolean walk(Search *search, const Node *node, guint part, guint names);

/* A path ends here: TRUE when the method is taken, and the search is over. */
static gboolean arrive(Search *search, const Node *node)
{
    HttpMatch *match = search->match;
    for (guint method = 0; method < HTTP_METHODS; method++) {
        if (!node->entries[method]) {
            continue;
        }
        match->allowed |= 1U << method;
        if (!match->dialect) {
            match->dialect = node->entries[method]->dialect;
        }
        if (method == search->method) {
            match->entry = node->entries[method];
            match->dialect = match->entry->dialect;
        }
    }
    if (match->entry) {
        memcpy(match->values, search->values, sizeof match->values);
    }
    return match->entry != NULL;
}

static gboolean all_digits(HttpSlice text)
{
    gsize sign = text.length > 1 && text.text[0] == '-';
    for (gsize i = sign; i < text.length; i++) {
        if (!g_ascii_isdigit(text.text[i])) {
            return FALSE;
        }
    }
    return text.length > 0;
}

static gboolean walk_name(Search *search, const Node *child, guint part, guint names)
{
    HttpSlice text = search->path->parts[part];
    if (!child || text.length == 0) {
        return FALSE;
    }
    search->values[names] = text;
    return walk(search, child, part + 1, names + 1);
}

static gboolean walk_rest(Search *search, const Node *child, guint part, guint names)
{
    if (!child) {
        return FALSE;
    }
    const HttpPath *path = search->path;
    const char *begin = path->parts[part].text;
    search->values[names] = (HttpSlice){begin, (gsize)(path->decoded + path->length - begin)};
    return arrive(search, child);
}

static gboolean walk(Search *search, const Node *node, guint part, guint names)
{
    if (part == search->path->count) {
        return arrive(search, node);
    }
    if (part >= LIMIT_HTTP_PATH_PARTS) {
        return FALSE;
    }
    HttpSlice text = search->path->parts[part];
    gboolean digits = all_digits(text);
    const Node *literal = find_literal(node, text, NULL);
    return (literal && walk(search, literal, part + 1, names)) ||
           (digits && walk_name(search, node->digits, part, names)) ||
           walk_name(search, node->any, part, names) ||
           walk_rest(search, node->rest, part, names) ||
           (!digits && walk_name(search, node->digits, part, names));
}

const HttpDialect *router_dialect(const HttpRouter *router, const char *path)
{
    const HttpDialect *best = NULL;
    gsize best_length = 0;
    for (gsize i = 0; router->dialects[i]; i++) {
        const char *const *prefix = router->dialects[i]->prefixes;
        for (; prefix && *prefix; prefix++) {
            if (g_str_has_prefix(path, *prefix) && (!best || strlen(*prefix) > best_length)) {
                best = router->dialects[i];
                best_length = strlen(*prefix);
            }
        }
    }
    return best;
}

void router_match(const HttpRouter *router, const HttpPath *path, HttpMethod method,
                  HttpMatch *ret_match)
{
    *ret_match = (HttpMatch){0};
    Search search = {.path = path, .method = method, .match = ret_match};
    walk(&search, router->root, 0, 0);
    if (!ret_match->dialect) {
        ret_match->dialect = router_dialect(router, path->decoded);
    }
}

static const char *const method_names[] = {
    [HTTP_GET] = "GET",     [HTTP_POST] = "POST",     [HTTP_PUT] = "PUT",
    [HTTP_PATCH] = "PATCH", [HTTP_DELETE] = "DELETE", [HTTP_OPTIONS] = "OPTIONS",
};

const char *router_method_name(HttpMethod method)
{
    return method < HTTP_METHODS ? method_names[method] : "?";
}

HttpMethod router_method(const char *name)
{
    if (g_str_equal(name, "HEAD")) {
        return HTTP_GET;
    }
    guint method = 0;
    while (method < HTTP_METHODS && !g_str_equal(name, method_names[method])) {
        method++;
    }
    return (HttpMethod)method;
}

char *router_allow(guint allowed)
{
    GString *text = g_string_new(NULL);
    for (guint method = 0; method < HTTP_OPTIONS; method++) {
        if (allowed & 1U << method) {
            g_string_append_printf(text, "%s, ", method_names[method]);
            if (method == HTTP_GET) {
                g_string_append(text, "HEAD, ");
            }
        }
    }
    return g_string_free(g_string_append(text, "OPTIONS"), FALSE);
}
