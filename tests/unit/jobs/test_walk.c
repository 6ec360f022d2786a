#include "base/limits.h"
#include "jobs/walk.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

/* A folder of its own for each test: "source" is walked, "outside" is not. */
typedef struct {
    char *path;
    char *source;
    int fd; /* of "source" */
} Place;

static void place_open(Place *place, gconstpointer data)
{
    place->path = g_dir_make_tmp("albumen-walk-XXXXXX", NULL);
    g_assert_nonnull(place->path);
    place->source = g_build_filename(place->path, "source", NULL);
    g_autofree char *outside = g_build_filename(place->path, "outside", NULL);
    g_assert_cmpint(chmod(place->path, 0755), ==, 0);
    g_assert_cmpint(mkdir(place->source, 0755), ==, 0);
    g_assert_cmpint(mkdir(outside, 0755), ==, 0);
    place->fd = open(place->source, O_RDONLY | O_DIRECTORY);
}

static void remove_all(int parent, const char *name)
{
    int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
    if (fd >= 0) {
        DIR *dir = fdopendir(fd);
        for (struct dirent *entry = readdir(dir); entry; entry = readdir(dir)) {
            if (!g_str_equal(entry->d_name, ".") && !g_str_equal(entry->d_name, "..")) {
                remove_all(fd, entry->d_name);
            }
        }
        closedir(dir);
    }
    unlinkat(parent, name, fd >= 0 ? AT_REMOVEDIR : 0);
}

static void place_close(Place *place, gconstpointer data)
{
    close(place->fd);
    remove_all(AT_FDCWD, place->path);
    g_free(place->source);
    g_free(place->path);
}

/* Paths are beneath "source". */
static void make_file(const Place *place, const char *path, const char *content)
{
    int fd = openat(place->fd, path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
    g_assert_cmpint(fd, >=, 0);
    g_assert_cmpint(write(fd, content, strlen(content)), ==, strlen(content));
    struct timespec times[2] = {{.tv_sec = 1600000000}, {1500000000, 123456789}};
    g_assert_cmpint(futimens(fd, times), ==, 0);
    close(fd);
}

#define MTIME_NS (1500000000LL * 1000000000 + 123456789)

static void make_folder(const Place *place, const char *path)
{
    g_assert_cmpint(mkdirat(place->fd, path, 0755), ==, 0);
}

static void make_link(const Place *place, const char *target, const char *path)
{
    g_assert_cmpint(symlinkat(target, place->fd, path), ==, 0);
}

/* One line a folder: its path, then its files or "!" and the error's name. */
static char *walk_all(const Place *place, gboolean (*wanted)(const char *name))
{
    g_autoptr(GError) error = NULL;
    g_autoptr(WalkRoot) root = walk_root_open(place->source, &error);
    g_assert_no_error(error);
    g_autoptr(Walk) walk = walk_new(root, wanted);
    GString *text = g_string_new(NULL);
    for (;;) {
        g_autoptr(WalkFolder) folder = walk_next(walk, &error);
        if (!folder) {
            break;
        }
        g_string_append_printf(text, "[%s]", folder->path);
        for (guint i = 0; i < folder->files->len; i++) {
            g_string_append_printf(text, " %s", g_array_index(folder->files, WalkFile, i).name);
        }
        if (folder->error) {
            g_string_append_printf(text, " !%s", albumen_error_name(folder->error->code));
            g_assert_cmpuint(folder->files->len, ==, 0);
        }
        g_string_append_c(text, '\n');
    }
    g_assert_no_error(error);
    return g_string_free(text, FALSE);
}

static void assert_walk(const Place *place, const char *expected)
{
    g_autofree char *text = walk_all(place, NULL);
    g_assert_cmpstr(text, ==, expected);
}

static void test_order(Place *place, gconstpointer data)
{
    make_folder(place, "b");
    make_folder(place, "b/inner");
    make_folder(place, "a");
    make_file(place, "z.jpg", "zzz");
    make_file(place, "B.jpg", "");
    make_file(place, "b/inner/c.jpg", "c");
    assert_walk(place, "[] B.jpg z.jpg\n[a]\n[b]\n[b/inner] c.jpg\n");

    g_autoptr(WalkRoot) root = walk_root_open(place->source, NULL);
    g_autoptr(Walk) walk = walk_new(root, NULL);
    g_autoptr(WalkFolder) folder = walk_next(walk, NULL);
    g_assert_cmpuint(folder->folders, ==, 2);
    const WalkFile *file = &g_array_index(folder->files, WalkFile, 1);
    g_assert_cmpint(file->size_bytes, ==, 3);
    g_assert_cmpint(file->mtime_ns, ==, MTIME_NS);
}

static gboolean is_jpg(const char *name)
{
    return g_str_has_suffix(name, ".jpg");
}

static void test_wanted(Place *place, gconstpointer data)
{
    make_file(place, "a.jpg", "a");
    make_file(place, "a.txt", "a");
    make_file(place, "._a.jpg", "a");
    make_file(place, ".hidden.jpg", "a");
    make_link(place, "a.jpg", "link.txt");
    make_folder(place, "b.txt");
    g_autofree char *text = walk_all(place, is_jpg);
    g_assert_cmpstr(text, ==, "[] .hidden.jpg a.jpg\n[b.txt]\n");
}

static void test_folders_passed_over(Place *place, gconstpointer data)
{
    static const char *const names[] = {".hidden", "@eaDir", "#recycle", "lost+found",
                                        ".thumbnails"};
    for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autofree char *inside = g_build_filename(names[i], "a.jpg", NULL);
        make_folder(place, names[i]);
        make_file(place, inside, "a");
    }
    assert_walk(place, "[]\n");
}

