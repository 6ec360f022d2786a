/* The dialects over one library. This layer parses and writes; what is true is decided below it.
 *
 * Every handler reads: parameters, one or two calls of library/, an answer. It sees no SQL and
 * opens no file, and gets at a picture's bytes only by a grant. */
#pragma once

#include "base/lru_cache.h"
#include "http/http.h"
#include "jobs/index_file.h"
#include "jobs/scan_log.h"
#include "jobs/vision_pool.h"
#include "jobs/watch.h"
#include "jobs/worker_pool.h"
#include "library/access.h"
#include "library/library.h"
#include "library/rate.h"
#include "library/replay.h"
#include "library/roster.h"
#include "library/settings.h"
#include "library/sign_in.h"

/* What every handler works with; read-only after the start, so safe from any thread. */
typedef struct {
    Library *library;
    const Settings *settings;
    Roster *roster;           /* who there is */
    SignIn *sign_in;          /* who comes in */
    const GPtrArray *proxies; /* api/client_address.h: whose word on clients is taken */
    Rate *rate;               /* how often keys ask */
    Replay *replay;           /* what they asked before */
    WorkerPool *workers;
    Indexer *indexer; /* brings in what is sent, at once */
    VisionPool *vision;
    LruCache *scaled;    /* thumbnails lately scaled, GBytes by content and size */
    LruCache *downloads; /* albumen_downloads_new: archives that may be asked for */
    /* Called when a job was queued, to look at once; may be NULL. */
    void (*wake)(gpointer data);
    gpointer wake_data;
    Watch *watch; /* NULL: nobody watches the folders */
    ScanLog *scan_log;
    HttpEvents *events;    /* what is published is sent to whoever follows /api/albumen/events */
    gboolean pictopy_bare; /* [pictopy] shape = bare: answers in the form of 2024 */
    double pictopy_same;   /* [pictopy] same_face: a cosine; 0: as fits the model */
    char *public_url; /* [server] public_url: what clients call this server; NULL: as they did */
    const char *version;
    HttpServerOptions server; /* for the OpenAPI document too */
} Api;

/* The dialects, in the order in which their routes are tried; NULL-terminated. */
extern const HttpDialect *const api_dialects[];

/* The gate of every route: who asks, and may they? Nothing but access_check() decides. */
gboolean api_gate(HttpRequest *request, int capability, GError **error);

/* Whether the request comes from this machine, and its client believes so too: in a library that is
 * open, that makes its owner. */
gboolean api_is_here(const HttpRequest *request);

/* CORS for the origins that the settings allow, and the headers every answer carries. */
void api_decorate(HttpRequest *request);

/* What a capability is called in the OpenAPI document. */
const char *api_capability_name(int capability);

/* GETs that no route takes: the web app. */
gboolean api_web(HttpRequest *request, GError **error);

/* For Api.downloads; freed with lru_cache_free. */
LruCache *albumen_downloads_new(void);

/* Shorthands for handlers. */
const Api *api_of(const HttpRequest *request);
const Principal *api_principal(const HttpRequest *request);
/* For what a client asks before anybody signs in and never again: the caller, or the owner
 * (`ret_owner`, to be freed) for who sees nothing. Tell them no more than whether there is any. */
const Principal *api_bootstrap_viewer(const HttpRequest *request, Principal **ret_owner);
StoreTx *api_read(HttpRequest *request, GError **error);
StoreTx *api_write(HttpRequest *request, GError **error);
/* Of a change of accounts, keys or organizations: it counts before the answer is given. */
gboolean api_commit_accounts(HttpRequest *request, StoreTx *tx, GError **error);
