/* The caller's organization, its members and invitations. */
#include "api/pictograph/organizations.h"
#include "api/photo_values.h"
#include "api/pictograph/pictograph.h"
#include "base/limits.h"
#include "library/organization.h"

/* What a plan of a hosted service would cap; here the disk does. */
#define NO_LIMIT 9007199254740991 /* 2^53 - 1 */

static gint64 organization_of(const HttpRequest *request)
{
    return principal_organization(api_principal(request));
}

/* A member that is a name of a role, as the route's table made sure. */
static MemberRole body_role(const HttpRequest *request)
{
    return member_role_from_name(pictograph_told_text(request, "role"));
}

/* --- the organization --- */

static void write_organization(JsonWriter *writer, const Organization *organization)
{
    g_autofree char *created = time_iso(MAX(organization->created_ms, 1));
    g_autofree char *changed = time_iso(MAX(organization->changed_ms, 1));
    json_object_begin(writer);
    json_member_string(writer, "id", organization->uuid);
    json_member_string(writer, "name", organization->name);
    json_member_string(writer, "slug", organization->slug);
    json_member_string(writer, "description", organization->description);
    json_member_bool(writer, "is_public", FALSE);
    json_member_string(writer, "subscription_tier", "enterprise");
    json_member_int(writer, "credits_remaining", 0);
    json_member_int(writer, "credits_monthly_allowance", 0);
    json_member_null(writer, "credits_reset_at");
    json_member_int(writer, "max_users", LIMIT_ACCOUNTS);
    json_member_int(writer, "max_images", NO_LIMIT);
    json_member_int(writer, "max_storage_bytes", NO_LIMIT);
    json_member_int(writer, "member_count", organization->members);
    json_member_int(writer, "pending_invite_count", organization->invites);
    json_member_string(writer, "created_at", created);
    json_member_string(writer, "updated_at", changed);
    json_object_end(writer);
}

static gboolean show(HttpRequest *request, GError **error)
{
    g_autoptr(StoreTx) tx = api_read(request, error);
    g_autoptr(Organization) organization =
        tx ? organization_get(tx, organization_of(request), error) : NULL;
    if (!organization) {
        return FALSE;
    }
    JsonWriter *writer = pictograph_writer();
    json_object_begin(writer);
    json_key(writer, "organization");
    write_organization(writer, organization);
    json_object_end(writer);
    return pictograph_answer_bare(request, writer, error);
}

static gboolean change(HttpRequest *request, GError **error)
{
    g_autoptr(StoreTx) tx = api_write(request, error);
    gboolean changed =
        tx &&
        organization_change(tx, organization_of(request), pictograph_told_text(request, "name"),
                            pictograph_told_text(request, "description"), error) &&
        api_commit_accounts(request, tx, error);
    g_clear_pointer(&tx, store_tx_free);
    return changed && show(request, error);
}

/* --- members --- */

static void write_member(JsonWriter *writer, const Member *member)
{
    g_autofree char *joined = time_iso(MAX(member->joined_ms, 1));
    const char *name = *member->display_name ? member->display_name : "Owner";
    json_object_begin(writer);
    json_member_string(writer, "id", member->uuid);
    json_member_string(writer, "user_id", member->uuid);
    json_member_string(writer, "email", member->username);
    json_member_string(writer, "full_name", name);
    json_member_string(writer, "role", member_role_name(member->role));
    json_member_string(writer, "joined_at", joined);
    json_object_end(writer);
}

static gboolean list_members(HttpRequest *request, GError **error)
{
    g_autoptr(StoreTx) tx = api_read(request, error);
    g_autoptr(GPtrArray) members = tx ? member_list(tx, organization_of(request), error) : NULL;
    if (!members) {
        return FALSE;
    }
    JsonWriter *writer = pictograph_writer();
    json_object_begin(writer);
    json_key(writer, "members");
    json_array_begin(writer);
    for (guint i = 0; i < members->len; i++) {
        write_member(writer, g_ptr_array_index(members, i));
    }
    json_array_end(writer);
    json_object_end(writer);
    return pictograph_answer_bare(request, writer, error);
}

static Member *find_member(HttpRequest *request, StoreTx *tx, GError **error)
{
    return member_find(tx, organization_of(request), http_text(request, "id", ""), error);
}

static gboolean change_member(HttpRequest *request, GError **error)
{
    MemberRole role = body_role(request);
    g_autoptr(StoreTx) tx = api_write(request, error);
    g_autoptr(Member) member = tx ? find_member(request, tx, error) : NULL;
    if (!member || !member_set_role(tx, api_principal(request), member, role, error) ||
        !api_commit_accounts(request, tx, error)) {
        return FALSE;
    }
    JsonWriter *writer = pictograph_writer();
    json_object_begin(writer);
    json_key(writer, "member");
    json_object_begin(writer);
    json_member_string(writer, "id", member->uuid);
    json_member_string(writer, "role", member_role_name(role));
    json_object_end(writer);
    json_object_end(writer);
    return pictograph_answer_bare(request, writer, error);
}

static gboolean remove_member(HttpRequest *request, GError **error)
{
    g_autoptr(StoreTx) tx = api_write(request, error);
    g_autoptr(Member) member = tx ? find_member(request, tx, error) : NULL;
    return member && member_remove(tx, api_principal(request), member, error) &&
           api_commit_accounts(request, tx, error) && pictograph_answer_nothing(request);
}