static void test_odd_names(Place *place, gconstpointer data)
{
    char longest[256];
    memset(longest, 'x', 255);
    longest[255] = '\0';
    const char *const names[] = {"\n", " ", "-rf", "a\"'\\%s", "\xC3", "\xFF\xFE", longest};
    g_autoptr(WalkRoot) root = walk_root_open(place->source, NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
        make_file(place, names[i], "12345");
    }
    g_autoptr(Walk) walk = walk_new(root, NULL);
    g_autoptr(WalkFolder) folder = walk_next(walk, NULL);
    g_assert_cmpuint(folder->files->len, ==, G_N_ELEMENTS(names));
    const char *before = "";
    for (guint i = 0; i < folder->files->len; i++) {
        const WalkFile *file = &g_array_index(folder->files, WalkFile, i);
        g_assert_true(strcmp(before, file->name) < 0);
        g_assert_true(g_strv_contains((const char *const[]){names[0], names[1], names[2], names[3],
                                                            names[4], names[5], names[6], NULL},
                                      file->name));
        before = file->name;
        g_autoptr(GError) error = NULL;
        int fd = walk_open_file(root, file->name, file->size_bytes, file->mtime_ns, &error);
        g_assert_no_error(error);
        char content[8];
        g_assert_cmpint(read(fd, content, sizeof(content)), ==, 5);
        close(fd);
    }
}

static void make_socket(const Place *place, const char *name)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    g_autofree char *path = g_build_filename(place->source, name, NULL);
    g_assert_cmpuint(g_strlcpy(address.sun_path, path, sizeof(address.sun_path)), <,
                     sizeof(address.sun_path));
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    g_assert_cmpint(bind(fd, (struct sockaddr *)&address, sizeof(address)), ==, 0);
    close(fd);
}

static void test_no_regular_files(Place *place, gconstpointer data)
{
    g_assert_cmpint(mkfifoat(place->fd, "fifo.jpg", 0644), ==, 0);
    make_socket(place, "socket.jpg");
    make_link(place, "/dev/zero", "device.jpg");
    make_link(place, "fifo.jpg", "link.jpg");
    make_file(place, "real.jpg", "a");
    assert_walk(place, "[] real.jpg\n");

    static const char *const names[] = {"fifo.jpg", "socket.jpg", "device.jpg", "link.jpg"};
    g_autoptr(WalkRoot) root = walk_root_open(place->source, NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autoptr(GError) error = NULL;
        g_assert_cmpint(walk_open_file(root, names[i], 0, 0, &error), ==, -1);
        g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_NOT_FOUND);
    }
}

static void test_links(Place *place, gconstpointer data)
{
    g_autofree char *absolute = g_build_filename(place->source, "in", "a.jpg", NULL);
    make_folder(place, "in");
    make_file(place, "in/a.jpg", "abc");
    make_file(place, "../outside/secret.jpg", "abc");
    make_link(place, "in/a.jpg", "relative.jpg");
    make_link(place, absolute, "absolute.jpg");
    make_link(place, "../outside/secret.jpg", "escape.jpg");
    make_link(place, "in/../../outside/../source/in/a.jpg", "round.jpg");
    make_link(place, "../outside", "folder-outside");
    make_link(place, "in", "folder-inside");
    make_link(place, ".", "self");
    make_link(place, "..", "in/up");
    make_link(place, "loop-b.jpg", "loop-a.jpg");
    make_link(place, "loop-a.jpg", "loop-b.jpg");
    make_link(place, "nowhere.jpg", "dangling.jpg");
    assert_walk(place, "[] absolute.jpg relative.jpg round.jpg\n[in] a.jpg\n");

    g_autoptr(GError) error = NULL;
    g_autoptr(WalkRoot) root = walk_root_open(place->source, NULL);
    int fd = walk_open_file(root, "absolute.jpg", 3, MTIME_NS, &error);
    g_assert_no_error(error);
    close(fd);
    static const char *const closed[] = {"escape.jpg",          "loop-a.jpg",
                                         "dangling.jpg",        "folder-outside/secret.jpg",
                                         "folder-inside/a.jpg", "../outside/secret.jpg"};
    for (gsize i = 0; i < G_N_ELEMENTS(closed); i++) {
        g_assert_cmpint(walk_open_file(root, closed[i], 3, MTIME_NS, &error), ==, -1);
        g_assert_nonnull(error);
        g_clear_error(&error);
    }
}

