#include "library/organization.h"

#include "base/limits.h"
#include "library/account.h"
#include "library/organization_rows.h"

void organization_free(Organization *organization)
{
    if (!organization) {
        return;
    }
    g_free(organization->name);
    g_free(organization->slug);
    g_free(organization->description);
    g_free(organization);
}

static gboolean refuse(GError **error, AlbumenError code, const char *message)
{
    g_set_error_literal(error, ALBUMEN_ERROR, (gint)code, message);
    return FALSE;
}

static void copy_uuid(char ret_uuid[UUID_CHARS + 1], const char *text)
{
    g_strlcpy(ret_uuid, text ? text : "", UUID_CHARS + 1);
}

/* UUIDs are kept in lower case. */
static void bind_uuid(StoreStatement *statement, int index, const char *uuid)
{
    g_autofree char *lower = g_ascii_strdown(uuid, -1);
    store_bind_text(statement, index, g_utf8_validate(lower, -1, NULL) ? lower : "");
}

#define SELECT_ORGANIZATION                                                                        \
    "SELECT o.id, o.uuid, o.name, o.slug, o.description, o.created_ms, o.changed_ms, "             \
    "(SELECT count(*) FROM account a WHERE a.organization_id = o.id AND " IS_MEMBER_SQL "), "      \
    "(SELECT count(*) FROM invite i WHERE i.organization_id = o.id AND i.expires_ms > ?1) "        \
    "FROM organization o "

static Organization *organization_of_row(const StoreStatement *row)
{
    Organization *organization = g_new0(Organization, 1);
    organization->id = store_column_int(row, 0);
    copy_uuid(organization->uuid, store_column_text(row, 1));
    organization->name = g_strdup(store_column_text(row, 2));
    organization->slug = g_strdup(store_column_text(row, 3));
    organization->description = g_strdup(store_column_text(row, 4));
    organization->created_ms = store_column_int(row, 5);
    organization->changed_ms = store_column_int(row, 6);
    organization->members = store_column_int(row, 7);
    organization->invites = store_column_int(row, 8);
    return organization;
}

static Organization *one_organization(StoreStatement *row, GError **error)
{
    store_bind_int(row, 1, library_now_ms());
    switch (store_step(row, error)) {
    case STORE_ROW:
        return organization_of_row(row);
    case STORE_DONE:
        refuse(error, ALBUMEN_ERROR_NOT_FOUND, "There is no such organization");
        break;
    case STORE_ERROR:
        break;
    }
    return NULL;
}

Organization *organization_get(StoreTx *tx, gint64 id, GError **error)
{
    static const StoreQuery query = {
        .name = "organization_get",
        .sql = SELECT_ORGANIZATION "WHERE o.id = ?2",
    };
    StoreStatement *row = store_prepare(tx, &query, error);
    if (!row) {
        return NULL;
    }
    store_bind_int(row, 2, id);
    return one_organization(row, error);
}

Organization *organization_find(StoreTx *tx, const char *uuid, GError **error)
{
    static const StoreQuery query = {
        .name = "organization_find",
        .sql = SELECT_ORGANIZATION "WHERE o.uuid = ?2",
    };
    StoreStatement *row = store_prepare(tx, &query, error);
    if (!row) {
        return NULL;
    }
    bind_uuid(row, 2, uuid);
    return one_organization(row, error);
}

GPtrArray *organization_list(StoreTx *tx, GError **error)
{
    static const StoreQuery query = {
        .name = "organization_list",
        .sql = SELECT_ORGANIZATION "ORDER BY o.id",
    };
    StoreStatement *row = store_prepare(tx, &query, error);
    if (!row) {
        return NULL;
    }
    store_bind_int(row, 1, library_now_ms());
    g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func((GDestroyNotify)organization_free);
    StoreStep step;
    while ((step = store_step(row, error)) == STORE_ROW) {
        g_ptr_array_add(list, organization_of_row(row));
    }
    return step == STORE_DONE ? g_steal_pointer(&list) : NULL;
}

static gboolean check_text(const char *text, glong least, glong most, const char *message,
                           GError **error)
{
    glong characters = g_utf8_validate(text, -1, NULL) ? g_utf8_strlen(text, -1) : -1;
    return (characters >= least && characters <= most) ||
           refuse(error, ALBUMEN_ERROR_INVALID, message);
}

