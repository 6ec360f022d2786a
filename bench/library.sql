-- Multiplies the photos that are in the library by now (the seeds, whose thumbnails so serve many)
-- to :photos photos in 50 to a folder: fifteen years, twelve cameras, twenty lenses, a place for a
-- third, a rating for a tenth, up to four tags of sixty; one of a hundred is a copy of the one before.
-- The same rows on either engine and in every run, but for the content hash, which is what the engine
-- has of 256 bits (:content to :end): what looks random is a multiplication. Then the seeds go.
BEGIN;

CREATE TEMPORARY TABLE seed AS
SELECT row_number() OVER (ORDER BY id) - 1 AS number, id FROM photo;
CREATE TEMPORARY TABLE seed_source AS SELECT id FROM source;

CREATE TEMPORARY TABLE item AS
WITH RECURSIVE series (i) AS (
    SELECT CAST(1 AS BIGINT) UNION ALL SELECT i + 1 FROM series WHERE i < :photos
)
SELECT i, (i - 1) / 50 AS event,
       i * 2654435761 % 4294967296 / 65536 AS r1,
       i * 2246822519 % 4294967296 / 65536 AS r2,
       i * 3266489917 % 4294967296 / 65536 AS r3
FROM series;

INSERT INTO source (path, added_ms) VALUES ('/srv/photos of the benchmark', 1700000000000);

INSERT INTO folder (source_id, path)
SELECT DISTINCT s.id, s.path || '/' || CAST(2008 + event * 40503 % 16 AS TEXT) || '/Event '
       || substr(CAST(10000000 + event AS TEXT), 2)
FROM item CROSS JOIN source s WHERE s.path = '/srv/photos of the benchmark';

INSERT INTO tag (name)
SELECT 'subject ' || substr(CAST(99 + i AS TEXT), 2) FROM item WHERE i BETWEEN 2 AND 61;

INSERT INTO photo (uuid, folder_id, path, name, file_bytes, modified_ns, content_hash, format, width,
    height, orientation, phash, taken_local_ms, taken_offset_minutes, camera_make, camera_model,
    lens_model, title, caption, iso, f_stop, shutter_seconds, focal_length_mm, exposure_bias_ev,
    flash, latitude, longitude, altitude, file_rating, indexed_ms, state_ms)
SELECT '00000000-0000-4000-8000-' || substr(CAST(1000000000000 + i AS TEXT), 2),
    f.id,
    f.path || '/IMG_' || substr(CAST(10000000 + i AS TEXT), 2) || '.jpg',
    'IMG_' || substr(CAST(10000000 + i AS TEXT), 2) || '.jpg',
    4000000 + r1 * 100,
    1700000000000000000 + i,
    :content('photo ' || CAST(CASE WHEN i % 100 = 0 THEN i - 1 ELSE i END AS TEXT):end, 'jpeg', p.width, p.height, 1, i * 9223372036854,
    CASE WHEN r3 % 50 = 0 THEN NULL
         ELSE 1200000000000 + event * 40503 % 7919 * 59780000 + i % 50 * 173000 + r2 END,
    60,
    CASE WHEN r1 % 40 = 0 THEN NULL ELSE 'Maker ' || CAST(r1 % 4 AS TEXT) END,
    CASE WHEN r1 % 40 = 0 THEN NULL ELSE 'Camera ' || CAST(r1 % 12 * (r2 % 12) / 12 AS TEXT) END,
    CASE WHEN r1 % 40 = 0 THEN NULL
         ELSE 'Lens ' || CAST(r2 % 20 * (r3 % 20) / 20 AS TEXT) || ' 24-70mm f/2.8' END,
    NULL,
    CASE WHEN r2 % 30 = 0 THEN 'A walk along the river' END,
    100 * (1 + r1 % 64),
    1.4 + r2 % 24 * 0.5,
    1.0 / (1 + r3 % 4000),
    10 + r3 % 200,
    0,
    0,
    CASE WHEN r2 % 3 = 0 THEN -60 + r1 % 1300 / 10.0 END,
    CASE WHEN r2 % 3 = 0 THEN -180 + r3 % 3600 / 10.0 END,
    CASE WHEN r2 % 3 = 0 THEN 100 + r1 % 900 END,
    CASE WHEN r3 % 10 = 0 THEN 1 + r1 % 5 WHEN r3 % 97 = 0 THEN -1 END,
    1700000000000, 1700000000000
FROM item
JOIN seed ON seed.number = i % (SELECT count(*) FROM seed)
JOIN photo p ON p.id = seed.id
JOIN folder f ON f.path = '/srv/photos of the benchmark/'
    || CAST(2008 + event * 40503 % 16 AS TEXT) || '/Event '
    || substr(CAST(10000000 + event AS TEXT), 2)
ORDER BY i;

INSERT INTO photo_tag (photo_id, tag_id, position)
SELECT p.id, t.id, turn.number
FROM item
JOIN (SELECT 1 AS number UNION ALL SELECT 2 UNION ALL SELECT 3 UNION ALL SELECT 4) AS turn
    ON turn.number <= r1 % 5
JOIN photo p ON p.uuid = '00000000-0000-4000-8000-' || substr(CAST(1000000000000 + i AS TEXT), 2)
JOIN tag t ON t.name = 'subject ' || substr(CAST(101 + r2 * turn.number % 60 AS TEXT), 2)
WHERE true
ON CONFLICT DO NOTHING;

UPDATE photo SET tags = (
    SELECT max(CASE WHEN pt.position = 1 THEN t.name END)
        || coalesce('
' || max(CASE WHEN pt.position = 2 THEN t.name END), '')
        || coalesce('
' || max(CASE WHEN pt.position = 3 THEN t.name END), '')
        || coalesce('
' || max(CASE WHEN pt.position = 4 THEN t.name END), '')
    FROM photo_tag pt JOIN tag t ON t.id = pt.tag_id WHERE pt.photo_id = photo.id
);

DELETE FROM source WHERE id IN (SELECT id FROM seed_source);
COMMIT;