static void test_unreadable_folder(Place *place, gconstpointer data)
{
    make_folder(place, "a");
    make_folder(place, "locked");
    make_file(place, "locked/hidden.jpg", "a");
    make_folder(place, "names-only");
    make_file(place, "names-only/a.jpg", "a");
    make_folder(place, "z");
    make_file(place, "z/z.jpg", "z");
    g_assert_cmpint(fchmodat(place->fd, "locked", 0, 0), ==, 0);
    g_assert_cmpint(fchmodat(place->fd, "names-only", 0444, 0), ==, 0);
    uid_t uid = geteuid();
    if (uid == 0) { /* for whom nothing is locked */
        g_assert_cmpint(seteuid(65534), ==, 0);
    }
    g_autofree char *text = walk_all(place, NULL);
    if (uid == 0) {
        g_assert_cmpint(seteuid(0), ==, 0);
    }
    g_assert_cmpstr(text, ==, "[]\n[a]\n[locked] !forbidden\n[names-only] !forbidden\n[z] z.jpg\n");
    g_assert_cmpint(fchmodat(place->fd, "locked", 0755, 0), ==, 0);
    g_assert_cmpint(fchmodat(place->fd, "names-only", 0755, 0), ==, 0);
}

/* Folders within each other, `name` each; the descriptor of the innermost. */
static int make_nest(const Place *place, const char *name, guint depth)
{
    int fd = dup(place->fd);
    for (guint i = 0; i < depth; i++) {
        g_assert_cmpint(mkdirat(fd, name, 0755), ==, 0);
        int inner = openat(fd, name, O_RDONLY | O_DIRECTORY);
        close(fd);
        fd = inner;
    }
    return fd;
}

static void test_depth(Place *place, gconstpointer data)
{
    close(make_nest(place, "d", LIMIT_SCAN_DEPTH + 2));
    g_autofree char *text = walk_all(place, NULL);
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    g_assert_cmpuint(g_strv_length(lines), ==, LIMIT_SCAN_DEPTH + 3); /* root, last, "" */
    g_assert_false(g_str_has_suffix(lines[LIMIT_SCAN_DEPTH], "!too_large"));
    g_assert_true(g_str_has_suffix(lines[LIMIT_SCAN_DEPTH + 1], "!too_large"));
}

/* Longer than PATH_MAX. */
static void test_long_path(Place *place, gconstpointer data)
{
    g_autofree char *name = g_strnfill(250, 'n');
    int fd = make_nest(place, name, 20);
    Place inner = {.fd = fd};
    make_file(&inner, "deep.jpg", "deep");
    close(fd);
    g_autofree char *text = walk_all(place, NULL);
    g_assert_true(g_str_has_suffix(text, "] deep.jpg\n"));

    GString *path = g_string_new(NULL);
    for (int i = 0; i < 20; i++) {
        g_string_append_printf(path, "%s/", name);
    }
    g_string_append(path, "deep.jpg");
    g_autoptr(GError) error = NULL;
    g_autoptr(WalkRoot) root = walk_root_open(place->source, NULL);
    int opened = walk_open_file(root, path->str, 4, MTIME_NS, &error);
    g_assert_no_error(error);
    close(opened);
    g_string_free(path, TRUE);
}

