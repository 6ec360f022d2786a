/* Pascal VOC and CVAT. */
#include "read_fixture.h"

#include <string.h>

#define VOC                                                                                        \
    "<annotation><folder>d/e</folder><filename>x &amp; y.jpg</filename>"                           \
    "<size><width>100</width><height>50</height><depth>3</depth></size>\n"

static void test_voc(void)
{
    const char *text = VOC "<object><name>caté</name><truncated>1</truncated><bndbox>"
                           "<xmin>1</xmin><ymin>2</ymin><xmax>4</xmax><ymax>6.5</ymax></bndbox>"
                           "<part><name>head</name></part></object>\n</annotation>";
    g_autofree char *alone = read_text(&read_pascal_voc, "x.xml", text);
    assert_line(alone, "image 0 /d/e x & y.jpg 100x50 @x.xml");
    assert_line(alone, "shape 0 bbox caté 1,2,3,4.5 @x.xml:2");
    assert_line(alone, "loss marks of shapes that are cut off or difficult are not kept");
    g_autofree char *many =
        read_zip(&read_pascal_voc, "valid/Annotations/f/x.xml", text, "Annotations/y.xml",
                 "<annotation></annotation>", "ImageSets/Main/train.txt", "x", NULL);
    assert_line(many, "image 0 /f x & y.jpg 100x50 val @valid/Annotations/f/x.xml");
    assert_line(many, "image 1 / y.* @Annotations/y.xml");
}

static void test_voc_problems(void)
{
    g_autofree char *told =
        read_text(&read_pascal_voc, "x.xml",
                  VOC "<object><name>a</name><bndbox><xmin>x</xmin></bndbox></object>\n"
                      "<object><name>a</name></object></annotation>");
    assert_has(told, "problem x.xml:2: xmin is no number");
    assert_has(told, "problem x.xml:2: the object has no xmin");
    assert_has(told, "problem x.xml:3: the object has no xmin");
}

#define CVAT(body)                                                                                 \
    "<?xml version=\"1.0\"?><annotations><meta><task><labels><label><name>cat</name>"              \
    "<color>#AA00ff</color><type>polygon</type><attributes><attribute><name>no</name>"             \
    "</attribute></attributes></label></labels></task></meta>\n"                                   \
    "<image id=\"0\" name=\"d/x.jpg\" subset=\"Train\" width=\"100\" height=\"50\">\n" body        \
    "</image></annotations>"

static void test_cvat(void)
{
    g_autofree char *told = read_text(
        &read_cvat, "annotations.xml",
        CVAT("<box label=\"cat\" occluded=\"1\" xtl=\"1\" ytl=\"2\" xbr=\"4\" ybr=\"6\">"
             "<attribute name=\"age\">7</attribute><attribute name=\"ok\">true</attribute>"
             "<attribute name=\"zip\">007</attribute></box>\n"
             "<box label=\"cat\" xtl=\"10\" ytl=\"10\" xbr=\"30\" ybr=\"20\" rotation=\"375\"/>\n"
             "<polygon label=\"cat\" points=\"0,0;5,0;5,5\"/>\n"
             "<polyline label=\"l\" points=\"0,0;5,0.5\"></polyline>\n"
             "<points label=\"p\" points=\"1,1;2,2\" group_id=\"4\"/>\n"
             "<tag label=\"t\"/>\n"
             "<skeleton label=\"person\"><points label=\"nose\" points=\"3,3\" outside=\"0\"/>"
             "<points label=\"ear\" points=\"4,4\" outside=\"1\"/></skeleton>\n"
             "<ellipse label=\"cat\" cx=\"1\" cy=\"1\" rx=\"1\" ry=\"1\"/>\n"));
    g_assert_cmpstr(
        told, ==,
        "class cat polygon #aa00ff\n"
        "image 0 /d x.jpg 100x50 train @annotations.xml:2\n"
        "shape 0 bbox cat 1,2,3,4 {\"occluded\":true,\"age\":7,\"ok\":true,\"zip\":\"007\"} "
        "@annotations.xml:3\n"
        "shape 0 bbox cat 20,15,20,10/15 @annotations.xml:4\n"
        "shape 0 polygon cat (0,0 5,0 5,5) @annotations.xml:5\n"
        "shape 0 polyline l (0,0 5,0.5) @annotations.xml:6\n"
        "shape 0 keypoint p (1,1) of=4 @annotations.xml:7\n"
        "shape 0 keypoint p (2,2) of=4 @annotations.xml:7\n"
        "shape 0 tag t @annotations.xml:8\n"
        "shape 0 keypoint nose (3,3) of=1 @annotations.xml:9\n"
        "loss shapes of kinds that we do not have are left out\n");
}

static void test_cvat_problems(void)
{
    g_autofree char *told = read_text(&read_cvat, "a.xml",
                                      CVAT("<box label=\"cat\" xtl=\"1\" ytl=\"2\" xbr=\"4\"/>\n"
                                           "<polygon label=\"cat\" points=\"1;2\"/>\n"
                                           "<polygon label=\"cat\" points=\"1,nan;2,2;3,3\"/>\n"
                                           "<points label=\"cat\"/>\n"));
    for (int line = 3; line <= 6; line++) {
        g_autofree char *problem = g_strdup_printf("problem a.xml:%d: ", line);
        assert_has(told, problem);
    }
    g_autofree char *nameless =
        read_text(&read_cvat, "a.xml",
                  "<annotations><image id=\"1\"><tag label=\"x\"/></image><track/></annotations>");
    g_assert_cmpstr(nameless, ==,
                    "problem a.xml:1: the image has no name\nloss tracks of videos are left out\n");
}

static void test_refusals(void)
{
    g_autoptr(GString) deep = g_string_new("<annotations>");
    for (int i = 0; i < 100; i++) {
        g_string_append(deep, "<a>");
    }
    const char *const cases[][2] = {
        {"<!DOCTYPE annotations [<!ENTITY x \"y\">]><annotations>&x;</annotations>",
         "line 1: a document type is not taken"},
        {"<!DOCTYPE annotations SYSTEM \"http://localhost/x.dtd\"><annotations/>",
         "a document type is not taken"},
        {"<annotations>&x;</annotations>", "error corrupt: a.xml: line 1"},
        {"<annotations>\n<image></annotations>", "error corrupt: a.xml: line 2"},
        {"", "error corrupt: a.xml: line"},
        {"<annotations>\xff</annotations>", "error corrupt: a.xml: line 1"},
        {deep->str, "nested too deeply"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *cvat = read_text(&read_cvat, "a.xml", cases[i][0]);
        assert_has(cvat, cases[i][1]);
        g_autofree char *voc = read_text(&read_pascal_voc, "a.xml", cases[i][0]);
        assert_has(voc, cases[i][1]);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/read_xml/voc", test_voc);
    g_test_add_func("/read_xml/voc_problems", test_voc_problems);
    g_test_add_func("/read_xml/cvat", test_cvat);
    g_test_add_func("/read_xml/cvat_problems", test_cvat_problems);
    g_test_add_func("/read_xml/refusals", test_refusals);
    return g_test_run();
}
