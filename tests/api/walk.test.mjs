// The walk: every route of the OpenAPI document, asked by every kind of somebody for every kind of
// picture. What a route's capability means for each is told here once; what a route answers to who
// is let in, in ROUTES. A route that is not there fails the walk.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { corpus, newHome, onEachEngine, scan, Server, temporaryFolder } from './harness.mjs';
import {
  addUser, bearer, command, configure, editionSignIn, facetToken, makeKey, signIn,
} from './people.mjs';

const SECRET = 'a secret of the walk, long enough to be one';
const UNKNOWN_ID = 999_999;
const IN = 'in';

// --- what a capability means, for each kind of somebody ---

const KINDS = {
  nobody: { public: IN, media: 404, other: 401 },
  cookie: { public: IN, media: IN, events: IN, other: 401 }, // of a user, and nothing else
  looker: { public: IN, browse: IN, shared: IN, media: IN, events: IN, self: IN, datasets: IN, other: 403 },
  owner: { superadmin: 403, other: IN }, // may edit, in a library without accounts
  user: {
    public: IN, browse: IN, shared: IN, media: IN, events: IN, rate: IN, self: IN,
    datasets: IN, annotate: IN, curate: IN, other: 403,
  },
  admin: { admin: 403, accounts: 403, superadmin: 403, other: IN },
  superadmin: { other: IN },
  readKey: { public: IN, browse: IN, shared: IN, media: IN, events: IN, datasets: IN, other: 403 },
  writeKey: {
    public: IN, browse: IN, shared: IN, media: IN, events: IN, rate: IN, edit: IN,
    datasets: IN, annotate: IN, curate: IN, other: 403,
  },
  adminKey: { self: 403, accounts: 403, other: IN },
  ownersKey: { self: 403, accounts: 403, superadmin: 403, other: IN }, // of scope admin
  usersKey: {
    public: IN, browse: IN, shared: IN, media: IN, events: IN, rate: IN,
    datasets: IN, annotate: IN, curate: IN, other: 403,
  }, // likewise
};
const CAPABILITIES = [
  'public', 'browse', 'shared', 'media', 'events', 'rate', 'edit', 'self', 'admin', 'accounts', 'superadmin',
  'datasets', 'annotate', 'curate', 'manage',
];
// Pictograph's dialect knows whoever shows a key, and nobody else.
const asksForKey = (name) => name.includes(' /api/v1/');
const hasKey = (kind) => kind.endsWith('Key');
const verdict = (kind, capability, name) => {
  if (asksForKey(name) && capability !== 'public' && !hasKey(kind)) return 401;
  return KINDS[kind][capability] ?? KINDS[kind].other;
};

// --- what each route is asked, and what it answers to who is let in ---

const empty = { json: {} };
const ids = (...list) => ({ json: { ids: list } });
// Of one picture: `seen` when it may be known of, else `hidden`.
const one = (ask, seen = 200, hidden = 404) => ({ ask, seen, hidden });
// Of a list that a picture is in, or not: `has` finds it in the answer.
const list = (ask, has, status = 200) => ({ ask, seen: status, hidden: status, has });
// Of one picture by the dataset "walk" that holds it: seen by all of its organization.
const ofItem = (address) => ({ ...one((o) => ({ target: address(o) })), byDataset: true });
// Of no picture.
const plain = (status, target, options = {}) => ({ status, target, options });