static void test_open_changed(Place *place, gconstpointer data)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(WalkRoot) root = walk_root_open(place->source, NULL);
    make_folder(place, "in");
    make_file(place, "in/a.jpg", "abc");
    int fd = walk_open_file(root, "in/a.jpg", 3, MTIME_NS, &error);
    g_assert_no_error(error);
    g_assert_cmpint(fcntl(fd, F_GETFD) & FD_CLOEXEC, ==, FD_CLOEXEC);
    close(fd);

    g_assert_cmpint(walk_open_file(root, "in/a.jpg", 4, MTIME_NS, &error), ==, -1);
    g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_CONFLICT);
    g_clear_error(&error);
    g_assert_cmpint(walk_open_file(root, "in/a.jpg", 3, MTIME_NS + 1, &error), ==, -1);
    g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_CONFLICT);
    g_clear_error(&error);
    g_assert_cmpint(walk_open_file(root, "in", 3, MTIME_NS, &error), ==, -1);
    g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_NOT_FOUND);
    g_clear_error(&error);

    /* The folder was exchanged for a link to a place outside that looks the same. */
    make_file(place, "../outside/a.jpg", "abc");
    g_assert_cmpint(renameat(place->fd, "in", place->fd, "old"), ==, 0);
    make_link(place, "../outside", "in");
    g_assert_cmpint(walk_open_file(root, "in/a.jpg", 3, MTIME_NS, &error), ==, -1);
    g_assert_nonnull(error);
}

static void test_folder_vanishes(Place *place, gconstpointer data)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(WalkRoot) root = walk_root_open(place->source, NULL);
    g_autoptr(Walk) walk = walk_new(root, NULL);
    make_folder(place, "a");
    make_folder(place, "b");
    g_autoptr(WalkFolder) top = walk_next(walk, &error);
    g_assert_cmpint(unlinkat(place->fd, "a", AT_REMOVEDIR), ==, 0);
    g_autoptr(WalkFolder) a = walk_next(walk, &error);
    g_assert_error(a->error, ALBUMEN_ERROR, ALBUMEN_ERROR_NOT_FOUND);
    g_autoptr(WalkFolder) b = walk_next(walk, &error);
    g_assert_no_error(b->error);
    g_assert_null(walk_next(walk, &error));
    g_assert_no_error(error);
}

static void test_root_vanishes(Place *place, gconstpointer data)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(WalkRoot) root = walk_root_open(place->source, NULL);
    g_autofree char *moved = g_build_filename(place->path, "moved", NULL);
    make_folder(place, "a");

    g_autoptr(Walk) complete = walk_new(root, NULL);
    walk_folder_free(walk_next(complete, NULL));
    walk_folder_free(walk_next(complete, NULL));
    g_autoptr(Walk) cut = walk_new(root, NULL);
    walk_folder_free(walk_next(cut, NULL));

    /* As after an unmount: another, empty folder has the root's place. */
    g_assert_cmpint(rename(place->source, moved), ==, 0);
    g_assert_cmpint(mkdir(place->source, 0755), ==, 0);
    g_assert_null(walk_next(complete, &error));
    g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_UNAVAILABLE);
    g_clear_error(&error);
    g_assert_cmpint(unlinkat(place->fd, "a", AT_REMOVEDIR), ==, 0);
    g_assert_null(walk_next(cut, &error));
    g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_UNAVAILABLE);
}

static void test_root_is_no_folder(Place *place, gconstpointer data)
{
    g_autoptr(GError) error = NULL;
    g_assert_null(walk_root_open("/nonexistent/photos", &error));
    g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_UNAVAILABLE);
    g_clear_error(&error);
    g_autofree char *file = g_build_filename(place->source, "a.jpg", NULL);
    make_file(place, "a.jpg", "a");
    g_assert_null(walk_root_open(file, &error));
    g_assert_error(error, ALBUMEN_ERROR, ALBUMEN_ERROR_UNAVAILABLE);
}

static void test_root_is_a_link(Place *place, gconstpointer data)
{
    g_autofree char *link = g_build_filename(place->path, "link", NULL);
    make_file(place, "a.jpg", "a");
    make_link(place, "a.jpg", "b.jpg");
    g_assert_cmpint(symlink("source", link), ==, 0);
    Place through = {.source = link};
    assert_walk(&through, "[] a.jpg b.jpg\n");
}

static const struct {
    const char *name;
    void (*run)(Place *place, gconstpointer data);
} tests[] = {
    {"/walk/order", test_order},
    {"/walk/wanted", test_wanted},
    {"/walk/folders-passed-over", test_folders_passed_over},
    {"/walk/odd-names", test_odd_names},
    {"/walk/no-regular-files", test_no_regular_files},
    {"/walk/links", test_links},
    {"/walk/unreadable-folder", test_unreadable_folder},
    {"/walk/depth", test_depth},
    {"/walk/long-path", test_long_path},
    {"/walk/open-changed", test_open_changed},
    {"/walk/folder-vanishes", test_folder_vanishes},
    {"/walk/root-vanishes", test_root_vanishes},
    {"/walk/root-is-no-folder", test_root_is_no_folder},
    {"/walk/root-is-a-link", test_root_is_a_link},
};

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(tests); i++) {
        g_test_add(tests[i].name, Place, NULL, place_open, tests[i].run, place_close);
    }
    return g_test_run();
}
