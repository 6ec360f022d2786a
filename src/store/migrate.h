/* Migrations: numbered files per engine, each applied once and in order. */
#pragma once

#include "store/store.h"

typedef struct {
    int version; /* from 1, without gaps */
    char *name;
    GBytes *sql; /* NUL-terminated */
} StoreMigration;

/* The program's own, StoreMigration in order. Owned by the caller. */
GPtrArray *migrations_load(StoreEngine engine);

/* What store_migrate does, with any list. */
gboolean migrations_apply(Store *store, const GPtrArray *migrations, GError **error);

GPtrArray *migrations_new(void);
void migrations_add(GPtrArray *migrations, const char *name, GBytes *sql);
