-- What a model saw of a photo, task by task. A row whose model is not the one in use, or whose content is not
-- the photo's, is out of date: what it found stays until it is replaced. No row: nobody has looked yet.
CREATE TABLE analysis (
    photo_id INTEGER NOT NULL REFERENCES photo (id) ON DELETE CASCADE,
    task TEXT NOT NULL CHECK (task IN ('objects', 'faces', 'similar', 'words')),
    model TEXT NOT NULL,                    -- vision/model.h: names the weights, not only their kind
    content_hash BLOB NOT NULL,             -- of the picture it looked at
    error TEXT,                             -- why it could not look, for a person; NULL: it could
    done_ms INTEGER NOT NULL,
    PRIMARY KEY (photo_id, task)
) STRICT, WITHOUT ROWID;

-- What detectors call things. The first 80 are COCO's, number + 1, in COCO's order; others are added as models bring them.
CREATE TABLE object_class (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE
) STRICT;
INSERT INTO object_class (id, name) VALUES
    (1, 'person'), (2, 'bicycle'), (3, 'car'), (4, 'motorcycle'), (5, 'airplane'), (6, 'bus'), (7, 'train'), (8, 'truck'),
    (9, 'boat'), (10, 'traffic light'), (11, 'fire hydrant'), (12, 'stop sign'), (13, 'parking meter'), (14, 'bench'),
    (15, 'bird'), (16, 'cat'), (17, 'dog'), (18, 'horse'), (19, 'sheep'), (20, 'cow'), (21, 'elephant'), (22, 'bear'),
    (23, 'zebra'), (24, 'giraffe'), (25, 'backpack'), (26, 'umbrella'), (27, 'handbag'), (28, 'tie'), (29, 'suitcase'),
    (30, 'frisbee'), (31, 'skis'), (32, 'snowboard'), (33, 'sports ball'), (34, 'kite'), (35, 'baseball bat'),
    (36, 'baseball glove'), (37, 'skateboard'), (38, 'surfboard'), (39, 'tennis racket'), (40, 'bottle'),
    (41, 'wine glass'), (42, 'cup'), (43, 'fork'), (44, 'knife'), (45, 'spoon'), (46, 'bowl'), (47, 'banana'),
    (48, 'apple'), (49, 'sandwich'), (50, 'orange'), (51, 'broccoli'), (52, 'carrot'), (53, 'hot dog'), (54, 'pizza'),
    (55, 'donut'), (56, 'cake'), (57, 'chair'), (58, 'couch'), (59, 'potted plant'), (60, 'bed'), (61, 'dining table'),
    (62, 'toilet'), (63, 'tv'), (64, 'laptop'), (65, 'mouse'), (66, 'remote'), (67, 'keyboard'), (68, 'cell phone'),
    (69, 'microwave'), (70, 'oven'), (71, 'toaster'), (72, 'sink'), (73, 'refrigerator'), (74, 'book'), (75, 'clock'),
    (76, 'vase'), (77, 'scissors'), (78, 'teddy bear'), (79, 'hair drier'), (80, 'toothbrush');

-- Boxes are in pixels of the upright original, x2 and y2 beyond the last pixel.
CREATE TABLE detection (
    id INTEGER PRIMARY KEY,
    photo_id INTEGER NOT NULL REFERENCES photo (id) ON DELETE CASCADE,
    class_id INTEGER NOT NULL REFERENCES object_class (id),
    score REAL NOT NULL,                    -- 0..1
    x1 INTEGER NOT NULL,
    y1 INTEGER NOT NULL,
    x2 INTEGER NOT NULL,
    y2 INTEGER NOT NULL
) STRICT;
CREATE INDEX detection_photo ON detection (photo_id);
CREATE INDEX detection_class ON detection (class_id, photo_id);

-- Somebody. A person without a name whom only the machine made may be regrouped by it; nobody else.
CREATE TABLE person (
    id INTEGER PRIMARY KEY AUTOINCREMENT,   -- never given twice: undo brings one back
    name TEXT,                              -- NULL: not named yet
    is_hidden INTEGER NOT NULL DEFAULT 0 CHECK (is_hidden IN (0, 1)),
    made_by TEXT NOT NULL CHECK (made_by IN ('machine', 'user')),
    avatar_face_id INTEGER,                 -- that a user chose; NULL: the best one
    created_ms INTEGER NOT NULL,
    version INTEGER NOT NULL                -- library_version of the last change
) STRICT;
CREATE INDEX person_version ON person (version);

