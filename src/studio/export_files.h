/* The files of an export: text grows here, and comes to lie in a zip archive beside the pictures.
 * What is complete goes into the archive at once; what grows until the end is gathered in
 * files without a name, so that memory has only the latest of it. Texts are deflated, pictures are
 * stored: they would not shrink. */
#pragma once

#include "studio/formats/writer.h"

/* The archive is written to `archive_fd`, from where it stands; both are the caller's. `folder_fd`:
 * of the same disk, for what is gathered. */
ExportFiles *export_files_new(int archive_fd, int folder_fd, GError **error);
void export_files_free(ExportFiles *files);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ExportFiles, export_files_free)

/* An open file of `bytes` as it is; CONFLICT when it has become shorter: then the archive is of no
 * use. */
gboolean export_files_add(ExportFiles *files, const char *name, int fd, gint64 bytes,
                          gint64 modified_s, GError **error);
/* Writes what was gathered, in the order of the names' beginning, and the archive's end. Nothing
 * can be added afterwards. */
gboolean export_files_finish(ExportFiles *files, GError **error);
