/* The files that an import holds: one alone, or those of a zip archive one after the other, as they
 * stand in it. Nothing is ever written by a name from an archive; still one whose names lead out of
 * it is refused as a whole, and so are encrypted ones, and those that unpack to more than the
 * limits of imports. */
#pragma once

#include "base/byte_source.h"
#include "studio/formats/reader.h"

typedef struct ImportFiles ImportFiles;

/* Borrows the descriptor, a regular file whose own offset stays, and the sink. */
ImportFiles *import_files_open(int fd, const char *filename, const FormatSink *sink,
                               GError **error);
void import_files_free(ImportFiles *files);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ImportFiles, import_files_free)

/* FALSE at the end and on error. The name ("a/b.xml", UTF-8) and the source live until the next
 * call; what of a file was not read is passed over. Folders and what file managers leave behind are
 * left out. */
gboolean import_files_next(ImportFiles *files, const char **ret_name, ByteSource *ret_source,
                           GError **error);
gboolean import_files_is_archive(const ImportFiles *files);

/* The parts of a name: "train/labels/a/b.txt" lies in "train/labels/a", is "b.txt", and of that
 * "b" is the stem. Each the caller's. */
char *import_name_directory(const char *name); /* "/" or "/a/b" */
const char *import_name_file(const char *name);
char *import_name_stem(const char *name);
/* The split that a folder of this name stands for ("train", "valid", "val", "test"), else NULL. */
const char *import_split_of(const char *folder);
