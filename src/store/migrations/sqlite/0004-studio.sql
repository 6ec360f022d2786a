-- Who works together: datasets and keys belong to an organization, an account to one.
CREATE TABLE organization (
    id INTEGER PRIMARY KEY,
    uuid TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    slug TEXT NOT NULL UNIQUE,              -- studio/names.h
    description TEXT,
    created_ms INTEGER NOT NULL,
    changed_ms INTEGER NOT NULL
) STRICT;
INSERT INTO organization (id, uuid, name, slug, created_ms, changed_ms)
    VALUES (1, '00000000-0000-7000-8000-000000000001', 'Albumen', 'albumen', 0, 0);

ALTER TABLE account ADD COLUMN organization_id INTEGER NOT NULL DEFAULT 1;
-- What the account is in its organization: 'owner', 'admin', 'member', 'annotator', 'viewer'; NULL: by its role
-- (superadmin, admin, user: the first three).
ALTER TABLE account ADD COLUMN member_role TEXT;
ALTER TABLE account ADD COLUMN member_uuid TEXT;   -- what clients call the membership; NULL: not asked for yet

CREATE TABLE invite (
    id INTEGER PRIMARY KEY,
    uuid TEXT NOT NULL UNIQUE,
    organization_id INTEGER NOT NULL REFERENCES organization (id) ON DELETE CASCADE,
    email TEXT NOT NULL,
    role TEXT NOT NULL CHECK (role IN ('owner', 'admin', 'member', 'annotator', 'viewer')),
    invited_by INTEGER REFERENCES account (id) ON DELETE SET NULL,
    created_ms INTEGER NOT NULL,
    expires_ms INTEGER NOT NULL,
    UNIQUE (organization_id, email)
) STRICT;

-- Of keys alone.
ALTER TABLE credential ADD COLUMN uuid TEXT;            -- NULL: made before keys had one
ALTER TABLE credential ADD COLUMN prefix TEXT;          -- how the secret begins, to know it by
ALTER TABLE credential ADD COLUMN member_role TEXT;     -- as above, never above its account's; NULL: by scope
ALTER TABLE credential ADD COLUMN rate_limit INTEGER;   -- requests an hour; NULL: as the server is set
ALTER TABLE credential ADD COLUMN is_active INTEGER NOT NULL DEFAULT 1;
CREATE UNIQUE INDEX credential_uuid ON credential (uuid);

-- Answers to requests that a client may send again (library/replay.h).
CREATE TABLE replay (
    credential_id INTEGER NOT NULL REFERENCES credential (id) ON DELETE CASCADE,
    request TEXT NOT NULL,                  -- a hash of method, address and the client's key
    request_hash BLOB NOT NULL,             -- of the body
    status INTEGER,                         -- NULL: it is being answered
    mime TEXT,
    body BLOB,
    created_ms INTEGER NOT NULL,
    PRIMARY KEY (credential_id, request)
) STRICT, WITHOUT ROWID;
CREATE INDEX replay_created ON replay (created_ms);

-- The library's version as of the last change of any dataset.
ALTER TABLE library_version ADD COLUMN studio INTEGER NOT NULL DEFAULT 0;

-- A choice of the library's photos to be worked on. Nothing is copied: its items are photos.
CREATE TABLE dataset (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    uuid TEXT NOT NULL UNIQUE,
    organization_id INTEGER NOT NULL REFERENCES organization (id),
    account_id INTEGER REFERENCES account (id) ON DELETE SET NULL,   -- who made it
    name TEXT NOT NULL,
    slug TEXT NOT NULL,
    description TEXT,
    readme TEXT,                            -- Markdown
    annotation_types TEXT NOT NULL,         -- kinds of shapes by commas
    is_public INTEGER NOT NULL DEFAULT 0 CHECK (is_public IN (0, 1)),
    archived_ms INTEGER,                    -- NULL: in use
    created_ms INTEGER NOT NULL,
    changed_ms INTEGER NOT NULL,
    version INTEGER NOT NULL DEFAULT 1,     -- counts the changes of the dataset and all that is in it
    UNIQUE (organization_id, name),
    UNIQUE (organization_id, slug)
) STRICT;

-- Who of the annotators may work on it; others of the organization see every dataset.
CREATE TABLE dataset_member (
    dataset_id INTEGER NOT NULL REFERENCES dataset (id) ON DELETE CASCADE,
    account_id INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    PRIMARY KEY (dataset_id, account_id)
) STRICT, WITHOUT ROWID;

