#include "library/photo_filter.h"

#include "base/calendar.h"
#include "library/catalog_parts.h"
#include "library/catalog_scan.h"
#include "library/photo_rows.h"

#include <math.h>
#include <string.h>

void photo_filter_init(PhotoFilter *filter)
{
    *filter = (PhotoFilter){.latitude = NAN, .longitude = NAN, .radius_km = NAN};
    for (int i = 0; i < PHOTO_RANGE_COUNT; i++) {
        filter->ranges[i] = (PhotoBounds){NAN, NAN};
    }
}

typedef struct {
    const CatalogView *view;
    const CatalogColumns *columns;
    guint32 rows;
    guint8 *keep;
} Pass;

static void keep_nothing(Pass *pass)
{
    memset(pass->keep, 0, pass->rows);
}

/* Ranges */

static gboolean is_open(const PhotoBounds *bounds)
{
    return isnan(bounds->min) && isnan(bounds->max);
}

/* Whole numbers from `least` up; what is not known lies below it. */
static gint32 least_int(const PhotoBounds *bounds, gint32 least)
{
    double min = isnan(bounds->min) ? least : ceil(bounds->min);
    return (gint32)CLAMP(min, least, G_MAXINT32);
}

static gint32 most_int(const PhotoBounds *bounds)
{
    double max = isnan(bounds->max) ? G_MAXINT32 : floor(bounds->max);
    return (gint32)CLAMP(max, G_MININT32, G_MAXINT32);
}

static void keep_floats(Pass *pass, const float *column, const PhotoBounds *bounds)
{
    float min = isnan(bounds->min) ? -INFINITY : (float)bounds->min;
    float max = isnan(bounds->max) ? INFINITY : (float)bounds->max;
    scan_floats(pass->keep, pass->rows, column, min, max);
}

static void keep_stars(Pass *pass, const PhotoBounds *bounds)
{
    gint32 min = least_int(bounds, 0);
    gint32 max = most_int(bounds);
    if (min > CATALOG_MARK_STARS || max < 0) {
        keep_nothing(pass);
        return;
    }
    scan_bits(pass->keep, pass->rows, pass->view->marks, CATALOG_MARK_STARS, (guint8)min,
              (guint8)MIN(max, CATALOG_MARK_STARS));
}

static void keep_range(Pass *pass, PhotoRange range, const PhotoBounds *bounds)
{
    if (is_open(bounds)) {
        return;
    }
    if (isinf(bounds->min) || isinf(bounds->max)) {
        keep_nothing(pass);
        return;
    }
    switch (range) {
    case PHOTO_RANGE_star_rating:
        keep_stars(pass, bounds);
        break;
    case PHOTO_RANGE_iso:
        scan_ints(pass->keep, pass->rows, pass->columns->iso, least_int(bounds, 0),
                  most_int(bounds));
        break;
    case PHOTO_RANGE_face_count:
        scan_ints(pass->keep, pass->rows, pass->columns->face_count, least_int(bounds, 0),
                  most_int(bounds));
        break;
    case PHOTO_RANGE_aperture:
        keep_floats(pass, pass->columns->f_stop, bounds);
        break;
    case PHOTO_RANGE_focal_length:
        keep_floats(pass, pass->columns->focal_length_mm, bounds);
        break;
    default: /* not measured yet */
        keep_nothing(pass);
    }
}

/* Names: the condition is put to each name once, and then looked up for each row. */

typedef gboolean (*NameMatches)(const char *name, const char *sought);

/* A byte for each name; `none` is what rows without a name get. Owned by the caller. */
static guint8 *match_names(const CatalogNames *names, NameMatches matches, const char *sought,
                           gboolean none)
{
    guint8 *wanted = g_new(guint8, names->count);
    wanted[0] = none ? 1 : 0;
    for (guint32 i = 1; i < names->count; i++) {
        wanted[i] = matches(names->texts[i], sought) ? 1 : 0;
    }
    return wanted;
}

static void keep_names(Pass *pass, const CatalogNames *names, const guint32 *column,
                       NameMatches matches, const char *sought, gboolean none)
{
    g_autofree guint8 *wanted = match_names(names, matches, sought, none);
    scan_numbers(pass->keep, pass->rows, column, wanted);
}

static gboolean is_name(const char *name, const char *sought)
{
    return strcmp(name, sought) == 0;
}

static gboolean begins_with(const char *name, const char *sought)
{
    return g_ascii_strncasecmp(name, sought, strlen(sought)) == 0;
}

