#include "library/access.h"

#include "library/principal.h"

#include <string.h>

static const char *const role_names[] = {
    [ROLE_USER] = "user",
    [ROLE_ADMIN] = "admin",
    [ROLE_SUPERADMIN] = "superadmin",
};

static const char *const scope_names[] = {
    [KEY_SCOPE_READ] = "read",
    [KEY_SCOPE_WRITE] = "write",
    [KEY_SCOPE_ADMIN] = "admin",
};

static const char *const member_names[] = {
    [MEMBER_VIEWER] = "viewer", [MEMBER_ANNOTATOR] = "annotator", [MEMBER_MEMBER] = "member",
    [MEMBER_ADMIN] = "admin",   [MEMBER_OWNER] = "owner",
};

const char *role_name(Role role)
{
    g_assert(role >= ROLE_USER && role <= ROLE_SUPERADMIN);
    return role_names[role];
}

const char *key_scope_name(KeyScope scope)
{
    g_assert(scope >= KEY_SCOPE_READ && scope <= KEY_SCOPE_ADMIN);
    return scope_names[scope];
}

/* Names count from 1; 0 when it is none of them. */
static int find_name(const char *const *names, gsize count, const char *name)
{
    for (gsize i = 1; i < count; i++) {
        if (g_strcmp0(names[i], name) == 0) {
            return (int)i;
        }
    }
    return 0;
}

Role role_from_name(const char *name)
{
    return (Role)find_name(role_names, G_N_ELEMENTS(role_names), name);
}

KeyScope key_scope_from_name(const char *name)
{
    return (KeyScope)find_name(scope_names, G_N_ELEMENTS(scope_names), name);
}

const char *member_role_name(MemberRole role)
{
    g_assert(role >= MEMBER_VIEWER && role <= MEMBER_OWNER);
    return member_names[role];
}

MemberRole member_role_from_name(const char *name)
{
    return (MemberRole)find_name(member_names, G_N_ELEMENTS(member_names), name);
}

Principal *principal_new(const Principal *values)
{
    Principal *principal = g_atomic_rc_box_new(Principal);
    *principal = *values;
    principal->user_id = g_strdup(values->user_id);
    principal->display_name = g_strdup(values->display_name);
    principal->directories = g_strdupv(values->directories);
    return principal;
}

Principal *principal_new_owner(void)
{
    return principal_new(
        &(Principal){.kind = PRINCIPAL_OWNER, .edition = TRUE, .role = ROLE_SUPERADMIN});
}

Principal *principal_new_anonymous(void)
{
    char *none[] = {NULL};
    return principal_new(
        &(Principal){.kind = PRINCIPAL_NOBODY, .role = ROLE_USER, .directories = none});
}

Principal *principal_ref(Principal *principal)
{
    return g_atomic_rc_box_acquire(principal);
}

static void clear(gpointer data)
{
    Principal *principal = data;
    g_free(principal->user_id);
    g_free(principal->display_name);
    g_strfreev(principal->directories);
}

void principal_unref(Principal *principal)
{
    if (principal) {
        g_atomic_rc_box_release_full(principal, clear);
    }
}

Role principal_role(const Principal *principal)
{
    return principal->role;
}

const char *principal_user_id(const Principal *principal)
{
    return principal->user_id;
}

const char *principal_display_name(const Principal *principal)
{
    return principal->display_name ? principal->display_name : "";
}

gboolean principal_is_authenticated(const Principal *principal)
{
    return principal->kind != PRINCIPAL_NOBODY;
}

gboolean principal_has_account(const Principal *principal)
{
    return principal->kind == PRINCIPAL_ACCOUNT;
}

KeyScope principal_key_scope(const Principal *principal)
{
    return principal->scope;
}

gint64 principal_account(const Principal *principal)
{
    return principal->account_id;
}

gint64 principal_organization(const Principal *principal)
{
    if (principal->kind == PRINCIPAL_NOBODY) {
        return 0;
    }
    return principal->organization_id ? principal->organization_id : ORGANIZATION_FIRST;
}