const paths = (answer) => answer.photos.map((photo) => photo.path);
const ROUTES = {
  'GET /api/albumen/library': plain(200),
  'GET /api/albumen/layout': plain(200),
  'GET /api/albumen/search': list(
    (o) => ({ target: `/api/albumen/search?limit=50&q=${encodeURIComponent(o.path.split('/').at(-1))}` }),
    (answer, o) => answer.files.some((file) => file.id === o.id)),
  'GET /api/albumen/objects': plain(200),
  'GET /api/albumen/models': plain(200),
  'POST /api/albumen/models/{name}/use': plain(404, '/api/albumen/models/none/use', empty),
  'POST /api/albumen/analysis': plain(202, undefined, { json: {} }),
  'GET /api/albumen/photos': list(
    (o) => ({ target: `/api/albumen/photos?ids=${o.id}` }), (answer, o) => paths(answer).includes(o.path)),
  'POST /api/albumen/photos': plain([400, 415, 422], undefined, empty),
  'GET /api/albumen/photos/{id}': one((o) => ({ target: `/api/albumen/photos/${o.id}` })),
  'GET /api/albumen/photos/{id}/similar': one((o) => ({ target: `/api/albumen/photos/${o.id}/similar` })),
  'GET /api/albumen/photos/{id}/thumbnail': one((o) => ({ target: `/api/albumen/photos/${o.id}/thumbnail` })),
  'GET /api/albumen/photos/{id}/image': one((o) => ({ target: `/api/albumen/photos/${o.id}/image` })),
  'POST /api/albumen/downloads': one((o) => ids(o.id), 201),
  'GET /api/albumen/downloads/{ticket}': plain(404, '/api/albumen/downloads/0123456789abcdef'),
  'PUT /api/albumen/ratings': list(
    (o) => ({ json: { ids: [o.id], stars: 3 } }), (answer, o) => answer.ratings.some(({ id }) => id === o.id)),
  'GET /api/albumen/failures': plain(200),
  'GET /api/albumen/trash': plain(200),
  'POST /api/albumen/trash': plain(200, undefined, ids(UNKNOWN_ID)),
  'DELETE /api/albumen/trash': plain(200, undefined, ids(UNKNOWN_ID)),
  'POST /api/albumen/trash/restore': plain(200, undefined, ids(UNKNOWN_ID)),
  // A picture's bytes by its capability, and then for who may edit.
  'GET /api/albumen/trash/{id}/thumbnail': {
    ...plain(404, `/api/albumen/trash/${UNKNOWN_ID}/thumbnail`),
    cookie: 403, looker: 403, user: 403, readKey: 403, usersKey: 403,
  },
  'GET /api/albumen/people': plain(200),
  'GET /api/albumen/people/{id}': plain(404, `/api/albumen/people/${UNKNOWN_ID}`),
  'POST /api/albumen/people': plain(404, undefined, { json: { faces: [UNKNOWN_ID] } }),
  'PATCH /api/albumen/people/{id}': plain(404, `/api/albumen/people/${UNKNOWN_ID}`, empty),
  'PATCH /api/albumen/people': plain(404, undefined, ids(UNKNOWN_ID)),
  'DELETE /api/albumen/people/{id}': plain(404, `/api/albumen/people/${UNKNOWN_ID}`),
  'POST /api/albumen/people/{id}/merge': plain(404, `/api/albumen/people/${UNKNOWN_ID}/merge`, { json: { sources: [1] } }),
  'POST /api/albumen/people/{id}/split': plain(404, `/api/albumen/people/${UNKNOWN_ID}/split`, { json: { faces: [1] } }),
  'POST /api/albumen/people/changes/{id}/undo': plain(404, `/api/albumen/people/changes/${UNKNOWN_ID}/undo`),
  'GET /api/albumen/people/suggestions': plain(200),
  'POST /api/albumen/people/suggestions/refuse': plain(404, undefined, { json: { a: UNKNOWN_ID, b: 1 } }),
  'POST /api/albumen/people/cluster': plain(202, undefined, empty),
  'GET /api/albumen/people/{id}/faces': plain(404, `/api/albumen/people/${UNKNOWN_ID}/faces`),
  'GET /api/albumen/people/{id}/thumbnail': plain(404, `/api/albumen/people/${UNKNOWN_ID}/thumbnail`),
  'GET /api/albumen/faces': plain(200),
  'GET /api/albumen/faces/review': plain(200),
  'POST /api/albumen/faces/assign': plain(404, undefined, { json: { faces: [UNKNOWN_ID], name: 'x' } }),
  'POST /api/albumen/faces/unassign': plain(404, undefined, { json: { faces: [UNKNOWN_ID] } }),
  'POST /api/albumen/faces/ignore': plain(404, undefined, { json: { faces: [UNKNOWN_ID] } }),
  'POST /api/albumen/photos/{id}/faces': one(
    (o) => ({ target: `/api/albumen/photos/${o.id}/faces`, json: { box: [0.1, 0.1, 0.2, 0.2] } }), 201),
  'DELETE /api/albumen/faces/{id}': plain(404, `/api/albumen/faces/${UNKNOWN_ID}`),
  'GET /api/albumen/faces/{id}/thumbnail': plain(404, `/api/albumen/faces/${UNKNOWN_ID}/thumbnail`),
  // Without accounts the faces of a photo are for who may rate.
  'GET /api/person/{id}/faces': plain(200, `/api/person/${UNKNOWN_ID}/faces`),
  'POST /api/person/{id}/avatar': plain(404, `/api/person/${UNKNOWN_ID}/avatar`, { json: { face_id: 1 } }),
  'GET /api/photo/faces': plain(200, '/api/photo/faces?path=/nowhere.jpg'),
  'POST /api/face/{id}/assign': plain(404, `/api/face/${UNKNOWN_ID}/assign`, { json: { person_id: 1 } }),
  'POST /api/photo/assign_all_faces': plain(404, undefined, { json: { photo_path: '/nowhere.jpg', person_id: 1 } }),
  'POST /api/photo/unassign_person': plain(404, undefined, { json: { photo_path: '/nowhere.jpg', person_id: 1 } }),
  'GET /api/persons': plain(200),
  'POST /api/persons/{id}/rename': plain(200, `/api/persons/${UNKNOWN_ID}/rename`, empty),
  'POST /api/persons/merge': plain(404, undefined, { json: { source_id: 1, target_id: UNKNOWN_ID } }),
  'POST /api/persons/merge/{source_id}/{target_id}': plain(404, `/api/persons/merge/1/${UNKNOWN_ID}`),
  'POST /api/persons/merge_batch': plain(400, undefined, empty),
  'POST /api/persons/{id}/delete': plain(200, `/api/persons/${UNKNOWN_ID}/delete`),
  'POST /api/persons/delete_batch': plain(400, undefined, { json: { person_ids: [] } }),
  'GET /api/merge_suggestions': plain(200),
  'GET /face_thumbnail/{id}': plain(404, `/face_thumbnail/${UNKNOWN_ID}`),
  'GET /person_thumbnail/{id}': plain(404, `/person_thumbnail/${UNKNOWN_ID}`),
  'POST /api/albumen/datasets/{dataset}/imports': plain(404, `/api/albumen/datasets/none/imports?filename=a.json`, { body: '{}' }),
  'GET /api/albumen/datasets/{dataset}/imports': plain(404, '/api/albumen/datasets/none/imports'),
  'GET /api/albumen/imports/{import}': plain(404, '/api/albumen/imports/none'),
  'POST /api/albumen/imports/{import}/apply': plain(404, '/api/albumen/imports/none/apply', empty),
  'DELETE /api/albumen/imports/{import}': plain(404, '/api/albumen/imports/none'),
  'GET /api/albumen/formats': plain(200),
  'GET /api/albumen/datasets/{dataset}/exports': plain(200, '/api/albumen/datasets/walk/exports'),
  'POST /api/albumen/datasets/{dataset}/exports': plain(
    404, '/api/albumen/datasets/none/exports', { json: { format: 'coco' } }),
  'GET /api/albumen/exports/{export}': plain(404, '/api/albumen/exports/none'),
  'DELETE /api/albumen/exports/{export}': plain(404, '/api/albumen/exports/none'),
  'GET /api/albumen/exports/{export}/download': plain(404, '/api/albumen/exports/none/download'),
  'GET /api/albumen/datasets/{dataset}/versions': plain(200, '/api/albumen/datasets/walk/versions'),
  'POST /api/albumen/datasets/{dataset}/versions': plain(404, '/api/albumen/datasets/none/versions', empty),
  'GET /api/albumen/versions/{version}': plain(404, '/api/albumen/versions/none'),
  'DELETE /api/albumen/versions/{version}': plain(404, '/api/albumen/versions/none'),
  'GET /api/albumen/versions/{version}/items': plain(404, '/api/albumen/versions/none/items'),
  'GET /api/albumen/versions/{version}/export/{format}': plain(404, '/api/albumen/versions/none/export/coco'),
  'GET /api/albumen/datasets': plain(200),
  'POST /api/albumen/datasets': plain(422, undefined, empty),
  'GET /api/albumen/datasets/{dataset}': plain(200, '/api/albumen/datasets/walk'),
  'PATCH /api/albumen/datasets/{dataset}': plain(200, '/api/albumen/datasets/walk', { json: { description: 'x' } }),
  'DELETE /api/albumen/datasets/{dataset}': plain(404, '/api/albumen/datasets/none'),
  'GET /api/albumen/datasets/{dataset}/directories': plain(200, '/api/albumen/datasets/walk/directories'),
  'GET /api/albumen/datasets/{dataset}/annotators': plain(200, '/api/albumen/datasets/walk/annotators'),
  'PUT /api/albumen/datasets/{dataset}/annotators': plain(
    404, '/api/albumen/datasets/walk/annotators', { json: { annotators: ['nobody at all'] } }),
  'GET /api/albumen/datasets/{dataset}/insights': plain(200, '/api/albumen/datasets/walk/insights'),
  'POST /api/albumen/datasets/{dataset}/splits': plain(
    200, '/api/albumen/datasets/walk/splits', { json: { train: 80, val: 10, test: 10 } }),
  'GET /api/albumen/datasets/{dataset}/items': plain(200, '/api/albumen/datasets/walk/items'),
  'GET /api/albumen/datasets/{dataset}/items/ids': plain(200, '/api/albumen/datasets/walk/items/ids'),
  // Whoever puts a picture in must see it.
  'POST /api/albumen/datasets/{dataset}/items': one(
    (o) => ({ target: '/api/albumen/datasets/walk/items', json: { photos: [o.id] } })),
  'PATCH /api/albumen/datasets/{dataset}/items': plain(
    404, '/api/albumen/datasets/walk/items', { json: { ids: ['none'], status: 'review' } }),
  'DELETE /api/albumen/datasets/{dataset}/items': plain(
    404, '/api/albumen/datasets/walk/items', { json: { ids: ['none'] } }),
  // And whoever is of the organization sees what was put in, wherever it lies.
  'GET /api/albumen/items/{item}/annotations': plain(404, '/api/albumen/items/none/annotations'),
  'PUT /api/albumen/items/{item}/annotations': plain(428, '/api/albumen/items/none/annotations', { json: { annotations: [] } }),
  'GET /api/albumen/items/{item}/history': plain(404, '/api/albumen/items/none/history'),
  'GET /api/albumen/items/{item}/history/{revision}': plain(404, '/api/albumen/items/none/history/1'),
  'POST /api/albumen/items/{item}/history/{revision}/restore': plain(428, '/api/albumen/items/none/history/1/restore'),
  'GET /api/albumen/datasets/{dataset}/classes': plain(200, '/api/albumen/datasets/walk/classes'),
  'PUT /api/albumen/datasets/{dataset}/classes': plain(200, '/api/albumen/datasets/walk/classes', { json: { classes: [] } }),
  'POST /api/albumen/datasets/{dataset}/classes/rename': plain(
    404, '/api/albumen/datasets/walk/classes/rename', { json: { from: 'none', to: 'other' } }),
  'POST /api/albumen/datasets/{dataset}/classes/merge': plain(
    404, '/api/albumen/datasets/walk/classes/merge', { json: { source: 'none', target: 'other' } }),
  'POST /api/albumen/datasets/{dataset}/classes/delete': plain(
    404, '/api/albumen/datasets/walk/classes/delete', { json: { name: 'none' } }),
  'POST /api/albumen/datasets/{dataset}/proposals': plain(200, '/api/albumen/datasets/walk/proposals', empty),
  'POST /api/albumen/datasets/{dataset}/proposals/accept': plain(
    404, '/api/albumen/datasets/walk/proposals/accept', { json: { items: ['none'] } }),
  'POST /api/albumen/datasets/{dataset}/proposals/reject': plain(
    404, '/api/albumen/datasets/walk/proposals/reject', { json: { items: ['none'] } }),
  'GET /api/albumen/items/{item}': plain(404, '/api/albumen/items/none'),
  'POST /api/albumen/items/{item}/review': plain(404, '/api/albumen/items/none/review', { json: { action: 'approve' } }),
  'GET /api/albumen/items/{item}/thumbnail': ofItem((o) => `/api/albumen/items/${o.item}/thumbnail`),
  'GET /api/albumen/items/{item}/image': ofItem((o) => `/api/albumen/items/${o.item}/image`),
  'POST /api/albumen/datasets/{dataset}/pictures': plain(404, '/api/albumen/datasets/none/pictures?filename=a.jpg', empty),
  'GET /api/albumen/removed': plain(200),
  'POST /api/albumen/removed': plain(200, undefined, ids(UNKNOWN_ID)),
  'POST /api/albumen/removed/restore': plain(200, undefined, ids(UNKNOWN_ID)),
  'POST /api/albumen/scans': plain([202, 404], undefined, { json: { sources: [UNKNOWN_ID] } }),
  'POST /api/albumen/scans/cancel': plain(200, undefined, empty),
  'GET /api/albumen/sources': plain(200),
  'POST /api/albumen/sources': plain([400, 404], undefined, { json: { path: '/nowhere/at/all' } }),
  'DELETE /api/albumen/sources/{id}': plain(404, `/api/albumen/sources/${UNKNOWN_ID}`),
  'GET /api/albumen/events': plain(200),
  'POST /api/albumen/uploads': plain(412, undefined, empty), // tus wants its version
  'HEAD /api/albumen/uploads/{id}': plain(404, '/api/albumen/uploads/0123456789abcdef0123456789abcdef'),
  'GET /api/albumen/uploads/{id}': plain([404, 412], '/api/albumen/uploads/0123456789abcdef0123456789abcdef'),
  'PATCH /api/albumen/uploads/{id}': plain([404, 412, 415], '/api/albumen/uploads/0123456789abcdef0123456789abcdef', empty),
  'DELETE /api/albumen/uploads/{id}': plain([404, 412], '/api/albumen/uploads/0123456789abcdef0123456789abcdef'),
  'GET /api/albumen/users': plain(200),
  'POST /api/albumen/users': plain(422, undefined, empty),
  'PATCH /api/albumen/users/{id}': plain(404, `/api/albumen/users/${UNKNOWN_ID}`, { json: { role: 'superadmin' } }),
  'DELETE /api/albumen/users/{id}': plain(404, `/api/albumen/users/${UNKNOWN_ID}`),
  'GET /api/albumen/shared-directories': plain(200),
  'PUT /api/albumen/shared-directories': plain(422, undefined, empty),
  'PUT /api/albumen/me/password': plain([400, 409], undefined, { json: { current: 'x', new: '' } }),
  'POST /api/albumen/me/sign-out-everywhere': { ...plain([204, 409]), last: true },
  // Without accounts the keys are for who may edit.
  'GET /api/albumen/keys': { ...plain(200), looker: 403 },
  'POST /api/albumen/keys': { ...plain(422, undefined, empty) },
  'DELETE /api/albumen/keys/{id}': { ...plain(404, `/api/albumen/keys/${UNKNOWN_ID}`), looker: 403 },
  'GET /api/openapi.json': plain(200),
  'GET /api/docs': plain(200),
  'GET /api/docs/{file}': plain(404, '/api/docs/none'),
  'POST /api/auth/login': plain(422, undefined, empty),
  'POST /api/auth/edition/login': plain(422, undefined, empty),
  'POST /api/auth/edition/logout': plain(200, undefined, empty),
  'GET /api/auth/status': plain(200),
  'POST /api/scan/start': plain(403, undefined, empty), // the feature is off
  'GET /api/scan/status': plain(403),
  'GET /api/scan/stream': plain(403),
  'GET /api/scan/directories': plain(403),
  'GET /api/config': plain(200),
  'GET /api/i18n/languages': plain(200),
  'GET /api/i18n/{lang}': plain(200, '/api/i18n/en'),
  'GET /health': plain(200),
  'GET /ready': plain(200),
  'GET /api/photos': list(() => ({ target: '/api/photos?per_page=1000' }), (answer, o) => paths(answer).includes(o.path)),
  'GET /api/similar_photos/{photo_path}': list(
    (o) => ({ target: `/api/similar_photos/${encodeURIComponent(o.path)}` }), (answer) => !answer.error),
  'GET /api/search': list(
    (o) => ({ target: `/api/search?limit=200&q=${encodeURIComponent(o.path.split('/').at(-1))}` }),
    (answer, o) => paths(answer).includes(o.path)),
  'GET /api/photo': one((o) => ({ target: `/api/photo?path=${encodeURIComponent(o.path)}` })),
  'GET /api/type_counts': plain(200),
  'GET /api/filter_options/cameras': plain(200),
  'GET /api/filter_options/lenses': plain(200),
  'GET /api/filter_options/tags': plain(200),
  'GET /api/filter_options/patterns': plain(200),
  'GET /api/filter_options/categories': plain(200),
  'GET /api/filter_options/persons': plain(200),
  'GET /api/filter_options/location_name': plain(200, '/api/filter_options/location_name?lat=48&lng=2'),
  'GET /api/filter_options/apertures': plain(200),
  'GET /api/filter_options/focal_lengths': plain(200),
  'GET /api/timeline': list(
    () => ({ target: '/api/timeline?limit=500&photos_per_group=100' }),
    (answer, o) => answer.groups.some((group) => group.photos.some((photo) => photo.path === o.path))),
  'GET /api/timeline/dates': plain([200, 422]),
  'GET /api/timeline/years': plain(200),
  'GET /api/timeline/months': plain([200, 422]),
  'GET /api/memories': plain(200),
  'GET /api/memories/check': plain(200),
  'GET /api/photos/map': plain(200, '/api/photos/map?bounds=-90,-180,90,180&zoom=3'),
  'GET /api/photos/map/count': plain(200),
  'GET /api/folders': plain(200),
  'POST /api/photo/set_rating': one((o) => ({ json: { photo_path: o.path, rating: 3 } })),
  'POST /api/photo/toggle_favorite': one((o) => ({ json: { photo_path: o.path } })),
  'POST /api/photo/toggle_rejected': one((o) => ({ json: { photo_path: o.path } })),
  'POST /api/photos/batch_favorite': list((o) => ({ json: { photo_paths: [o.path] } }), (answer) => answer.count === 1),
  'POST /api/photos/batch_reject': list((o) => ({ json: { photo_paths: [o.path] } }), (answer) => answer.count === 1),
  'POST /api/photos/batch_rating': list((o) => ({ json: { photo_paths: [o.path], rating: 2 } }), (answer) => answer.count === 1),
  'GET /api/download/options': one((o) => ({ target: `/api/download/options?path=${encodeURIComponent(o.path)}` }), 200, [200, 404]),
  'GET /api/download': one((o) => ({ target: `/api/download?path=${encodeURIComponent(o.path)}` })),
  'POST /albums/create-album': plain(400, undefined, empty),
  'DELETE /albums/delete-album': plain(404, undefined, { json: { name: 'none' } }),
  'POST /albums/add-multiple-to-album': plain(404, undefined, { json: { album_name: 'none', paths: [] } }),
  'POST /albums/add-to-album': plain(400, undefined, empty),
  'DELETE /albums/remove-from-album': plain(404, undefined, { json: { album_name: 'none', path: '/none' } }),
  'GET /albums/view-album': plain(404, '/albums/view-album?album_name=none'),
  'PUT /albums/edit-album-description': plain(404, undefined, { json: { name: 'none', description: '' } }),
  'GET /albums/view-all': plain(200),
  'GET /images/all-images': list(() => ({ target: '/images/all-images' }), (answer, o) => answer.images.includes(o.path)),
  'POST /images/images': plain(400, undefined, { json: { paths: ['/nowhere/at/all.jpg'] } }),
  'POST /images/multiple-images': plain(400, undefined, empty),
  'DELETE /images/delete-image': plain(404, undefined, { json: { path: '/nowhere/at/all.jpg' } }),
  'DELETE /images/multiple-images': plain(404, undefined, { json: { paths: ['/nowhere/at/all.jpg'] } }),
  'GET /images/all-image-objects': plain(200),
  'GET /images/class-ids': plain(200, '/images/class-ids?path=/none'),
  'POST /images/add-folder': plain(400, undefined, { json: { folder_path: '/nowhere/at/all' } }),
  'GET /images/add-folder-progress': plain(200),
  'DELETE /images/delete-folder': plain(404, undefined, { json: { folder_path: '/nowhere/at/all' } }),
  'POST /images/generate-thumbnails': plain(400, undefined, { json: { folder_path: '/nowhere/at/all' } }),
  'DELETE /images/delete-thumbnails': plain(400, undefined, { json: { folder_path: '/nowhere/at/all' } }),
  'GET /images/get-thumbnail-path': plain(200),
  'POST /tag/search-by-face': plain(415, undefined, empty),
  'GET /tag/match': plain(200),
  'GET /tag/clusters': plain(200),
  'GET /tag/related-images': plain(200, '/tag/related-images?path=/none'),
  'GET /images/file': one((o) => ({ target: `/images/file?path=${encodeURIComponent(o.path)}` })),
  'GET /images/thumbnail': one((o) => ({ target: `/images/thumbnail?path=${encodeURIComponent(o.path)}` })),
  'GET /thumbnail': one((o) => ({ target: `/thumbnail?path=${encodeURIComponent(o.path)}` })),
  'GET /image': one((o) => ({ target: `/image?path=${encodeURIComponent(o.path)}` })),
};

