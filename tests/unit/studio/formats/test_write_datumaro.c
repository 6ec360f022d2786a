#include "format_fixture.h"

#define HEAD(labels)                                                                               \
    "{\"dm_format_version\":\"1.0\",\"media_type\":2,\"infos\":{},\"categories\":{\"label\":"      \
    "{\"labels\":[" labels "],\"attributes\":[]}},\"items\":["

static void test_whole(void)
{
    g_auto(FormatScene) scene;
    format_scene_open(&scene);
    GPtrArray *shapes = format_image(&scene, "/a", "x.jpg", SPLIT_NONE);
    Shape *boat = format_rotated(shapes, "boat");
    boat->attributes = g_strdup("{\"sail\":\"a\"}");
    boat->confidence = 0.5;
    format_keypoint(shapes, "boat", 1, 2, 3);
    format_tag(shapes, "boat");
    format_write(&scene, &write_datumaro);
    format_assert_file(
        &scene, "annotations/default.json",
        HEAD(
            "{\"name\":\"boat\",\"parent\":\"\",\"attributes\":[]}") "{\"id\":\"a/x\","
                                                                     "\"annotations\":[{\"id\":0,"
                                                                     "\"type\":\"bbox\","
                                                                     "\"attributes\":{\"sail\":"
                                                                     "\"a\","
                                                                     "\"rotation\":90.0,\"score\":"
                                                                     "0.5},\"group\":0,\"label_"
                                                                     "id\":0,\"z_order\":0,"
                                                                     "\"bbox\":[40.0,35.0,20.0,10."
                                                                     "0]},{\"id\":1,\"type\":"
                                                                     "\"points\",\"attributes\":{},"
                                                                     "\"group\":3,\"label_id\":0,"
                                                                     "\"z_order\":0,\"points\":[1."
                                                                     "0,2.0],\"visibility\":[2]},"
                                                                     "{\"id\":2,\"type\":\"label\","
                                                                     "\"attributes\":{},\"group\":"
                                                                     "0,\"label_id\":0}],"
                                                                     "\"image\":{\"path\":\"a/"
                                                                     "x.jpg\",\"size\":[100,200]}}]"
                                                                     "}\n");
}

/* A subset is a split, whether the archive is parted by them or not. */
static void test_splits(void)
{
    g_auto(FormatScene) scene;
    format_scene_open(&scene);
    format_image(&scene, "/", "a.jpg", SPLIT_VAL);
    format_image(&scene, "/", "b.jpg", SPLIT_NONE);
    format_write(&scene, &write_datumaro);
    format_assert_names(&scene, "annotations/default.json annotations/val.json");
    g_auto(FormatScene) parted;
    format_scene_open(&parted);
    parted.told.by_split = TRUE;
    format_image(&parted, "/", "a.jpg", SPLIT_VAL);
    format_image(&parted, "/", "b.jpg", SPLIT_NONE);
    format_write(&parted, &write_datumaro);
    format_assert_names(&parted, "train/annotations/train.json valid/annotations/val.json");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/formats/write_datumaro/whole", test_whole);
    g_test_add_func("/formats/write_datumaro/splits", test_splits);
    return g_test_run();
}
