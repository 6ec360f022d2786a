// Accessibility as axe-core sees it.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { createRequire } from 'node:module';

const AXE = fs.readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

// Holds what the page shows now against axe's rules; nothing serious may be wrong.
export async function judge(page, place) {
  await page.evaluate(AXE);
  const violations = await page.evaluate(async () => {
    const { violations } = await globalThis.axe.run(document, { resultTypes: ['violations'] });
    return violations.map(({ id, impact, nodes }) => ({
      rule: `${impact}: ${id}`,
      nodes: nodes.slice(0, 5).map((node) => `${node.html.slice(0, 160)} ${node.failureSummary}`),
    }));
  });
  const grave = violations.filter(({ rule }) => /^(serious|critical)/.test(rule));
  assert.deepEqual(grave, [], place);
}
