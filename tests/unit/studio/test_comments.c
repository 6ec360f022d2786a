#include "studio/comments.h"

#include "base/limits.h"
#include "shape_scene.h"

#include <string.h>

static Comment *add(StudioScene *scene, const Principal *viewer, guint index,
                    const CommentNew *values, int code)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Item) item = studio_scene_read(scene, index);
    g_autoptr(StoreTx) tx = studio_scene_change(scene);
    Comment *comment = comment_add(tx, viewer, item, values, &error);
    if (code >= 0) {
        g_assert_null(comment);
        g_assert_error(error, ALBUMEN_ERROR, code);
    } else {
        g_assert_no_error(error);
        fixture_commit(tx);
    }
    return comment;
}

static guint count(StudioScene *scene, guint index)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Item) item = studio_scene_read(scene, index);
    g_autoptr(StoreTx) tx = fixture_read(scene->fixture);
    g_autoptr(GPtrArray) comments = comment_list(tx, item, &error);
    g_assert_no_error(error);
    return comments->len;
}

static void test_they_are_added_and_listed(StoreFixture *fixture, gconstpointer unused)
{
    g_autoptr(GError) error = NULL;
    g_auto(StudioScene) scene = {0};
    studio_scene_open(&scene, fixture, 2);
    g_autoptr(Principal) eva = studio_scene_member(&scene, "eva", MEMBER_MEMBER);
    g_autoptr(Principal) stranger = studio_scene_stranger(&scene);
    scene_save(&scene, NULL, 0, NULL, scene_shapes(scene_box("a", "cat", 1), NULL));
    const CommentNew first = {.annotation_uid = "a", .body = "Is this a cat?"};
    g_autoptr(Comment) asked = add(&scene, eva, 0, &first, -1);
    g_assert_cmpstr(asked->author, ==, "eva");
    g_assert_cmpstr(asked->annotation_uid, ==, "a");
    const CommentNew second = {.parent = asked->uuid, .body = "It is."};
    g_autoptr(Comment) answer = add(&scene, scene.owner, 0, &second, -1);
    g_assert_cmpstr(answer->parent_uuid, ==, asked->uuid);
    g_assert_true(comment_is_of(asked, eva));
    g_assert_false(comment_is_of(asked, scene.owner));
    g_assert_cmpuint(count(&scene, 0), ==, 2);
    g_assert_cmpuint(count(&scene, 1), ==, 0);

    add(&scene, eva, 0, &(CommentNew){.annotation_uid = "z", .body = "x"}, ALBUMEN_ERROR_NOT_FOUND);
    add(&scene, eva, 1, &(CommentNew){.parent = asked->uuid, .body = "x"}, ALBUMEN_ERROR_NOT_FOUND);
    add(&scene, eva, 0, &(CommentNew){.body = " "}, ALBUMEN_ERROR_INVALID);
    g_autofree char *many = g_strnfill(LIMIT_COMMENT_CHARACTERS + 1, 'a');
    add(&scene, eva, 0, &(CommentNew){.body = many}, ALBUMEN_ERROR_INVALID);
    g_autoptr(StoreTx) tx = fixture_read(fixture);
    g_assert_null(comment_find(tx, stranger, asked->uuid, &error));
    g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_NOT_FOUND);
}

static void test_they_are_changed_and_deleted(StoreFixture *fixture, gconstpointer unused)
{
    g_autoptr(GError) error = NULL;
    g_auto(StudioScene) scene = {0};
    studio_scene_open(&scene, fixture, 1);
    g_autoptr(Principal) eva = studio_scene_member(&scene, "eva", MEMBER_MEMBER);
    g_autoptr(Principal) tom = studio_scene_member(&scene, "tom", MEMBER_MEMBER);
    g_autoptr(Comment) asked = add(&scene, eva, 0, &(CommentNew){.body = "Why?"}, -1);
    g_autoptr(Comment) answer =
        add(&scene, tom, 0, &(CommentNew){.parent = asked->uuid, .body = "So."}, -1);
    {
        g_autoptr(StoreTx) tx = studio_scene_change(&scene);
        g_assert_true(comment_change(tx, tom, asked, NULL, TRUE, &error));
        g_assert_false(comment_change(tx, tom, asked, "Because", -1, &error));
        g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_FORBIDDEN);
        g_clear_error(&error);
        g_autoptr(Comment) settled = comment_find(tx, tom, asked->uuid, &error);
        g_assert_true(settled->is_resolved);
        g_assert_false(settled->is_edited);
        g_assert_true(comment_change(tx, eva, settled, "Why this?", -1, &error));
        g_autoptr(Comment) edited = comment_find(tx, tom, asked->uuid, &error);
        g_assert_true(edited->is_resolved);
        g_assert_true(edited->is_edited);
        g_assert_cmpstr(edited->body, ==, "Why this?");
        g_assert_false(comment_delete(tx, tom, edited, &error));
        g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_FORBIDDEN);
        g_clear_error(&error);
        g_assert_true(comment_delete(tx, scene.owner, edited, &error));
        fixture_commit(tx);
    }
    g_assert_cmpuint(count(&scene, 0), ==, 0);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    store_fixture_add("/comments/add", test_they_are_added_and_listed);
    store_fixture_add("/comments/change", test_they_are_changed_and_deleted);
    return g_test_run();
}
