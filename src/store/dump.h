/* Every table as rows, whatever the engine: what a backup is made of, and what it becomes again.
 *
 * Tables and columns are those that the database has, so a new migration needs nothing here. The
 * table of migrations is left out: whoever loads makes the schema of the same version first
 * (migrations_apply), and migrates on afterwards. */
#pragma once

#include "store/store.h"

typedef enum { STORE_TYPE_INT, STORE_TYPE_DOUBLE, STORE_TYPE_TEXT, STORE_TYPE_BLOB } StoreType;

typedef struct {
    char *name;
    StoreType type;
} StoreColumn;

typedef struct {
    char *name;
    GArray *columns;    /* of StoreColumn, by name */
    gint64 last_number; /* the highest that was given to a row's id, though it may be gone; 0: none
                           is counted */
} StoreTable;

void store_table_free(StoreTable *table);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(StoreTable, store_table_free)

/* By name; of StoreTable. */
GPtrArray *store_tables(StoreTx *tx, GError **error);

/* All rows, the columns in the table's order. The table must outlive the statement's use. */
StoreStatement *store_dump_rows(StoreTx *tx, const StoreTable *table, GError **error);

/* A writing transaction in which references are not checked, with every table emptied. */
StoreTx *store_load_begin(Store *store, GError **error);
/* The insertion of one row; its parameters are the columns in their order. */
StoreStatement *store_load_row(StoreTx *tx, const StoreTable *table, GError **error);
/* Goes on counting ids after those of `tables` (StoreTable) and checks the references: CONFLICT
 * when one leads nowhere. The caller commits. */
gboolean store_load_end(StoreTx *tx, const GPtrArray *tables, GError **error);
