#include "media/orient.h"

gboolean orient_swaps_sides(int orientation)
{
    return orientation >= 5 && orientation <= 8;
}

/* Where the upright picture's first pixel lies in the stored one, and how far apart (in pixels)
 * its neighbours to the right and below lie there. */
typedef struct {
    gssize first, right, below;
} Walk;

static Walk walk_of(int orientation, gssize width, gssize height)
{
    gssize last_column = width - 1, last_row = (height - 1) * width;
    switch (orientation) { /* EXIF 2.32, table 4.6.4 A, tag 274 */
    case 2:
        return (Walk){last_column, -1, width};
    case 3:
        return (Walk){last_row + last_column, -1, -width};
    case 4:
        return (Walk){last_row, 1, -width};
    case 5:
        return (Walk){0, width, 1};
    case 6:
        return (Walk){last_row, -width, 1};
    case 7:
        return (Walk){last_row + last_column, -width, -1};
    default: /* 8 */
        return (Walk){last_column, width, -1};
    }
}

Bitmap *orient_upright(Bitmap *bitmap, int orientation, GError **error)
{
    if (orientation < 2 || orientation > 8) {
        return bitmap;
    }
    g_autoptr(Bitmap) stored = bitmap;
    gboolean swaps = orient_swaps_sides(orientation);
    Bitmap *upright = bitmap_new(swaps ? stored->height : stored->width,
                                 swaps ? stored->width : stored->height, stored->bands, error);
    if (!upright) {
        return NULL;
    }
    Walk walk = walk_of(orientation, stored->width, stored->height);
    gssize bands = stored->bands;
    for (int y = 0; y < upright->height; y++) {
        const guint8 *in = stored->pixels + (walk.first + y * walk.below) * bands;
        guint8 *out = bitmap_row(upright, y);
        for (int x = 0; x < upright->width; x++) {
            memcpy(out, in, (gsize)bands);
            out += bands;
            in += walk.right * bands;
        }
    }
    return upright;
}
