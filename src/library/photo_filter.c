#include "library/photo_filter.h"

#include <math.h>
#include <string.h>

/* Where each range is measured; those without a column match nothing. */
static const char *const range_columns[PHOTO_RANGE_COUNT] = {
    [PHOTO_RANGE_star_rating] = PHOTO_STARS_SQL,
    [PHOTO_RANGE_iso] = "p.iso",
    [PHOTO_RANGE_aperture] = "p.f_stop",
    [PHOTO_RANGE_focal_length] = "p.focal_length_mm",
};

void photo_filter_init(PhotoFilter *filter)
{
    *filter = (PhotoFilter){.latitude = NAN, .longitude = NAN, .radius_km = NAN};
    for (int i = 0; i < PHOTO_RANGE_COUNT; i++) {
        filter->ranges[i] = (PhotoBounds){NAN, NAN};
    }
}

static void add_nothing(StoreSql *sql)
{
    store_sql_add(sql, " AND 1 = 0");
}

/* "column OPERATOR bound". The cast tells PostgreSQL that the bound is no whole number, though the
 * column may hold such. */
static void add_bound(StoreSql *sql, const char *column, const char *operator, double bound)
{
    store_sql_add(sql, " AND ");
    store_sql_add_constant(sql, column);
    store_sql_add_constant(sql, operator);
    store_sql_add(sql, "CAST(");
    store_sql_value_double(sql, bound);
    store_sql_add(sql, " AS DOUBLE PRECISION)");
}

static void add_range(StoreSql *sql, PhotoRange range, const PhotoBounds *bounds)
{
    const char *column = range_columns[range];
    if (isnan(bounds->min) && isnan(bounds->max)) {
        return;
    }
    if (!column || isinf(bounds->min) || isinf(bounds->max)) {
        add_nothing(sql);
        return;
    }
    if (!isnan(bounds->min)) {
        add_bound(sql, column, " >= ", bounds->min);
    }
    if (!isnan(bounds->max)) {
        add_bound(sql, column, " <= ", bounds->max);
    }
}

/* The pattern of LIKE that finds `text` itself in what lower() made: its own wildcards are escaped
 * by a backslash. Lowered here, for PostgreSQL would lower a value as its locale says, and a column
 * of ours by ASCII. */
static char *like_pattern(const char *before, const char *text, const char *after)
{
    GString *pattern = g_string_new(before);
    for (const char *at = text; *at; at++) {
        if (strchr("\\%_", *at)) {
            g_string_append_c(pattern, '\\');
        }
        g_string_append_c(pattern, g_ascii_tolower(*at));
    }
    g_string_append(pattern, after);
    return g_string_free(pattern, FALSE);
}

/* "column LIKE pattern", any case of ASCII letters. */
static void add_like(StoreSql *sql, const char *column, const char *pattern)
{
    store_sql_add(sql, "lower(");
    store_sql_add_constant(sql, column);
    store_sql_add(sql, ") LIKE ");
    store_sql_value_text(sql, pattern);
    store_sql_add(sql, " ESCAPE '\\'");
}

static void add_lens(StoreSql *sql, const char *lens)
{
    /* What a camera could not spell ends the part of the name that can be trusted. */
    const char *unspelt = strstr(lens, "\xEF\xBF\xBD");
    g_autofree char *name = g_strndup(lens, unspelt ? (gsize)(unspelt - lens) : strlen(lens));
    g_autofree char *pattern = like_pattern("", g_strstrip(name), "%");
    store_sql_add(sql, " AND ");
    add_like(sql, "p.lens_model", pattern);
}

/* Not EXISTS, which would look for the tags of each photo rather than once for the tag's photos. */
#define HAS_TAG                                                                                    \
    "p.id IN (SELECT pt.photo_id FROM photo_tag pt JOIN tag t ON t.id = pt.tag_id WHERE "

static void add_search(StoreSql *sql, const char *search)
{
    static const char *const columns[] = {"p.name", "p.camera_model", "p.lens_model", "p.title",
                                          "p.caption"};
    g_autofree char *pattern = like_pattern("%", search, "%");
    store_sql_add(sql, " AND (");
    for (gsize i = 0; i < G_N_ELEMENTS(columns); i++) {
        add_like(sql, columns[i], pattern);
        store_sql_add(sql, " OR ");
    }
    store_sql_add(sql, HAS_TAG);
    add_like(sql, "t.name", pattern);
    store_sql_add(sql, "))");
}

/* `list` is split at commas; empty parts do not count. */
static void add_tags(StoreSql *sql, const char *list, gboolean excluded)
{
    g_auto(GStrv) parts = g_strsplit(list, ",", -1);
    int named = 0;
    for (char **part = parts; *part; part++) {
        if (!*g_strstrip(*part)) {
            continue;
        }
        if (named == 0) {
            store_sql_add_constant(sql, excluded ? " AND NOT " : " AND ");
            store_sql_add(sql, HAS_TAG "t.name IN (");
        } else {
            store_sql_add(sql, ", ");
        }
        store_sql_value_text(sql, *part);
        named++;
    }
    if (named > 0) {
        store_sql_add(sql, "))");
    }
}