Object.assign(ROUTES, {
  'GET /api/albumen/organizations': plain(200),
  'POST /api/albumen/organizations': plain(422, undefined, empty),
  'PATCH /api/albumen/organizations/{id}': plain(404, undefined, empty),
  'GET /api/v1/api-keys': plain(200),
  'POST /api/v1/api-keys': plain(422, undefined, empty),
  'GET /api/v1/api-keys/{id}': plain(404),
  'PATCH /api/v1/api-keys/{id}': plain(404, undefined, { json: { is_active: true } }),
  'DELETE /api/v1/api-keys/{id}': plain(404),
});

// A dataset and an image that there are not.
const NONE = '/api/v1/developer';
const NO_IMAGE = '01234567-89ab-7def-8123-456789abcdef';
const none = (target, options) => plain(404, `${NONE}${target}`, options);
const BATCH = { json: { dataset_name: 'none', image_ids: [], target_directory_path: '/', updates: { status: 'new' } } };
const PICTOGRAPH = {
  'POST /annotations/bulk': plain(422, undefined, empty),
  'POST /annotations/rename-class': none('/annotations/rename-class', { json: { dataset: 'none', old_name: 'a', new_name: 'b' } }),
  'POST /annotations/merge-class': none('/annotations/merge-class', { json: { dataset: 'none', source_name: 'a', target_name: 'b' } }),
  'POST /annotations/delete-class': none('/annotations/delete-class', { json: { dataset: 'none', name: 'a' } }),
  'GET /annotations/dataset/{dataset}/download': none('/annotations/dataset/none/download'),
  'GET /annotations/{image}/file': none(`/annotations/${NO_IMAGE}/file`),
  'GET /annotations/{image}': none(`/annotations/${NO_IMAGE}`),
  'POST /annotations/{image}': none(`/annotations/${NO_IMAGE}`, { json: { annotations: [] } }),
  'DELETE /annotations/{image}': none(`/annotations/${NO_IMAGE}`),
  'GET /annotations/{dataset}/{path}': none('/annotations/none/a.jpg'),
  'POST /annotations/{dataset}/{path}': none('/annotations/none/a.jpg', { json: { annotations: [] } }),
  'DELETE /annotations/{dataset}/{path}': none('/annotations/none/a.jpg'),
  'GET /datasets': plain(200),
  'POST /datasets': plain(422, undefined, empty),
  'GET /datasets/{dataset}': none('/datasets/none'),
  'GET /datasets/by-name/{dataset}': none('/datasets/by-name/none'),
  'PATCH /datasets/{dataset}': none('/datasets/none', { json: { readme: 'x' } }),
  'DELETE /datasets/{dataset}': none('/datasets/none'),
  'POST /datasets/{dataset}/archive': none('/datasets/none/archive'),
  'POST /datasets/{dataset}/unarchive': none('/datasets/none/unarchive'),
  'GET /datasets/{dataset}/download': none('/datasets/none/download'),
  'GET /datasets/by-name/{dataset}/download': none('/datasets/by-name/none/download'),
  'GET /datasets/{dataset}/insights': none('/datasets/none/insights'),
  'GET /datasets/by-name/{dataset}/insights': none('/datasets/by-name/none/insights'),
  'GET /datasets/{dataset}/duplicates': none('/datasets/none/duplicates'),
  'GET /datasets/{dataset}/storage': none('/datasets/none/storage'),
  'POST /datasets/{dataset}/storage/freeze': none('/datasets/none/storage/freeze'),
  'POST /datasets/{dataset}/storage/restore': none('/datasets/none/storage/restore'),
  'GET /images': none('/images?dataset=none'),
  'GET /images/{image}': none(`/images/${NO_IMAGE}`),
  'GET /images/{image}/metadata': none(`/images/${NO_IMAGE}/metadata`),
  'GET /images/{dataset}/{path}': none('/images/none/a.jpg'),
  'DELETE /images/{image}': none(`/images/${NO_IMAGE}`),
  'DELETE /images/{dataset}/{path}': none('/images/none/a.jpg'),
  'POST /images/{dataset}/{path}': none('/images/none/a.jpg/split', { json: { split: null } }),
  'POST /images/assign-splits': none('/images/assign-splits', { json: { dataset: 'none', train: 100, val: 0, test: 0 } }),
  'POST /images/bulk-tag': none('/images/bulk-tag', { json: { dataset: 'none', image_ids: [], tags: [] } }),
  'POST /images/upload-url': none('/images/upload-url', { json: { dataset: 'none', filename: 'a.jpg' } }),
  'POST /images/bulk-upload-url': none('/images/bulk-upload-url', { json: { dataset: 'none', images: [{ filename: 'a.jpg' }] } }),
  'POST /images/register': none('/images/register', { json: { dataset: 'none', filename: 'a.jpg' } }),
  'POST /images/bulk-register': none('/images/bulk-register', { json: { dataset: 'none', images: [{ filename: 'a.jpg' }] } }),
  'POST /images/upload': plain(415, undefined, empty),
  // Whoever has no signature has no permission.
  'PUT /uploads/{upload}': plain(403, `${NONE}/uploads/none`, empty),
  'GET /signed/images/{image}': plain(403, `${NONE}/signed/images/${NO_IMAGE}`),
  'GET /signed/thumbnails/{image}': plain(403, `${NONE}/signed/thumbnails/${NO_IMAGE}`),
  'GET /signed/exports/{export}': plain(403, `${NONE}/signed/exports/${NO_IMAGE}`),
  'POST /exports': none('/exports', { json: { dataset_name: 'none', name: 'a' } }),
  'GET /exports': plain(200),
  'POST /exports/bulk-delete': plain(200, undefined, { json: { export_ids: [NO_IMAGE] } }),
  'GET /exports/{export}': none(`/exports/${NO_IMAGE}`),
  'DELETE /exports/{export}': none(`/exports/${NO_IMAGE}`),
  'GET /exports/{export}/download': none(`/exports/${NO_IMAGE}/download`),
  'GET /exports/{dataset}/{export}': none('/exports/none/a'),
  'DELETE /exports/{dataset}/{export}': none('/exports/none/a'),
  'GET /exports/{dataset}/{export}/download': none('/exports/none/a/download'),
  'GET /exports/by-name/{dataset}/{export}': none('/exports/by-name/none/a'),
  'DELETE /exports/by-name/{dataset}/{export}': none('/exports/by-name/none/a'),
  'GET /exports/by-name/{dataset}/{export}/download': none('/exports/by-name/none/a/download'),
  'POST /batch/images/move': none('/batch/images/move', BATCH),
  'POST /batch/images/copy': none('/batch/images/copy', BATCH),
  'POST /batch/images/delete': none('/batch/images/delete', BATCH),
  'PATCH /batch/images/update': none('/batch/images/update', BATCH),
  'GET /search/similar': none(`/search/similar?image_id=${NO_IMAGE}`),
  'GET /directories/{dataset}': none('/directories/none'),
  'GET /directories/{dataset}/tree': none('/directories/none/tree'),
  'GET /directories/{dataset}/{path}': none('/directories/none/a/stats'),
  'POST /directories': none('/directories', { json: { dataset: 'none', directory_path: '/a' } }),
  'PATCH /directories/{dataset}/{path}': none('/directories/none/a/rename', { json: { new_name: 'b' } }),
  'DELETE /directories/{dataset}/{path}': none('/directories/none/a'),
  'GET /organizations/me': plain(200),
  'PATCH /organizations/me': plain(200, undefined, empty),
  'GET /organizations/members': plain(200),
  'PATCH /organizations/members/{id}': none('/organizations/members/none', { json: { role: 'viewer' } }),
  'DELETE /organizations/members/{id}': none('/organizations/members/none'),
  'GET /organizations/invites': plain(200),
  'POST /organizations/invites': plain(400, undefined, { json: { email: 'nobody' } }),
  'DELETE /organizations/invites/{id}': none('/organizations/invites/none'),
  'GET /annotation-comments': none(`/annotation-comments?image_id=${NO_IMAGE}`),
  'POST /annotation-comments': none('/annotation-comments', { json: { image_id: NO_IMAGE, body: 'x' } }),
  'PATCH /annotation-comments/{id}': none(`/annotation-comments/${NO_IMAGE}`, { json: { resolved: true } }),
  'DELETE /annotation-comments/{id}': none(`/annotation-comments/${NO_IMAGE}`),
};
for (const [name, row] of Object.entries(PICTOGRAPH)) ROUTES[name.replace(' ', ` ${NONE}`)] = row;

