/* Private to the dialect: datasets and their items. */
#pragma once

#include "api/albumen/albumen.h"
#include "studio/item.h"

#define ALBUMEN_DATASET_ROUTES 19
extern const HttpRoute albumen_dataset_routes[ALBUMEN_DATASET_ROUTES];

/* pictures.c */
#define ALBUMEN_PICTURE_ROUTES 1
extern const HttpRoute albumen_picture_routes[ALBUMEN_PICTURE_ROUTES];

/* A change of a dataset: its transaction, and it. Ends with albumen_change_commit. */
typedef struct {
    StoreTx *tx;
    Dataset *dataset;
} AlbumenChange;
void albumen_change_clear(AlbumenChange *change);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(AlbumenChange, albumen_change_clear)

/* The dataset that {d} names. */
Dataset *albumen_find_dataset(HttpRequest *request, StoreTx *tx, GError **error);
/* Begins a change of it. */
gboolean albumen_change_begin(HttpRequest *request, AlbumenChange *ret_change, GError **error);
/* The same for what {i} names; its dataset is the one that changes. */
gboolean albumen_change_begin_item(HttpRequest *request, AlbumenChange *ret_change, Item **ret_item,
                                   GError **error);
gboolean albumen_change_commit(HttpRequest *request, AlbumenChange *change, GError **error);

/* A list of the body as texts, NULL-terminated; empty when it is absent. The texts are the
 * request's; the array is the caller's. */
const char **albumen_body_texts(HttpRequest *request, const char *member);
/* Whether the member is in the body, and not null. */
gboolean albumen_body_has(HttpRequest *request, const char *member);

/* The page that "cursor" and "limit" name. INVALID for a cursor that is none. */
gboolean albumen_read_page(HttpRequest *request, gint64 *ret_offset, gint64 *ret_limit,
                           GError **error);
/* "total" and "next_cursor" of a list of which `count` were written. */
void albumen_write_page(JsonWriter *writer, gint64 offset, gint64 count, gint64 total);

/* {"id": ...}: as lists of items have it; with `with_dataset` also that. */
void albumen_write_item(JsonWriter *writer, const Item *item, gboolean with_dataset);

/* datasets.c */
gboolean albumen_datasets(HttpRequest *request, GError **error);
gboolean albumen_dataset_create(HttpRequest *request, GError **error);
gboolean albumen_dataset(HttpRequest *request, GError **error);
gboolean albumen_dataset_update(HttpRequest *request, GError **error);
gboolean albumen_dataset_delete(HttpRequest *request, GError **error);
gboolean albumen_dataset_directories(HttpRequest *request, GError **error);
gboolean albumen_dataset_annotators(HttpRequest *request, GError **error);
gboolean albumen_dataset_grant(HttpRequest *request, GError **error);

/* insights.c */
gboolean albumen_dataset_insights(HttpRequest *request, GError **error);
gboolean albumen_dataset_splits(HttpRequest *request, GError **error);

/* items.c */
gboolean albumen_items(HttpRequest *request, GError **error);
gboolean albumen_item_ids(HttpRequest *request, GError **error);
gboolean albumen_item(HttpRequest *request, GError **error);
gboolean albumen_item_thumbnail(HttpRequest *request, GError **error);
gboolean albumen_item_image(HttpRequest *request, GError **error);

/* item_changes.c */
gboolean albumen_items_add(HttpRequest *request, GError **error);
gboolean albumen_items_update(HttpRequest *request, GError **error);
gboolean albumen_items_delete(HttpRequest *request, GError **error);
gboolean albumen_item_review(HttpRequest *request, GError **error);
