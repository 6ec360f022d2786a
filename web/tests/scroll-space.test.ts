import assert from 'node:assert/strict';
import test from 'node:test';
import { ScrollSpace } from '../src/gallery/scroll-space';

const VIEW = 900;

test('a column that fits scrolls as it is', () => {
  const space = new ScrollSpace(50_000, VIEW);
  assert.equal(space.scrollHeight, 50_000);
  assert.equal(space.scrolled(20_000), 20_000);
  assert.equal(space.shift, 0);
  assert.equal(space.moveTo(49_900), 49_100);
  assert.ok(!space.strayed(0));
});

test('a column shorter than the view does not scroll', () => {
  assert.equal(new ScrollSpace(100, VIEW).moveTo(50), 0);
});

test('a jump of the scrollbar goes to the proportional place, both ends exactly', () => {
  const space = new ScrollSpace(50_000_000, VIEW);
  assert.equal(space.scrollHeight, 8_000_000);
  assert.equal(space.scrolled(8_000_000 - VIEW), 50_000_000 - VIEW);
  assert.equal(space.scrolled(0), 0);
  const middle = space.scrolled((8_000_000 - VIEW) / 2);
  assert.ok(Math.abs(middle - (50_000_000 - VIEW) / 2) <= 1);
});

test('small movements move by real pixels, wherever they begin', () => {
  const space = new ScrollSpace(50_000_000, VIEW);
  let scrollTop = 4_000_000;
  let place = space.scrolled(scrollTop);
  for (let step = 0; step < 1_000; step++) {
    const next = space.scrolled((scrollTop += 120));
    assert.equal(next - place, 120);
    place = next;
  }
});

test('every place can be reached, and shows what was asked for', () => {
  const space = new ScrollSpace(50_000_000, VIEW);
  for (let place = 0; place <= 50_000_000 - VIEW; place += 12_345.5) {
    const scrollTop = space.moveTo(place);
    assert.ok(scrollTop >= 0 && scrollTop <= 8_000_000 - VIEW);
    assert.ok(Math.abs(scrollTop - space.shift - place) <= 0.5);
    assert.ok(!space.strayed(scrollTop), `${place}`);
  }
});

test('movement that leads past what the element can scroll is noticed', () => {
  const space = new ScrollSpace(50_000_000, VIEW);
  let scrollTop = space.moveTo(2_000_000);
  while (!space.strayed(scrollTop)) space.scrolled((scrollTop -= 500));
  const place = space.scrolled(scrollTop);
  assert.ok(place > 0, 'photos remain above');
  const realigned = space.moveTo(place);
  assert.ok(realigned > scrollTop, 'and can be scrolled to again');
});
