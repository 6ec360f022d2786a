// Makes docs/screenshots/ anew from the sample library: node tests/web/screenshots.mjs
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { newHome, Program, REPOSITORY, scan } from '../server.mjs';
import { launchBrowser } from './browser.mjs';

const SAMPLE = path.join(REPOSITORY, 'sample-library');
const TARGET = path.join(REPOSITORY, 'docs/screenshots');

async function settle(page) {
  await page.waitForFunction(() =>
    [...document.images].every((image) => image.complete && image.naturalWidth > 0),
  );
  // Never idle: the page listens for what changes. What is still to fade in has done so by then.
  await page.waitForTimeout(1000);
}

// A palette is small, and hides nothing that an eye would miss in a picture of a page.
async function shoot(page, name) {
  const file = path.join(TARGET, `${name}.png`);
  const full = path.join(TARGET, `.${name}.full.png`);
  await page.screenshot({ path: full, animations: 'disabled' });
  execFileSync('vips', ['pngsave', full, file, '--palette', '--Q', '95', '--compression', '9', '--strip']);
  fs.rmSync(full);
  console.log(`${path.relative(REPOSITORY, file)}: ${fs.statSync(file).size} bytes`);
}

execFileSync(path.join(REPOSITORY, 'scripts/sample-library'), [SAMPLE], { stdio: 'inherit' });
fs.mkdirSync(TARGET, { recursive: true });
// A folder that could be anybody's: its name stands in the picture.
const pictures = path.join(os.tmpdir(), 'Pictures');
fs.cpSync(SAMPLE, pictures, { recursive: true, errorOnExist: true, force: false });
const home = newHome();
await scan(home, pictures);
const server = await Program.start(home);
const browser = await launchBrowser();
try {
  const context = await browser.newContext({
    viewport: { width: 1280, height: 800 },
    locale: 'en-GB',
    timezoneId: 'Europe/Berlin',
    reducedMotion: 'reduce',
    colorScheme: 'light',
  });
  // Smaller rows show more of the library on a small picture.
  await context.addInitScript(() => {
    localStorage.setItem('albumen.settings', JSON.stringify({ rowHeight: 160 }));
  });
  const page = await context.newPage();
  await page.goto(server.url);
  await settle(page);
  await shoot(page, 'gallery');

  await page.goto(`${server.url}/?tag=macro`);
  await settle(page);
  await page.getByRole('link', { name: /DSCF0101/ }).click();
  await page.locator('dialog').waitFor();
  await page.keyboard.press('i');
  await page.getByRole('heading', { name: 'Ladybird' }).waitFor();
  await page.locator('dialog img.sharp').waitFor();
  await settle(page);
  await shoot(page, 'viewer');
} finally {
  await browser.close();
  await server.stop();
  home.remove();
  fs.rmSync(pictures, { recursive: true });
}
