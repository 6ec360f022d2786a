/* The routes of people and faces. */
#include "api/albumen/people.h"
#include "base/limits.h"

/* clang-format off */
#define ID {.name = "id", .type = HTTP_INT, .bounded = TRUE, .min = 1, .max = 9007199254740991.0}
#define CURSOR {.name = "cursor", .type = HTTP_TEXT, .summary = "next_cursor of the page before"}
#define LIMIT                                                                                      \
    {.name = "limit", .type = HTTP_INT, .bounded = TRUE, .min = 1, .max = 1000, .fallback = "100"}
#define IDS(list, text)                                                                            \
    {.name = list, .type = HTTP_INT_LIST, .required = TRUE, .bounded = TRUE, .min = 1,             \
     .max = LIMIT_IDS_PER_CHANGE, .summary = text}
#define NAME {.name = "name", .type = HTTP_TEXT, .summary = "\"\" for none"}
#define FACES IDS("faces", "Numbers of faces")
/* clang-format on */

static const HttpParameter id_path[] = {ID, {0}};

static const HttpParameter people_query[] = {
    {.name = "search", .type = HTTP_TEXT, .summary = "Part of the name"},
    {.name = "sort",
     .type = HTTP_TEXT,
     .choices = (const char *const[]){"count", "name", "recent", NULL},
     .fallback = "count"},
    {.name = "hidden",
     .type = HTTP_TEXT,
     .choices = (const char *const[]){"false", "true", "all", NULL},
     .fallback = "false"},
    CURSOR,
    LIMIT,
    {0},
};

static const HttpParameter faces_query[] = {
    {.name = "state",
     .type = HTTP_TEXT,
     .choices = (const char *const[]){"unknown", "ignored", NULL},
     .fallback = "unknown"},
    CURSOR,
    LIMIT,
    {0},
};

static const HttpParameter page_query[] = {CURSOR, LIMIT, {0}};

static const HttpParameter version_query[] = {
    {.name = "v", .type = HTTP_TEXT, .summary = "Any text: makes a new address for a browser"},
    {0},
};

static const HttpParameter threshold_query[] = {
    {.name = "threshold",
     .type = HTTP_NUMBER,
     .bounded = TRUE,
     .min = 0,
     .max = 1,
     .fallback = "0.6",
     .summary = "Least similarity"},
    {0},
};

static const HttpParameter create_body[] = {
    NAME,
    {.name = "faces",
     .type = HTTP_INT_LIST,
     .bounded = TRUE,
     .max = LIMIT_IDS_PER_CHANGE,
     .summary = "Theirs from now on"},
    {0},
};

static const HttpParameter update_body[] = {
    NAME,
    {.name = "is_hidden", .type = HTTP_BOOL},
    {.name = "avatar_face", .type = HTTP_INT, .summary = "One of theirs; -1: the best one"},
    {0},
};

static const HttpParameter update_many_body[] = {
    IDS("ids", "Numbers of people"),
    {.name = "is_hidden", .type = HTTP_BOOL},
    {0},
};

static const HttpParameter merge_body[] = {IDS("sources", "Who become this one"), {0}};
static const HttpParameter split_body[] = {FACES, NAME, {0}};

static const HttpParameter refuse_body[] = {
    {.name = "a", .type = HTTP_INT, .required = TRUE},
    {.name = "b", .type = HTTP_INT, .required = TRUE},
    {0},
};

static const HttpParameter cluster_body[] = {
    {.name = "full", .type = HTTP_BOOL, .summary = "Every face anew; else those that nobody knows"},
    {0},
};

static const HttpParameter assign_body[] = {
    FACES,
    {.name = "person", .type = HTTP_INT, .summary = "Whose they are"},
    {.name = "name", .type = HTTP_TEXT, .summary = "Or who, who is made if there is nobody"},
    {0},
};

static const HttpParameter unassign_body[] = {
    FACES,
    {.name = "not_this_person", .type = HTTP_BOOL, .summary = "And never theirs again by itself"},
    {.name = "person", .type = HTTP_INT, .summary = "Not this one's, whoever has them now"},
    {0},
};

static const HttpParameter ignore_body[] = {
    FACES,
    {.name = "ignored", .type = HTTP_BOOL, .fallback = "true"},
    {0},
};

static const HttpParameter draw_body[] = {
    {.name = "box",
     .type = HTTP_NUMBER_LIST,
     .required = TRUE,
     .bounded = TRUE,
     .min = 4,
     .max = 4,
     .summary = "x, y, width, height: parts of the upright picture, 0 to 1"},
    {.name = "person", .type = HTTP_INT, .summary = "Whose it is"},
    {.name = "name", .type = HTTP_TEXT, .summary = "Or who, who is made if there is nobody"},
    {0},
};

