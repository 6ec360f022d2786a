/* SQL put together from literals, with its values. */

#include "store/driver.h"

#include <math.h>

typedef struct {
    StoreValue value;
    char *text; /* what value.data points to */
} KeptValue;

struct StoreSql {
    GString *text;
    GArray *values; /* KeptValue */
};

static void kept_value_clear(gpointer data)
{
    g_free(((KeptValue *)data)->text);
}

StoreSql *store_sql_new(void)
{
    StoreSql *sql = g_new0(StoreSql, 1);
    sql->text = g_string_new(NULL);
    sql->values = g_array_new(FALSE, FALSE, sizeof(KeptValue));
    g_array_set_clear_func(sql->values, kept_value_clear);
    return sql;
}

void store_sql_free(StoreSql *sql)
{
    if (!sql) {
        return;
    }
    g_string_free(sql->text, TRUE);
    g_array_unref(sql->values);
    g_free(sql);
}

void store_sql_add_literal_(StoreSql *sql, const char *literal)
{
    g_string_append(sql->text, literal);
}

void store_sql_add_constant(StoreSql *sql, const char *constant)
{
    g_string_append(sql->text, constant);
}

static void add_value(StoreSql *sql, KeptValue value)
{
    g_array_append_val(sql->values, value);
    g_string_append_printf(sql->text, "?%u", sql->values->len);
}

void store_sql_value_int(StoreSql *sql, gint64 value)
{
    add_value(sql, (KeptValue){.value = {.type = STORE_VALUE_INT, .integer = value}});
}

void store_sql_value_double(StoreSql *sql, double value)
{
    StoreValueType type = isnan(value) ? STORE_VALUE_NULL : STORE_VALUE_DOUBLE;
    add_value(sql, (KeptValue){.value = {.type = type, .real = value}});
}

void store_sql_value_text(StoreSql *sql, const char *value)
{
    KeptValue kept = {.value = {.type = STORE_VALUE_NULL}};
    if (value) {
        kept.text = g_strdup(value);
        kept.value =
            (StoreValue){.type = STORE_VALUE_TEXT, .data = kept.text, .length = strlen(kept.text)};
    }
    add_value(sql, kept);
}

char *store_sql_key(const StoreSql *sql)
{
    GString *key = g_string_new(sql->text->str);
    for (guint i = 0; i < sql->values->len; i++) {
        const KeptValue *kept = &g_array_index(sql->values, KeptValue, i);
        char number[G_ASCII_DTOSTR_BUF_SIZE];
        switch (kept->value.type) {
        case STORE_VALUE_INT:
            g_string_append_printf(key, "\ni%" G_GINT64_FORMAT, kept->value.integer);
            break;
        case STORE_VALUE_DOUBLE:
            g_string_append_printf(key, "\nd%s",
                                   g_ascii_dtostr(number, sizeof number, kept->value.real));
            break;
        case STORE_VALUE_TEXT:
            /* With its length, so that no text can pass for the values after it. */
            g_string_append_printf(key, "\nt%" G_GSIZE_FORMAT ":%s", kept->value.length,
                                   kept->text);
            break;
        default:
            g_string_append(key, "\nn");
            break;
        }
    }
    return g_string_free(key, FALSE);
}

StoreStatement *store_prepare_sql(StoreTx *tx, const StoreSql *sql, GError **error)
{
    StoreQuery query = {.name = "built from parts", .sql = sql->text->str};
    StoreStatement *statement = store_prepare(tx, &query, error);
    if (!statement) {
        return NULL;
    }
    for (guint i = 0; i < sql->values->len; i++) {
        statement_bind_value(statement, (int)i + 1,
                             &g_array_index(sql->values, KeptValue, i).value);
    }
    return statement;
}
