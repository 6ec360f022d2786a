// Along time, of this day, on a map and by folder: GET /api/timeline*, /api/memories*,
// /api/photos/map*, /api/folders.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { corpus, newHome, onEachEngine, scan, Server, temporaryFolder } from './harness.mjs';

const { photos: samples } = corpus();

const PLACES = { paris: [48.85, 2.35], london: [51.5, -0.12], west: [-17.5, 178.5], east: [-17.5, -179.5] };
const FILES = [
  ['2024/march/a.jpg', '2024:03:14 10:00:00', PLACES.paris],
  ['2024/march/b.jpg', '2024:03:14 12:00:00', PLACES.london],
  ['2024/jan/c.jpg', '2024:01:31 23:59:59'],
  ['2023/d.jpg', '2023:03:14 00:00:00', PLACES.west],
  ['2023/e.jpg', '2023:12:31 23:59:58', PLACES.east],
  ['undated/f.jpg', null, PLACES.paris],
  ['undated/zero.jpg', '0000:00:00 00:00:00'],
  ['Über uns/g.jpg', null],
];

// Made once, for both engines.
function makeFolder() {
  const folder = temporaryFolder('timeline');
  const commands = [];
  for (const [name, taken, place] of FILES) {
    const file = path.join(folder, name);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.copyFileSync(path.join(samples, 'formats/baseline.jpg'), file);
    fs.appendFileSync(file, name); // every picture is another
    const args = [];
    if (taken) args.push(`-EXIF:DateTimeOriginal#=${taken}`);
    if (place) {
      args.push(`-EXIF:GPSLatitude=${Math.abs(place[0])}`, `-EXIF:GPSLatitudeRef=${place[0] < 0 ? 'S' : 'N'}`,
        `-EXIF:GPSLongitude=${Math.abs(place[1])}`, `-EXIF:GPSLongitudeRef=${place[1] < 0 ? 'W' : 'E'}`);
    }
    if (args.length) commands.push([...args, '-m', '-q', '-overwrite_original', file, '-execute'].join('\n'));
  }
  execFileSync('exiftool', ['-@', '-'], { input: `${commands.join('\n')}\n` });
  return folder;
}

const folder = makeFolder();
after(() => fs.rmSync(folder, { recursive: true, force: true }));

