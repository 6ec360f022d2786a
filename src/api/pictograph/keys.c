/* API keys of the caller's organization. Nobody makes or changes one that is stronger than itself.
 */
#include "api/photo_values.h"
#include "api/pictograph/organizations.h"
#include "api/pictograph/pictograph.h"
#include "base/limits.h"
#include "library/credential.h"
#include "library/organization.h"

static gint64 body_number(const HttpRequest *request, const char *name)
{
    return json_integer_value(json_object_get(http_body(request), name));
}

/* A member that is there, be it null. */
static gboolean is_told(const HttpRequest *request, const char *name)
{
    return json_object_get(http_body(request), name) != NULL;
}

/* --- writing --- */

/* What counts, also where the key itself says nothing. */
static void write_limits(JsonWriter *writer, const HttpRequest *request, const Key *key)
{
    g_autofree char *created = time_iso(key->created_ms);
    g_autofree char *expires = time_iso(key->expires_ms);
    json_member_int(writer, "rate_limit", rate_limit_of(api_of(request)->rate, key->rate_limit));
    json_member_string(writer, "expires_at", expires);
    json_member_string(writer, "created_at", created);
}

static void write_key(JsonWriter *writer, const HttpRequest *request, const Key *key)
{
    g_autofree char *used = time_iso(key->used_ms);
    json_object_begin(writer);
    json_member_string(writer, "id", key->uuid);
    json_member_string(writer, "organization_id", key->organization_uuid);
    json_member_string(writer, "name", key->name);
    json_member_string(writer, "key_prefix", key->prefix);
    json_member_string(writer, "role", member_role_name(key->role));
    json_member_bool(writer, "is_active", key->is_active);
    json_member_string(writer, "last_used_at", used);
    write_limits(writer, request, key);
    json_object_end(writer);
}

static gboolean answer_key(HttpRequest *request, const Key *key, GError **error)
{
    JsonWriter *writer = pictograph_writer();
    json_object_begin(writer);
    json_key(writer, "api_key");
    write_key(writer, request, key);
    json_object_end(writer);
    return pictograph_answer_bare(request, writer, error);
}

/* The one answer that has the secret. */
static gboolean answer_new_key(HttpRequest *request, const Key *key, const char *secret,
                               GError **error)
{
    JsonWriter *writer = pictograph_writer();
    json_object_begin(writer);
    json_member_string(writer, "api_key", secret);
    json_member_string(writer, "key_id", key->uuid);
    json_member_string(writer, "key_prefix", key->prefix);
    json_member_string(writer, "name", key->name);
    json_member_string(writer, "role", member_role_name(key->role));
    write_limits(writer, request, key);
    json_object_end(writer);
    return pictograph_answer_bare(request, writer, error);
}

/* --- reading --- */

static Key *find(HttpRequest *request, StoreTx *tx, GError **error)
{
    return key_find(tx, principal_organization(api_principal(request)),
                    http_text(request, "id", ""), error);
}

static gboolean list(HttpRequest *request, GError **error)
{
    g_autoptr(StoreTx) tx = api_read(request, error);
    g_autoptr(GPtrArray) keys =
        tx ? key_list_of(tx, principal_organization(api_principal(request)), error) : NULL;
    if (!keys) {
        return FALSE;
    }
    JsonWriter *writer = pictograph_writer();
    json_object_begin(writer);
    json_key(writer, "api_keys");
    json_array_begin(writer);
    for (guint i = 0; i < keys->len; i++) {
        write_key(writer, request, g_ptr_array_index(keys, i));
    }
    json_array_end(writer);
    json_object_end(writer);
    return pictograph_answer_bare(request, writer, error);
}

static gboolean show(HttpRequest *request, GError **error)
{
    g_autoptr(StoreTx) tx = api_read(request, error);
    g_autoptr(Key) key = tx ? find(request, tx, error) : NULL;
    return key && answer_key(request, key, error);
}

/* --- changing --- */

/* Nobody makes a key for another organization; whether there is one is not told. */
static gboolean check_organization(HttpRequest *request, StoreTx *tx, GError **error)
{
    const char *named = pictograph_told_text(request, "organization_id");
    gint64 own = principal_organization(api_principal(request));
    g_autoptr(Organization) organization = organization_get(tx, own, error);
    if (organization && named && g_ascii_strcasecmp(named, organization->uuid) != 0) {
        g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_FORBIDDEN,
                            "A key is made for one's own organization");
        return FALSE;
    }
    return organization != NULL;
}