// --- pictures of every kind ---

const picture = path.join(corpus().photos, 'facts/everything.jpg');

// A dataset "walk" that holds the pictures; each learns which item of it it is.
async function putIntoDataset(server, objects) {
  const json = { photos: objects.map(({ id }) => id) };
  const made = await ask(server, 'POST', '/api/albumen/datasets', {}, { name: 'walk' });
  assert.equal(made.status, 201, made.text);
  const put = await ask(server, 'POST', '/api/albumen/datasets/walk/items', {}, json);
  assert.equal(put.status, 200, put.text);
  const { items } = JSON.parse((await ask(server, 'GET', '/api/albumen/datasets/walk/items', {})).text);
  for (const object of objects) object.item = items.find((item) => item.photo_id === object.id).id;
}

// A library with a picture of the user's own, one that is shared, somebody else's, one in the trash and
// one whose file is gone.
async function makePictures(home, folder) {
  const kinds = ['own/own', 'shared/shared', 'other/other', 'own/trashed', 'own/missing'];
  for (const name of kinds) {
    const file = path.join(folder, `${name}.jpg`);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, Buffer.concat([fs.readFileSync(picture), Buffer.from(name)]));
  }
  fs.writeFileSync(path.join(folder, 'other/broken.jpg'), 'no picture');
  await scan(home, folder);
  const server = await Server.start(home);
  const found = await ask(server, 'GET', '/api/albumen/photos?ids=1,2,3,4,5,6', {});
  const tiles = JSON.parse(found.text).photos;
  const objects = kinds.map((name) => {
    const file = path.join(folder, `${name}.jpg`);
    return { kind: path.basename(name), path: file, id: tiles.find((tile) => tile.path === file).id };
  });
  await putIntoDataset(server, objects);
  const trashed = objects.find(({ kind }) => kind === 'trashed');
  const thrown = await ask(server, 'POST', '/api/albumen/trash', {}, { ids: [trashed.id] });
  await server.stop();
  assert.equal(thrown.status, 200, thrown.text);
  fs.unlinkSync(objects.find(({ kind }) => kind === 'missing').path);
  await scan(home, folder);
  objects.push({ kind: 'unknown', path: path.join(folder, 'own/unknown.jpg'), id: UNKNOWN_ID });
  return objects;
}