/* Beneath a folder is a range of names in byte order: from "folder/" up to, not including,
 * "folder0", for '0' follows '/'. */
static void add_path_prefix(StoreSql *sql, const char *path_prefix)
{
    g_autofree char *folder = g_strdelimit(g_strdup(path_prefix), "\\", '/');
    gsize length = strlen(folder);
    while (length > 0 && folder[length - 1] == '/') {
        folder[--length] = '\0';
    }
    g_autofree char *first = g_strconcat(folder, "/", NULL);
    g_autofree char *after = g_strconcat(folder, "0", NULL);
    store_sql_add(sql, " AND p.path >= ");
    store_sql_value_text(sql, first);
    store_sql_add(sql, " AND p.path < ");
    store_sql_value_text(sql, after);
}

/* The number that the digits of "0123-56-89" from `at` on spell, or 0, which is part of no date. */
static int digits_at(const char *text, int at, int count)
{
    int number = 0;
    for (int i = at; i < at + count; i++) {
        if (!g_ascii_isdigit(text[i])) {
            return 0;
        }
        number = number * 10 + g_ascii_digit_value(text[i]);
    }
    return number;
}

/* Midnight that begins the day, plus `days`, as taken_local_ms. FALSE when the text is no date. */
static gboolean day_start_ms(const char *text, int days, gint64 *ret_ms)
{
    if (strlen(text) != 10 || text[4] != '-' || text[7] != '-') {
        return FALSE;
    }
    g_autoptr(GDateTime) midnight = g_date_time_new_utc(
        digits_at(text, 0, 4), digits_at(text, 5, 2), digits_at(text, 8, 2), 0, 0, 0);
    if (!midnight) {
        return FALSE;
    }
    *ret_ms = (g_date_time_to_unix(midnight) + days * 86400LL) * 1000;
    return TRUE;
}

static void add_dates(StoreSql *sql, const PhotoFilter *filter)
{
    gint64 ms = 0;
    if (filter->date_from && day_start_ms(filter->date_from, 0, &ms)) {
        store_sql_add(sql, " AND p.taken_local_ms >= ");
        store_sql_value_int(sql, ms);
    }
    if (filter->date_to && day_start_ms(filter->date_to, 1, &ms)) {
        store_sql_add(sql, " AND p.taken_local_ms < ");
        store_sql_value_int(sql, ms);
    }
}

static void add_between(StoreSql *sql, const char *column, double middle, double reach)
{
    add_bound(sql, column, " >= ", middle - reach);
    add_bound(sql, column, " <= ", middle + reach);
}

/* A box: a degree of latitude is 111 km; one of longitude shrinks with the cosine, kept from zero
 * at the poles. */
static void add_place(StoreSql *sql, const PhotoFilter *filter)
{
    if (!isfinite(filter->latitude) || !isfinite(filter->longitude) ||
        !isfinite(filter->radius_km)) {
        return;
    }
    const double km_per_degree = 111.0;
    double shrink = MAX(fabs(cos(filter->latitude * G_PI / 180.0)), 0.01);
    add_between(sql, "p.latitude", filter->latitude, filter->radius_km / km_per_degree);
    add_between(sql, "p.longitude", filter->longitude,
                filter->radius_km / (km_per_degree * shrink));
}

static void add_marks(StoreSql *sql, const PhotoFilter *filter)
{
    if (filter->min_stars > 0) {
        store_sql_add(sql, " AND p.file_rating >= ");
        store_sql_value_int(sql, filter->min_stars);
    }
    if (filter->only_rejected) {
        store_sql_add(sql, " AND p.file_rating = -1");
    } else if (filter->hide_rejected) {
        store_sql_add(sql, " AND (p.file_rating IS NULL OR p.file_rating >= 0)");
    }
}

void photo_filter_add(StoreSql *sql, const PhotoFilter *filter)
{
    if (filter->nothing) {
        add_nothing(sql);
    }
    for (int i = 0; i < PHOTO_RANGE_COUNT; i++) {
        add_range(sql, (PhotoRange)i, &filter->ranges[i]);
    }
    if (filter->camera) {
        store_sql_add(sql, " AND p.camera_model = ");
        store_sql_value_text(sql, filter->camera);
    }
    if (filter->lens) {
        add_lens(sql, filter->lens);
    }
    if (filter->tag) {
        store_sql_add(sql, " AND " HAS_TAG "t.name = ");
        store_sql_value_text(sql, filter->tag);
        store_sql_add(sql, ")");
    }
    if (filter->require_tags) {
        add_tags(sql, filter->require_tags, FALSE);
    }
    if (filter->exclude_tags) {
        add_tags(sql, filter->exclude_tags, TRUE);
    }
    if (filter->search) {
        add_search(sql, filter->search);
    }
    if (filter->path_prefix) {
        add_path_prefix(sql, filter->path_prefix);
    }
    add_dates(sql, filter);
    add_place(sql, filter);
    add_marks(sql, filter);
}
