/* How far the fetching of models is: what the program that fetches them writes into their folder,
 * as fetch.json. */
#pragma once

#include <glib.h>

typedef struct {
    const char *state; /* "idle", "running", "failed"; a constant */
    gint64 done_bytes, total_bytes;
    char *detail; /* for a person; NULL */
} ModelFetch;

void model_fetch_clear(ModelFetch *fetch);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(ModelFetch, model_fetch_clear)

/* Idle when there is no such file, or when it makes no sense. One that says "running" and that
 * nobody has written for a minute was left behind by a program that was ended: it has failed. */
void model_fetch_read(const char *folder, ModelFetch *ret_fetch);
