/* Private to the dialect: handlers of persons and faces. */
#pragma once

#include "api/facet/facet.h"

/* What is sent of a json_pack; takes it. */
gboolean facet_respond(HttpRequest *request, json_t *json, GError **error);
/* Persons whom the caller may not know of are not there. */
gboolean facet_sees_person(HttpRequest *request, gint64 id, GError **error);

/* persons.c */
gboolean facet_persons(HttpRequest *request, GError **error);
gboolean facet_person_rename(HttpRequest *request, GError **error);
gboolean facet_persons_merge(HttpRequest *request, GError **error);
gboolean facet_persons_merge_pair(HttpRequest *request, GError **error);
gboolean facet_persons_merge_batch(HttpRequest *request, GError **error);
gboolean facet_person_delete(HttpRequest *request, GError **error);
gboolean facet_persons_delete_batch(HttpRequest *request, GError **error);
gboolean facet_person_thumbnail(HttpRequest *request, GError **error);

/* faces.c */
gboolean facet_person_faces(HttpRequest *request, GError **error);
gboolean facet_person_avatar(HttpRequest *request, GError **error);
gboolean facet_photo_faces(HttpRequest *request, GError **error);
gboolean facet_face_assign(HttpRequest *request, GError **error);
gboolean facet_assign_all_faces(HttpRequest *request, GError **error);
gboolean facet_unassign_person(HttpRequest *request, GError **error);
gboolean facet_face_thumbnail(HttpRequest *request, GError **error);

/* merge_suggestions.c */
gboolean facet_merge_suggestions(HttpRequest *request, GError **error);
