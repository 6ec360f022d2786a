#include "format_fixture.h"

#define HEAD                                                                                       \
    "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<annotations>\n<version>1.1</version>\n"          \
    "<meta><task><name>Fleet</name><labels>\n"

static void test_whole(void)
{
    g_auto(FormatScene) scene;
    format_scene_open(&scene);
    AnnotationClass *boat = format_class(&scene, "boat", SHAPE_BBOX);
    boat->attributes =
        g_strdup("[{\"name\":\"sail\",\"type\":\"select\",\"values\":[\"a\",\"b\"]}]");
    GPtrArray *shapes = format_image(&scene, "/a", "x.jpg", SPLIT_VAL);
    format_rotated(shapes, "boat")->attributes =
        g_strdup("{\"sail\":\"<a>\",\"crew\":2,\"old\":true,\"occluded\":true}");
    format_holed(shapes, "boat");
    format_line(shapes, "boat");
    format_keypoint(shapes, "boat", 1, 2.5, 7);
    format_tag(shapes, "boat");
    format_image(&scene, "/a", "y.jpg", SPLIT_NONE);
    format_write(&scene, &write_cvat);
    format_assert_file(
        &scene, "annotations.xml",
        HEAD
        "<label><name>boat</name><color></color><type>rectangle</type><attributes><attribute>"
        "<name>sail</name><mutable>False</mutable><input_type>select</input_type><default_value>"
        "</default_value><values>a&#10;b</values></attribute></attributes></label>\n"
        "</labels></task></meta>\n"
        "<image id=\"0\" name=\"a/x.jpg\" subset=\"val\" width=\"200\" height=\"100\">\n"
        "<box label=\"boat\" source=\"manual\" occluded=\"1\" xtl=\"40\" ytl=\"35\" xbr=\"60\" "
        "ybr=\"45\" rotation=\"90\" z_order=\"0\"><attribute name=\"sail\">&lt;a&gt;</attribute>"
        "<attribute name=\"crew\">2</attribute><attribute name=\"old\">true</attribute>"
        "<attribute name=\"occluded\">true</attribute></box>\n"
        "<polygon label=\"boat\" source=\"manual\" occluded=\"0\" "
        "points=\"10,10;40,10;40,40;10,40\" z_order=\"0\"></polygon>\n"
        "<polyline label=\"boat\" source=\"manual\" occluded=\"0\" points=\"1,2;3,4;5,2.5\" "
        "z_order=\"0\"></polyline>\n"
        "<points label=\"boat\" source=\"manual\" occluded=\"0\" points=\"1,2.5\" group_id=\"7\" "
        "z_order=\"0\"></points>\n"
        "<tag label=\"boat\" source=\"manual\"></tag>\n"
        "</image>\n"
        "<image id=\"1\" name=\"a/y.jpg\" width=\"200\" height=\"100\">\n</image>\n"
        "</annotations>\n");
    format_assert_loss(&scene, "holes of polygons are filled", 1);
}

static void test_nothing(void)
{
    g_auto(FormatScene) scene;
    format_scene_open(&scene);
    format_write(&scene, &write_cvat);
    format_assert_file(&scene, "annotations.xml", HEAD "</labels></task></meta>\n</annotations>\n");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/formats/write_cvat/whole", test_whole);
    g_test_add_func("/formats/write_cvat/nothing", test_nothing);
    return g_test_run();
}
