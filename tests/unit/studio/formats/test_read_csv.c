/* CSV and Pictograph JSON. */
#include "read_fixture.h"

#include <string.h>

static void test_own(void)
{
    g_autofree char *told =
        read_text(&read_csv, "a.csv",
                  "\xef\xbb\xbf"
                  "filename,directory,width,height,class,x,y,w,h,confidence\r\n"
                  "\"x, \"\"y\"\".jpg\",/a/b,100,50,\"two\nlines\",1,2,3,4,0.5\r\n"
                  "z.jpg,/,100,50,cat,1.5,2,3,4,1\r\n"
                  "\"x, \"\"y\"\".jpg\",/a/b,100,50,cat,5,6,7,8,1\r\n"
                  "empty.jpg,/,,,,,,,,\r\n\r\n");
    g_assert_cmpstr(told, ==,
                    "image 0 /a/b x, \"y\".jpg 100x50 @a.csv:2\n"
                    "shape 0 bbox two\nlines 1,2,3,4 score=0.5 @a.csv:2\n"
                    "image 1 / z.jpg 100x50 @a.csv:4\n"
                    "shape 1 bbox cat 1.5,2,3,4 @a.csv:4\n"
                    "shape 0 bbox cat 5,6,7,8 @a.csv:5\n"
                    "image 2 / empty.jpg @a.csv:6\n");
}

static void test_variants(void)
{
    g_autofree char *tensor = read_text(&read_csv, "a.csv",
                                        "filename,width,height,class,xmin,ymin,xmax,ymax\n"
                                        "a/x.jpg,100,50,cat,1,2,4,6\n");
    assert_line(tensor, "image 0 /a x.jpg 100x50 @a.csv:2");
    assert_line(tensor, "shape 0 bbox cat 1,2,3,4 @a.csv:2");
    g_autofree char *plain = read_text(&read_csv, "a.csv", "a/x.jpg,1,2,4,6,cat\ny.jpg,,,,,\n");
    assert_line(plain, "shape 0 bbox cat 1,2,3,4 @a.csv:1");
    assert_line(plain, "image 1 / y.jpg @a.csv:2");
    g_autofree char *sized =
        read_text(&read_csv, "a.csv", "image,label,x,y,width,height\nx.jpg,cat,1,2,3,4\n");
    assert_line(sized, "shape 0 bbox cat 1,2,3,4 @a.csv:2");
}

static void test_problems(void)
{
    g_autofree char *told = read_text(&read_csv, "a.csv",
                                      "filename,class,x,y,w,h,confidence\n"
                                      "x.jpg,cat,a,2,3,4,1\nx.jpg,cat,1,2,3\n"
                                      ",cat,1,2,3,4,1\nx.jpg,cat,1,2,3,4,much\n"
                                      "x.jpg,\xff,1,2,3,4,1\nx.jpg,cat,nan,2,3,4,1\n");
    for (int line = 2; line <= 7; line++) {
        g_autofree char *problem = g_strdup_printf("problem a.csv:%d: ", line);
        assert_has(told, problem);
    }
    static const char *const broken[][2] = {
        {"", "a.csv:1: the file is empty"},
        {"a,b\n", "a.csv:1: the first line does not name the columns"},
        {"filename,class,x,y\n", "a.csv:1: the columns are not all there"},
        {"filename,class,x,y,w,h\n\"x", "a.csv:2: a quote is not closed"},
        {"filename,class,x,y,w,h\n\"x\"y,1\n", "a.csv:2: a comma is expected"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(broken); i++) {
        g_autofree char *line = read_text(&read_csv, "a.csv", broken[i][0]);
        assert_has(line, broken[i][1]);
    }
}

#define BOX                                                                                        \
    "{\"id\":\"u1\",\"name\":\"cat\",\"type\":\"bbox\","                                           \
    "\"bounding_box\":{\"x\":1,\"y\":2,\"w\":3,\"h\":4}}"

static void test_pictograph(void)
{
    const char *one = "{\"image\":\"x.jpg\",\"image_path\":\"/a/b\",\"annotation_count\":1,"
                      "\"annotations\":[" BOX "]}";
    g_autofree char *alone = read_text(&read_pictograph, "x.jpg.json", one);
    g_assert_cmpstr(alone, ==,
                    "image 0 /a/b x.jpg @annotations\n"
                    "shape 0 bbox cat 1,2,3,4 id=u1 @annotations.0\n");
    g_autofree char *list = g_strdup_printf("{\"images\":[%s,%s]}", one, one);
    g_autofree char *many = read_text(&read_pictograph, "a.json", list);
    assert_line(many, "shape 1 bbox cat 1,2,3,4 id=u1 @images.1.annotations.0");
    g_autofree char *archive = read_zip(&read_pictograph, "test/annotations/a/b/x.jpg.json", one,
                                        "manifest.json", "{}", NULL);
    assert_line(archive, "image 0 /a/b x.jpg test @test/annotations/a/b/x.jpg.json:annotations");
}

static void test_pictograph_problems(void)
{
    g_autofree char *told = read_text(
        &read_pictograph, "a.json",
        "{\"image\":\"x.jpg\",\"annotations\":[{\"id\":\"u\",\"name\":\"cat\",\"type\":\"bbox\","
        "\"bounding_box\":{\"x\":1,\"y\":2,\"w\":0,\"h\":4}},"
        "{\"id\":\"u\",\"class\":\"cat\",\"type\":\"bbox\"},5," BOX "]}");
    assert_has(told, "problem annotations.0.bounding_box.w: ");
    assert_has(told, "problem annotations.1");
    assert_has(told, "problem annotations.2");
    assert_line(told, "shape 0 bbox cat 1,2,3,4 id=u1 @annotations.3");
    g_autofree char *late =
        read_text(&read_pictograph, "a.json", "{\"annotations\":[],\"image\":\"x\"}");
    assert_has(late, "problem annotations: the image's name must stand before");
    g_autofree char *none = read_text(&read_pictograph, "a.json", "{\"image\":\"x\"}");
    assert_has(none, "problem : the object has no annotations");
    g_autofree char *other = read_text(&read_pictograph, "a.json", "7");
    assert_has(other, "problem : an object is expected");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/read_csv/own", test_own);
    g_test_add_func("/read_csv/variants", test_variants);
    g_test_add_func("/read_csv/problems", test_problems);
    g_test_add_func("/read_pictograph/own", test_pictograph);
    g_test_add_func("/read_pictograph/problems", test_pictograph_problems);
    return g_test_run();
}