static void keep_lens(Pass *pass, const char *lens)
{
    /* What a camera could not spell ends the part of the name that can be trusted. */
    const char *unspelt = strstr(lens, "\xEF\xBF\xBD");
    g_autofree char *name = g_strndup(lens, unspelt ? (gsize)(unspelt - lens) : strlen(lens));
    keep_names(pass, &pass->columns->lenses, pass->columns->lens, begins_with, g_strstrip(name),
               FALSE);
}

/* Of a list of tags, a name a line. */
static gboolean has_tag(const char *tags, const char *tag)
{
    gsize length = strlen(tag);
    if (strchr(tag, PHOTO_TAG_SEPARATOR[0])) {
        return FALSE;
    }
    for (const char *at = tags; at; at = strchr(at, PHOTO_TAG_SEPARATOR[0])) {
        at += *at == PHOTO_TAG_SEPARATOR[0];
        if (strncmp(at, tag, length) == 0 &&
            (at[length] == '\0' || at[length] == PHOTO_TAG_SEPARATOR[0])) {
            return TRUE;
        }
    }
    return FALSE;
}

/* `list` is split at commas; empty parts do not count. */
static gboolean has_one_of(const char *tags, const char *list)
{
    g_auto(GStrv) parts = g_strsplit(list, ",", -1);
    for (char **part = parts; *part; part++) {
        if (*g_strstrip(*part) && has_tag(tags, *part)) {
            return TRUE;
        }
    }
    return FALSE;
}

static gboolean has_none_of(const char *tags, const char *list)
{
    return !has_one_of(tags, list);
}

static gboolean names_a_tag(const char *list)
{
    return list && strspn(list, ", \t\r\n\v\f") < strlen(list);
}

static void keep_tags(Pass *pass, const PhotoFilter *filter)
{
    const CatalogColumns *columns = pass->columns;
    if (filter->tag) {
        keep_names(pass, &columns->tags.sets, columns->tag_set, has_tag, filter->tag, FALSE);
    }
    if (names_a_tag(filter->require_tags)) {
        keep_names(pass, &columns->tags.sets, columns->tag_set, has_one_of, filter->require_tags,
                   FALSE);
    }
    if (names_a_tag(filter->exclude_tags)) {
        keep_names(pass, &columns->tags.sets, columns->tag_set, has_none_of, filter->exclude_tags,
                   TRUE);
    }
}

/* Sets: a set is wanted when it has all that is asked for. */

static gboolean has_member(const guint32 *members, guint32 number)
{
    for (; members && *members; members++) {
        if (*members == number) {
            return TRUE;
        }
    }
    return FALSE;
}

static void keep_member(Pass *pass, const CatalogSets *sets, const guint32 *column,
                        const char *name)
{
    guint32 number = 1;
    while (number < sets->names.count && strcmp(sets->names.texts[number], name) != 0) {
        number++;
    }
    g_autofree guint8 *wanted = g_new0(guint8, sets->sets.count);
    for (guint32 set = 1; set < sets->sets.count; set++) {
        wanted[set] = has_member(sets->members[set], number) ? 1 : 0;
    }
    scan_numbers(pass->keep, pass->rows, column, wanted);
}

/* Its whole numbers, or everything but empty parts. */
static void keep_members(Pass *pass, const CatalogSets *sets, const guint32 *column,
                         const char *list, gboolean numbers)
{
    g_auto(GStrv) parts = g_strsplit(list ? list : "", ",", -1);
    for (char **part = parts; *part; part++) {
        const char *name = g_strstrip(*part);
        if (*name && (!numbers || strspn(name, "0123456789") == strlen(name))) {
            keep_member(pass, sets, column, name);
        }
    }
}

/* `sought` is lower-case already. */
static gboolean is_part(const char *name, const char *sought)
{
    g_autofree char *lower = g_ascii_strdown(name, -1);
    return strstr(lower, sought) != NULL;
}

static void add_part(Pass *pass, guint8 *hits, const CatalogNames *names, const guint32 *column,
                     const char *sought)
{
    g_autofree guint8 *wanted = match_names(names, is_part, sought, FALSE);
    if (memchr(wanted, 1, names->count)) {
        scan_add_numbers(hits, pass->rows, column, wanted);
    }
}

