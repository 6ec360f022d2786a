-- What a library chose for itself and what it must not lose: the secret that signs its sessions.
CREATE TABLE setting (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT;

-- Who has an account. Row 0 is the implicit owner of a library without accounts, who never signs in;
-- what it rated and made goes to the first account.
CREATE TABLE account (
    id INTEGER PRIMARY KEY AUTOINCREMENT,   -- never given twice: sessions and ratings name it
    username TEXT NOT NULL UNIQUE,
    display_name TEXT NOT NULL,
    email TEXT UNIQUE,
    phone TEXT UNIQUE,
    password_hash TEXT,                     -- library/password.h; NULL: cannot sign in by a password
    -- the hash that scoring.json held when the account was taken from there; NULL: made here
    imported_hash TEXT,
    -- when all sessions last ended (a change of password, a sign-out everywhere): a session tells the
    -- number it began with, and one of another number opens nothing. Milliseconds since 1970, or more.
    session_epoch INTEGER NOT NULL DEFAULT 1,
    role TEXT NOT NULL CHECK (role IN ('user', 'admin', 'superadmin')),
    disabled INTEGER NOT NULL DEFAULT 0 CHECK (disabled IN (0, 1)),
    settings TEXT NOT NULL DEFAULT '{}',    -- JSON, of the web app
    created_ms INTEGER NOT NULL
) STRICT;
INSERT INTO account (id, username, display_name, role, created_ms) VALUES (0, '', '', 'superadmin', 0);

-- Which folders an account sees besides the shared ones; a path and all beneath it.
CREATE TABLE account_directory (
    account_id INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    path TEXT NOT NULL,                     -- base/path_text.h, absolute, no slash at its end
    PRIMARY KEY (account_id, path)
) STRICT, WITHOUT ROWID;

-- Folders that every account sees.
CREATE TABLE shared_directory (
    path TEXT PRIMARY KEY
) STRICT, WITHOUT ROWID;

-- What opens doors besides a password: API keys now, shares and PINs later. The secret itself is kept nowhere.
CREATE TABLE credential (
    id INTEGER PRIMARY KEY,
    account_id INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    kind TEXT NOT NULL CHECK (kind IN ('key', 'share', 'pin')),
    name TEXT NOT NULL,
    secret_hash BLOB NOT NULL UNIQUE,       -- BLAKE2b-256 of the secret, which has 256 random bits
    scope TEXT NOT NULL CHECK (scope IN ('read', 'write', 'admin')),
    object_id INTEGER,                      -- of a share: what it opens
    created_ms INTEGER NOT NULL,
    expires_ms INTEGER,                     -- NULL: never
    used_ms INTEGER,                        -- NULL: never
    UNIQUE (account_id, kind, name)
) STRICT;

-- What somebody thinks of a photo. No row: as the file says (photo.file_rating).
CREATE TABLE rating (
    account_id INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    photo_id INTEGER NOT NULL REFERENCES photo (id) ON DELETE CASCADE,
    stars INTEGER NOT NULL CHECK (stars BETWEEN 0 AND 5),
    favorite INTEGER NOT NULL CHECK (favorite IN (0, 1)),
    rejected INTEGER NOT NULL CHECK (rejected IN (0, 1)),
    changed_ms INTEGER NOT NULL,
    version INTEGER NOT NULL,               -- library_version of the change
    PRIMARY KEY (account_id, photo_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX rating_version ON rating (version);
CREATE INDEX rating_photo ON rating (photo_id);

ALTER TABLE source ADD COLUMN removed_ms INTEGER;  -- a person took it out: nothing in it is shown or scanned
ALTER TABLE source ADD COLUMN is_uploads INTEGER NOT NULL DEFAULT 0;  -- ours: what people send lies here

-- library_version of the row's last change: what is kept in memory is brought up to date by it.
ALTER TABLE photo ADD COLUMN version INTEGER NOT NULL DEFAULT 0;
-- Why a photo is not shown although its file may be there: 'trash' (moved to the trash folder) or 'removed' (left
-- where it is, and not to be indexed again until asked). NULL: it is shown.
ALTER TABLE photo ADD COLUMN kept_out TEXT CHECK (kept_out IN ('trash', 'removed'));
ALTER TABLE photo ADD COLUMN kept_out_ms INTEGER;
ALTER TABLE photo ADD COLUMN kept_out_by INTEGER;   -- account.id
-- The photo that stands for this one in lists: the JPEG of a RAW, of the same shot.
ALTER TABLE photo ADD COLUMN stack_of INTEGER REFERENCES photo (id) ON DELETE SET NULL;
-- The XMP sidecar whose facts are in this row, as a scan compares it; NULL: there was none.
ALTER TABLE photo ADD COLUMN sidecar_bytes INTEGER;
ALTER TABLE photo ADD COLUMN sidecar_modified_ns INTEGER;
CREATE INDEX photo_version ON photo (version);
CREATE INDEX photo_stack ON photo (stack_of) WHERE stack_of IS NOT NULL;
CREATE INDEX photo_kept_out ON photo (kept_out_ms) WHERE kept_out IS NOT NULL;

-- Photos whose rows are deleted, so that those who keep them in memory forget them too.
CREATE TABLE photo_gone (
    photo_id INTEGER PRIMARY KEY,
    version INTEGER NOT NULL                 -- library_version of the deletion
) STRICT;
CREATE INDEX photo_gone_version ON photo_gone (version);

-- Lists, counts and orders are answered from memory (library/catalog.h) and need no index any more.
DROP INDEX photo_newest;
DROP INDEX photo_oldest;
DROP INDEX photo_camera;
DROP INDEX photo_lens;
DROP INDEX photo_f_stop;
DROP INDEX photo_focal_length;

-- A file on its way in (tus). Its bytes, and with them how far it is, lie in uploads/.partial/ID.
CREATE TABLE upload (
    id TEXT PRIMARY KEY,                    -- random, 32 hex digits: who knows it may go on with it
    account_id INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    name TEXT NOT NULL,                     -- what the client calls it; never a path of ours
    file_bytes INTEGER,                     -- NULL: not told yet
    modified_ms INTEGER,                    -- of the file on the client's disk
    metadata TEXT NOT NULL,                 -- Upload-Metadata as sent
    state TEXT NOT NULL CHECK (state IN ('open', 'done')),
    path TEXT,                              -- where it came to lie when done; base/path_text.h
    created_ms INTEGER NOT NULL,
    expires_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX upload_expires ON upload (expires_ms);

-- Which folder it was when last scanned whole, by device and number: an empty mount point is another one.
ALTER TABLE source ADD COLUMN root_identity TEXT;
-- The pictures of one shot: same folder, same name but for the ending (library/stack.h).
CREATE INDEX photo_stem ON photo (folder_id, lower(name));