/* --- invitations --- */

static void write_invite(JsonWriter *writer, const Invite *invite, const char *organization)
{
    g_autofree char *created = time_iso(invite->created_ms);
    g_autofree char *expires = time_iso(invite->expires_ms);
    json_object_begin(writer);
    json_member_string(writer, "id", invite->uuid);
    json_member_string(writer, "organization_id", organization);
    json_member_string(writer, "email", invite->email);
    json_member_string(writer, "role", member_role_name(invite->role));
    json_member_string(writer, "status", "pending");
    json_member_string(writer, "invited_by", *invite->invited_by ? invite->invited_by : NULL);
    json_member_string(writer, "expires_at", expires);
    json_member_string(writer, "created_at", created);
    json_object_end(writer);
}

static gboolean list_invites(HttpRequest *request, GError **error)
{
    g_autoptr(StoreTx) tx = api_read(request, error);
    g_autoptr(Organization) organization =
        tx ? organization_get(tx, organization_of(request), error) : NULL;
    g_autoptr(GPtrArray) invites = organization ? invite_list(tx, organization->id, error) : NULL;
    if (!invites) {
        return FALSE;
    }
    JsonWriter *writer = pictograph_writer();
    json_object_begin(writer);
    json_key(writer, "invites");
    json_array_begin(writer);
    for (guint i = 0; i < invites->len; i++) {
        write_invite(writer, g_ptr_array_index(invites, i), organization->uuid);
    }
    json_array_end(writer);
    json_object_end(writer);
    return pictograph_answer_bare(request, writer, error);
}

static gboolean invite(HttpRequest *request, GError **error)
{
    MemberRole role = body_role(request);
    g_autoptr(StoreTx) tx = api_write(request, error);
    g_autoptr(Invite) made =
        tx ? invite_create(tx, api_principal(request), pictograph_told_text(request, "email"),
                           role ? role : MEMBER_MEMBER, error)
           : NULL;
    g_autoptr(Organization) organization =
        made ? organization_get(tx, organization_of(request), error) : NULL;
    if (!organization || !api_commit_accounts(request, tx, error)) {
        return FALSE;
    }
    JsonWriter *writer = pictograph_writer();
    json_object_begin(writer);
    json_key(writer, "invite");
    write_invite(writer, made, organization->uuid);
    json_object_end(writer);
    return pictograph_answer_bare(request, writer, error);
}

static gboolean take_invite_back(HttpRequest *request, GError **error)
{
    g_autoptr(StoreTx) tx = api_write(request, error);
    return tx && invite_revoke(tx, organization_of(request), http_text(request, "id", ""), error) &&
           api_commit_accounts(request, tx, error) && pictograph_answer_nothing(request);
}

/* --- routes --- */

static const char *const member_roles[] = {"owner", "admin", "member", "annotator", "viewer", NULL};

static const HttpParameter organization_body[] = {
    {.name = "name", .type = HTTP_TEXT},
    {.name = "description", .type = HTTP_TEXT},
    {0},
};

static const HttpParameter role_body[] = {
    {.name = "role", .type = HTTP_TEXT, .required = TRUE, .choices = member_roles},
    {0},
};

static const HttpParameter invite_body[] = {
    {.name = "email", .type = HTTP_TEXT, .required = TRUE},
    {.name = "role", .type = HTTP_TEXT, .choices = member_roles, .fallback = "member"},
    {0},
};

#define ORGANIZATIONS PICTOGRAPH_BASE "/organizations"
#define ROUTE(verb, tail, cap, schema, told, call, ...)                                            \
    HTTP_ROUTE(cap, .method = (verb), .path = ORGANIZATIONS tail, .tag = "pictograph",             \
               .summary = (told), .response_schema = (schema), .handler = (call), __VA_ARGS__)
#define MANAGE CAPABILITY_MANAGE

const HttpRoute pictograph_organization_routes[] = {
    ROUTE(HTTP_GET, "/me", CAPABILITY_DATASETS, "PictographOrganization",
          "The caller's organization", show),
    ROUTE(HTTP_PATCH, "/me", MANAGE, "PictographOrganization", "Renames or describes it", change,
          .body = organization_body),
    ROUTE(HTTP_GET, "/members", MANAGE, "PictographMembers", "Who is in it", list_members),
    ROUTE(HTTP_PATCH, "/members/{id}", MANAGE, "PictographMember", "Gives a member a role",
          change_member, .body = role_body),
    ROUTE(HTTP_DELETE, "/members/{id}", MANAGE, NULL, "Disables a member's account", remove_member,
          .status = 204, .response_mime = "*/*"),
    ROUTE(HTTP_GET, "/invites", MANAGE, "PictographInvites", "Who was asked to come", list_invites),
    ROUTE(HTTP_POST, "/invites", MANAGE, "PictographInvite", "Asks somebody to come", invite,
          .body = invite_body, .status = 201),
    ROUTE(HTTP_DELETE, "/invites/{id}", MANAGE, NULL, "Takes an invitation back", take_invite_back,
          .status = 204, .response_mime = "*/*"),
};
G_STATIC_ASSERT(G_N_ELEMENTS(pictograph_organization_routes) == PICTOGRAPH_ORGANIZATION_ROUTES);