/* Rows with somebody whose name has the part. */
static void add_named(Pass *pass, guint8 *hits, const char *sought)
{
    const CatalogSets *persons = &pass->columns->persons;
    g_autofree guint8 *named = g_new0(guint8, persons->names.count);
    for (guint32 i = 1; i < persons->names.count; i++) {
        const CatalogPerson *person = catalog_person(pass->view, i);
        named[i] = person && person->name && is_part(person->name, sought) ? 1 : 0;
    }
    if (!memchr(named, 1, persons->names.count)) {
        return;
    }
    g_autofree guint8 *wanted = g_new0(guint8, persons->sets.count);
    for (guint32 set = 1; set < persons->sets.count; set++) {
        for (const guint32 *member = persons->members[set]; member && *member; member++) {
            wanted[set] |= named[*member];
        }
    }
    scan_add_numbers(hits, pass->rows, pass->columns->person_set, wanted);
}

static void keep_search(Pass *pass, const char *search)
{
    const CatalogColumns *columns = pass->columns;
    if (!*search) {
        return; /* part of every name */
    }
    g_autofree char *lower = g_ascii_strdown(search, -1);
    g_autofree guint8 *hits = g_new0(guint8, MAX(pass->rows, 1));
    catalog_texts_search(&pass->view->catalog->texts, lower, hits);
    add_part(pass, hits, &columns->cameras, columns->camera, lower);
    add_part(pass, hits, &columns->lenses, columns->lens, lower);
    if (!strchr(lower, PHOTO_TAG_SEPARATOR[0])) {
        add_part(pass, hits, &columns->tags.sets, columns->tag_set, lower);
    }
    add_named(pass, hits, lower);
    scan_and(pass->keep, pass->rows, hits);
}

/* Folders */

/* `prefix` has no slash at its end. */
static gboolean is_beneath(const char *folder, const char *prefix)
{
    gsize length = strlen(prefix);
    return strncmp(folder, prefix, length) == 0 &&
           (folder[length] == '\0' || folder[length] == '/');
}

static char *as_folder(const char *path_prefix)
{
    char *folder = g_strdelimit(g_strdup(path_prefix), "\\", '/');
    gsize length = strlen(folder);
    while (length > 0 && folder[length - 1] == '/') {
        folder[--length] = '\0';
    }
    return folder;
}

/* Facet's client takes the slash from the beginning of some paths: when there is no such folder, it
 * meant that. */
static void keep_beneath(Pass *pass, const char *path_prefix)
{
    const CatalogNames *folders = &pass->columns->folders;
    g_autofree char *folder = as_folder(path_prefix);
    g_autofree guint8 *wanted = match_names(folders, is_beneath, folder, FALSE);
    for (guint32 i = 0; i < folders->count; i++) {
        wanted[i] &= catalog_audience_sees_folder(pass->view->audience, i) ? 1 : 0;
    }
    if (memchr(wanted, 1, folders->count)) {
        scan_numbers(pass->keep, pass->rows, pass->columns->folder, wanted);
        return;
    }
    g_autofree char *rooted = g_strconcat("/", folder, NULL);
    keep_names(pass, folders, pass->columns->folder, is_beneath, rooted, FALSE);
}

/* Dates */

static void keep_dates(Pass *pass, const PhotoFilter *filter)
{
    gint32 from = CATALOG_NO_DAY + 1;
    gint32 to = G_MAXINT32;
    gboolean has_from = filter->date_from && calendar_parse(filter->date_from, &from);
    gboolean has_to = filter->date_to && calendar_parse(filter->date_to, &to);
    if (has_from || has_to) {
        scan_ints(pass->keep, pass->rows, pass->columns->day, from, to);
    }
}

/* A box: a degree of latitude is 111 km; one of longitude shrinks with the cosine, kept from zero
 * at the poles. */
static void keep_place(Pass *pass, const PhotoFilter *filter)
{
    if (!isfinite(filter->latitude) || !isfinite(filter->longitude) ||
        !isfinite(filter->radius_km)) {
        return;
    }
    const double km_per_degree = 111.0;
    double shrink = MAX(fabs(cos(filter->latitude * G_PI / 180.0)), 0.01);
    double north = filter->radius_km / km_per_degree;
    double east = filter->radius_km / (km_per_degree * shrink);
    scan_doubles(pass->keep, pass->rows, pass->columns->latitude, filter->latitude - north,
                 filter->latitude + north);
    scan_doubles(pass->keep, pass->rows, pass->columns->longitude, filter->longitude - east,
                 filter->longitude + east);
}