#define READ(route, schema, text, function, ...)                                                   \
    HTTP_ROUTE(CAPABILITY_BROWSE, .method = HTTP_GET, .path = "/api/albumen/" route,               \
               .tag = "People", .summary = text, .response_schema = schema, .handler = function,   \
               __VA_ARGS__)
#define EDIT(verb, route, schema, text, function, ...)                                             \
    HTTP_ROUTE(CAPABILITY_EDIT, .method = verb, .path = "/api/albumen/" route, .tag = "People",    \
               .summary = text, .response_schema = schema, .handler = function, __VA_ARGS__)
#define PICTURE(route, text, function)                                                             \
    HTTP_ROUTE(CAPABILITY_MEDIA, .method = HTTP_GET, .path = "/api/albumen/" route,                \
               .tag = "People", .summary = text, .response_mime = "image/jpeg",                    \
               .path_parameters = id_path, .query = version_query, .handler = function)

const HttpRoute albumen_people_routes[ALBUMEN_PEOPLE_ROUTES] = {
    READ("people", "People", "Who is on the pictures", albumen_people, .query = people_query),
    READ("people/{id}", "Person", "Somebody", albumen_person, .path_parameters = id_path),
    EDIT(HTTP_POST, "people", "PersonEdit", "Makes a person of faces", albumen_person_create,
         .body = create_body, .status = 201),
    EDIT(HTTP_PATCH, "people/{id}", "PersonEdit", "Names, hides, or chooses the avatar",
         albumen_person_update, .path_parameters = id_path, .body = update_body),
    EDIT(HTTP_PATCH, "people", "PersonEdit", "Hides people, or shows them again",
         albumen_people_update, .body = update_many_body),
    EDIT(HTTP_DELETE, "people/{id}", "PersonEdit", "Deletes a person; the faces are nobody's",
         albumen_person_delete, .path_parameters = id_path),
    EDIT(HTTP_POST, "people/{id}/merge", "PersonEdit", "Makes one of several", albumen_person_merge,
         .path_parameters = id_path, .body = merge_body),
    EDIT(HTTP_POST, "people/{id}/split", "PersonEdit", "Makes somebody new of some faces",
         albumen_person_split, .path_parameters = id_path, .body = split_body),
    EDIT(HTTP_POST, "people/changes/{id}/undo", "PeopleUndone", "Takes a change back",
         albumen_people_undo, .path_parameters = id_path),
    READ("people/suggestions", "PeopleSuggestions", "Pairs who may be one",
         albumen_people_suggestions, .query = threshold_query),
    EDIT(HTTP_POST, "people/suggestions/refuse", "PersonEdit", "They are two: not suggested again",
         albumen_people_refuse, .body = refuse_body),
    EDIT(HTTP_POST, "people/cluster", "QueuedJob", "Has the faces grouped", albumen_people_cluster,
         .body = cluster_body, .body_optional = TRUE, .status = 202),
    READ("people/{id}/faces", "Faces", "The faces of a person", albumen_person_faces,
         .path_parameters = id_path, .query = page_query),
    PICTURE("people/{id}/thumbnail", "The avatar", albumen_person_thumbnail),
    READ("faces", "Faces", "Faces that are nobody's", albumen_faces, .query = faces_query),
    READ("faces/review", "FacesReview", "Faces that may be somebody's", albumen_faces_review,
         .query = page_query),
    EDIT(HTTP_POST, "faces/assign", "PersonEdit", "Says whose faces are", albumen_faces_assign,
         .body = assign_body),
    EDIT(HTTP_POST, "faces/unassign", "PersonEdit", "Takes faces from whose they are",
         albumen_faces_unassign, .body = unassign_body),
    EDIT(HTTP_POST, "faces/ignore", "PersonEdit", "Has faces ignored, or regarded again",
         albumen_faces_ignore, .body = ignore_body),
    EDIT(HTTP_POST, "photos/{id}/faces", "Face", "Draws a face", albumen_face_draw,
         .path_parameters = id_path, .body = draw_body, .status = 201),
    EDIT(HTTP_DELETE, "faces/{id}", "PersonEdit", "Deletes a drawn face; ignores a found one",
         albumen_face_remove, .path_parameters = id_path),
    PICTURE("faces/{id}/thumbnail", "The face", albumen_face_thumbnail),
};
