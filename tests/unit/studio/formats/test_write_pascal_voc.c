#include "format_fixture.h"

/* Halves become even. */
static void test_whole(void)
{
    g_auto(FormatScene) scene;
    format_scene_open(&scene);
    GPtrArray *shapes = format_image(&scene, "/a/b", "x & y.jpg", SPLIT_NONE);
    format_box(shapes, "<kot> \"ü\" \x01", 10.5, 20.4, 30, 40);
    format_keypoint(shapes, "nose", 1, 1, 0);
    format_image(&scene, "/", "x.jpg", SPLIT_NONE);
    format_image(&scene, "/", "x.png", SPLIT_NONE);
    format_write(&scene, &write_pascal_voc);
    format_assert_names(&scene,
                        "Annotations/a/b/x & y.xml Annotations/x.png.xml Annotations/x.xml");
    format_assert_file(&scene, "Annotations/a/b/x & y.xml",
                       "<annotation>\n"
                       "  <folder>a/b</folder>\n"
                       "  <filename>x &amp; y.jpg</filename>\n"
                       "  <source>\n"
                       "    <database>Fleet</database>\n"
                       "  </source>\n"
                       "  <size>\n"
                       "    <width>200</width>\n"
                       "    <height>100</height>\n"
                       "    <depth>3</depth>\n"
                       "  </size>\n"
                       "  <segmented>0</segmented>\n"
                       "  <object>\n"
                       "    <name>&lt;kot&gt; &quot;ü&quot; \xEF\xBF\xBD</name>\n"
                       "    <pose>Unspecified</pose>\n"
                       "    <truncated>0</truncated>\n"
                       "    <difficult>0</difficult>\n"
                       "    <bndbox>\n"
                       "      <xmin>10</xmin>\n"
                       "      <ymin>20</ymin>\n"
                       "      <xmax>40</xmax>\n"
                       "      <ymax>60</ymax>\n"
                       "    </bndbox>\n"
                       "  </object>\n"
                       "</annotation>\n");
    format_assert_part(&scene, "Annotations/x.xml", "  <folder></folder>\n");
    format_assert_loss(&scene, "keypoints are left out", 1);
    format_assert_loss(&scene, "corners of boxes are rounded to whole pixels", 1);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/formats/write_pascal_voc/whole", test_whole);
    return g_test_run();
}
