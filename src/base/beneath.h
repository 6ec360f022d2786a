/* Opening files beneath a folder and nowhere else: no "..", no link that leads out, no FIFO that
 * waits. */
#pragma once

#include "base/error.h"

#include <sys/stat.h>

/* Opens `relative` (bytes, not starting with '/') beneath the folder `root`, read-only,
 * close-on-exec, without ever blocking. Links are followed only as long as they stay beneath; an
 * absolute one may lead back beneath. -1 with NOT_FOUND, FORBIDDEN (it leads out), or IO. */
int beneath_open(const char *root, const char *relative, GError **error);
/* From an open folder, and following no absolute link at all; `flags` are added to the ones above
 * (O_DIRECTORY, O_PATH). */
int beneath_open_at(int root_fd, const char *relative, int flags, GError **error);

/* Which folder this is, wherever it is mounted or moved: device and number. Owned by the caller. */
char *beneath_identity(const struct stat *folder);

/* Whether `path` lies beneath `folder`; the part that follows, or NULL. Compares text, touches no
 * disk. */
const char *beneath_relative(const char *folder, const char *path);

/* The folder beneath the open folder that the last part of `relative` lies in, itself where there
 * is only one part; opened for reading. No link is followed. With `make`, folders that are missing
 * are made. ret_name points at the last part, in `relative`. -1 with NOT_FOUND, FORBIDDEN (a link,
 * or "..") or IO. The caller closes it. */
int beneath_open_parent(int root_fd, const char *relative, gboolean make, const char **ret_name,
                        GError **error);