MemberRole member_role_of(Role role, MemberRole given)
{
    static const MemberRole by_role[] = {
        [ROLE_USER] = MEMBER_MEMBER,
        [ROLE_ADMIN] = MEMBER_ADMIN,
        [ROLE_SUPERADMIN] = MEMBER_OWNER,
    };
    return given ? given : by_role[role];
}

MemberRole member_role_of_key(MemberRole owner, MemberRole given, KeyScope scope)
{
    static const MemberRole most[] = {
        [0] = MEMBER_OWNER,
        [KEY_SCOPE_READ] = MEMBER_VIEWER,
        [KEY_SCOPE_WRITE] = MEMBER_MEMBER,
        [KEY_SCOPE_ADMIN] = MEMBER_OWNER,
    };
    return MIN(MIN(owner, given ? given : MEMBER_OWNER), most[scope]);
}

MemberRole principal_member_role(const Principal *principal)
{
    if (principal->kind == PRINCIPAL_NOBODY) {
        return 0;
    }
    gboolean looks = principal->kind == PRINCIPAL_OWNER && !principal->edition;
    MemberRole own =
        looks ? MEMBER_VIEWER : member_role_of(principal->role, principal->member_role);
    return member_role_of_key(own, 0, principal->scope);
}

gint64 principal_rate_limit(const Principal *principal)
{
    return principal->rate_limit;
}

gint64 principal_expires_ms(const Principal *principal)
{
    return principal->expires_ms;
}

gint64 principal_key(const Principal *principal)
{
    return principal->key_id;
}

const char *const *principal_directories(const Principal *principal)
{
    return (const char *const *)principal->directories;
}

gboolean principal_sees_library(const Principal *principal)
{
    return !principal->directories || principal->directories[0];
}

static gboolean lies_in(const char *path, const char *folder)
{
    return g_str_has_prefix(path, folder) && strchr("/", path[strlen(folder)]);
}

gboolean principal_sees_path(const Principal *principal, const char *path)
{
    for (char **at = principal->directories; at && *at; at++) {
        if (lies_in(path, *at)) {
            return TRUE;
        }
    }
    return !principal->directories;
}

gboolean principal_sees_into(const Principal *principal, const char *folder)
{
    for (char **at = principal->directories; at && *at; at++) {
        if (lies_in(*at, folder)) {
            return TRUE;
        }
    }
    return principal_sees_path(principal, folder);
}

static gboolean refuse(GError **error, AlbumenError code, const char *message)
{
    g_set_error_literal(error, ALBUMEN_ERROR, (gint)code, message);
    return FALSE;
}

/* Deny by default: what a key may is listed. */
static gboolean check_key(KeyScope scope, Capability capability, GError **error)
{
    KeyScope needed = 0;
    switch (capability) {
    case CAPABILITY_PUBLIC:
    case CAPABILITY_BROWSE:
    case CAPABILITY_SHARED:
    case CAPABILITY_MEDIA:
    case CAPABILITY_EVENTS:
        needed = KEY_SCOPE_READ;
        break;
    case CAPABILITY_RATE:
    case CAPABILITY_EDIT:
        needed = KEY_SCOPE_WRITE;
        break;
    case CAPABILITY_ADMIN:
    case CAPABILITY_SUPERADMIN:
        needed = KEY_SCOPE_ADMIN;
        break;
    case CAPABILITY_DATASETS: /* check_member */
    case CAPABILITY_ANNOTATE:
    case CAPABILITY_CURATE:
    case CAPABILITY_MANAGE:
        break;
    case CAPABILITY_SELF:
    case CAPABILITY_ACCOUNTS:
        return refuse(error, ALBUMEN_ERROR_FORBIDDEN, "An API key may not do this: sign in");
    }
    return (needed && scope >= needed) ||
           refuse(error, ALBUMEN_ERROR_FORBIDDEN, "This API key's scope does not reach so far");
}

