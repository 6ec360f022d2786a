/* Organizations, for who manages the accounts. */
#include "api/albumen/organizations.h"

#include "api/api.h"
#include "api/photo_values.h"
#include "base/limits.h"
#include "library/organization.h"

static const char *body_text(const HttpRequest *request, const char *name)
{
    return json_string_value(json_object_get(http_body(request), name));
}

static void write_organization(JsonWriter *writer, const Organization *organization)
{
    g_autofree char *created = time_iso(organization->created_ms);
    json_object_begin(writer);
    json_member_string(writer, "id", organization->uuid);
    json_member_string(writer, "name", organization->name);
    json_member_string(writer, "slug", organization->slug);
    json_member_string(writer, "description", organization->description);
    json_member_int(writer, "members", organization->members);
    json_member_string(writer, "created", created);
    json_object_end(writer);
}

static gboolean list(HttpRequest *request, GError **error)
{
    g_autoptr(StoreTx) tx = api_read(request, error);
    g_autoptr(GPtrArray) all = tx ? organization_list(tx, error) : NULL;
    if (!all) {
        return FALSE;
    }
    JsonWriter *writer = json_writer_new(LIMIT_JSON_OUTPUT_BYTES);
    json_object_begin(writer);
    json_key(writer, "organizations");
    json_array_begin(writer);
    for (guint i = 0; i < all->len; i++) {
        write_organization(writer, g_ptr_array_index(all, i));
    }
    json_array_end(writer);
    json_object_end(writer);
    return http_respond_json(request, writer, error);
}

/* Ends the transaction, and tells what became of the organization. */
static gboolean finish(HttpRequest *request, StoreTx *tx, gint64 id, GError **error)
{
    g_autoptr(Organization) organization = organization_get(tx, id, error);
    if (!organization || !api_commit_accounts(request, tx, error)) {
        return FALSE;
    }
    JsonWriter *writer = json_writer_new(LIMIT_JSON_OUTPUT_BYTES);
    write_organization(writer, organization);
    return http_respond_json(request, writer, error);
}

static gboolean add(HttpRequest *request, GError **error)
{
    gint64 id = 0;
    g_autoptr(StoreTx) tx = api_write(request, error);
    return tx &&
           organization_create(tx, body_text(request, "name"), body_text(request, "description"),
                               &id, error) &&
           finish(request, tx, id, error);
}

static gboolean change(HttpRequest *request, GError **error)
{
    g_autoptr(StoreTx) tx = api_write(request, error);
    g_autoptr(Organization) organization =
        tx ? organization_find(tx, http_text(request, "id", ""), error) : NULL;
    return organization &&
           organization_change(tx, organization->id, body_text(request, "name"),
                               body_text(request, "description"), error) &&
           finish(request, tx, organization->id, error);
}

/* --- routes --- */

static const HttpParameter new_body[] = {
    {.name = "name", .type = HTTP_TEXT, .required = TRUE},
    {.name = "description", .type = HTTP_TEXT},
    {0},
};

static const HttpParameter change_body[] = {
    {.name = "name", .type = HTTP_TEXT},
    {.name = "description", .type = HTTP_TEXT},
    {0},
};

#define ROUTE(verb, tail, schema, told, call, ...)                                                 \
    HTTP_ROUTE(CAPABILITY_ACCOUNTS, .method = (verb), .path = "/api/albumen/organizations" tail,   \
               .tag = "Albumen", .summary = (told), .response_schema = (schema),                   \
               .handler = (call), __VA_ARGS__)

const HttpRoute albumen_organization_routes[] = {
    ROUTE(HTTP_GET, "", "Organizations", "Whose datasets there may be", list),
    ROUTE(HTTP_POST, "", "Organization", "Makes an organization", add, .body = new_body,
          .status = 201),
    ROUTE(HTTP_PATCH, "/{id}", "Organization", "Renames or describes an organization", change,
          .body = change_body),
};
G_STATIC_ASSERT(G_N_ELEMENTS(albumen_organization_routes) == ALBUMEN_ORGANIZATION_ROUTES);
