// How the gallery feels in a browser: a headless Chromium, which draws without a graphics card.
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { REPOSITORY, say, Server } from './tools.mjs';
import { milliseconds, whole } from './table.mjs';

const WHEEL_TURNS = 120;
const WHEEL_PIXELS = 400;

// From the start of the navigation until so many pictures are to be seen.
function untilShown(page, count) {
  const enough = (least) =>
    document.querySelectorAll('[data-position].shown').length >= least && performance.now();
  return page.waitForFunction(enough, count, { polling: 'raf' }).then((handle) => handle.jsonValue());
}

// The lengths of the frames while the wheel turns.
async function scroll(page) {
  await page.evaluate(() => {
    const ends = (window.frameEnds = []);
    const note = (now) => {
      ends.push(now);
      window.noting = requestAnimationFrame(note);
    };
    window.noting = requestAnimationFrame(note);
  });
  for (let turn = 0; turn < WHEEL_TURNS; turn++) {
    await page.mouse.wheel(0, WHEEL_PIXELS);
    await page.waitForTimeout(16);
  }
  const ends = await page.evaluate(() => {
    cancelAnimationFrame(window.noting);
    return window.frameEnds;
  });
  return ends.slice(1).map((end, at) => end - ends[at]);
}

function row(what, measured) {
  return { what: `browser: ${what}`, measured };
}

async function measure(browser, server) {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  await page.goto(server.url, { waitUntil: 'commit' });
  const first = await untilShown(page, 1);
  const twelve = await untilShown(page, 12);
  await page.mouse.move(700, 500);
  const frames = (await scroll(page)).sort((a, b) => a - b);
  const at = (part) => milliseconds(frames[Math.floor((frames.length - 1) * part)]);
  return [
    row('from the address to the first picture', milliseconds(first)),
    row('from the address to twelve pictures', milliseconds(twelve)),
    row(
      `a frame while scrolling ${whole(WHEEL_TURNS * WHEEL_PIXELS)} pixels (${frames.length} frames)`,
      `p50 ${at(0.5)}, p95 ${at(0.95)}, longest ${at(1)}`,
    ),
  ];
}

export async function browserRows(args) {
  const tests = path.join(REPOSITORY, 'tests/package.json');
  const program = ['/usr/bin/chromium', '/usr/bin/chromium-browser'].find((each) => fs.existsSync(each));
  let chromium;
  try {
    ({ chromium } = createRequire(tests)('playwright-core'));
  } catch {
    say('No browser: the npm packages of tests/ are not installed (make bench does it).');
    return [];
  }
  if (!program) {
    say('No browser: there is no Chromium.');
    return [];
  }
  say('Browsing it ...');
  const server = await Server.start(...args);
  const browser = await chromium.launch({
    executablePath: program,
    args: process.getuid() === 0 ? ['--no-sandbox'] : [],
  });
  try {
    return await measure(browser, server);
  } finally {
    await browser.close();
    await server.stop();
  }
}
