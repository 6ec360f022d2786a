#include "read_fixture.h"

#include <string.h>

#define HEAD                                                                                       \
    "{\"images\":[{\"id\":7,\"file_name\":\"a/b/x.jpg\",\"width\":100,\"height\":50}],"            \
    "\"categories\":[{\"id\":3,\"name\":\"cat\"}],\"annotations\":["
#define TAIL "]}"

static char *read_annotations(const char *annotations)
{
    g_autofree char *text = g_strconcat(HEAD, annotations, TAIL, NULL);
    return read_text(&read_coco, "a.json", text);
}

static void test_boxes(void)
{
    g_autofree char *told = read_annotations(
        "{\"id\":1,\"image_id\":7,\"category_id\":3,\"bbox\":[1,2.5,3,4],\"score\":0.5,"
        "\"attributes\":{\"a\":[1,\"é\"]},\"iscrowd\":1},"
        "{\"id\":2,\"image_id\":7,\"category_id\":3,\"bbox\":[0,0,1,1],\"segmentation\":[],"
        "\"oriented_box\":{\"cx\":25,\"cy\":40,\"w\":30,\"h\":12,\"angle\":15}}");
    g_assert_cmpstr(told, ==,
                    "image 0 /a/b x.jpg 100x50 @images.0.file_name\n"
                    "class cat any\n"
                    "loss marks of crowds are not kept\n"
                    "shape 0 bbox cat 1,2.5,3,4 score=0.5 {\"a\":[1,\"é\"]} @annotations.0\n"
                    "shape 0 bbox cat 25,40,30,12/15 @annotations.1\n");
}

static void test_polygons(void)
{
    g_autofree char *told =
        read_annotations("{\"id\":1,\"image_id\":7,\"category_id\":3,\"bbox\":[0,0,5,5],"
                         "\"segmentation\":[[0,0,5,0,5,5]]},"
                         "{\"id\":2,\"image_id\":7,\"category_id\":3,"
                         "\"segmentation\":[[0,0,5,0,5,5],[9,9,8,9,8,8]]}");
    assert_line(told, "shape 0 polygon cat (0,0 5,0 5,5) @annotations.0.segmentation.0");
    assert_line(told, "shape 0 polygon cat (9,9 8,9 8,8) @annotations.1.segmentation.1");
    assert_line(told, "loss polygons of several parts became a polygon each");
    /* 3 x 4 pixels: a ring around one that is out. */
    g_autofree char *mask =
        read_annotations("{\"id\":1,\"image_id\":7,\"category_id\":3,"
                         "\"segmentation\":{\"size\":[3,4],\"counts\":[0,4,1,7]}}");
    assert_line(mask, "shape 0 polygon cat (0,0 4,0 4,3 0,3)(2,1 1,1 1,2 2,2) "
                      "@annotations.0.segmentation");
}

/* A file that has its annotations first is read twice, also within an archive. */
static void test_order(void)
{
    const char *text = "{\"annotations\":[{\"id\":1,\"image_id\":7,\"category_id\":3,"
                       "\"bbox\":[1,2,3,4]}],\"categories\":[{\"id\":3,\"name\":\"猫\"}],"
                       "\"images\":[{\"id\":7,\"file_name\":\"x.jpg\"}]}";
    g_autofree char *alone = read_text(&read_coco, "a.json", text);
    assert_line(alone, "shape 0 bbox 猫 1,2,3,4 @annotations.0");
    g_autofree char *two = read_zip(&read_coco, "train/annotations.json", text,
                                    "valid/annotations.json", text, "images/x.jpg", "x", NULL);
    assert_line(two, "image 0 / x.jpg train @train/annotations.json:images.0.file_name");
    assert_line(two, "shape 0 bbox 猫 1,2,3,4 @train/annotations.json:annotations.0");
    assert_line(two, "image 1 / x.jpg val @valid/annotations.json:images.0.file_name");
    assert_line(two, "shape 1 bbox 猫 1,2,3,4 @valid/annotations.json:annotations.0");
}

