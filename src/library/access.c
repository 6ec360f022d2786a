#include "library/access.h"

struct Principal {
    gboolean authenticated;
    Role role;
    char *user_id;
};

Principal *principal_new_owner(void)
{
    Principal *principal = g_new0(Principal, 1);
    principal->authenticated = TRUE;
    principal->role = ROLE_SUPERADMIN;
    return principal;
}

Principal *principal_new_anonymous(void)
{
    Principal *principal = g_new0(Principal, 1);
    principal->role = ROLE_USER;
    return principal;
}

void principal_free(Principal *principal)
{
    if (!principal) {
        return;
    }
    g_free(principal->user_id);
    g_free(principal);
}

Role principal_role(const Principal *principal)
{
    return principal->role;
}

const char *principal_user_id(const Principal *principal)
{
    return principal->user_id;
}

gboolean principal_is_authenticated(const Principal *principal)
{
    return principal->authenticated;
}

gint64 principal_account(const Principal *principal)
{
    (void)principal;
    return 0;
}

const char *const *principal_directories(const Principal *principal)
{
    static const char *const none[] = {NULL};
    return principal->authenticated ? NULL : none;
}

gboolean principal_sees_library(const Principal *principal)
{
    return principal->authenticated;
}

/* The least role that has a capability. */
static Role role_for(Capability capability)
{
    switch (capability) {
    case CAPABILITY_PUBLIC:
    case CAPABILITY_BROWSE:
    case CAPABILITY_MEDIA:
    case CAPABILITY_RATE:
        return ROLE_USER;
    case CAPABILITY_EDIT:
        return ROLE_ADMIN;
    case CAPABILITY_ADMIN:
        break;
    }
    return ROLE_SUPERADMIN;
}

gboolean access_check(const Principal *principal, Capability capability, GError **error)
{
    if (capability == CAPABILITY_PUBLIC) {
        return TRUE;
    }
    if (!principal->authenticated) {
        g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_UNAUTHORIZED,
                            "Authentication required");
        return FALSE;
    }
    if (principal->role < role_for(capability)) {
        g_set_error_literal(error, ALBUMEN_ERROR, ALBUMEN_ERROR_FORBIDDEN,
                            "Your account may not do this");
        return FALSE;
    }
    return TRUE;
}
