#include "api/pictopy/pictopy.h"
#include "base/limits.h"
#include "media/picture.h"

#define TEXT(key, text)                                                                            \
    {                                                                                              \
        .name = key, .type = HTTP_TEXT, .summary = text                                            \
    }
#define PATHS                                                                                      \
    {                                                                                              \
        .name = "paths", .type = HTTP_TEXT_LIST, .bounded = TRUE, .max = LIMIT_PATHS_PER_REQUEST,  \
        .summary = "Absolute paths, or ones in the library's folder"                               \
    }
#define FOLDER TEXT("folder_path", "Absolute path of a folder")

/* Members that must be there are told apart by pictopy_lacks(), which answers 400. */
static const HttpParameter create_body[] = {
    TEXT("name", "1 to 255 characters"),
    TEXT("description", "At most 10,000 characters"),
    {.name = "is_hidden", .type = HTTP_BOOL, .fallback = "false"},
    TEXT("password", "Which opens a hidden album"),
    {0},
};
static const HttpParameter name_body[] = {TEXT("name", NULL), {0}};
static const HttpParameter add_body[] = {TEXT("album_name", NULL), PATHS, {0}};
static const HttpParameter add_one_body[] = {
    TEXT("album_name", NULL), TEXT("image_path", NULL), {0}};
static const HttpParameter remove_body[] = {TEXT("album_name", NULL), TEXT("path", NULL), {0}};
static const HttpParameter describe_body[] = {
    TEXT("album_name", NULL),
    TEXT("name", "The same, of older clients"),
    TEXT("description", NULL),
    TEXT("new_description", "The same, of older clients"),
    {0},
};
static const HttpParameter view_query[] = {
    {.name = "album_name", .type = HTTP_TEXT, .required = TRUE},
    TEXT("password", "Of a hidden album"),
    {0},
};
static const HttpParameter path_query[] = {
    {.name = "path", .type = HTTP_TEXT, .required = TRUE, .summary = "Of a picture"},
    {0},
};
static const HttpParameter thumbnail_query[] = {
    {.name = "path", .type = HTTP_TEXT, .required = TRUE, .summary = "Of a picture"},
    {.name = "size",
     .type = HTTP_INT,
     .bounded = TRUE,
     .min = 1,
     .max = MEDIA_THUMBNAIL_LARGE_PIXELS,
     .fallback = "400",
     .summary = "Pixels of the long edge"},
    {0},
};
static const HttpParameter path_body[] = {TEXT("path", "Of a picture"), {0}};
static const HttpParameter delete_body[] = {
    PATHS,
    {.name = "isFromDevice",
     .type = HTTP_BOOL,
     .fallback = "true",
     .summary = "false: the files stay where they are"},
    {0},
};

static const HttpParameter paths_body[] = {PATHS, {0}};
static const HttpParameter folders_body[] = {
    {.name = "folder_path", .type = HTTP_TEXTS, .summary = "Absolute paths of folders"},
    {0},
};
static const HttpParameter folder_body[] = {FOLDER, {0}};
static const HttpParameter thumbnails_body[] = {
    FOLDER,
    {.name = "folder_paths",
     .type = HTTP_TEXT_LIST,
     .bounded = TRUE,
     .max = LIMIT_PATHS_PER_REQUEST,
     .summary = "Absolute paths of folders; of newer clients"},
    {0},
};

static const HttpParameter match_query[] = {
    {.name = "limit",
     .type = HTTP_INT,
     .bounded = TRUE,
     .min = 1,
     .max = 10.0 * PICTOPY_PAIRS,
     .fallback = "10000",
     .summary = "At most so many pairs"},
    {0},
};

#define ROUTE(verb, route, cap, schema, text, function, ...)                                       \
    HTTP_ROUTE(cap, .method = verb, .path = route, .tag = "PictoPy", .summary = text,              \
               .response_schema = schema, .handler = function, __VA_ARGS__)

