// What a person waits for in the web app, in Debian's Chromium without a window.
//   node bench/browser.mjs URL     prints one JSON object; times in milliseconds
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { milliseconds } from './table.mjs';
import { median, REPOSITORY, say, Server } from './tools.mjs';

const VISITS = 5;
const SCROLL_MS = 5_000;
const SCROLL_PX_PER_SECOND = 1_500;

// Runs in the page: what the measurements ask it.
function install() {
  const shown = (tile) => {
    const image = tile.querySelector('img');
    return image !== null && image.complete && image.naturalWidth > 0;
  };
  const nextFrame = () => new Promise((resolve) => requestAnimationFrame(resolve));
  globalThis.probe = {
    // When the first picture was there, since the navigation began.
    async firstPicture() {
      while (![...document.querySelectorAll('[data-id]')].some(shown)) await nextFrame();
      return performance.now();
    },
    // Until all pictures in sight are there.
    async settled() {
      for (;;) {
        await nextFrame();
        const scroller = document.querySelector('.scroller');
        if (scroller === null) continue;
        const { top, bottom } = scroller.getBoundingClientRect();
        const seen = [...document.querySelectorAll('[data-id]')].filter((tile) => {
          const box = tile.getBoundingClientRect();
          return box.bottom > top && box.top < bottom;
        });
        if (seen.length > 0 && seen.every(shown)) return;
      }
    },
    async jump(share) {
      const scroller = document.querySelector('.scroller');
      const began = performance.now();
      scroller.scrollTop = (scroller.scrollHeight - scroller.clientHeight) * share;
      await this.settled();
      return performance.now() - began;
    },
    // Times between frames while it scrolls evenly.
    async scroll(milliseconds, speed) {
      const scroller = document.querySelector('.scroller');
      const from = scroller.scrollTop;
      const frames = [];
      const began = await nextFrame();
      for (let now = began; now - began < milliseconds; ) {
        scroller.scrollTop = from + ((now - began) / 1000) * speed;
        const next = await nextFrame();
        frames.push(next - now);
        now = next;
      }
      return frames;
    },
  };
}

async function visit(browser, url, body) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  await context.addInitScript(install);
  const page = await context.newPage();
  await page.goto(url, { waitUntil: 'commit' });
  const result = await body(page);
  await context.close();
  return result;
}

export async function measure(url) {
  const { launchBrowser } = await import('../tests/web/browser.mjs');
  const browser = await launchBrowser();
  try {
    const first = [];
    for (let i = 0; i < VISITS; i++) {
      first.push(await visit(browser, url, (page) => page.evaluate(() => probe.firstPicture())));
    }
    return await visit(browser, url, async (page) => {
      await page.evaluate(() => probe.settled());
      const middle = await page.evaluate(() => probe.jump(0.5));
      const end = await page.evaluate(() => probe.jump(1));
      await page.evaluate(() => probe.jump(0.25));
      const frames = await page.evaluate(
        ([duration, speed]) => probe.scroll(duration, speed),
        [SCROLL_MS, SCROLL_PX_PER_SECOND],
      );
      frames.sort((a, b) => a - b);
      return {
        first_picture_ms: median(first),
        frame_median_ms: median(frames),
        frame_p95_ms: frames[Math.floor(frames.length * 0.95)],
        frames: frames.length,
        jump_to_middle_ms: middle,
        jump_to_end_ms: end,
        tiles: await page.locator('[data-id]').count(),
      };
    });
  } finally {
    await browser.close();
  }
}

// Lines of the benchmark's table for a library that the program serves with `args`.
export async function browserRows(args) {
  if (!fs.existsSync(path.join(REPOSITORY, 'tests/node_modules/playwright-core'))) {
    say('No browser: the npm packages of tests/ are not installed (make bench does it).');
    return [];
  }
  say('Browsing it ...');
  const server = await Server.start(...args);
  const found = await measure(server.url).finally(() => server.stop());
  return [
    {
      what: 'gallery: first picture after navigation, empty cache',
      measured: milliseconds(found.first_picture_ms),
    },
    {
      what: `gallery: frames while it scrolls ${SCROLL_PX_PER_SECOND.toLocaleString('en')} px a second`,
      measured: `median ${milliseconds(found.frame_median_ms)}, p95 ${milliseconds(found.frame_p95_ms)}`,
    },
    {
      what: 'gallery: jump until all pictures in sight are there',
      measured: `middle ${milliseconds(found.jump_to_middle_ms)}, end ${milliseconds(found.jump_to_end_ms)}`,
    },
  ];
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [url] = process.argv.slice(2);
  if (!url) {
    console.error('usage: node bench/browser.mjs URL');
    process.exit(2);
  }
  console.log(JSON.stringify(await measure(url)));
}
