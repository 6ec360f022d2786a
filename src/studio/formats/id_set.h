/* A set of whole numbers, small where they lie close to each other, as ids in files do: 64 of a row
 * take 16 bytes. */
#pragma once

#include <glib.h>

typedef struct IdSet IdSet;

IdSet *id_set_new(void);
void id_set_free(IdSet *set);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(IdSet, id_set_free)

/* FALSE when it is in it already. */
gboolean id_set_add(IdSet *set, gint64 id);
