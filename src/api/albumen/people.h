/* Private to the dialect: persons and faces in JSON, and what their handlers share. */
#pragma once

#include "api/albumen/albumen.h"
#include "library/person_edit.h"
#include "library/person_suggest.h"

void albumen_write_person(JsonWriter *writer, const Person *person);
/* The members of a face, without the braces around them. */
void albumen_write_face(JsonWriter *writer, const Face *face);

/* The member's numbers; owned by the caller. */
GArray *albumen_body_ids(HttpRequest *request, const char *member);
const char *albumen_body_text(HttpRequest *request, const char *member); /* NULL: none */
gint64 albumen_body_int(HttpRequest *request, const char *member);       /* 0: none */
/* A cursor that is a number: 0 when there is none; INVALID when it is something else. */
gboolean albumen_read_cursor(HttpRequest *request, gint64 *ret_cursor, GError **error);
/* {"change":ID, and with `person` that person as it is now}. */
gboolean albumen_respond_edit(HttpRequest *request, const PersonEdit *edit, gint64 person,
                              GError **error);

/* people.c */
gboolean albumen_people(HttpRequest *request, GError **error);
gboolean albumen_person(HttpRequest *request, GError **error);
gboolean albumen_person_create(HttpRequest *request, GError **error);
gboolean albumen_person_update(HttpRequest *request, GError **error);
gboolean albumen_people_update(HttpRequest *request, GError **error);
gboolean albumen_person_delete(HttpRequest *request, GError **error);
gboolean albumen_person_merge(HttpRequest *request, GError **error);
gboolean albumen_person_split(HttpRequest *request, GError **error);
gboolean albumen_people_undo(HttpRequest *request, GError **error);
gboolean albumen_people_suggestions(HttpRequest *request, GError **error);
gboolean albumen_people_refuse(HttpRequest *request, GError **error);
gboolean albumen_people_cluster(HttpRequest *request, GError **error);
gboolean albumen_person_thumbnail(HttpRequest *request, GError **error);

/* faces.c */
gboolean albumen_person_faces(HttpRequest *request, GError **error);
gboolean albumen_faces(HttpRequest *request, GError **error);
gboolean albumen_faces_review(HttpRequest *request, GError **error);
gboolean albumen_faces_assign(HttpRequest *request, GError **error);
gboolean albumen_faces_unassign(HttpRequest *request, GError **error);
gboolean albumen_faces_ignore(HttpRequest *request, GError **error);
gboolean albumen_face_draw(HttpRequest *request, GError **error);
gboolean albumen_face_remove(HttpRequest *request, GError **error);
gboolean albumen_face_thumbnail(HttpRequest *request, GError **error);