static void keep_marked(Pass *pass, guint8 mark, gboolean marked)
{
    scan_bits(pass->keep, pass->rows, pass->view->marks, mark, marked ? mark : 0,
              marked ? mark : 0);
}

static void keep_marks(Pass *pass, const PhotoFilter *filter)
{
    if (filter->min_stars > 0) {
        scan_bits(pass->keep, pass->rows, pass->view->marks, CATALOG_MARK_STARS,
                  (guint8)filter->min_stars, CATALOG_MARK_STARS);
    }
    if (filter->only_favorites) {
        keep_marked(pass, CATALOG_MARK_FAVORITE, TRUE);
    }
    if (filter->only_rejected || filter->hide_rejected) {
        keep_marked(pass, CATALOG_MARK_REJECTED, filter->only_rejected);
    }
    if (filter->hide_blinks) {
        scan_bits(pass->keep, pass->rows, pass->columns->flags, CATALOG_BLINKS, 0, 0);
    }
    if (filter->hide_duplicates) {
        const CatalogView *view = pass->view;
        scan_and_not(pass->keep, pass->rows,
                     catalog_audience_find_copies(view->catalog, view->audience));
    }
}

guint8 *photo_filter_rows(const CatalogView *view, const PhotoFilter *filter)
{
    const CatalogColumns *columns = catalog_columns(view);
    guint8 *keep = g_new(guint8, MAX(columns->rows, 1));
    Pass pass = {view, columns, columns->rows, keep};
    if (filter->nothing) {
        keep_nothing(&pass);
        return keep;
    }
    memcpy(keep, catalog_audience_listed(view->audience), columns->rows);
    for (int i = 0; i < PHOTO_RANGE_COUNT; i++) {
        keep_range(&pass, (PhotoRange)i, &filter->ranges[i]);
    }
    if (filter->camera) {
        keep_names(&pass, &columns->cameras, columns->camera, is_name, filter->camera, FALSE);
    }
    if (filter->lens) {
        keep_lens(&pass, filter->lens);
    }
    keep_tags(&pass, filter);
    keep_members(&pass, &columns->persons, columns->person_set, filter->persons, TRUE);
    keep_members(&pass, &columns->objects, columns->object_set, filter->objects, FALSE);
    if (filter->search) {
        keep_search(&pass, filter->search);
    }
    if (filter->path_prefix) {
        keep_beneath(&pass, filter->path_prefix);
    }
    keep_dates(&pass, filter);
    keep_place(&pass, filter);
    keep_marks(&pass, filter);
    return keep;
}

/* Keys: each value with its name before it, and texts with their lengths, so that none reads like
 * another. */

static void add_number(GString *key, const char *name, double value)
{
    if (!isnan(value)) {
        g_string_append_printf(key, "%s=%a ", name, value);
    }
}

static void add_text(GString *key, const char *name, const char *text)
{
    if (text) {
        g_string_append_printf(key, "%s=%zu:%s ", name, strlen(text), text);
    }
}

char *photo_filter_key(const PhotoFilter *filter)
{
    GString *key = g_string_new(NULL);
#define ADD_RANGE(range, type)                                                                     \
    add_number(key, "min_" #range, filter->ranges[PHOTO_RANGE_##range].min);                       \
    add_number(key, "max_" #range, filter->ranges[PHOTO_RANGE_##range].max);
    PHOTO_RANGES(ADD_RANGE)
#undef ADD_RANGE
    add_text(key, "camera", filter->camera);
    add_text(key, "lens", filter->lens);
    add_text(key, "tag", filter->tag);
    add_text(key, "require_tags", filter->require_tags);
    add_text(key, "exclude_tags", filter->exclude_tags);
    add_text(key, "persons", filter->persons);
    add_text(key, "objects", filter->objects);
    add_text(key, "search", filter->search);
    add_text(key, "path_prefix", filter->path_prefix);
    add_text(key, "date_from", filter->date_from);
    add_text(key, "date_to", filter->date_to);
    add_number(key, "latitude", filter->latitude);
    add_number(key, "longitude", filter->longitude);
    add_number(key, "radius_km", filter->radius_km);
    g_string_append_printf(key, "%d %d%d%d%d%d%d", filter->min_stars, filter->only_favorites,
                           filter->only_rejected, filter->hide_rejected, filter->hide_blinks,
                           filter->hide_duplicates, filter->nothing);
    return g_string_free(key, FALSE);
}
