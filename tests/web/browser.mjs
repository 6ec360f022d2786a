// The browser that tests, benchmark and screenshots share.
//
// ALBUMEN_CHROMIUM   its program (default: Debian's)
import { chromium } from 'playwright-core';

const CHROMIUM = process.env.ALBUMEN_CHROMIUM ?? '/usr/bin/chromium';

// Without networking of its own: whatever asks for another origin is the page.
export function launchBrowser() {
  return chromium.launch({
    executablePath: CHROMIUM,
    args: [
      '--no-sandbox',
      '--disable-background-networking',
      '--disable-component-update',
      '--enable-unsafe-swiftshader', // The map is drawn by WebGL, here without a graphics card.
    ],
  });
}
