// What a client asks before it shows anything: who am I, how is this server set up, which words.
import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { newHome, onEachEngine, Server } from './harness.mjs';

onEachEngine('a new server without users', (engine) => {
  let home, server;
  before(async () => {
    home = newHome(engine);
    server = await Server.start(home);
  });
  after(async () => {
    await server?.stop();
    home?.remove();
  });

  it('is open on loopback', async () => {
    const status = await server.get('/api/auth/status');
    assert.equal(status.authenticated, true);
    assert.equal(status.multi_user, false);
    assert.equal(status.edition_enabled, true);
    assert.equal(status.edition_authenticated, true);
    assert.equal(status.user_id, null);
    assert.equal(status.user_role, 'user');
    assert.equal(status.display_name, '');
    assert.deepEqual(status.download_profiles, []);
    assert.equal(typeof status.features, 'object');
  });

  it('takes an invalid token for none', async () => {
    const headers = { authorization: 'Bearer nonsense' };
    const status = await server.api('GET', '/api/auth/status', { headers });
    assert.equal(status.authenticated, true);
    await server.api('GET', '/api/photos', { headers });
  });

  it('has an empty gallery', async () => {
    const page = await server.get('/api/photos');
    assert.deepEqual(page.photos, []);
    assert.equal(page.total, 0);
    assert.equal(page.total_pages, 1);
    assert.equal(page.has_more, false);
    assert.deepEqual(await server.get('/api/type_counts'), { types: [] });
    assert.deepEqual((await server.get('/api/filter_options/cameras')).cameras, []);
  });

  it('describes itself', async () => {
    const config = await server.get('/api/config');
    assert.equal(config.pagination.default_per_page, 64);
    assert.equal(config.defaults.sort, 'aggregate');
    assert.equal(config.is_multi_user, false);
    assert.equal(config.display.thumbnail_slider.max_px, 400);
    assert.deepEqual(config.quality_thresholds, { good: 6, great: 7, excellent: 8, best: 9 });
    const columns = Object.values(config.sort_options_grouped).flat().map(({ column }) => column);
    for (const column of ['aggregate', 'date_taken', 'f_stop', 'shutter_speed']) {
      assert.ok(columns.includes(column), column);
    }
    assert.equal(config.features.show_similar_button, true, 'by hashes, where nothing else is there');
    assert.equal(config.features.show_semantic_search, true);
  });

  it('speaks', async () => {
    const { languages, default: fallback } = await server.get('/api/i18n/languages');
    assert.equal(fallback, 'en');
    assert.ok(languages.includes('en'));
    const english = await server.get('/api/i18n/en');
    assert.equal(typeof english, 'object');
    assert.ok(Object.keys(english).length > 0);
    const unknown = await server.api('GET', '/api/i18n/xx', { status: 404 });
    assert.deepEqual(unknown, { detail: "Language 'xx' not supported" });
  });

  it('is well', async () => {
    assert.deepEqual(await server.get('/health'), { status: 'ok' });
    assert.deepEqual(await server.get('/ready'), { status: 'ready', checks: { database: 'ok' } });
  });

  it('documents itself, served by itself', async () => {
    const document = JSON.parse((await server.request('GET', '/api/openapi.json')).body.toString());
    assert.match(document.openapi, /^3\.1\./);
    for (const target of ['/api/photos', '/api/photo', '/api/config', '/thumbnail', '/image']) {
      assert.ok(document.paths[target]?.get, target);
    }
    const page = await server.request('GET', '/api/docs');
    assert.equal(page.status, 200);
    assert.match(page.headers['content-type'], /^text\/html/);
    assert.doesNotMatch(page.body.toString(), /(src|href)="(https?:)?\/\//);
  });

  it('answers what it does not know in the dialect', async () => {
    const unknown = await server.api('GET', '/api/nowhere', { status: 404 });
    assert.deepEqual(unknown, { detail: 'Not Found' });
    const answer = await server.request('DELETE', '/api/photos');
    assert.equal(answer.status, 405);
    assert.match(answer.headers.allow, /\bGET\b/);
    assert.deepEqual(JSON.parse(answer.body.toString()), { detail: 'Method Not Allowed' });
  });

  it('serves the web app, and for its own addresses too', async () => {
    for (const target of ['/', '/timeline/2024', '/photo']) {
      const page = await server.request('GET', target);
      assert.equal(page.status, 200, target);
      assert.match(page.headers['content-type'], /^text\/html/, target);
    }
    assert.equal((await server.request('GET', '/..%2f..%2fetc/passwd')).body.includes('root:'), false);
  });

  it('ends with status 0 when asked to', async () => {
    const other = newHome(engine);
    const second = await Server.start(other);
    assert.equal(await second.stop('SIGTERM'), 0);
    const third = await Server.start(other);
    assert.equal(await third.stop('SIGINT'), 0);
    other.remove();
  });
});
