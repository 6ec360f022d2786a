// The table of what was measured, and the page that it stands on.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { REPOSITORY } from './tools.mjs';

const PAGE = path.join(REPOSITORY, 'docs/benchmarks.md');
const MARK = '<!-- What follows is written by bench/run. -->\n';

export function whole(number) {
  return Math.round(number).toLocaleString('en');
}

export function milliseconds(ms) {
  return `${ms < 10 ? ms.toFixed(2) : whole(ms)} ms`;
}

// Of a row: whether its ratio keeps to the budget.
export function atMost(ratio, most) {
  return { ratio: ratio.toFixed(2), met: ratio <= most };
}

export function atLeast(ratio, least) {
  return { ratio: ratio.toFixed(2), met: ratio >= least };
}

function row({ what, budget = '', measured, yardstick = '', ratio = '', met }) {
  const verdict = met === undefined ? '' : met ? 'yes' : '**no**';
  return `| ${[what, budget, measured, yardstick, ratio, verdict].join(' | ')} |`;
}

export function markdown(rows) {
  const head = ['| what | budget | measured | yardstick | ratio | met |', '| --- | --- | --- | --- | --- | --- |'];
  return [...head, ...rows.map(row)].join('\n');
}

function git(...args) {
  try {
    return execFileSync('git', args, { cwd: REPOSITORY, encoding: 'utf8' }).trim();
  } catch {
    return '';
  }
}

export function circumstances() {
  const commit = git('rev-parse', '--short', 'HEAD') || 'unknown';
  const changed = git('status', '--porcelain', '--', 'src', 'web', 'meson.build') ? ', with changes' : '';
  const memory = Math.round(os.totalmem() / 2 ** 30);
  return (
    `${os.cpus()[0].model}, ${os.cpus().length} cores, ${memory} GB; Linux ${os.release()}; ` +
    `${new Date().toISOString().slice(0, 10)}; commit ${commit}${changed}; ` +
    `load when it began ${os.loadavg()[0].toFixed(1)}`
  );
}

export function writePage(text) {
  const page = fs.readFileSync(PAGE, 'utf8');
  const at = page.indexOf(MARK);
  if (at < 0) throw new Error(`${PAGE} lacks the line ${MARK}`);
  fs.writeFileSync(PAGE, `${page.slice(0, at + MARK.length)}\n${text}`);
}
