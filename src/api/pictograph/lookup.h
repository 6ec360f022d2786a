/* How the handlers of the Pictograph dialect find what a request names, and change it. */
#pragma once

#include "api/api.h"
#include "studio/item.h"

/* A change of the library; ends with pictograph_commit. */
StoreTx *pictograph_begin_change(HttpRequest *request, GError **error);
gboolean pictograph_commit(HttpRequest *request, StoreTx *tx, GError **error);
/* The same of a dataset, by its name or UUID (NULL: there is none of it); NOT_FOUND. */
StoreTx *pictograph_begin_dataset_change(HttpRequest *request, const char *dataset,
                                         Dataset **ret_dataset, GError **error);

/* The path parameters of the routes that name one image. */
#define PICTOGRAPH_IMAGE_ROUTE "/{image}"
#define PICTOGRAPH_NAMED_ROUTE "/{dataset}/{path...}"

/* The image that the address names: by its UUID in {image}, or by {dataset} and {path...}. */
Item *pictograph_find_image(HttpRequest *request, StoreTx *tx, GError **error);
/* The same by name; the directory and filename, or a UUID of the dataset. `ret_dataset` may be
 * NULL. */
Item *pictograph_find_named(HttpRequest *request, StoreTx *tx, const char *dataset,
                            const char *path, Dataset **ret_dataset, GError **error);

/* Where a word may stand behind the path of an image ("metadata"): the image, and in `*ret_word`
 * which of `words` (NULL-terminated) it was, NULL for none: of the address "/{dataset}/{path...}".
 * A word is one only if what stands before it names an image: of the dataset, or by its UUID when
 * the word is all of the path. */
Item *pictograph_find_with_word(HttpRequest *request, StoreTx *tx, const char *const *words,
                                const char **ret_word, GError **error);

/* TRUE when whoever asks is at least that; else FALSE, and 403 has been answered. */
gboolean pictograph_is_at_least(HttpRequest *request, MemberRole role);

/* UUIDs or other texts of the body's list `name`, NULL-terminated; borrowed. */
const char **pictograph_body_list(const HttpRequest *request, const char *name);
