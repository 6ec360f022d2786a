/* Private to library/: who counts as a member, in SQL, of the account `a`. The implicit owner is
 * one where nobody has an account. */
#pragma once

#define IS_MEMBER_SQL                                                                              \
    "a.disabled = 0 AND (a.id > 0 OR NOT EXISTS "                                                  \
    "(SELECT 1 FROM account other WHERE other.id > 0 AND other.disabled = 0)) "