onEachEngine('photos along time and place', (engine) => {
  let home, server;
  const file = (name) => path.join(folder, name);
  const get = (target, query) => server.get(target, query);
  const fails = (target, query, status) => server.api('GET', target, { query, status });
  // As somebody who has not signed in and is not at this machine.
  const stranger = async (target) => {
    const answer = await server.request('GET', target, { headers: { host: 'elsewhere.example' } });
    assert.equal(answer.status, 200, target);
    return JSON.parse(answer.body.toString('utf8'));
  };

  before(async () => {
    home = newHome(engine);
    await scan(home, folder);
    server = await Server.start(home);
  });
  after(async () => {
    await server?.stop();
    home?.remove();
  });

  it('are told to be there', async () => {
    const { features } = await get('/api/config');
    for (const name of ['timeline', 'map', 'memories', 'folders', 'rating_controls']) {
      assert.equal(features[`show_${name}`], true, name);
    }
    assert.equal(features.show_albums, false);
  });

  describe('timeline', () => {
    it('goes from years to months to days', async () => {
      assert.deepEqual(await get('/api/timeline/years'), {
        years: [
          { year: '2024', count: 3, hero_photo_path: file('2024/jan/c.jpg') },
          { year: '2023', count: 2, hero_photo_path: file('2023/d.jpg') },
        ],
      });
      assert.deepEqual(await get('/api/timeline/months', { year: 2024 }), {
        months: [
          { month: '2024-01', count: 1, hero_photo_path: file('2024/jan/c.jpg') },
          { month: '2024-03', count: 2, hero_photo_path: file('2024/march/a.jpg') },
        ],
      });
      const march = [{ date: '2024-03-14', count: 2, hero_photo_path: file('2024/march/a.jpg') }];
      assert.deepEqual(await get('/api/timeline/dates', { year: 2024, month: 3 }), { dates: march });
      const { dates } = await get('/api/timeline/dates', { year: 2024 });
      assert.deepEqual(dates.map(({ date }) => date), ['2024-01-31', '2024-03-14']);
      assert.deepEqual(await get('/api/timeline/dates', { year: 2023, month: 11 }), { dates: [] });
      assert.deepEqual(await get('/api/timeline/months', { year: 1999 }), { months: [] });
    });

    it('takes days as days', async () => {
      const years = async (query) => (await get('/api/timeline/years', query)).years.map(({ year, count }) => `${year}:${count}`);
      assert.deepEqual(await years({ date_from: '2024-01-31', date_to: '2024-01-31' }), ['2024:1']);
      assert.deepEqual(await years({ date_from: '2023-06-01' }), ['2024:3', '2023:1']);
      assert.deepEqual(await years({ date_to: '2023-12-31' }), ['2023:2']);
      assert.deepEqual(await years({ date_to: '2023-12-30', hide_bursts: '1' }), ['2023:1']);
      assert.deepEqual(await years({ date_from: 'yesterday' }), ['2024:3', '2023:2']);
      const { dates } = await get('/api/timeline/dates', { year: 2024, date_from: '2024-02-01' });
      assert.deepEqual(dates.map(({ date }) => date), ['2024-03-14']);
    });

    it('has bounds', async () => {
      for (const [target, query] of [
        ['dates', {}], ['months', {}], ['dates', { year: 1899 }], ['months', { year: 2101 }], ['dates', { year: 'x' }],
        ['dates', { year: 2024, month: 0 }], ['dates', { year: 2024, month: 13 }],
      ]) await fails(`/api/timeline/${target}`, query, 422);
      for (const query of [{ limit: 0 }, { limit: 501 }, { photos_per_group: 0 }, { photos_per_group: 101 }]) {
        await fails('/api/timeline', query, 422);
      }
    });

    it('gives photos page by page', async () => {
      const seen = [];
      let cursor;
      for (;;) {
        const page = await get('/api/timeline', { limit: 2, ...(cursor && { cursor }) });
        seen.push(...page.groups.map(({ date, count, photos }) => [date, count, photos.map(({ filename }) => filename)]));
        assert.equal(page.next_cursor, page.has_more ? page.groups.at(-1).date : null);
        if (!page.has_more) break;
        cursor = page.next_cursor;
      }
      assert.deepEqual(seen, [
        ['2024-03-14', 2, ['a.jpg', 'b.jpg']], ['2024-01-31', 1, ['c.jpg']],
        ['2023-12-31', 1, ['e.jpg']], ['2023-03-14', 1, ['d.jpg']],
      ]);
    });

    it('groups by week and month, newer or older', async () => {
      const keys = async (query) => (await get('/api/timeline', query)).groups.map(({ date }) => date);
      assert.deepEqual(await keys({ granularity: 'month' }), ['2024-03', '2024-01', '2023-12', '2023-03']);
      assert.deepEqual(await keys({ granularity: 'week' }), ['2024-W11', '2024-W05', '2023-W52', '2023-W11']);
      assert.deepEqual(await keys({ granularity: 'decade', direction: 'newer', limit: 2 }), ['2023-03-14', '2023-12-31']);
      assert.deepEqual(await keys({ direction: 'newer', cursor: '2023-12-31' }), ['2024-01-31', '2024-03-14']);
      assert.deepEqual(await keys({ granularity: 'month', date_from: '2024-03-14' }), ['2024-03']);
      assert.deepEqual(await keys({ granularity: 'week', date_to: '2023-12-31' }), ['2023-W52', '2023-W11']);
    });

    it('gives whole photos', async () => {
      const { groups } = await get('/api/timeline', { limit: 1, photos_per_group: 1, sort_by: 'filename' });
      assert.equal(groups[0].count, 2);
      assert.deepEqual(groups[0].photos, [await get('/api/photo', { path: file('2024/march/a.jpg') })]);
    });
  });

  describe('memories', () => {
    it('are of the same day in other years', async () => {
      const answer = await get('/api/memories', { date: '2025-03-14' });
      assert.equal(answer.date, '2025-03-14');
      assert.equal(answer.has_memories, true);
      assert.deepEqual(answer.years.map(({ year, total_count, photos }) => [year, total_count, photos.map(({ filename }) => filename)]),
        [['2024', 2, ['a.jpg', 'b.jpg']], ['2023', 1, ['d.jpg']]]);
      assert.deepEqual(await get('/api/memories/check', { date: '2025-03-14' }), { has_memories: true });
    });

    it('may be none', async () => {
      assert.deepEqual(await get('/api/memories', { date: '2023-03-14' }),
        { years: [], has_memories: false, date: '2023-03-14' });
      assert.deepEqual(await get('/api/memories/check', { date: '2023-03-14' }), { has_memories: false });
    });

    it('are of today unless told', async () => {
      const now = new Date();
      const today = [now.getFullYear(), now.getMonth() + 1, now.getDate()];
      const { date } = await get('/api/memories');
      assert.match(date, /^\d{4}-\d\d-\d\d$/);
      const distance = Math.abs(Date.parse(date) - Date.UTC(today[0], today[1] - 1, today[2]));
      assert.ok(distance <= 86_400_000, date); // a midnight may have passed
    });

    it('do without what was rejected', async () => {
      const toggle = () => server.api('POST', '/api/photo/toggle_rejected', { json: { photo_path: file('2023/d.jpg') } });
      await toggle();
      assert.deepEqual(await get('/api/memories/check', { date: '2024-03-14' }), { has_memories: false });
      await toggle();
      assert.deepEqual(await get('/api/memories/check', { date: '2024-03-14' }), { has_memories: true });
    });

    it('need a date', async () => {
      for (const target of ['/api/memories', '/api/memories/check']) {
        for (const date of ['today', '2024:03:14', '2024-02-30', '14-03-2024']) {
          assert.deepEqual(await fails(target, { date }, 400), { detail: 'Invalid date format, expected YYYY-MM-DD' });
        }
      }
    });
  });

  describe('map', () => {
    const names = async (bounds, more) => {
      const answer = await get('/api/photos/map', { bounds, zoom: 12, ...more });
      assert.deepEqual(answer.clusters, []);
      return answer.photos.map(({ path: photo }) => path.relative(folder, photo)).join(' ');
    };

    it('shows photos one by one', async () => {
      const { photos } = await get('/api/photos/map', { bounds: '48,2,49,3' });
      assert.equal(photos.length, 2);
      const { lat, lng, ...photo } = photos[0];
      assert.ok(Math.abs(lat - 48.85) < 1e-6 && Math.abs(lng - 2.35) < 1e-6);
      assert.deepEqual(photo, {
        path: file('2024/march/a.jpg'), aggregate: null, filename: 'a.jpg', date_taken: '2024:03:14 10:00:00', category: null,
      });
      assert.equal(photos[1].date_taken, null);
    });

    it('knows the antimeridian and maps wider than the world', async () => {
      assert.equal(await names('-20,178,-15,-179'), '2023/d.jpg 2023/e.jpg');
      assert.equal(await names('-20,179,-15,181'), '2023/e.jpg');
      assert.equal(await names('-20,-182,-15,-180.5'), '2023/d.jpg');
      assert.equal(await names('-20,-600,-15,600'), '2023/d.jpg 2023/e.jpg');
      assert.equal(await names('-90,-180,90,180', { limit: 1 }), '2023/d.jpg');
    });

    it('includes whole days and leaves out what has none', async () => {
      const world = '-90,-180,90,180';
      assert.equal(await names(world, { date_to: '2023-12-31' }), '2023/d.jpg 2023/e.jpg');
      assert.equal(await names(world, { date_from: '2023-12-31', date_to: '2024-03-14' }),
        '2023/e.jpg 2024/march/a.jpg 2024/march/b.jpg');
      assert.equal(await names(world, { date_from: '2024-03-15' }), '');
    });

    it('gathers what is close', async () => {
      const { clusters, photos } = await get('/api/photos/map', { bounds: '-90,-180,90,180', zoom: 3 });
      assert.deepEqual(photos, []);
      assert.deepEqual(clusters.map(({ count, representative_path }) => [count, path.relative(folder, representative_path)]),
        [[3, '2024/march/a.jpg'], [1, '2023/d.jpg'], [1, '2023/e.jpg']]);
      assert.ok(Math.abs(clusters[0].lat - (48.85 * 2 + 51.5) / 3) < 1e-6);
    });

    it('says what is wrong', async () => {
      const bounds = { detail: 'Invalid bounds format. Expected: sw_lat,sw_lng,ne_lat,ne_lng' };
      for (const text of ['1,2,3', '1,2,3,x', '1,2,3,4,5', 'nan,0,1,1', '1,2,3,inf', ',,,']) {
        assert.deepEqual(await fails('/api/photos/map', { bounds: text }, 400), bounds, text);
      }
      for (const name of ['date_from', 'date_to']) {
        assert.deepEqual(await fails('/api/photos/map', { bounds: '0,0,1,1', [name]: '2024/01/01' }, 400),
          { detail: `Invalid ${name} format. Expected: YYYY-MM-DD` });
      }
      for (const query of [{}, { bounds: '0,0,1,1', zoom: 23 }, { bounds: '0,0,1,1', zoom: -1 }, { bounds: '0,0,1,1', limit: 2001 }]) {
        await fails('/api/photos/map', query, 422);
      }
    });

    it('counts', async () => {
      assert.deepEqual(await get('/api/photos/map/count'), { count: 5 });
    });
  });

  describe('folders', () => {
    const list = async (prefix) => (await get('/api/folders', { prefix })).folders
      .map((folderRow) => `${folderRow.name}:${folderRow.photo_count}`).join(' ');

    it('are walked down', async () => {
      assert.deepEqual((await get('/api/folders', { prefix: `${folder}/2024/` })), {
        folders: [
          { name: 'jan', path: `${file('2024/jan')}/`, photo_count: 1, cover_photo_path: file('2024/jan/c.jpg') },
          { name: 'march', path: `${file('2024/march')}/`, photo_count: 2, cover_photo_path: file('2024/march/a.jpg') },
        ],
        has_direct_photos: false,
      });
      assert.equal(await list(folder), '2023:2 2024:3 undated:2 Über uns:1');
      assert.deepEqual(await get('/api/folders', { prefix: `${file('2023')}/` }), { folders: [], has_direct_photos: true });
      assert.deepEqual(await get('/api/folders', { prefix: file('20') }), { folders: [], has_direct_photos: false });
    });

    it('begin at the outermost', async () => {
      const { folders } = await get('/api/folders');
      const first = folder.split('/')[1];
      assert.deepEqual(folders.map(({ name, path: where, photo_count }) => [name, where, photo_count]),
        [[first, `/${first}/`, FILES.length]]);
    });

    it('are found without their slash too', async () => {
      assert.equal(await list(`${folder.slice(1)}/2024/`), 'jan:1 march:2');
    });
  });

  it('are nobody else\'s', async () => {
    assert.deepEqual(await stranger('/api/timeline/years'), { years: [] });
    assert.deepEqual(await stranger('/api/timeline/months?year=2024'), { months: [] });
    assert.deepEqual(await stranger('/api/timeline/dates?year=2024'), { dates: [] });
    assert.deepEqual(await stranger('/api/timeline'), { groups: [], next_cursor: null, has_more: false });
    assert.deepEqual(await stranger('/api/folders'), { folders: [], has_direct_photos: false });
    assert.deepEqual(await stranger('/api/photos/map?bounds=-90,-180,90,180'), { clusters: [], photos: [] });
    const { years } = await stranger('/api/memories?date=2025-03-14');
    assert.deepEqual(years, []);
  });

  it('are no secret where a page asks once before anybody signs in', async () => {
    assert.deepEqual(await stranger('/api/photos/map/count'), { count: 1 });
    assert.deepEqual(await stranger('/api/memories/check?date=2025-03-14'), { has_memories: true });
    assert.deepEqual(await stranger('/api/memories/check?date=2023-03-14'), { has_memories: false });
    assert.deepEqual(await stranger('/api/type_counts'), { types: [] });
  });
});
