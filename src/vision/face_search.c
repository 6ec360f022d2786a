#include "vision/face_search.h"

#include "vision/face_feed.h"

#include <math.h>

#define TILE_SHARE 0.6F /* of the picture's long side */
#define TILES      3    /* along each side: at its start, middle and end */
#define BOX_MARGIN 2.0F

typedef enum { BLAZEFACE, SCRFD } Family;

typedef struct {
    Family family;
    const VisionSession *session;
    FaceFeed feed;
    GArray *candidates;
} Search;

static gboolean family_read(const char *name, Family *ret_family)
{
    *ret_family = g_str_equal(name, "scrfd") ? SCRFD : BLAZEFACE;
    return *ret_family == SCRFD || g_str_equal(name, "blazeface");
}

gboolean face_search_check(const char *name, const VisionSession *session, GError **error)
{
    Family family;
    if (!family_read(name, &family)) {
        g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_UNSUPPORTED,
                    "\"%s\" is no family of models that find faces", name);
        return FALSE;
    }
    if (family == BLAZEFACE) {
        return face_feed_check(session, BLAZEFACE_PIXELS, error) && blazeface_check(session, error);
    }
    const int pixels = face_feed_pixels(session, SCRFD_PIXELS);
    if (pixels % SCRFD_COARSEST != 0) {
        g_set_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_UNSUPPORTED,
                    "the model takes pictures of %d pixels, no multiple of %d", pixels,
                    SCRFD_COARSEST);
        return FALSE;
    }
    return face_feed_check(session, pixels, error) && scrfd_check(session, error);
}

static Search search_begin(const char *name, const VisionSession *session, GArray *candidates)
{
    Search search = {.session = session, .candidates = candidates};
    const gboolean is_known = family_read(name, &search.family);
    g_assert(is_known); /* checked when it was loaded */
    search.feed =
        search.family == SCRFD
            ? (FaceFeed){face_feed_pixels(session, SCRFD_PIXELS), {127.5F, 127.5F, 127.5F}, 128}
            : (FaceFeed){BLAZEFACE_PIXELS, {127.5F, 127.5F, 127.5F}, 127.5F};
    return search;
}

/* From the detector's pixels to the picture's. The box becomes the upright one round the turned
 * one: turns are by half a circle only, so nothing grows. */
static void candidate_map(FaceCandidate *candidate, const Similarity *map)
{
    const float corners[2][2] = {{candidate->box.x1, candidate->box.y1},
                                 {candidate->box.x2, candidate->box.y2}};
    float to[2][2];
    similarity_apply(map, corners[0], to[0]);
    similarity_apply(map, corners[1], to[1]);
    candidate->box = (VisionBox){MIN(to[0][0], to[1][0]), MIN(to[0][1], to[1][1]),
                                 MAX(to[0][0], to[1][0]), MAX(to[0][1], to[1][1])};
    for (int i = 0; i < VISION_LANDMARKS; i++) {
        const float from[2] = {candidate->landmarks[i][0], candidate->landmarks[i][1]};
        similarity_apply(map, from, candidate->landmarks[i]);
    }
}

/* Shows the detector what `rgb` holds; `map` leads from there to the picture. */
static gboolean search_pixels(const Search *search, const guint8 *rgb, const Similarity *map,
                              GError **error)
{
    g_autoptr(VisionResult) result = face_feed_run(search->session, &search->feed, rgb, error);
    if (result == NULL) {
        return FALSE;
    }
    const guint before = search->candidates->len;
    gsize outputs;
    vision_session_outputs(search->session, &outputs);
    if (!(search->family == SCRFD
              ? scrfd_decode(result, outputs, search->feed.pixels, search->candidates, error)
              : blazeface_decode(result, search->candidates, error))) {
        return FALSE;
    }
    for (guint i = before; i < search->candidates->len; i++) {
        candidate_map(&g_array_index(search->candidates, FaceCandidate, i), map);
    }
    return TRUE;
}

static gboolean search_cut(const Search *search, const Warp *warp, const Similarity *map,
                           GError **error)
{
    const int pixels = search->feed.pixels;
    g_autofree guint8 *rgb = g_malloc((gsize)pixels * (gsize)pixels * 3);
    warp_cut(warp, map, pixels, pixels, rgb);
    return search_pixels(search, rgb, map, error);
}

/* Where the tile of that number begins; a tile longer than the picture lies in its middle. */
static float tile_start(int number, float tile, float length)
{
    return (length - tile) * (tile > length ? 0.5F : (float)number / (TILES - 1));
}

static gboolean search_tiles(const Search *search, const Warp *warp, float angle, GError **error)
{
    const float width = (float)warp_width(warp), height = (float)warp_height(warp);
    const float tile = TILE_SHARE * MAX(width, height);
    const int columns = tile < width ? TILES : 1, rows = tile < height ? TILES : 1;
    for (int i = 0; i < rows * columns; i++) {
        const float x = tile_start(i % columns, tile, width) + tile / 2;
        const float y = tile_start(i / columns, tile, height) + tile / 2;
        const Similarity map = similarity_square(x, y, tile, angle, search->feed.pixels);
        if (!search_cut(search, warp, &map, error)) {
            return FALSE;
        }
    }
    return TRUE;
}

gboolean face_search_picture(const char *family, const VisionSession *session, const Warp *warp,
                             gboolean tiles, gboolean is_turned, GArray *ret_candidates,
                             GError **error)
{
    const Search search = search_begin(family, session, ret_candidates);
    const float width = (float)warp_width(warp), height = (float)warp_height(warp);
    const float angle = is_turned ? (float)G_PI : 0;
    const Similarity whole =
        similarity_square(width / 2, height / 2, MAX(width, height), angle, search.feed.pixels);
    if (!search_cut(&search, warp, &whole, error)) {
        return FALSE;
    }
    return !tiles || search.family != BLAZEFACE || search_tiles(&search, warp, angle, error);
}

gboolean face_search_box(const char *family, const VisionSession *session, const Warp *warp,
                         const VisionBox *box, GArray *ret_candidates, GError **error)
{
    const Search search = search_begin(family, session, ret_candidates);
    const float side = BOX_MARGIN * MAX(box->x2 - box->x1, box->y2 - box->y1);
    const Similarity map = similarity_square((box->x1 + box->x2) / 2, (box->y1 + box->y2) / 2, side,
                                             0, search.feed.pixels);
    return search_cut(&search, warp, &map, error);
}