/* In a library without accounts all depends on whether the one who is there may edit. */
static gboolean check_owner(gboolean edition, Capability capability, GError **error)
{
    switch (capability) {
    case CAPABILITY_PUBLIC:
    case CAPABILITY_BROWSE:
    case CAPABILITY_SHARED:
    case CAPABILITY_MEDIA:
    case CAPABILITY_EVENTS:
    case CAPABILITY_SELF:
        return TRUE;
    case CAPABILITY_RATE:
        return edition || refuse(error, ALBUMEN_ERROR_FORBIDDEN, "Edition disabled");
    case CAPABILITY_EDIT:
    case CAPABILITY_ADMIN:
    case CAPABILITY_ACCOUNTS:
        return edition || refuse(error, ALBUMEN_ERROR_FORBIDDEN, "Edition access required");
    case CAPABILITY_SUPERADMIN:
    case CAPABILITY_DATASETS: /* check_member */
    case CAPABILITY_ANNOTATE:
    case CAPABILITY_CURATE:
    case CAPABILITY_MANAGE:
        break;
    }
    return refuse(error, ALBUMEN_ERROR_FORBIDDEN, "Multi-user mode required");
}

static gboolean check_role(Role role, Capability capability, GError **error)
{
    switch (capability) {
    case CAPABILITY_PUBLIC:
    case CAPABILITY_BROWSE:
    case CAPABILITY_SHARED:
    case CAPABILITY_MEDIA:
    case CAPABILITY_EVENTS:
    case CAPABILITY_RATE:
    case CAPABILITY_SELF:
        return TRUE;
    case CAPABILITY_EDIT:
        return role >= ROLE_ADMIN ||
               refuse(error, ALBUMEN_ERROR_FORBIDDEN, "Edition access required");
    case CAPABILITY_ADMIN:
    case CAPABILITY_ACCOUNTS:
    case CAPABILITY_SUPERADMIN:
    case CAPABILITY_DATASETS: /* check_member */
    case CAPABILITY_ANNOTATE:
    case CAPABILITY_CURATE:
    case CAPABILITY_MANAGE:
        break;
    }
    return role == ROLE_SUPERADMIN ||
           refuse(error, ALBUMEN_ERROR_FORBIDDEN, "Superadmin access required");
}

MemberRole access_member_needed(Capability capability)
{
    switch ((int)capability) {
    case CAPABILITY_DATASETS:
        return MEMBER_VIEWER;
    case CAPABILITY_ANNOTATE:
        return MEMBER_ANNOTATOR;
    case CAPABILITY_CURATE:
        return MEMBER_MEMBER;
    case CAPABILITY_MANAGE:
        return MEMBER_ADMIN;
    default:
        return 0;
    }
}

static gboolean check_member(const Principal *principal, MemberRole needed, GError **error)
{
    if (principal_member_role(principal) >= needed) {
        return TRUE;
    }
    g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_FORBIDDEN, "This takes the role %s",
                member_role_name(needed));
    return FALSE;
}

gboolean access_check(const Principal *principal, Capability capability, GError **error)
{
    if (capability == CAPABILITY_PUBLIC) {
        return TRUE;
    }
    if (principal->kind == PRINCIPAL_NOBODY) {
        return capability == CAPABILITY_MEDIA
                   ? refuse(error, ALBUMEN_ERROR_NOT_FOUND, "Not found")
                   : refuse(error, ALBUMEN_ERROR_UNAUTHORIZED, "Authentication required");
    }
    MemberRole needed = access_member_needed(capability);
    if (needed) {
        return check_member(principal, needed, error);
    }
    if (principal->scope && !check_key(principal->scope, capability, error)) {
        return FALSE;
    }
    return principal->kind == PRINCIPAL_OWNER ? check_owner(principal->edition, capability, error)
                                              : check_role(principal->role, capability, error);
}
