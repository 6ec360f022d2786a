/* Private to library/: what a principal is made of. Only roster.c makes other ones than the two of
 * access.h, from what the database and scoring.json say. */
#pragma once

#include "library/access.h"

typedef enum {
    PRINCIPAL_NOBODY,
    PRINCIPAL_OWNER,   /* of a library without accounts: by being here, or by its password */
    PRINCIPAL_ACCOUNT, /* of a library with accounts */
} PrincipalKind;

/* Never changes once it is made, and is shared by all who ask as the same. */
struct Principal {
    PrincipalKind kind;
    gboolean edition;  /* of an owner: may change things */
    KeyScope scope;    /* 0: a person, else a key */
    gint64 account_id; /* 0: the owner */
    gint64 key_id;     /* of a key: credential.id */
    gint64 epoch;      /* of the sessions that begin now */
    Role role;
    gint64 organization_id;       /* of an account; 0: the first */
    MemberRole member_role;       /* that the account or its key was given; 0: by role and scope */
    gint64 rate_limit;            /* of a key: requests an hour; 0: as the server is set */
    gint64 expires_ms;            /* of a key; 0: never */
    char *user_id, *display_name; /* NULL: none */
    char **directories;           /* NULL: sees all */
};

/* What an account is in its organization: as it was given, else (0) by its role. */
MemberRole member_role_of(Role role, MemberRole given);
/* What a key of somebody who is `owner` is: at most that, at most what it was given (0: anything)
 * and at most what its scope allows. */
MemberRole member_role_of_key(MemberRole owner, MemberRole given, KeyScope scope);

/* Copies what `values` points to. */
Principal *principal_new(const Principal *values);
