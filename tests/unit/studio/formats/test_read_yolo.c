#include "read_fixture.h"

#include <string.h>

static void test_detect(void)
{
    g_autofree char *told =
        read_zip(&read_yolo, "data.yaml", "train: x\nnc: 2\nnames: ['a b', \"\\u732b\"]\n",
                 "train/labels/d/e/x.txt", "0 0.25 0.5 0.1 0.2\n\r\n1 0.5 0.5 1 1 0.75\r\n",
                 "labels/val/y.txt", "", "labels/none.txt", "9 x", "README.txt", "hello",
                 "images/x.jpg", "1 2", NULL);
    g_assert_cmpstr(told, ==,
                    "class a b any\nclass 猫 any\n"
                    "image 0 /d/e x.* train @train/labels/d/e/x.txt\n"
                    "shape 0 bbox a b 20,20,10,10 @train/labels/d/e/x.txt:1\n"
                    "shape 0 bbox 猫 0,0,100,50 score=0.75 @train/labels/d/e/x.txt:3\n"
                    "image 1 /val y.* val @labels/val/y.txt\n"
                    "image 2 / none.* @labels/none.txt\n");
}

static void test_segment(void)
{
    g_autofree char *told = read_zip(&read_yolo, "labels/x.txt", "1 0.1 0.2 0.333333 0.2 0.3 0.6\n",
                                     "classes.txt", "\xef\xbb\xbfone\ntwo\n\n", NULL);
    assert_has(told, "shape 0 polygon two (10,10 33.33");
}

static void test_obb(void)
{
    g_autofree char *told =
        read_zip(&read_yolo_obb, "data.yaml", "names:\n  0: a\n  1: 'b'\n", "labels/x.txt",
                 "0 0.1 0.2 0.3 0.2 0.3 0.6 0.1 0.6\n"
                 "1 0.5 0.1 0.7 0.5 0.5 0.9 0.3 0.5\n"
                 "1 0.1 0.1 0.9 0.2 0.5 0.9 0.3 0.5\n"
                 "0 0.5 0.5 0.1 0.1\n",
                 NULL);
    assert_line(told, "shape 0 bbox a 10,10,20,20 @labels/x.txt:1");
    assert_line(told, "shape 0 bbox b 50,25,28.2843,28.2843/45 @labels/x.txt:2");
    assert_has(told, "shape 0 polygon b (10,5 90,10 50,45 30,25) @labels/x.txt:3");
    assert_has(told, "problem labels/x.txt:4: ");
}

static void test_pose(void)
{
    g_autofree char *told = read_zip(
        &read_yolo_pose, "data.yaml",
        "kpt_shape: [2, 3]\nnames: {0: person}\nkpt_names:\n  0: [nose, eye]\n", "labels/x.txt",
        "0 0.5 0.5 1 1 0.1 0.2 2 0.3 0.4 1\n0 0.5 0.5 1 1 0 0 0 0.5 0.5 2\n0 0.5 0.5 1 1 0.1\n",
        NULL);
    assert_line(told, "shape 0 keypoint nose (10,10) of=1 @labels/x.txt:1");
    assert_line(told, "shape 0 keypoint eye (30,20) of=1 {\"occluded\":true} @labels/x.txt:1");
    assert_line(told, "shape 0 keypoint eye (50,25) of=2 @labels/x.txt:2");
    assert_has(told, "problem labels/x.txt:3: ");
    g_autofree char *none = read_zip(&read_yolo_pose, "data.yaml", "names: [a]\n", "labels/x.txt",
                                     "0 0.5 0.5 1 1 0.1 0.2 2\n", NULL);
    assert_has(none, "problem labels/x.txt:1: data.yaml has no kpt_shape");
}