-- Folders of a dataset: names only, no file lies in them. Each dataset has its root, "/".
CREATE TABLE dataset_directory (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    uuid TEXT NOT NULL UNIQUE,
    dataset_id INTEGER NOT NULL REFERENCES dataset (id) ON DELETE CASCADE,
    parent_id INTEGER REFERENCES dataset_directory (id) ON DELETE CASCADE,   -- NULL: the root
    name TEXT NOT NULL,                     -- "" of the root
    path TEXT NOT NULL,                     -- "/", "/a/b"
    account_id INTEGER REFERENCES account (id) ON DELETE SET NULL,
    created_ms INTEGER NOT NULL,
    changed_ms INTEGER NOT NULL,
    UNIQUE (dataset_id, path)
) STRICT;
CREATE INDEX dataset_directory_parent ON dataset_directory (parent_id);

-- A photo in a directory of a dataset. What was drawn on it outlives the photo: should that be deleted for good,
-- the item waits for the same content to come back (studio/item.h).
CREATE TABLE dataset_item (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    uuid TEXT NOT NULL UNIQUE,
    dataset_id INTEGER NOT NULL REFERENCES dataset (id) ON DELETE CASCADE,
    directory_id INTEGER NOT NULL REFERENCES dataset_directory (id),
    filename TEXT NOT NULL,
    photo_id INTEGER REFERENCES photo (id) ON DELETE SET NULL,
    content_hash BLOB NOT NULL,             -- of the picture that was drawn on; as photo.content_hash
    format TEXT NOT NULL,                   -- media_format_name
    file_bytes INTEGER NOT NULL,
    width INTEGER NOT NULL,                 -- upright
    height INTEGER NOT NULL,
    tags TEXT,                              -- one a line, sorted; NULL: none
    account_id INTEGER REFERENCES account (id) ON DELETE SET NULL,   -- who put it there
    archived_ms INTEGER,                    -- NULL: in use
    created_ms INTEGER NOT NULL,
    UNIQUE (directory_id, filename)
) STRICT;
CREATE INDEX dataset_item_dataset ON dataset_item (dataset_id, created_ms, id);
CREATE INDEX dataset_item_photo ON dataset_item (photo_id);
CREATE INDEX dataset_item_content ON dataset_item (content_hash);

