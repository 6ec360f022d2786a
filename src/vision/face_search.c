#include "vision/face_search.h"

#include "vision/face_feed.h"
#include "vision/fit.h"

#include <math.h>

#define TILE_SHARE 0.6F /* of the picture's long side */
#define TILES      3    /* along each side: at its start, middle and end */
#define BOX_MARGIN 2.0F

typedef enum { BLAZEFACE, SCRFD } Family;

typedef struct {
    Family family;
    const VisionSession *session;
    const VisionImage *image;
    FitSpec spec;
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

static Search search_begin(const char *name, const VisionSession *session, const VisionImage *image,
                           GArray *candidates)
{
    Search search = {.session = session, .image = image, .candidates = candidates};
    const gboolean is_known = family_read(name, &search.family);
    g_assert(is_known); /* checked when it was loaded */
    const int pixels =
        search.family == SCRFD ? face_feed_pixels(session, SCRFD_PIXELS) : BLAZEFACE_PIXELS;
    const float over = search.family == SCRFD ? 128 : 127.5F;
    search.spec = (FitSpec){
        .width = pixels,
        .height = pixels,
        .shape = FIT_LETTERBOX,
        .channels_last = !face_feed_by_band(session),
        .mean = {127.5F, 127.5F, 127.5F},
        .deviation = {over, over, over},
    };
    return search;
}

static float turned(float at, int pixels, gboolean is_turned)
{
    return is_turned ? (float)pixels - at : at;
}

/* From the detector's pixels to the picture's. */
static void candidate_map(FaceCandidate *candidate, const Fit *fit, int pixels, gboolean is_turned)
{
    const VisionBox seen = candidate->box;
    if (is_turned) {
        candidate->box = (VisionBox){(float)pixels - seen.x2, (float)pixels - seen.y2,
                                     (float)pixels - seen.x1, (float)pixels - seen.y1};
    }
    candidate->box = fit_box_back(fit, &candidate->box);
    for (int i = 0; i < VISION_LANDMARKS; i++) {
        float *point = candidate->landmarks[i];
        point[0] = (turned(point[0], pixels, is_turned) - fit->shift_x) / fit->scale_x;
        point[1] = (turned(point[1], pixels, is_turned) - fit->shift_y) / fit->scale_y;
    }
}

/* Half a turn of what the detector is shown: the last pixel becomes the first. */
static void turn_values(const FitSpec *spec, float *values)
{
    const gsize area = (gsize)spec->width * (gsize)spec->height;
    const gsize pixel_step = spec->channels_last ? 3 : 1,
                band_step = spec->channels_last ? 1 : area;
    for (gsize band = 0; band < 3; band++) {
        for (gsize i = 0; i < area / 2; i++) {
            float *first = &values[i * pixel_step + band * band_step];
            float *last = &values[(area - 1 - i) * pixel_step + band * band_step];
            const float kept = *first;
            *first = *last;
            *last = kept;
        }
    }
}

/* Shows the detector a part of the picture; NULL: the whole. */
static gboolean search_part(const Search *search, const VisionBox *part, gboolean is_turned,
                            GError **error)
{
    const int pixels = search->spec.width;
    g_autofree float *values = g_new(float, (gsize)pixels *(gsize)pixels * 3);
    Fit fit;
    if (!fit_image(search->image, part, &search->spec, values, &fit)) {
        return TRUE; /* nothing of the part lies in the picture */
    }
    if (is_turned) {
        turn_values(&search->spec, values);
    }
    g_autoptr(VisionResult) result = face_feed_values(search->session, pixels, values, error);
    if (result == NULL) {
        return FALSE;
    }
    const guint before = search->candidates->len;
    gsize outputs;
    vision_session_outputs(search->session, &outputs);
    if (!(search->family == SCRFD ? scrfd_decode(result, outputs, pixels, search->candidates, error)
                                  : blazeface_decode(result, search->candidates, error))) {
        return FALSE;
    }
    for (guint i = before; i < search->candidates->len; i++) {
        candidate_map(&g_array_index(search->candidates, FaceCandidate, i), &fit, pixels,
                      is_turned);
    }
    return TRUE;
}

static int tile_count(float tile, float length)
{
    return tile < length ? TILES : 1;
}

/* Where the tile of that number begins; a tile longer than the side lies in its middle. */
static float tile_start(int number, int count, float tile, float length)
{
    return (length - tile) * (count == 1 ? 0.5F : (float)number / (float)(count - 1));
}

static gboolean search_tiles(const Search *search, GError **error)
{
    const float width = (float)search->image->width, height = (float)search->image->height;
    const float tile = TILE_SHARE * MAX(width, height);
    const int columns = tile_count(tile, width);
    const int rows = tile_count(tile, height);
    for (int i = 0; i < rows * columns; i++) {
        const float x = tile_start(i % columns, columns, tile, width);
        const float y = tile_start(i / columns, rows, tile, height);
        const VisionBox part = {x, y, x + tile, y + tile};
        if (!search_part(search, &part, FALSE, error)) {
            return FALSE;
        }
    }
    return TRUE;
}

gboolean face_search_picture(const char *family, const VisionSession *session,
                             const VisionImage *image, gboolean tiles, gboolean is_turned,
                             GArray *ret_candidates, GError **error)
{
    const Search search = search_begin(family, session, image, ret_candidates);
    return search_part(&search, NULL, is_turned, error) &&
           (!tiles || search.family != BLAZEFACE || search_tiles(&search, error));
}

gboolean face_search_box(const char *family, const VisionSession *session, const VisionImage *image,
                         const VisionBox *box, GArray *ret_candidates, GError **error)
{
    const Search search = search_begin(family, session, image, ret_candidates);
    const float half = BOX_MARGIN / 2 * MAX(box->x2 - box->x1, box->y2 - box->y1);
    const float x = (box->x1 + box->x2) / 2, y = (box->y1 + box->y2) / 2;
    const VisionBox part = {x - half, y - half, x + half, y + half};
    return search_part(&search, &part, FALSE, error);
}
