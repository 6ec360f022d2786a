/* The routes of persons and faces. */
#include "api/facet/people.h"

#include "base/limits.h"

/* clang-format off */
#define NUMBER(member) {.name = member, .type = HTTP_INT, .required = TRUE}
#define PHOTO {.name = "photo_path", .type = HTTP_TEXT, .required = TRUE}
/* clang-format on */

static const HttpParameter id_path[] = {{.name = "id", .type = HTTP_INT}, {0}};
static const HttpParameter pair_path[] = {
    {.name = "source_id", .type = HTTP_INT}, {.name = "target_id", .type = HTTP_INT}, {0}};

static const HttpParameter persons_query[] = {
    {.name = "page", .type = HTTP_INT, .bounded = TRUE, .min = 1, .max = 1e9, .fallback = "1"},
    {.name = "per_page", .type = HTTP_INT, .bounded = TRUE, .min = 1, .max = 200, .fallback = "48"},
    {.name = "search", .type = HTTP_TEXT, .summary = "Part of the name"},
    {.name = "sort",
     .type = HTTP_TEXT,
     .choices = (const char *const[]){"count_asc", "count_desc", "quality_asc", "quality_desc",
                                      "name_asc", "name_desc", NULL},
     .fallback = "count_desc"},
    {0},
};

static const HttpParameter threshold_query[] = {
    {.name = "threshold",
     .type = HTTP_NUMBER,
     .bounded = TRUE,
     .min = 0,
     .max = 1,
     .fallback = "0.6"},
    {0},
};

static const HttpParameter path_query[] = {
    {.name = "path", .type = HTTP_TEXT, .required = TRUE, .summary = "The photo's path"},
    {0},
};

static const HttpParameter avatar_body[] = {NUMBER("face_id"), {0}};
static const HttpParameter assign_body[] = {NUMBER("person_id"), {0}};
static const HttpParameter photo_person_body[] = {PHOTO, NUMBER("person_id"), {0}};
static const HttpParameter rename_body[] = {{.name = "name", .type = HTTP_TEXT}, {0}};
static const HttpParameter merge_body[] = {NUMBER("source_id"), NUMBER("target_id"), {0}};

static const HttpParameter merge_batch_body[] = {
    {.name = "source_ids", .type = HTTP_INT_LIST, .bounded = TRUE, .max = LIMIT_IDS_PER_CHANGE},
    {.name = "target_id", .type = HTTP_INT},
    {.name = "merges",
     .type = HTTP_OBJECT_LIST,
     .bounded = TRUE,
     .max = LIMIT_IDS_PER_CHANGE,
     .members = merge_body,
     .summary = "Instead: pairs, in their order"},
    {0},
};

static const HttpParameter delete_batch_body[] = {
    {.name = "person_ids",
     .type = HTTP_INT_LIST,
     .required = TRUE,
     .bounded = TRUE,
     .max = LIMIT_IDS_PER_CHANGE},
    {0},
};

#define READ(route, cap, schema, text, function, ...)                                              \
    HTTP_ROUTE(cap, .method = HTTP_GET, .path = route, .tag = "Facet", .summary = text,            \
               .response_schema = schema, .handler = function, __VA_ARGS__)
#define EDIT(route, schema, text, function, ...)                                                   \
    HTTP_ROUTE(CAPABILITY_EDIT, .method = HTTP_POST, .path = route, .tag = "Facet",                \
               .summary = text, .response_schema = schema, .handler = function, __VA_ARGS__)

const HttpRoute facet_people_routes[FACET_PEOPLE_ROUTES] = {
    READ("/api/person/{id}/faces", CAPABILITY_RATE, "FacetPersonFaces", "Faces of a person",
         facet_person_faces, .path_parameters = id_path),
    EDIT("/api/person/{id}/avatar", "FacetDone", "Chooses a person's avatar", facet_person_avatar,
         .path_parameters = id_path, .body = avatar_body),
    READ("/api/photo/faces", CAPABILITY_RATE, "FacetPhotoFaces", "Faces of a photo",
         facet_photo_faces, .query = path_query),
    EDIT("/api/face/{id}/assign", "FacetDone", "Says whose a face is", facet_face_assign,
         .path_parameters = id_path, .body = assign_body),
    EDIT("/api/photo/assign_all_faces", "FacetAssigned", "Says whose the rest of the faces are",
         facet_assign_all_faces, .body = photo_person_body),
    EDIT("/api/photo/unassign_person", "FacetUnassigned", "Takes a person off a photo",
         facet_unassign_person, .body = photo_person_body),
    READ("/api/persons", CAPABILITY_BROWSE, "FacetPersons", "A page of persons", facet_persons,
         .query = persons_query),
    EDIT("/api/persons/{id}/rename", "FacetRenamed", "Names a person", facet_person_rename,
         .path_parameters = id_path, .body = rename_body, .body_optional = TRUE),
    EDIT("/api/persons/merge", "FacetMerged", "Makes one of two", facet_persons_merge,
         .body = merge_body),
    EDIT("/api/persons/merge/{source_id}/{target_id}", "FacetMerged", "Makes one of two",
         facet_persons_merge_pair, .path_parameters = pair_path),
    EDIT("/api/persons/merge_batch", "FacetMergedBatch", "Makes one of many, or of each of pairs",
         facet_persons_merge_batch, .body = merge_batch_body),
    EDIT("/api/persons/{id}/delete", "FacetDone", "Deletes a person", facet_person_delete,
         .path_parameters = id_path),
    EDIT("/api/persons/delete_batch", "FacetDeleted", "Deletes persons", facet_persons_delete_batch,
         .body = delete_batch_body),
    READ("/api/merge_suggestions", CAPABILITY_BROWSE, "FacetMergeSuggestions",
         "Persons who may be one", facet_merge_suggestions, .query = threshold_query),
    READ("/face_thumbnail/{id}", CAPABILITY_MEDIA, NULL, "A face", facet_face_thumbnail,
         .path_parameters = id_path, .response_mime = "image/jpeg"),
    READ("/person_thumbnail/{id}", CAPABILITY_MEDIA, NULL, "A person's avatar",
         facet_person_thumbnail, .path_parameters = id_path, .response_mime = "image/jpeg"),
};
