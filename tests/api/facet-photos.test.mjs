// GET /api/photos, /api/photo, /api/type_counts and /api/filter_options/*: the gallery's own answers.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { corpus, newHome, onEachEngine, scan, Server } from './harness.mjs';

const { photos: folder, files } = corpus();
const total = files.filter((file) => file.outcome === 'indexed').length;

// Every key of a photo; the client reads them without looking whether they are there.
const PHOTO_KEYS = [
  'path', 'filename', 'date_taken', 'camera_model', 'lens_model', 'iso', 'f_stop', 'shutter_speed',
  'focal_length', 'aesthetic', 'face_count', 'face_quality', 'eye_sharpness', 'face_sharpness',
  'face_ratio', 'tech_sharpness', 'color_score', 'exposure_score', 'comp_score', 'isolation_bonus',
  'is_blink', 'phash', 'is_burst_lead', 'aggregate', 'category', 'image_width', 'image_height',
  'histogram_spread', 'mean_luminance', 'power_point_score', 'shadow_clipped', 'highlight_clipped',
  'is_silhouette', 'is_group_portrait', 'leading_lines_score', 'face_confidence', 'is_monochrome',
  'mean_saturation', 'dynamic_range_stops', 'noise_sigma', 'contrast_score', 'tags',
  'composition_pattern', 'quality_score', 'topiq_score', 'aesthetic_iaa', 'face_quality_iqa',
  'liqe_score', 'subject_sharpness', 'subject_prominence', 'subject_placement', 'bg_separation',
  'star_rating', 'is_favorite', 'is_rejected', 'duplicate_group_id', 'is_duplicate_lead', 'caption',
  'caption_translated', 'gps_latitude', 'gps_longitude', 'tags_list', 'date_formatted', 'persons',
  'unassigned_faces',
];