static void test_keypoints(void)
{
    g_autofree char *told =
        read_text(&read_coco, "a.json",
                  "{\"images\":[{\"id\":1,\"file_name\":\"x.jpg\"}],\"categories\":[{\"id\":1,"
                  "\"name\":\"person\",\"keypoints\":[\"nose\",\"eye\"],\"skeleton\":[[1,2]]},"
                  "{\"id\":2,\"name\":\"dot\",\"keypoints\":[\"dot\"],\"skeleton\":[]}],"
                  "\"annotations\":[{\"id\":1,\"image_id\":1,\"category_id\":1,\"num_keypoints\":2,"
                  "\"bbox\":[1,2,3,4],\"keypoints\":[1,2,2,4,6,1]},"
                  "{\"id\":2,\"image_id\":1,\"category_id\":1,\"keypoints\":[0,0,0,9,9,2]},"
                  "{\"id\":3,\"image_id\":1,\"category_id\":2,\"keypoints\":[5,5,2]},"
                  "{\"id\":4,\"image_id\":1,\"category_id\":1,\"bbox\":[1,1,1,1],"
                  "\"keypoints\":[0,0,0,0,0,0]},"
                  "{\"id\":5,\"image_id\":1,\"category_id\":1,\"keypoints\":[1,1,2]}]}");
    assert_line(told, "class person keypoint");
    assert_line(told, "class dot any");
    assert_line(told, "shape 0 keypoint nose (1,2) of=1 @annotations.0.keypoints.0");
    assert_line(told, "shape 0 keypoint eye (4,6) of=1 {\"occluded\":true} "
                      "@annotations.0.keypoints.3");
    assert_line(told, "shape 0 keypoint eye (9,9) of=2 @annotations.1.keypoints.3");
    assert_line(told, "shape 0 keypoint dot (5,5) @annotations.2.keypoints.0");
    assert_line(told, "shape 0 bbox person 1,1,1,1 @annotations.3");
    assert_has(told, "problem annotations.4.keypoints: ");
}