static gboolean create(HttpRequest *request, GError **error)
{
    const Principal *principal = api_principal(request);
    KeyNew wanted = {
        .name = pictograph_told_text(request, "name"),
        .role = member_role_from_name(pictograph_told_text(request, "role")),
        .rate_limit = body_number(request, "rate_limit"),
    };
    wanted.role = wanted.role ? wanted.role : MIN(MEMBER_MEMBER, principal_member_role(principal));
    if (!time_to_come(pictograph_told_text(request, "expires_at"), &wanted.expires_ms, error)) {
        return FALSE;
    }
    gint64 id = 0;
    g_autoptr(StoreTx) tx = api_write(request, error);
    g_autofree char *secret = tx && check_organization(request, tx, error)
                                  ? key_create_by(tx, principal, &wanted, &id, error)
                                  : NULL;
    g_autoptr(Key) key = secret ? key_get(tx, id, error) : NULL;
    return key && api_commit_accounts(request, tx, error) &&
           answer_new_key(request, key, secret, error);
}

static gboolean read_change(HttpRequest *request, KeyChange *ret_change, GError **error)
{
    *ret_change = (KeyChange){
        .name = pictograph_told_text(request, "name"),
        .role = member_role_from_name(pictograph_told_text(request, "role")),
        .set_rate_limit = is_told(request, "rate_limit"),
        .rate_limit = body_number(request, "rate_limit"),
        .set_expires = is_told(request, "expires_at"),
        .set_active = json_is_boolean(json_object_get(http_body(request), "is_active")),
        .is_active = json_is_true(json_object_get(http_body(request), "is_active")),
    };
    if (!ret_change->name && !ret_change->role && !ret_change->set_rate_limit &&
        !ret_change->set_expires && !ret_change->set_active) {
        g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_INVALID,
                            "Nothing is said that would change the key");
        return FALSE;
    }
    return time_to_come(pictograph_told_text(request, "expires_at"), &ret_change->expires_ms,
                        error);
}

static gboolean change(HttpRequest *request, GError **error)
{
    KeyChange wanted;
    if (!read_change(request, &wanted, error)) {
        return FALSE;
    }
    g_autoptr(StoreTx) tx = api_write(request, error);
    g_autoptr(Key) old = tx ? find(request, tx, error) : NULL;
    g_autoptr(Key) key = old && key_change_by(tx, api_principal(request), old, &wanted, error)
                             ? key_get(tx, old->id, error)
                             : NULL;
    return key && api_commit_accounts(request, tx, error) && answer_key(request, key, error);
}

static gboolean take_back(HttpRequest *request, GError **error)
{
    g_autoptr(StoreTx) tx = api_write(request, error);
    g_autoptr(Key) key = tx ? find(request, tx, error) : NULL;
    return key && key_check_rank(api_principal(request), key->role, error) &&
           key_revoke(tx, key->id, error) && api_commit_accounts(request, tx, error) &&
           pictograph_answer_nothing(request);
}

/* --- routes --- */

#define KEY_MEMBERS                                                                                \
    {.name = "role",                                                                               \
     .type = HTTP_TEXT,                                                                            \
     .choices = (const char *const[]){"owner", "admin", "member", "viewer", NULL}},                \
        {.name = "rate_limit",                                                                     \
         .type = HTTP_INT,                                                                         \
         .bounded = TRUE,                                                                          \
         .min = 1,                                                                                 \
         .max = LIMIT_REQUESTS_PER_HOUR,                                                           \
         .summary = "Requests an hour; only lowers"},                                              \
    {                                                                                              \
        .name = "expires_at", .type = HTTP_TEXT, .summary = "ISO 8601; absent: never"              \
    }

static const HttpParameter new_key_body[] = {
    {.name = "name",
     .type = HTTP_TEXT,
     .required = TRUE,
     .bounded = TRUE,
     .min = 1,
     .max = LIMIT_KEY_NAME_CHARACTERS},
    {.name = "organization_id", .type = HTTP_TEXT},
    KEY_MEMBERS,
    {0},
};

static const HttpParameter key_body[] = {
    {.name = "name",
     .type = HTTP_TEXT,
     .bounded = TRUE,
     .min = 1,
     .max = LIMIT_KEY_NAME_CHARACTERS},
    {.name = "is_active", .type = HTTP_BOOL},
    KEY_MEMBERS,
    {0},
};

#define ROUTE(verb, tail, schema, told, call, ...)                                                 \
    HTTP_ROUTE(CAPABILITY_MANAGE, .method = (verb), .path = PICTOGRAPH_KEYS tail,                  \
               .tag = "pictograph", .summary = (told), .response_schema = (schema),                \
               .handler = (call), __VA_ARGS__)

const HttpRoute pictograph_key_routes[] = {
    ROUTE(HTTP_GET, "", "PictographKeys", "The organization's keys", list),
    ROUTE(HTTP_POST, "", "PictographNewKey", "Makes a key, and tells it once", create,
          .body = new_key_body, .status = 201),
    ROUTE(HTTP_GET, "/{id}", "PictographKey", "A key", show),
    ROUTE(HTTP_PATCH, "/{id}", "PictographKey", "Changes a key", change, .body = key_body),
    ROUTE(HTTP_DELETE, "/{id}", NULL, "Revokes a key", take_back, .status = 204,
          .response_mime = "*/*"),
};
G_STATIC_ASSERT(G_N_ELEMENTS(pictograph_key_routes) == PICTOGRAPH_KEY_ROUTES);