const ALL = ['own', 'shared', 'other'];
const SOME = ['own', 'shared'];

// --- the walk ---

// One request; its answer is read to its end, but for one that has none.
function ask(server, method, target, headers, json) {
  const { hostname, port } = new URL(server.url);
  const body = json === undefined ? undefined : JSON.stringify(json);
  const all = { ...headers };
  if (body) Object.assign(all, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) });
  return new Promise((resolve, reject) => {
    const request = http.request({ hostname, port, method, path: target, headers: all, agent: false }, (response) => {
      const parts = [];
      const done = () => resolve({ status: response.statusCode, text: Buffer.concat(parts).toString() });
      if (response.headers['content-type'] === 'text/event-stream') {
        done();
        request.destroy();
        return;
      }
      response.on('data', (part) => parts.push(part));
      response.on('end', done);
    });
    request.on('error', reject);
    request.end(body);
  });
}

async function walkRoute(scene, name, capability, route, wrong) {
  const [method, template] = name.split(' ');
  for (const who of scene.people) {
    const expected = verdict(who.kind, capability, name);
    const objects = route.ask ? scene.objects : [{ kind: 'none' }];
    for (const object of objects) {
      const { target = route.target ?? template, json } = route.ask ? route.ask(object) : (route.options ?? {});
      const address = target.replace(/\{[^}]+\}/g, `${object.id ?? UNKNOWN_ID}`);
      const answer = await ask(scene.server, method, address, who.headers, json);
      const told = `${who.name}: ${name} (${capability}), ${object.kind}: ${answer.status} ${answer.text.slice(0, 200)}`;
      // Where the cookie does not count, who has nothing else is nobody, and sees nothing.
      const counts = who.kind !== 'cookie' || ['media', 'events'].includes(capability);
      const sees = counts && ((route.byDataset ? ALL : who.sees)?.includes(object.kind) ?? false);
      const answers = route[who.kind] ?? (route.ask ? (sees ? route.seen : route.hidden) : route.status);
      const statuses = [expected === IN ? answers : expected].flat();
      if (!statuses.includes(answer.status)) wrong.push(`${told}\n    wanted ${statuses}`);
      else if (expected === IN && route.has && route.has(JSON.parse(answer.text), object) !== sees)
        wrong.push(`${told}\n    wanted it ${sees ? '' : 'not '}told`);
    }
  }
}

