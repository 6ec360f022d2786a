// What the nearest of many vectors cost, beside memchr reading the bytes of the first pass.
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { milliseconds, whole } from './table.mjs';
import { CACHE, REPOSITORY, say } from './tools.mjs';

const BUDGET_MS = 40;
// Of the yardstick: what reads no more than it is as fast as memory is.
const READS_ALONE = 1.2;

export function vectorRows({ quick }) {
  say('Searching vectors ...');
  const vectors = quick ? 100_000 : 1_000_000;
  execFileSync('ninja', ['-C', path.join(REPOSITORY, 'build'), 'bench/vectors'], { stdio: 'ignore' });
  const program = path.join(REPOSITORY, 'build/bench/vectors');
  const found = JSON.parse(execFileSync(program, [path.join(CACHE, 'bench.vectors'), `${vectors}`]));
  const { floats, kernel, memchr } = found;
  const measured = found[kernel].median_ms;
  const ratio = measured / memchr.median_ms;
  return [
    {
      what: `nearest 20 among ${whole(vectors)} vectors of ${floats}, exact, ${kernel}, processor time`,
      budget: `< ${BUDGET_MS} ms, or memory bandwidth`,
      measured: milliseconds(measured),
      yardstick: `${milliseconds(memchr.median_ms)} memchr over the same bytes`,
      ratio: ratio.toFixed(2),
      met: measured < BUDGET_MS || ratio <= READS_ALONE,
    },
  ];
}
