// Faces without models: rows as analysis leaves them, put into the database before the server starts.
import { execFileSync } from 'node:child_process';
import path from 'node:path';

const FLOATS = 128;
const MODEL = 'face-resnet@test';

// The SQL runs in one transaction, whatever the engine; what a query gives, line by line.
export function sql(home, text) {
  if (home.engine === 'sqlite') {
    return execFileSync('sqlite3', [path.join(home.data, 'albumen.db')],
      { input: `PRAGMA foreign_keys = ON;\nBEGIN;\n${text}\nCOMMIT;\n` }).toString().trim();
  }
  return execFileSync('psql', ['-qXAtv', 'ON_ERROR_STOP=1', '-1', '-d', home.args[home.args.indexOf('--database') + 1]],
    { input: text }).toString().trim();
}

function vector(place) {
  const floats = new Float32Array(FLOATS);
  floats[0] = place;
  floats[1] = 1;
  return Buffer.from(floats.buffer).toString('hex');
}

const quoted = (text) => `'${text.replaceAll("'", "''")}'`;

// Puts a face on the photo of each `path`, at a `place` of a line on which people stand far apart:
// within 0.5 of each other they are one person's. `place` null: too small to tell whose it is.
export function addFaces(home, faces) {
  const blob = (hex) => (home.engine === 'sqlite' ? `x'${hex}'` : `decode('${hex}', 'hex')`);
  const rows = faces.map(({ path: at, place, box = [100, 80, 180, 200] }) => `
    INSERT INTO face (photo_id, face_index, x1, y1, x2, y2, origin, confidence, vector, vector_model)
    SELECT p.id, (SELECT count(*) FROM face f WHERE f.photo_id = p.id), ${box.join(', ')}, 'model', 0.9,
      ${place === null ? 'NULL, NULL' : `${blob(vector(place))}, '${MODEL}'`}
    FROM photo p WHERE p.path = ${quoted(at)};`);
  sql(home, `UPDATE library_version SET version = version + 1;
    ${rows.join('\n')}
    UPDATE photo SET version = (SELECT version FROM library_version),
      face_count = (SELECT count(*) FROM face f WHERE f.photo_id = photo.id),
      faces_unknown = (SELECT count(*) FROM face f WHERE f.photo_id = photo.id)
    WHERE id IN (SELECT photo_id FROM face);`);
}