const HttpRoute pictopy_routes[] = {
    ROUTE(HTTP_POST, "/albums/create-album", CAPABILITY_EDIT, "PictopyAnswer", "Makes an album",
          pictopy_album_create, .body = create_body, .status = 201),
    ROUTE(HTTP_DELETE, "/albums/delete-album", CAPABILITY_EDIT, "PictopyAnswer",
          "Deletes an album; its pictures stay", pictopy_album_delete, .body = name_body),
    ROUTE(HTTP_POST, "/albums/add-multiple-to-album", CAPABILITY_EDIT, "PictopyAnswer",
          "Puts pictures into an album: all or none", pictopy_album_add, .body = add_body,
          .status = 201),
    ROUTE(HTTP_POST, "/albums/add-to-album", CAPABILITY_EDIT, "PictopyAnswer",
          "Puts a picture into an album", pictopy_album_add_one, .body = add_one_body,
          .status = 201),
    ROUTE(HTTP_DELETE, "/albums/remove-from-album", CAPABILITY_EDIT, "PictopyAnswer",
          "Takes a picture out of an album", pictopy_album_remove, .body = remove_body),
    ROUTE(HTTP_GET, "/albums/view-album", CAPABILITY_BROWSE, "PictopyAlbum",
          "The pictures of an album", pictopy_album_view, .query = view_query),
    ROUTE(HTTP_PUT, "/albums/edit-album-description", CAPABILITY_EDIT, "PictopyAnswer",
          "Describes an album anew", pictopy_album_describe, .body = describe_body),
    ROUTE(HTTP_GET, "/albums/view-all", CAPABILITY_BROWSE, "PictopyAlbums",
          "Every album that is not hidden", pictopy_albums),
    ROUTE(HTTP_GET, "/images/all-images", CAPABILITY_BROWSE, "PictopyImages",
          "The paths of every picture", pictopy_images),
    ROUTE(HTTP_POST, "/images/images", CAPABILITY_EDIT, "PictopyAnswer",
          "Registers pictures where they lie", pictopy_images_add, .body = paths_body,
          .status = 202),
    ROUTE(HTTP_POST, "/images/multiple-images", CAPABILITY_EDIT, "PictopyAnswer",
          "Registers pictures where they lie", pictopy_images_add, .body = paths_body,
          .status = 202),
    ROUTE(HTTP_POST, "/images/add-folder", CAPABILITY_EDIT, "PictopyAnswer",
          "Takes folders into the library", pictopy_folder_add, .body = folders_body),
    ROUTE(HTTP_GET, "/images/add-folder-progress", CAPABILITY_EDIT, "PictopyProgress",
          "How far the reading of what was added is", pictopy_folder_progress),
    ROUTE(HTTP_DELETE, "/images/delete-folder", CAPABILITY_EDIT, "PictopyAnswer",
          "Takes a folder out of the library; its files stay", pictopy_folder_delete,
          .body = folder_body),
    ROUTE(HTTP_POST, "/images/generate-thumbnails", CAPABILITY_EDIT, "PictopyThumbnails",
          "Writes thumbnails as files", pictopy_thumbnails_make, .body = thumbnails_body,
          .status = 201),
    ROUTE(HTTP_DELETE, "/images/delete-thumbnails", CAPABILITY_EDIT, "PictopyDone",
          "Deletes thumbnails that were written beside pictures", pictopy_thumbnails_delete,
          .body = folder_body),
    ROUTE(HTTP_GET, "/images/get-thumbnail-path", CAPABILITY_BROWSE, "PictopyThumbnailPath",
          "The folder of thumbnails", pictopy_thumbnail_path),
    ROUTE(HTTP_DELETE, "/images/delete-image", CAPABILITY_EDIT, "PictopyAnswer",
          "Moves a picture to the trash", pictopy_image_delete, .body = path_body),
    ROUTE(HTTP_DELETE, "/images/multiple-images", CAPABILITY_EDIT, "PictopyAnswer",
          "Moves pictures to the trash, or forgets them", pictopy_images_delete,
          .body = delete_body),
    ROUTE(HTTP_GET, "/images/all-image-objects", CAPABILITY_BROWSE, "PictopyObjects",
          "What is on the pictures that were looked at", pictopy_image_objects),
    ROUTE(HTTP_GET, "/images/class-ids", CAPABILITY_BROWSE, "PictopyClasses",
          "What is on a picture", pictopy_class_ids, .query = path_query),
    ROUTE(HTTP_GET, "/tag/match", CAPABILITY_BROWSE, "PictopyPairs",
          "Pictures that show the same face", pictopy_tag_match, .query = match_query),
    ROUTE(HTTP_GET, "/tag/clusters", CAPABILITY_BROWSE, "PictopyClusters",
          "Pictures by whose faces they show", pictopy_tag_clusters),
    ROUTE(HTTP_GET, "/tag/related-images", CAPABILITY_BROWSE, "PictopyRelated",
          "Pictures that show a face of this one", pictopy_tag_related, .query = path_query),
    ROUTE(HTTP_POST, "/tag/search-by-face", CAPABILITY_BROWSE, "PictopyFaceMatches",
          "Pictures that show the face of an uploaded one", pictopy_tag_search,
          .body_bytes = LIMIT_SEARCH_PICTURE_BYTES, .body_mime = "multipart/form-data"),
    ROUTE(HTTP_GET, "/images/file", CAPABILITY_MEDIA, NULL, "The file of a picture",
          pictopy_image_file, .query = path_query, .response_mime = "image/*"),
    ROUTE(HTTP_GET, "/images/thumbnail", CAPABILITY_MEDIA, NULL, "A small picture",
          pictopy_image_thumbnail, .query = thumbnail_query, .response_mime = "image/jpeg"),
};

G_STATIC_ASSERT(G_N_ELEMENTS(pictopy_routes) == PICTOPY_ROUTES);