static void test_problems(void)
{
    static const struct {
        const char *annotation, *problem;
    } cases[] = {
        {"{\"image_id\":7,\"category_id\":3,\"bbox\":[1,2,3]}", "problem annotations.0.bbox: "},
        {"{\"image_id\":7,\"category_id\":3,\"bbox\":[1,2,3,\"x\"]}",
         "problem annotations.0.bbox.3: "},
        {"{\"image_id\":7,\"category_id\":3,\"bbox\":{\"x\":1}}", "problem annotations.0.bbox: "},
        {"{\"image_id\":7,\"category_id\":3,\"bbox\":[1,2,3,4,5]}",
         "problem annotations.0.bbox.4: "},
        {"{\"image_id\":\"7\",\"category_id\":3,\"bbox\":[1,2,3,4]}",
         "problem annotations.0.image_id: "},
        {"{\"image_id\":8,\"category_id\":3,\"bbox\":[1,2,3,4]}",
         "problem annotations.0.image_id: there is no such image"},
        {"{\"category_id\":3,\"bbox\":[1,2,3,4]}", "problem annotations.0.image_id: "},
        {"{\"image_id\":7,\"bbox\":[1,2,3,4]}", "problem annotations.0.category_id: "},
        {"{\"image_id\":7,\"category_id\":3.5,\"bbox\":[1,2,3,4]}",
         "problem annotations.0.category_id: "},
        {"{\"image_id\":7,\"category_id\":3}", "problem annotations.0: "},
        {"{\"image_id\":7,\"category_id\":3,\"segmentation\":[[1,2,3]]}",
         "problem annotations.0.segmentation.0: "},
        {"{\"image_id\":7,\"category_id\":3,\"segmentation\":[1,2,3]}",
         "problem annotations.0.segmentation.0: "},
        {"{\"image_id\":7,\"category_id\":3,\"segmentation\":\"x\"}",
         "problem annotations.0.segmentation: "},
        {"{\"image_id\":7,\"category_id\":3,\"segmentation\":{\"size\":[3,4],\"counts\":[99]}}",
         "problem annotations.0.segmentation: "},
        {"{\"image_id\":7,\"category_id\":3,\"segmentation\":{\"size\":[3,4],\"counts\":\"é\"}}",
         "problem annotations.0.segmentation.counts: "},
        {"{\"image_id\":7,\"category_id\":3,\"segmentation\":{\"size\":[3,4],\"counts\":[-1,13]}}",
         "problem annotations.0.segmentation.counts"},
        {"5", "problem annotations.0: an object is expected"},
        {"{\"id\":1,\"image_id\":7,\"category_id\":3,\"bbox\":[1,2,3,4]},"
         "{\"id\":1,\"image_id\":7,\"category_id\":3,\"bbox\":[1,2,3,4]}",
         "problem annotations.1.id: another annotation has the id 1"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *told = read_annotations(cases[i].annotation);
        assert_has(told, cases[i].problem);
        g_assert_null(strstr(told, "error "));
    }
}

static void test_million_points(void)
{
    g_autoptr(GString) text =
        g_string_new("{\"image_id\":7,\"category_id\":3,\"segmentation\":[[0");
    for (int i = 1; i < 2000000; i++) {
        g_string_append(text, ",1");
    }
    g_string_append(text, "]]}");
    g_autofree char *told = read_annotations(text->str);
    assert_has(told, "problem annotations.0.segmentation.0.200000: there are more numbers");
    g_assert_null(strstr(told, "shape"));
}

static void test_errors(void)
{
    g_autofree char *list = read_text(&read_coco, "a.json", "[]");
    assert_has(list, "problem : an object with images");
    g_autofree char *lacking = read_text(&read_coco, "a.json", "{\"images\":[]}");
    assert_has(lacking, "problem : the file has no list of categories");
    g_autofree char *broken = read_annotations("{\"bbox\":[NaN]}");
    assert_has(broken, "error corrupt: annotations.0.bbox.0 (line 1, column ");
    g_autofree char *within = read_zip(&read_coco, "x/a.json", "{\"images\":[nul", NULL);
    assert_has(within, "error corrupt: x/a.json: images.0 (line 1");
    g_autofree char *ids = read_text(
        &read_coco, "a.json",
        "{\"images\":[{\"id\":1,\"file_name\":\"x\"},{\"id\":1,\"file_name\":\"y\"},{\"id\":2},"
        "{\"file_name\":\"z\"},3],\"categories\":[{\"id\":1,\"name\":\"a\"},"
        "{\"id\":1,\"name\":\"b\"},{\"id\":2,\"name\":\"\"},{\"name\":\"c\"}],\"annotations\":[]}");
    assert_has(ids, "problem images.1.id: another image has the id 1");
    assert_has(ids, "problem images.2: the image has no file_name");
    assert_has(ids, "problem images.3: the image has no id");
    assert_has(ids, "problem images.4: an object is expected");
    assert_has(ids, "problem categories.1.id: another category has the id 1");
    assert_has(ids, "problem categories.2: the category has no name");
    assert_has(ids, "problem categories.3: the category has no id");
}

static void test_place(void)
{
    static const char *const cases[][3] = {
        {"annotations.3", "bounding_box.w", "annotations.3.bbox.2"},
        {"annotations.3", "confidence", "annotations.3.score"},
        {"annotations.3", "oriented_box.angle", "annotations.3.oriented_box.angle"},
        {"annotations.3.segmentation.1", "polygon.paths.0.7.y", "annotations.3.segmentation.1.15"},
        {"annotations.3.segmentation", "polygon.paths.0.7.y", "annotations.3.segmentation"},
        {"annotations.3.keypoints.6", "keypoint.x", "annotations.3.keypoints.6"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *place = read_coco.place(cases[i][0], cases[i][1]);
        g_assert_cmpstr(place, ==, cases[i][2]);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/read_coco/boxes", test_boxes);
    g_test_add_func("/read_coco/polygons", test_polygons);
    g_test_add_func("/read_coco/order", test_order);
    g_test_add_func("/read_coco/keypoints", test_keypoints);
    g_test_add_func("/read_coco/problems", test_problems);
    g_test_add_func("/read_coco/million_points", test_million_points);
    g_test_add_func("/read_coco/errors", test_errors);
    g_test_add_func("/read_coco/place", test_place);
    return g_test_run();
}
