/* Private to library/: sets of names that many rows share: the tags of a photo, who is on it, what
 * is. A set is a text, a name a line; each different one is kept and taken apart once, however many
 * rows have it. Number 0 is the empty set, and no name. */
#pragma once

#include "library/dictionary.h"

typedef struct NameSets NameSets;

NameSets *name_sets_new(void);
void name_sets_free(NameSets *sets);

/* Counts a use of the set and gives its number; 0 for NULL and "". */
guint32 name_sets_use(NameSets *sets, const char *lines);
void name_sets_drop(NameSets *sets, guint32 set);

const Dictionary *name_sets_names(const NameSets *sets);
const Dictionary *name_sets_texts(const NameSets *sets);
/* By number of a set: numbers of names, ended by 0; NULL for the empty set. */
const guint32 *const *name_sets_members(const NameSets *sets);
