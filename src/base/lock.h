/* A mutex held from here to the end of the block. */
#pragma once

#include <glib.h>

#define LOCK_UNTIL_END(mutex)                                                                      \
    G_GNUC_UNUSED g_autoptr(GMutexLocker) lock_until_end_ = g_mutex_locker_new(mutex)