-- A way to annotate a dataset: classes, and shapes on its items. Each dataset has one primary project from its
-- start, which dialects that know of no projects read and write.
CREATE TABLE project (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    uuid TEXT NOT NULL UNIQUE,
    dataset_id INTEGER NOT NULL REFERENCES dataset (id) ON DELETE CASCADE,
    account_id INTEGER REFERENCES account (id) ON DELETE SET NULL,
    name TEXT NOT NULL,
    is_primary INTEGER NOT NULL CHECK (is_primary IN (0, 1)),
    class_policy TEXT NOT NULL CHECK (class_policy IN ('open', 'closed')),   -- whether a new name makes a class
    created_ms INTEGER NOT NULL,
    changed_ms INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX project_primary ON project (dataset_id) WHERE is_primary = 1;
CREATE INDEX project_dataset ON project (dataset_id);

CREATE TABLE annotation_class (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    project_id INTEGER NOT NULL REFERENCES project (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    name TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('', 'bbox', 'polygon', 'polyline', 'keypoint', 'tag')),   -- '': any
    color TEXT,                             -- "#rrggbb"
    attributes TEXT,                        -- JSON, a list; studio/classes.h
    skeleton TEXT,                          -- JSON; of keypoints
    UNIQUE (project_id, name, kind)
) STRICT;

-- How far the work on an item is, in one project. No row: nobody has begun ('new', revision 0).
CREATE TABLE project_item (
    project_id INTEGER NOT NULL REFERENCES project (id) ON DELETE CASCADE,
    item_id INTEGER NOT NULL REFERENCES dataset_item (id) ON DELETE CASCADE,
    status TEXT NOT NULL DEFAULT 'new' CHECK (status IN ('new', 'annotate', 'review', 'complete')),
    is_reviewed INTEGER NOT NULL DEFAULT 0 CHECK (is_reviewed IN (0, 1)),    -- ever
    review_note TEXT,
    split TEXT CHECK (split IN ('train', 'val', 'test')),                    -- NULL: none
    time_spent_ms INTEGER NOT NULL DEFAULT 0,
    answers TEXT,                           -- JSON, of questions on the whole picture
    annotator_id INTEGER REFERENCES account (id) ON DELETE SET NULL,         -- whose work it is, or who last saved
    revision INTEGER NOT NULL DEFAULT 0,    -- counts the saves; what If-Match compares
    saved_ms INTEGER,                       -- when that was; NULL: nobody has saved yet
    saved_by INTEGER REFERENCES account (id) ON DELETE SET NULL,
    annotation_count INTEGER NOT NULL DEFAULT 0,     -- shapes that stand: neither proposed nor tags
    proposal_count INTEGER NOT NULL DEFAULT 0,
    min_confidence REAL,                    -- of the shapes that stand; NULL: there are none
    changed_ms INTEGER NOT NULL,
    PRIMARY KEY (project_id, item_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX project_item_item ON project_item (item_id);

-- What a project counts, as changes whose sum is what there is (studio/tally.h): items in use by status, those
-- archived, and of those in use shapes that stand, proposals and bytes.
CREATE TABLE project_tally (
    id INTEGER PRIMARY KEY,
    project_id INTEGER NOT NULL REFERENCES project (id) ON DELETE CASCADE,
    new_items INTEGER NOT NULL,
    annotate_items INTEGER NOT NULL,
    review_items INTEGER NOT NULL,
    complete_items INTEGER NOT NULL,
    archived_items INTEGER NOT NULL,
    annotations INTEGER NOT NULL,
    proposals INTEGER NOT NULL,
    total_bytes INTEGER NOT NULL
) STRICT;
CREATE INDEX project_tally_project ON project_tally (project_id);

-- A shape on an item, or a tag of it as a whole. Coordinates are pixels of the upright original, in float64.
CREATE TABLE annotation (
    id INTEGER PRIMARY KEY,
    project_id INTEGER NOT NULL REFERENCES project (id) ON DELETE CASCADE,
    item_id INTEGER NOT NULL REFERENCES dataset_item (id) ON DELETE CASCADE,
    uid TEXT NOT NULL,                      -- what clients call it; unique on its item
    position INTEGER NOT NULL,              -- on its item, from 0: the order of drawing
    kind TEXT NOT NULL CHECK (kind IN ('bbox', 'polygon', 'polyline', 'keypoint', 'tag')),
    name TEXT NOT NULL,                     -- of its class
    x REAL NOT NULL,                        -- the box, or what encloses the shape
    y REAL NOT NULL,
    w REAL NOT NULL,
    h REAL NOT NULL,
    geometry BLOB,                          -- studio/shape.h; NULL: the box is all
    confidence REAL NOT NULL DEFAULT 1,
    source TEXT NOT NULL CHECK (source IN ('user', 'model', 'import')),
    model TEXT,                             -- that found it
    is_proposed INTEGER NOT NULL DEFAULT 0 CHECK (is_proposed IN (0, 1)),    -- nobody has accepted it yet
    instance_id INTEGER,                    -- of keypoints: which object's
    attributes TEXT,                        -- JSON; NULL: none
    answers TEXT,                           -- JSON; NULL: none
    author TEXT,                            -- who made it, as clients tell
    UNIQUE (item_id, project_id, uid)
) STRICT;
CREATE INDEX annotation_name ON annotation (project_id, name, item_id, kind, is_proposed);

-- The shapes of an item as they were before a save: what a revision held, written when the next one replaces it.
CREATE TABLE annotation_revision (
    project_id INTEGER NOT NULL REFERENCES project (id) ON DELETE CASCADE,
    item_id INTEGER NOT NULL REFERENCES dataset_item (id) ON DELETE CASCADE,
    revision INTEGER NOT NULL,
    account_id INTEGER REFERENCES account (id) ON DELETE SET NULL,   -- who had saved it
    saved_ms INTEGER NOT NULL,              -- when
    annotation_count INTEGER NOT NULL,
    shapes BLOB NOT NULL,                   -- studio/shape_pack.h
    PRIMARY KEY (project_id, item_id, revision)
) STRICT, WITHOUT ROWID;

CREATE TABLE annotation_comment (
    id INTEGER PRIMARY KEY,
    uuid TEXT NOT NULL UNIQUE,
    project_id INTEGER NOT NULL REFERENCES project (id) ON DELETE CASCADE,
    item_id INTEGER NOT NULL REFERENCES dataset_item (id) ON DELETE CASCADE,
    annotation_uid TEXT,
    parent_id INTEGER REFERENCES annotation_comment (id) ON DELETE CASCADE,
    account_id INTEGER REFERENCES account (id) ON DELETE SET NULL,
    body TEXT NOT NULL,
    is_resolved INTEGER NOT NULL DEFAULT 0 CHECK (is_resolved IN (0, 1)),
    is_edited INTEGER NOT NULL DEFAULT 0 CHECK (is_edited IN (0, 1)),
    created_ms INTEGER NOT NULL,
    changed_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX annotation_comment_item ON annotation_comment (item_id);

-- A project as it stood at one moment, which nothing changes any more.
CREATE TABLE dataset_version (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    uuid TEXT NOT NULL UNIQUE,
    project_id INTEGER NOT NULL REFERENCES project (id) ON DELETE CASCADE,
    number INTEGER NOT NULL,                -- from 1
    name TEXT NOT NULL,
    note TEXT,
    account_id INTEGER REFERENCES account (id) ON DELETE SET NULL,
    classes TEXT NOT NULL,                  -- JSON, as studio/classes.h writes them
    split_rule TEXT,                        -- JSON: shares, seed and grouping; NULL: as the items stood
    item_count INTEGER NOT NULL,
    annotation_count INTEGER NOT NULL,
    content_hash BLOB NOT NULL,             -- of all that is in it: equal for two that hold the same
    created_ms INTEGER NOT NULL,
    UNIQUE (project_id, number),
    UNIQUE (project_id, name)
) STRICT;

CREATE TABLE dataset_version_item (
    version_id INTEGER NOT NULL REFERENCES dataset_version (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,              -- by directory, filename
    item_uuid TEXT NOT NULL,
    directory TEXT NOT NULL,
    filename TEXT NOT NULL,
    content_hash BLOB NOT NULL,
    format TEXT NOT NULL,
    file_bytes INTEGER NOT NULL,
    width INTEGER NOT NULL,
    height INTEGER NOT NULL,
    status TEXT NOT NULL,
    split TEXT,
    tags TEXT,
    annotation_count INTEGER NOT NULL,
    shapes BLOB NOT NULL,                   -- studio/shape_pack.h
    PRIMARY KEY (version_id, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX dataset_version_item_content ON dataset_version_item (content_hash);

-- A dataset written into a file of some format: exports/UUID.zip in the data folder.
CREATE TABLE dataset_export (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    uuid TEXT NOT NULL UNIQUE,
    project_id INTEGER NOT NULL REFERENCES project (id) ON DELETE CASCADE,
    version_id INTEGER REFERENCES dataset_version (id) ON DELETE CASCADE,    -- NULL: of what stood when it ran
    name TEXT NOT NULL,
    format TEXT NOT NULL,                   -- studio/formats/formats.h
    include_images INTEGER NOT NULL CHECK (include_images IN (0, 1)),
    class_filter TEXT,                      -- names, one a line; NULL: all
    status_filter TEXT,                     -- NULL: all
    organize_by_split INTEGER NOT NULL CHECK (organize_by_split IN (0, 1)),
    state TEXT NOT NULL CHECK (state IN ('pending', 'processing', 'completed', 'failed')),
    error TEXT,                             -- why it failed, for a person
    report TEXT,                            -- JSON: what the format could not hold; studio/export.h
    file_bytes INTEGER,
    image_count INTEGER,
    annotation_count INTEGER,
    account_id INTEGER REFERENCES account (id) ON DELETE SET NULL,
    created_ms INTEGER NOT NULL,
    finished_ms INTEGER,
    expires_ms INTEGER,                     -- NULL: never
    UNIQUE (project_id, name)
) STRICT;
CREATE INDEX dataset_export_version ON dataset_export (version_id);

-- A file of annotations that somebody sent: looked at, then applied: imports/UUID in the data folder.
CREATE TABLE dataset_import (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    uuid TEXT NOT NULL UNIQUE,
    project_id INTEGER NOT NULL REFERENCES project (id) ON DELETE CASCADE,
    account_id INTEGER REFERENCES account (id) ON DELETE SET NULL,
    filename TEXT NOT NULL,                 -- as the client calls it
    format TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('reading', 'ready', 'applying', 'applied', 'failed')),
    preview TEXT,                           -- JSON; studio/import.h
    plan TEXT,                              -- JSON: how it is applied; NULL: not asked for yet
    error TEXT,
    created_ms INTEGER NOT NULL,
    expires_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX dataset_import_expires ON dataset_import (expires_ms);