async function walk(scene) {
  const document = JSON.parse((await scene.server.request('GET', '/api/openapi.json')).body);
  const rows = [];
  for (const [template, methods] of Object.entries(document.paths)) {
    for (const [method, operation] of Object.entries(methods)) {
      rows.push([`${method.toUpperCase()} ${template}`, operation['x-capability']]);
    }
  }
  assert.ok(rows.length > 40);
  const wrong = rows
    .filter(([name, capability]) => !ROUTES[name] || !CAPABILITIES.includes(capability))
    .map((row) => `the walk does not know ${row.join(' or ')}`);
  assert.deepEqual(wrong, []);
  rows.sort(([a], [b]) => (ROUTES[a].last ?? false) - (ROUTES[b].last ?? false));
  for (const [name, capability] of rows) await walkRoute(scene, name, capability, ROUTES[name], wrong);
  assert.equal(wrong.join('\n'), '');
}

onEachEngine('every route', (engine) => {
  const walking = (title, prepare, more) =>
    describe(title, () => {
      const scene = {};
      before(async () => {
        scene.home = newHome(engine);
        scene.folder = fs.realpathSync(temporaryFolder('walk'));
        scene.objects = await makePictures(scene.home, scene.folder);
        await prepare(scene);
      });
      after(async () => {
        await scene.server?.stop();
        scene.home?.remove();
        fs.rmSync(scene.folder, { recursive: true, force: true });
      });
      more?.(scene);
      it('answers as its capability says', () => walk(scene));
    });

  walking('of an open library', async (scene) => {
    const key = await makeKey(scene.home, 'admin', '--scope', 'admin');
    scene.server = await Server.start(scene.home);
    scene.people = [
      { name: 'here', kind: 'owner', sees: ALL, headers: {} },
      { name: 'here, with a bad token', kind: 'owner', sees: ALL, headers: bearer('nonsense') },
      { name: 'forwarded', kind: 'nobody', headers: { 'x-forwarded-for': '192.0.2.1' } },
      { name: 'by another name', kind: 'nobody', headers: { host: 'evil.example' } },
      { name: "the owner's key", kind: 'ownersKey', sees: ALL, headers: { ...bearer(key), host: 'elsewhere.example' } },
    ];
  });

  walking('of a library with passwords', async (scene) => {
    configure(scene.home, { share_secret: SECRET, viewer: { password: 'look', edition_password: 'edit' } });
    const key = await makeKey(scene.home, 'admin', '--scope', 'admin');
    scene.server = await Server.start(scene.home);
    const looker = await signIn(scene.server, 'look');
    scene.people = [
      { name: 'nobody', kind: 'nobody', headers: {} },
      { name: 'a bad token', kind: 'nobody', headers: bearer('nonsense') },
      { name: 'a looker', kind: 'looker', sees: ALL, headers: bearer(looker) },
      { name: 'a looker’s cookie', kind: 'cookie', sees: ALL, headers: { cookie: `albumen_session=${looker}` } },
      { name: 'an editor', kind: 'owner', sees: ALL, headers: bearer(await editionSignIn(scene.server, 'edit')) },
      { name: "the owner's key", kind: 'ownersKey', sees: ALL, headers: { 'x-api-key': key } },
    ];
  });

  walking(
    'of a library with accounts',
    async (scene) => {
      const { home, folder } = scene;
      configure(home, { share_secret: SECRET });
      await addUser(home, 'root', 'pw');
      await addUser(home, 'admin', 'pw', '--role', 'admin', '--dir', path.join(folder, 'own'));
      await addUser(home, 'user', 'pw', '--role', 'user', '--dir', path.join(folder, 'own'));
      await addUser(home, 'gone', 'pw', '--role', 'superadmin');
      const key = async (name, ...options) => bearer(await makeKey(home, name, ...options));
      const keys = {
        read: await key('read', '--user', 'root'),
        write: await key('write', '--user', 'root', '--scope', 'write'),
        admin: await key('admin', '--user', 'root', '--scope', 'admin'),
        user: await key('user', '--user', 'user', '--scope', 'admin'),
        revoked: await key('revoked', '--user', 'root', '--scope', 'admin'),
        gone: await key('gone', '--user', 'gone', '--scope', 'admin'),
      };
      await command(home, ['key', 'revoke', 'revoked']);
      scene.server = await Server.start(home);
      const session = (name) => signIn(scene.server, 'pw', name);
      const root = bearer(await session('root'));
      const gone = bearer(await session('gone'));
      const change = (method, target, json) => scene.server.api(method, target, { json, headers: root });
      const { users } = await change('GET', '/api/albumen/users');
      await change('PATCH', `/api/albumen/users/${users.find((user) => user.username === 'gone').id}`, { disabled: true });
      await change('PUT', '/api/albumen/shared-directories', { directories: [path.join(folder, 'shared')] });
      const now = Math.floor(Date.now() / 1000);
      const expired = facetToken(SECRET, { sub: 'root', role: 'superadmin', iat: now - 172_801, exp: now - 1 });
      const user = await session('user');
      scene.people = [
        { name: 'nobody', kind: 'nobody', headers: {} },
        { name: 'a bad token', kind: 'nobody', headers: bearer('nonsense') },
        { name: 'an expired token', kind: 'nobody', headers: bearer(expired) },
        { name: 'a disabled superadmin', kind: 'nobody', headers: gone },
        { name: 'a revoked key', kind: 'nobody', headers: keys.revoked },
        { name: 'the key of a disabled superadmin', kind: 'nobody', headers: keys.gone },
        { name: 'a user’s cookie', kind: 'cookie', sees: SOME, headers: { cookie: `albumen_session=${user}` } },
        { name: 'a bad cookie', kind: 'nobody', headers: { cookie: 'albumen_session=nonsense' } },
        { name: 'a user', kind: 'user', sees: SOME, headers: bearer(user) },
        { name: 'an admin', kind: 'admin', sees: SOME, headers: bearer(await session('admin')) },
        { name: 'a superadmin', kind: 'superadmin', sees: ALL, headers: root },
        { name: 'a reading key', kind: 'readKey', sees: ALL, headers: keys.read },
        { name: 'a writing key', kind: 'writeKey', sees: ALL, headers: keys.write },
        { name: 'an admin key', kind: 'adminKey', sees: ALL, headers: keys.admin },
        { name: "a user's admin key", kind: 'usersKey', sees: SOME, headers: keys.user },
      ];
    },
    (scene) => {
      const by = (name) => scene.people.find((who) => who.name === name).headers;
      const object = (kind) => scene.objects.find((o) => o.kind === kind);
      const post = async (name, method, target, json) => {
        const answer = await ask(scene.server, method, target, by(name), json);
        return { status: answer.status, ...JSON.parse(answer.text || '{}') };
      };

      it("an admin throws away and takes out no picture of another's", async () => {
        for (const target of ['/api/albumen/trash', '/api/albumen/removed']) {
          const answer = await post('an admin', 'POST', target, { ids: [object('other').id] });
          assert.equal(answer.status, 200);
          assert.equal(answer.refused.length, 1, JSON.stringify(answer));
        }
        assert.ok(fs.existsSync(object('other').path));
      });

      it('the trash shows its pictures to who may edit and sees their folder', async () => {
        const target = `/api/albumen/trash/${object('trashed').id}/thumbnail`;
        const status = async (name) => (await ask(scene.server, 'GET', target, by(name))).status;
        assert.equal(await status('an admin'), 200);
        assert.equal(await status('a superadmin'), 200);
        assert.equal(await status('a user'), 403);
        assert.equal(await status('nobody'), 404);
      });

      it('a download is for whom it was made', async () => {
        const { url } = await post('a superadmin', 'POST', '/api/albumen/downloads', { ids: [object('other').id] });
        const status = async (name) => (await ask(scene.server, 'GET', url, by(name))).status;
        assert.equal(await status('a user'), 404);
        assert.equal(await status('nobody'), 404);
        assert.equal(await status('a superadmin'), 200);
      });

      it('folders and failures of others are not told', async () => {
        const library = async (name) => post(name, 'GET', '/api/albumen/library');
        assert.equal((await library('a superadmin')).failures, 1);
        assert.equal((await library('a user')).failures, 0);
        assert.equal((await library('a user')).photos, 2);
        assert.equal((await library('a superadmin')).photos, 3);
      });
    },
  );
});
