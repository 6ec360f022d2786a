-- A folder that a person asked to have indexed; its photographs lie in it or beneath it.
CREATE TABLE source (
    id INTEGER PRIMARY KEY,
    path TEXT NOT NULL UNIQUE,              -- base/path_text.h, absolute
    added_ms INTEGER NOT NULL,              -- since 1970, UTC, as every *_ms here but taken_local_ms
    scanned_ms INTEGER                      -- when a scan last came to its end
) STRICT;

CREATE TABLE folder (
    id INTEGER PRIMARY KEY,
    source_id INTEGER NOT NULL REFERENCES source (id) ON DELETE CASCADE,
    path TEXT NOT NULL UNIQUE
) STRICT;
CREATE INDEX folder_source ON folder (source_id);

CREATE TABLE photo (
    id INTEGER PRIMARY KEY,
    uuid TEXT NOT NULL UNIQUE,
    folder_id INTEGER NOT NULL REFERENCES folder (id) ON DELETE CASCADE,
    path TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,                     -- the last part of path
    file_bytes INTEGER NOT NULL,
    modified_ns INTEGER NOT NULL,           -- the file's own time: what a second scan compares
    content_hash BLOB NOT NULL,             -- BLAKE2b-256
    format TEXT NOT NULL,                   -- media_format_name
    width INTEGER NOT NULL,                 -- upright
    height INTEGER NOT NULL,
    orientation INTEGER NOT NULL,           -- EXIF 1..8, as in the file
    phash INTEGER NOT NULL,                 -- 64 bits
    taken_local_ms INTEGER,                 -- the camera's wall clock as if it were UTC
    taken_offset_minutes INTEGER,
    camera_make TEXT,
    camera_model TEXT,
    lens_model TEXT,
    software TEXT,
    artist TEXT,
    copyright TEXT,
    title TEXT,
    caption TEXT,
    iso INTEGER,
    f_stop REAL,
    shutter_seconds REAL,
    focal_length_mm REAL,
    focal_length_35mm REAL,
    exposure_bias_ev REAL,
    flash INTEGER,
    latitude REAL,
    longitude REAL,
    altitude REAL,
    file_rating INTEGER,                    -- what the file says: 0..5, -1 rejected
    tags TEXT,                              -- a name a line, in the file's order: photo_tag as a page shows it
    indexed_ms INTEGER NOT NULL,
    -- only what is present is shown; the rest keeps its marks for the day it comes back
    state TEXT NOT NULL DEFAULT 'present' CHECK (state IN ('present', 'missing')),
    state_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX photo_folder ON photo (folder_id, name);
CREATE INDEX photo_content ON photo (content_hash);
-- Holds whatever photos are filtered, sorted and laid out by, so that counting and ordering them all
-- reads this and not the table; SQLite takes it so only if the column of its own condition is in it.
CREATE INDEX photo_newest ON photo (taken_local_ms DESC, path, file_rating, iso, f_stop,
    focal_length_mm, shutter_seconds, camera_model, lens_model, latitude, longitude, width, height,
    state) WHERE state = 'present';
CREATE INDEX photo_oldest ON photo (taken_local_ms, path) WHERE state = 'present';
CREATE INDEX photo_camera ON photo (camera_model) WHERE state = 'present';
CREATE INDEX photo_lens ON photo (lens_model) WHERE state = 'present';
CREATE INDEX photo_f_stop ON photo (f_stop) WHERE state = 'present';
-- Also the smallest that holds the state: what counts all photos.
CREATE INDEX photo_focal_length ON photo (focal_length_mm, state) WHERE state = 'present';

CREATE TABLE tag (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE
) STRICT;

CREATE TABLE photo_tag (
    photo_id INTEGER NOT NULL REFERENCES photo (id) ON DELETE CASCADE,
    tag_id INTEGER NOT NULL REFERENCES tag (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,              -- the order in the file
    PRIMARY KEY (photo_id, tag_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX photo_tag_tag ON photo_tag (tag_id, photo_id);

-- A file that could not be read, until it changes or can.
CREATE TABLE failure (
    path TEXT PRIMARY KEY,
    folder_id INTEGER NOT NULL REFERENCES folder (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    file_bytes INTEGER NOT NULL,
    modified_ns INTEGER NOT NULL,
    code TEXT NOT NULL,                     -- albumen_error_name
    reason TEXT NOT NULL,                   -- for a person
    failed_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX failure_folder ON failure (folder_id, name);

-- Long work. A row is leased by a node, which keeps its heartbeat; a lease that ran out may be taken over.
CREATE TABLE job (
    id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('queued', 'running', 'done', 'failed', 'cancelled')),
    payload TEXT NOT NULL,                  -- JSON
    progress TEXT,                          -- JSON, as the kind defines
    error TEXT,
    node TEXT,
    lease_until_ms INTEGER,
    created_ms INTEGER NOT NULL,
    started_ms INTEGER,
    finished_ms INTEGER
) STRICT;
CREATE INDEX job_state ON job (state, id);

-- Counts what changes in photo and its tags: what was worked out from them is good for as long as it stands still.
CREATE TABLE library_version (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    version INTEGER NOT NULL
) STRICT;
-- It starts at the time of its making, so that no two libraries at one address share a number.
INSERT INTO library_version (id, version) VALUES (1, CAST(strftime('%s', 'now') AS INTEGER) * 1000);