static gboolean check_texts(const char *name, const char *description, GError **error)
{
    g_autofree char *bare = name ? g_strstrip(g_strdup(name)) : NULL;
    return (!bare || check_text(bare, 1, LIMIT_ORGANIZATION_NAME_CHARACTERS,
                                "An organization's name has 1 to 200 characters", error)) &&
           (!description || check_text(description, 0, LIMIT_ORGANIZATION_TEXT_CHARACTERS,
                                       "A description has at most 10,000 characters", error));
}

/* Lower-case ASCII letters and digits, other runs one '-', none at either end. */
static char *slug_of(const char *name)
{
    GString *slug = g_string_new(NULL);
    for (; *name; name++) {
        if (g_ascii_isalnum(*name)) {
            g_string_append_c(slug, g_ascii_tolower(*name));
        } else if (slug->len > 0 && slug->str[slug->len - 1] != '-') {
            g_string_append_c(slug, '-');
        }
    }
    if (slug->len > 0 && slug->str[slug->len - 1] == '-') {
        g_string_truncate(slug, slug->len - 1);
    }
    return g_string_free(slug->len > 0 ? slug : g_string_assign(slug, "organization"), FALSE);
}

static gboolean has_slug(StoreTx *tx, const char *slug, gboolean *ret_has, GError **error)
{
    static const StoreQuery query = {
        .name = "organization_has_slug",
        .sql = "SELECT count(*) FROM organization WHERE slug = ?1",
    };
    gint64 count = 0;
    StoreStatement *row = store_prepare(tx, &query, error);
    if (!row) {
        return FALSE;
    }
    store_bind_text(row, 1, slug);
    gboolean good = store_step_int(row, &count, error);
    *ret_has = count > 0;
    return good;
}

/* The name's slug, or "slug-2", "slug-3" where it is taken. */
static char *free_slug(StoreTx *tx, const char *name, GError **error)
{
    g_autofree char *base = slug_of(name);
    g_autofree char *slug = g_strdup(base);
    gboolean taken = FALSE;
    for (int number = 2; has_slug(tx, slug, &taken, error); number++) {
        if (!taken) {
            return g_steal_pointer(&slug);
        }
        g_free(slug);
        slug = g_strdup_printf("%s-%d", base, number);
    }
    return NULL;
}

static gboolean check_room(StoreTx *tx, GError **error)
{
    g_autoptr(GPtrArray) all = organization_list(tx, error);
    return all &&
           (all->len < LIMIT_ORGANIZATIONS ||
            refuse(error, ALBUMEN_ERROR_TOO_LARGE, "A library has at most 1,000 organizations"));
}

gboolean organization_create(StoreTx *tx, const char *name, const char *description, gint64 *ret_id,
                             GError **error)
{
    static const StoreQuery query = {
        .name = "organization_create",
        .sql = "INSERT INTO organization (uuid, name, slug, description, created_ms, changed_ms) "
               "VALUES (?1, ?2, ?3, ?4, ?5, ?5) RETURNING id",
    };
    if (!check_texts(name, description, error) || !account_touch(tx, error) ||
        !check_room(tx, error)) {
        return FALSE;
    }
    g_autofree char *slug = free_slug(tx, name, error);
    StoreStatement *row = slug ? store_prepare(tx, &query, error) : NULL;
    if (!row) {
        return FALSE;
    }
    char uuid[UUID_CHARS + 1];
    uuid_new(uuid);
    store_bind_text(row, 1, uuid);
    store_bind_text(row, 2, name);
    store_bind_text(row, 3, slug);
    store_bind_text(row, 4, description && *description ? description : NULL);
    store_bind_int(row, 5, library_now_ms());
    return store_step_int(row, ret_id, error);
}

gboolean organization_change(StoreTx *tx, gint64 id, const char *name, const char *description,
                             GError **error)
{
    static const StoreQuery query = {
        .name = "organization_change",
        .sql = "UPDATE organization SET name = ?2, description = ?3, changed_ms = ?4 WHERE id = ?1",
    };
    g_autoptr(Organization) old = check_texts(name, description, error) && account_touch(tx, error)
                                      ? organization_get(tx, id, error)
                                      : NULL;
    StoreStatement *statement = old ? store_prepare(tx, &query, error) : NULL;
    if (!statement) {
        return FALSE;
    }
    const char *told = description ? description : old->description;
    store_bind_int(statement, 1, id);
    store_bind_text(statement, 2, name ? name : old->name);
    store_bind_text(statement, 3, told && *told ? told : NULL);
    store_bind_int(statement, 4, library_now_ms());
    return store_run(statement, NULL, error);
}