static void test_problems(void)
{
    g_autofree char *told =
        read_zip(&read_yolo, "classes.txt", "a\n", "labels/x.txt",
                 "1 0.5 0.5 1 1\n-1 0.5 0.5 1 1\n0.5 0.5 0.5 1 1\n0 0.5 0.5 1\n0 nan 0.5 1 1\n"
                 "0 0,5 0.5 1 1\n0 0.5 0.5 inf 1\n",
                 NULL);
    for (int line = 1; line <= 7; line++) {
        g_autofree char *problem = g_strdup_printf("problem labels/x.txt:%d: ", line);
        assert_has(told, problem);
    }
    g_assert_null(strstr(told, "shape"));
    g_autofree char *unnamed = read_text(&read_yolo, "x.txt", "4 0.5 0.5 1 1\n");
    assert_has(unnamed, "loss there is no list of names");
    assert_line(unnamed, "shape 0 bbox 4 0,0,100,50 @x.txt:1");
}

static void test_settings(void)
{
    static const char *const broken[][2] = {
        {"names: &x [a]\nother: *x\n", "references are not taken"},
        {"names: [a\n", "line"},
        {"names: {x: a}\n", "classes are numbered from 0"},
        {"names: {0: a, 0: b}\n", "two classes have the same number"},
        {"names: {99999999: a}\n", "out of range"},
        {"names: [a, '']\n", "is empty"},
        {"kpt_shape: [x, 3]\nnames: [a]\n", "kpt_shape has two whole numbers"},
        {"a: [[[[[[[[[[[[[[[[[[x]]]]]]]]]]]]]]]]]]\n", "nested too deeply"},
        {"? [a]\n: b\n", "a member's name is a text"},
        {"\x80\n", "error corrupt: data.yaml: "},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(broken); i++) {
        g_autofree char *told = read_zip(&read_yolo, "data.yaml", broken[i][0], NULL);
        assert_has(told, "error corrupt: data.yaml: ");
        assert_has(told, broken[i][1]);
    }
    g_autofree char *text =
        read_zip(&read_yolo, "labels/x.txt", "0 0.5 0.5 1 1 \x80\n", "classes.txt", "a", NULL);
    assert_has(text, "error corrupt: labels/x.txt: line 1: this is not UTF-8");
}

static void test_likeness(void)
{
    static const struct {
        const FormatReaderClass *reader;
        const char *name, *head;
        Likeness likeness;
    } cases[] = {
        {&read_yolo, "labels/a.txt", "0 0.5 0.5 1 1\n", LIKENESS_LIKELY},
        {&read_yolo, "labels/a.txt", "some text\n", LIKENESS_NONE},
        {&read_yolo, "classes.txt", "0 0.5 0.5 1 1\n", LIKENESS_NONE},
        {&read_yolo_obb, "labels/a.txt", "0 0.5 0.1 0.7 0.5 0.5 0.9 0.3 0.5\n", LIKENESS_SURE},
        {&read_yolo_obb, "labels/a.txt", "0 0.5 0.1 0.7 0.5 0.5 0.9 0.3 0.6\n", LIKENESS_NONE},
        {&read_yolo_pose, "data.yaml", "kpt_shape: [1,2]\n", LIKENESS_SURE},
        {&read_csv, "a.csv", "filename", LIKENESS_LIKELY},
        {&read_coco, "a.json", "{\"images\":[{\"file_name\":", LIKENESS_SURE},
        {&read_pictograph, "a.json", "{\"image\":\"a\",\"image_path\":", LIKENESS_SURE},
        {&read_cvat, "a.xml", "<annotations>", LIKENESS_SURE},
        {&read_cvat, "a.xml", "<annotation>", LIKENESS_NONE},
        {&read_pascal_voc, "a.xml", "<annotation>", LIKENESS_SURE},
        {&read_pascal_voc, "a.xml", "<annotations>", LIKENESS_NONE},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        Likeness likeness =
            cases[i].reader->looks_like(cases[i].name, cases[i].head, strlen(cases[i].head));
        g_assert_cmpint(likeness, ==, cases[i].likeness);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/read_yolo/detect", test_detect);
    g_test_add_func("/read_yolo/segment", test_segment);
    g_test_add_func("/read_yolo/obb", test_obb);
    g_test_add_func("/read_yolo/pose", test_pose);
    g_test_add_func("/read_yolo/problems", test_problems);
    g_test_add_func("/read_yolo/settings", test_settings);
    g_test_add_func("/read_yolo/likeness", test_likeness);
    return g_test_run();
}
