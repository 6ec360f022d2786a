import assert from 'node:assert/strict';
import test from 'node:test';
import { edgesText, parseEdges } from '../src/studio/classes/skeleton';

const names = ['head', 'left-hip', 'foot'];

test('lines between joints are written and read', () => {
  const edges = parseEdges('head-left-hip, left-hip-foot,', names);
  assert.deepEqual(edges, [
    [0, 1],
    [1, 2],
  ]);
  const nodes = names.map((name) => ({ name, x: 0, y: 0 }));
  assert.equal(edgesText({ nodes, edges }), 'head-left-hip, left-hip-foot');
});

test('a line to a joint that is not there is refused by its text', () => {
  assert.throws(() => parseEdges('head-hand', names), /^Error: head-hand$/);
  assert.deepEqual(parseEdges(' ', names), []);
});
