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
    gint64 organization_id; /* of an account; 0: the first */
    MemberRole member_role; /* that the account or its key was given; 0: by role and scope */
    char *user_id, *display_name; /* NULL: none */
    char **directories;           /* NULL: sees all */
};

/* Copies what `values` points to. */
Principal *principal_new(const Principal *values);
