#include "studio/formats/reader.h"
#include "studio/formats/writer.h"

#include <string.h>

#define BBOX     (1U << SHAPE_BBOX)
#define POLYGON  (1U << SHAPE_POLYGON)
#define POLYLINE (1U << SHAPE_POLYLINE)
#define KEYPOINT (1U << SHAPE_KEYPOINT)
#define TAG      (1U << SHAPE_TAG)
#define DRAWN    (BBOX | POLYGON | POLYLINE | KEYPOINT)

static const Format pictograph = {
    .name = "pictograph",
    .title = "Pictograph JSON",
    .kinds = DRAWN,
    .holds_holes = TRUE,
    .holds_attributes = TRUE,
    .holds_confidence = TRUE,
    .holds_rotation = TRUE,
    .writer = &write_pictograph,
    .reader = &read_pictograph,
};
static const Format darwin = {
    .name = "darwin",
    .title = "Darwin JSON 2.0",
    .kinds = DRAWN | TAG,
    .holds_holes = TRUE,
    .holds_attributes = TRUE,
    .holds_confidence = TRUE,
    .writer = &write_darwin,
};
static const Format coco = {
    .name = "coco",
    .title = "COCO",
    .kinds = BBOX | POLYGON | KEYPOINT,
    .holds_holes = TRUE,
    .holds_attributes = TRUE,
    .holds_confidence = TRUE,
    .holds_rotation = TRUE,
    .writer = &write_coco,
    .reader = &read_coco,
};
static const Format yolo = {
    .name = "yolo",
    .title = "YOLO",
    .kinds = BBOX,
    .writer = &write_yolo,
    .reader = &read_yolo,
};
static const Format yolo_seg = {
    .name = "yolo_seg",
    .title = "YOLO segmentation",
    .kinds = POLYGON,
    .writer = &write_yolo_seg,
    .reader = &read_yolo,
};
static const Format yolo_obb = {
    .name = "yolo_obb",
    .title = "YOLO rotated boxes",
    .kinds = BBOX,
    .holds_rotation = TRUE,
    .writer = &write_yolo_obb,
    .reader = &read_yolo_obb,
};
static const Format yolo_pose = {
    .name = "yolo_pose",
    .title = "YOLO pose",
    .kinds = KEYPOINT,
    .writer = &write_yolo_pose,
    .reader = &read_yolo_pose,
};
static const Format dota = {
    .name = "dota",
    .title = "DOTA",
    .kinds = BBOX,
    .holds_rotation = TRUE,
    .writer = &write_dota,
};
static const Format pascal_voc = {
    .name = "pascal_voc",
    .title = "Pascal VOC",
    .kinds = BBOX,
    .writer = &write_pascal_voc,
    .reader = &read_pascal_voc,
};
static const Format cvat = {
    .name = "cvat",
    .title = "CVAT for images 1.1",
    .kinds = DRAWN | TAG,
    .holds_attributes = TRUE,
    .holds_rotation = TRUE,
    .writer = &write_cvat,
    .reader = &read_cvat,
};
static const Format datumaro = {
    .name = "datumaro",
    .title = "Datumaro",
    .kinds = DRAWN | TAG,
    .holds_attributes = TRUE,
    .holds_confidence = TRUE,
    .holds_rotation = TRUE,
    .writer = &write_datumaro,
};
static const Format labelme = {
    .name = "labelme",
    .title = "LabelMe",
    .kinds = DRAWN,
    .writer = &write_labelme,
};
static const Format csv = {
    .name = "csv",
    .title = "CSV",
    .kinds = BBOX,
    .holds_confidence = TRUE,
    .writer = &write_csv,
    .reader = &read_csv,
};

static const Format *const formats[] = {
    &pictograph, &darwin,     &coco, &yolo,     &yolo_seg, &yolo_obb, &yolo_pose,
    &dota,       &pascal_voc, &cvat, &datumaro, &labelme,  &csv,      NULL,
};

const Format *const *formats_all(void)
{
    return formats;
}

const Format *format_find(const char *name)
{
    for (const Format *const *format = formats; name && *format; format++) {
        if (strcmp((*format)->name, name) == 0) {
            return *format;
        }
    }
    return NULL;
}