-- A face on a photo. Whoever changes a photo's faces, whose they are, its detections or its vectors also stamps
-- the photo's version: by it everything that is kept in memory follows.
CREATE TABLE face (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    photo_id INTEGER NOT NULL REFERENCES photo (id) ON DELETE CASCADE,
    face_index INTEGER NOT NULL,            -- on its photo, from 0
    x1 INTEGER NOT NULL,                    -- as of a detection
    y1 INTEGER NOT NULL,
    x2 INTEGER NOT NULL,
    y2 INTEGER NOT NULL,
    origin TEXT NOT NULL CHECK (origin IN ('model', 'user')),   -- who drew the box
    confidence REAL,                        -- 0..1; NULL: a user drew it
    landmarks BLOB,                         -- 5 points x, y as little-endian float32, pixels of the upright
                                            -- original: right eye, left eye, nose, right and left mouth corner
    eye_openness REAL,                      -- vision/faces.h; NULL: not known
    yaw REAL,                               -- degrees; NULL: not known
    pitch REAL,
    roll REAL,
    vector BLOB,                            -- little-endian float32; NULL: too small to tell whose it is
    vector_model TEXT,
    person_id INTEGER REFERENCES person (id) ON DELETE SET NULL,
    assigned_by TEXT CHECK (assigned_by IN ('machine', 'user')), -- NULL with person_id; what a user did stays
    is_ignored INTEGER NOT NULL DEFAULT 0 CHECK (is_ignored IN (0, 1)),  -- a user said: no face, or nobody's
    UNIQUE (photo_id, face_index)
) STRICT;
CREATE INDEX face_person ON face (person_id, photo_id);

-- A user said that this face is not this person's.
CREATE TABLE face_not_person (
    face_id INTEGER NOT NULL REFERENCES face (id) ON DELETE CASCADE,
    person_id INTEGER NOT NULL REFERENCES person (id) ON DELETE CASCADE,
    PRIMARY KEY (face_id, person_id)
) STRICT, WITHOUT ROWID;

-- A user said that these two are not one: they are not suggested again. a < b.
CREATE TABLE person_apart (
    person_a INTEGER NOT NULL REFERENCES person (id) ON DELETE CASCADE,
    person_b INTEGER NOT NULL REFERENCES person (id) ON DELETE CASCADE,
    PRIMARY KEY (person_a, person_b)
) STRICT, WITHOUT ROWID;

-- Merges, splits and deletions of persons, with what it takes to undo them.
CREATE TABLE person_change (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    account_id INTEGER NOT NULL,
    kind TEXT NOT NULL,                     -- library/person_change.h
    payload TEXT NOT NULL,                  -- JSON: the persons and faces as they were
    created_ms INTEGER NOT NULL,
    undone_ms INTEGER                       -- NULL: it stands
) STRICT;

-- What pictures are compared by, a vector of length 1 for each space: 'similar' (by the look of them) and
-- 'words' (shared with texts: CLIP and its like).
CREATE TABLE photo_vector (
    photo_id INTEGER NOT NULL REFERENCES photo (id) ON DELETE CASCADE,
    space TEXT NOT NULL CHECK (space IN ('similar', 'words')),
    model TEXT NOT NULL,
    vector BLOB NOT NULL,                   -- little-endian float32
    PRIMARY KEY (photo_id, space)
) STRICT, WITHOUT ROWID;

-- Albums of all dialects.
CREATE TABLE album (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL,
    description TEXT,
    account_id INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,   -- whose it is
    is_hidden INTEGER NOT NULL DEFAULT 0 CHECK (is_hidden IN (0, 1)),        -- opens by its password alone
    password_hash TEXT,                     -- library/password.h
    cover_photo_id INTEGER REFERENCES photo (id) ON DELETE SET NULL,
    smart_filter TEXT,                      -- JSON; NULL: it holds what was put into it
    created_ms INTEGER NOT NULL,
    changed_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX album_account ON album (account_id);

CREATE TABLE album_photo (
    album_id INTEGER NOT NULL REFERENCES album (id) ON DELETE CASCADE,
    photo_id INTEGER NOT NULL REFERENCES photo (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,              -- order in the album
    added_ms INTEGER NOT NULL,
    PRIMARY KEY (album_id, photo_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX album_photo_position ON album_photo (album_id, position);
CREATE INDEX album_photo_photo ON album_photo (photo_id);

-- Only files that somebody named belong to such a source: of its folder alone, those in registered_file.
ALTER TABLE source ADD COLUMN named_only INTEGER NOT NULL DEFAULT 0;

-- Files that somebody asked to have in the library, read by now or not.
CREATE TABLE registered_file (
    path TEXT PRIMARY KEY,    -- base/path_text.h, absolute
    folder TEXT NOT NULL,
    name TEXT NOT NULL,
    registered_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX registered_file_folder ON registered_file (folder);

-- The above as lists show it, brought up to date by library/photo_found.h alone.
ALTER TABLE photo ADD COLUMN persons TEXT;          -- ids of who is on it, one a line, ascending; NULL: nobody
ALTER TABLE photo ADD COLUMN objects TEXT;          -- names of its object classes, one a line; NULL: none
ALTER TABLE photo ADD COLUMN face_count INTEGER;         -- without ignored ones; NULL: nobody has looked
ALTER TABLE photo ADD COLUMN faces_unknown INTEGER;      -- of these, nobody's
ALTER TABLE photo ADD COLUMN faces_blinking INTEGER;     -- of these, with closed eyes
