/* Answers to requests that a client may send again, under a key of its own (Idempotency-Key): the
 * first is done, the others get its answer. Kept for a day.
 *
 * Safe from any thread; calls block. */
#pragma once

#include "base/hash.h"
#include "library/library.h"

#include <gio/gio.h>

typedef struct Replay Replay;

Replay *replay_new(Library *library);
void replay_free(Replay *replay);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Replay, replay_free)

/* Which request: whose, a name made of its method, address and the client's key, and what it asks.
 */
typedef struct {
    gint64 credential_id;
    char name[HASH_HEX_CHARS + 1];
    ContentHash hash;
    ContentHash seal; /* what its answer is encrypted by, which only who asks can make */
} ReplayRequest;

typedef struct {
    gint64 credential_id;
    const char
        *secret; /* of the credential: an answer may hold secrets, and lies in the database */
    const char *method, *address;
    const char *client_key;
    gconstpointer body;
    gsize body_bytes;
} ReplayAsked;
void replay_request(const ReplayAsked *asked, ReplayRequest *ret_request);

typedef struct {
    int status;
    char *mime;   /* NULL: none */
    GBytes *body; /* NULL: none */
} ReplayAnswer;
void replay_answer_clear(ReplayAnswer *answer);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(ReplayAnswer, replay_answer_clear)

typedef enum {
    REPLAY_ERROR = -1,
    REPLAY_FIRST, /* to be done: end it by replay_keep or replay_forget */
    REPLAY_KNOWN, /* done before: ret_answer */
    REPLAY_OTHER, /* the client used its key for something else */
} ReplayStep;

/* Waits while another request of the same name is being answered; BUSY when that takes longer than
 * LIMIT_REPLAY_WAIT_SECONDS, CANCELLED. One that has been left for LIMIT_REPLAY_RUN_SECONDS is
 * taken over. */
ReplayStep replay_begin(Replay *replay, const ReplayRequest *request, GCancellable *cancellable,
                        ReplayAnswer *ret_answer, GError **error);

/* Keeps the answer, unless it is larger than LIMIT_REPLAY_BODY_BYTES. When it cannot be kept, the
 * request is forgotten. */
void replay_keep(Replay *replay, const ReplayRequest *request, const ReplayAnswer *answer);
/* It may be tried again. */
void replay_forget(Replay *replay, const ReplayRequest *request);

/* Deletes what is older than a day. */
gboolean replay_sweep(Library *library, GError **error);