onEachEngine('the gallery', (engine) => {
  let home, server;
  const photos = (query) => server.get('/api/photos', query);
  const names = async (query) => (await photos({ per_page: 1000, ...query })).photos.map((p) => p.filename);

  before(async () => {
    home = newHome(engine);
    await scan(home, folder);
    server = await Server.start(home);
  });
  after(async () => {
    await server?.stop();
    home?.remove();
  });

  describe('pages', () => {
    it('gives 64 photos unless asked', async () => {
      const page = await photos();
      assert.equal(page.page, 1);
      assert.equal(page.per_page, 64);
      assert.equal(page.total, total);
      assert.equal(page.total_pages, Math.ceil(total / 64));
      assert.equal(page.photos.length, Math.min(64, total));
      assert.equal(page.has_more, total > 64);
    });

    it('shows each photo once over all pages', async () => {
      for (const sort of ['aggregate', 'date_taken', 'f_stop']) {
        const seen = [];
        for (let page = 1; ; page++) {
          const answer = await photos({ page, per_page: 7, sort });
          seen.push(...answer.photos.map((photo) => photo.path));
          if (!answer.has_more) break;
        }
        assert.equal(seen.length, total, sort);
        assert.equal(new Set(seen).size, total, sort);
      }
    });

    it('takes odd numbers calmly', async () => {
      assert.equal((await photos({ page: 'x' })).page, 1);
      assert.equal((await photos({ page: '-3' })).page, 1);
      assert.equal((await photos({ per_page: 'many' })).per_page, 64);
      assert.equal((await photos({ per_page: '0' })).per_page, 1);
      assert.equal((await photos({ per_page: '999999' })).per_page, 1000);
      const beyond = await photos({ page: '99999' });
      assert.deepEqual(beyond.photos, []);
      assert.equal(beyond.has_more, false);
      assert.equal(beyond.total, total);
    });

    it('has every key in every photo', async () => {
      for (const photo of (await photos({ per_page: 1000 })).photos) {
        for (const key of PHOTO_KEYS) assert.ok(key in photo, `${photo.path}: ${key}`);
      }
    });
  });

  describe('order', () => {
    const sorted = async (sort, direction) => {
      const answer = await photos({ sort, sort_direction: direction, per_page: 1000 });
      assert.equal(answer.sort_col, sort);
      return answer.photos;
    };

    it('puts dates in order, unknown ones first going up and last going down', async () => {
      const up = (await sorted('date_taken', 'ASC')).map((photo) => photo.date_taken ?? '');
      assert.deepEqual(up, [...up].sort());
      const down = (await sorted('date_taken', 'DESC')).map((photo) => photo.date_taken ?? '');
      assert.deepEqual(down, [...down].sort().reverse());
      assert.equal(up[0], '');
      assert.equal(down.at(-1), '');
    });

    it('sorts numbers as numbers', async () => {
      for (const key of ['f_stop', 'focal_length', 'shutter_speed']) {
        const up = (await sorted(key, 'ASC')).map((photo) => Number(photo[key] ?? -1));
        assert.deepEqual(up, [...up].sort((a, b) => a - b), key);
      }
    });

    it('breaks ties by path', async () => {
      const paths = (await sorted('date_taken', 'DESC'))
        .filter((photo) => photo.date_taken === null)
        .map((photo) => Buffer.from(photo.path));
      assert.deepEqual(paths, [...paths].sort(Buffer.compare));
    });

    it('falls back to the score for what it does not know', async () => {
      for (const sort of ['path; DROP TABLE photo', 'nonsense', '']) {
        assert.equal((await photos({ sort })).sort_col, 'aggregate');
      }
    });

    it('goes up only for exactly ASC', async () => {
      const down = await names({ sort: 'date_taken', sort_direction: 'DESC' });
      assert.deepEqual(await names({ sort: 'date_taken', sort_direction: 'asc' }), down);
      assert.notDeepEqual(await names({ sort: 'date_taken', sort_direction: 'ASC' }), down);
      assert.deepEqual(await names({ sort: 'date_taken', dir: 'ASC' }),
        await names({ sort: 'date_taken', sort_direction: 'ASC' }));
    });
  });

  describe('filters', () => {
    const only = async (query, belongs) => {
      const all = (await photos({ per_page: 1000 })).photos;
      const kept = await names(query);
      assert.deepEqual(kept.sort(), all.filter(belongs).map((photo) => photo.filename).sort());
      assert.ok(kept.length > 0 && kept.length < total, `${kept.length} photos`);
    };

    it('by camera and lens', async () => {
      await only({ camera: 'Canon EOS R5' }, (p) => p.camera_model === 'Canon EOS R5');
      await only({ lens: 'RF50mm' }, (p) => p.lens_model?.startsWith('RF50mm'));
    });

    it('by date', async () => {
      await only({ date_from: '2021-01-01' }, (p) => p.date_taken >= '2021:01:01');
      await only({ date_to: '2019-12-31' }, (p) => p.date_taken && p.date_taken <= '2019:12:31 23:59:59');
      await only({ date_from: '2020-02-29', date_to: '2020-02-29' },
        (p) => p.date_taken?.startsWith('2020:02:29'));
    });

    it('by number', async () => {
      await only({ min_iso: '150' }, (p) => p.iso >= 150);
      await only({ max_aperture: '2' }, (p) => p.f_stop !== null && p.f_stop <= 2);
      await only({ min_focal_length: '40', max_focal_length: '60' },
        (p) => p.focal_length >= 40 && p.focal_length <= 60);
      await only({ min_star_rating: '4' }, (p) => p.star_rating >= 4);
    });

    it('by tag and by words', async () => {
      await only({ tag: 'snow' }, (p) => p.tags?.split(',').includes('snow'));
      await only({ require_tags: 'tower,lake' },
        (p) => p.tags?.split(',').some((tag) => tag === 'tower' || tag === 'lake'));
      await only({ search: 'LEAP' }, (p) => p.filename.includes('leap'));
      await only({ search: '%2F' }, (p) => p.filename.includes('%2F'));
    });

    it('by place', async () => {
      const query = { gps_lat: '48.86', gps_lng: '2.29', gps_radius_km: '10' };
      await only(query, (p) => p.gps_latitude > 48 && p.gps_latitude < 49);
    });

    it('by folder', async () => {
      const prefix = `${folder}/facts`;
      await only({ path_prefix: prefix }, (p) => p.path.startsWith(`${prefix}/`));
      await only({ path_prefix: `${folder}/100%` }, (p) => p.path.startsWith(`${folder}/100%/`));
    });

    it('by what was rejected', async () => {
      await only({ show_rejected: '1' }, (p) => p.is_rejected === 1);
      await only({ hide_rejected: 'true' }, (p) => p.is_rejected !== 1);
    });

    it('but not by values that make no sense', async () => {
      for (const query of [
        { min_iso: '2.5' }, { min_aperture: 'wide' }, { gps_lat: '48' }, { min_rating: '9' },
        { camera: '' }, { nonsense: '1' }, { favorites_only: 'true' }, { min_aggregate: 'x' },
      ]) {
        assert.equal((await photos(query)).total, total, JSON.stringify(query));
      }
      assert.equal((await photos({ camera: "' OR 1=1 --" })).total, 0);
    });

    it('takes the last of repeated parameters', async () => {
      const answer = await server.get('/api/photos?per_page=3&per_page=5');
      assert.equal(answer.per_page, 5);
    });

    it('hides nothing that is in no burst', async () => {
      assert.equal((await photos({ hide_bursts: 'true', hide_blinks: 'true' })).total, total);
    });

    it('hides all but one of each group of duplicates', async () => {
      const all = (await photos({ per_page: 1000 })).photos;
      const hidden = all.filter((photo) => photo.is_duplicate_lead === 0);
      const groups = new Set(hidden.map((photo) => photo.duplicate_group_id));
      assert.ok(groups.size > 0);
      for (const group of groups) {
        const same = all.filter((photo) => photo.duplicate_group_id === group);
        assert.equal(same.filter((photo) => photo.is_duplicate_lead === 1).length, 1);
        assert.equal(new Set(same.map((photo) => photo.phash)).size, 1);
      }
      for (const on of ['1', 'true']) {
        assert.equal((await photos({ hide_duplicates: on })).total, total - hidden.length);
      }
      const { types } = await server.get('/api/type_counts', { hide_duplicates: 1 });
      assert.equal(types[0].count, total - hidden.length);
    });
  });

  describe('one photo', () => {
    it('is the same as in the list', async () => {
      for (const listed of (await photos({ per_page: 1000 })).photos) {
        const { caption_translated: _, ...photo } = await server.get('/api/photo', { path: listed.path });
        const { caption_translated: __, ...row } = listed;
        assert.deepEqual(photo, row);
      }
    });

    it('is missed politely', async () => {
      const missing = { query: { path: `${folder}/nowhere.jpg` }, status: 404 };
      assert.deepEqual(await server.api('GET', '/api/photo', missing), { detail: 'Photo not found' });
      const answer = await server.api('GET', '/api/photo', { status: 422 });
      assert.equal(answer.detail[0].type, 'missing');
      assert.deepEqual(answer.detail[0].loc, ['query', 'path']);
    });
  });

  describe('choices', () => {
    it('count the photos of each camera and lens', async () => {
      const all = (await photos({ per_page: 1000 })).photos;
      const count = (key, value) => all.filter((photo) => photo[key] === value).length;
      const { cameras } = await server.get('/api/filter_options/cameras');
      for (const [name, n] of cameras) assert.equal(n, count('camera_model', name), name);
      assert.ok(cameras.length > 1);
      assert.deepEqual(cameras.map(([, n]) => n), cameras.map(([, n]) => n).sort((a, b) => b - a));
      const { lenses } = await server.get('/api/filter_options/lenses');
      for (const [name, n] of lenses) assert.equal(n, count('lens_model', name), name);
    });

    it('list apertures and focal lengths in order', async () => {
      const { apertures } = await server.get('/api/filter_options/apertures');
      assert.deepEqual(apertures.map(([value]) => value), [1.2, 4]);
      const lengths = (await server.get('/api/filter_options/focal_lengths')).focal_lengths;
      assert.deepEqual(lengths.map(([value]) => value), [35, 50]);
    });

    it('count the photos of each tag', async () => {
      const all = (await photos({ per_page: 1000 })).photos;
      const { tags } = await server.get('/api/filter_options/tags');
      assert.ok(tags.length > 1);
      for (const [name, n] of tags) {
        assert.equal(n, all.filter((photo) => photo.tags?.split(',').includes(name)).length, name);
      }
      const sorted = tags.slice().sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1));
      assert.deepEqual(tags, sorted);
    });

    it('are none of what no photo has yet', async () => {
      for (const name of ['patterns', 'categories', 'persons']) {
        const answer = await server.get(`/api/filter_options/${name}`);
        assert.deepEqual(answer, { [name]: [], cached: false });
      }
      const place = await server.get('/api/filter_options/location_name', { lat: 48.85, lng: 2.35 });
      assert.deepEqual(place, { display_name: '' });
      await server.api('GET', '/api/filter_options/location_name', { query: { lat: 1 }, status: 422 });
    });

    it('count the types', async () => {
      const { types } = await server.get('/api/type_counts');
      assert.deepEqual(types[0], { id: '', label: 'All Photos', count: total });
    });
  });
});
