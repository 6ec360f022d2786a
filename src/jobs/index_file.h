/* One file into the library at once, for whoever waits for it: what a scan of this file alone would
 * do, and by the scan's own code. A scan that meets the file at the same time writes the same row.
 * When a call returns, the photo is in the library and its thumbnails are kept.
 *
 * What is no picture, or none that can be read, is UNSUPPORTED here whatever the reader found, with
 * the reader's sentence; TOO_LARGE stays. */
#pragma once

#include "jobs/worker_pool.h"
#include "library/upload.h"

typedef struct Indexer Indexer;

/* Library and workers outlive it. Safe from any thread. */
Indexer *indexer_new(Library *library, WorkerPool *workers);
void indexer_free(Indexer *indexer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Indexer, indexer_free)

/* One at a time: TRUE when nobody has claimed the name (any text), which is the caller's then,
 * until it lets go. CONFLICT. */
gboolean indexer_claim(Indexer *indexer, const char *name, GError **error);
void indexer_let_go(Indexer *indexer, const char *name);

/* A file that lies in a source; `path`: absolute, a text (base/path_text.h). The photo's id, 0 on
 * failure: NOT_FOUND when there is no file or no source holds it, CONFLICT when it changes
 * meanwhile. Why it could not be read is recorded as by a scan. A picture that a person had removed
 * or trashed is taken back. `cancellable` may be NULL. */
gint64 index_file(Indexer *indexer, const char *path, GCancellable *cancellable, GError **error);

/* What was sent: the photo of its content if the library shows one, or else a new one, whose file
 * lies in the folder of uploads then, under `name` as far as that is fit for a file. Whoever sent
 * the bytes may have the photo, wherever it lies. The partial file is deleted, also when it is no
 * picture: of that nothing is kept. */
gint64 index_upload(Indexer *indexer, UploadFile *file, const char *name, GCancellable *cancellable,
                    GError **error);
