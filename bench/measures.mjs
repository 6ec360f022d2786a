// What is said of found faces and boxes once they are held against labels. Pure functions.

// Pairs labels with finds, the surest find first: each label is found at most once. `near` says how
// well the two fit (0: not at all). The finds that fit no label are the false ones.
export function match(labels, finds, near) {
  const free = new Set(labels);
  const pairs = [];
  const wrong = [];
  for (const find of [...finds].sort((a, b) => b.confidence - a.confidence)) {
    let best = null;
    for (const label of free) {
      const fit = near(label, find);
      if (fit > 0 && (best === null || fit > best.fit)) best = { label, find, fit };
    }
    if (best === null) wrong.push(find);
    else {
      free.delete(best.label);
      pairs.push(best);
    }
  }
  return { pairs, missed: [...free], wrong };
}

export function distance(a, b) {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] - b[i]) ** 2;
  return Math.sqrt(sum);
}

// The probability that a pair of `same` lies closer than one of `different`: the area under the ROC
// curve, by ranks (Mann and Whitney), ties by half.
export function areaUnderCurve(same, different) {
  const all = [...same.map((d) => [d, 1]), ...different.map((d) => [d, 0])].sort((a, b) => a[0] - b[0]);
  let sum = 0;
  for (let i = 0; i < all.length; ) {
    let end = i;
    while (end < all.length && all[end][0] === all[i][0]) end++;
    const rank = (i + 1 + end) / 2;
    for (let k = i; k < end; k++) sum += all[k][1] * rank;
    i = end;
  }
  const n = same.length;
  return 1 - (sum - (n * (n + 1)) / 2) / (n * different.length);
}

// The threshold with the most right answers (same: at most that far), and their share.
export function bestThreshold(same, different) {
  const all = [...same.map((d) => [d, 1]), ...different.map((d) => [d, -1])].sort((a, b) => a[0] - b[0]);
  let right = different.length;
  let best = { accuracy: right / all.length, threshold: 0 };
  for (const [d, change] of all) {
    right += change;
    if (right / all.length > best.accuracy) best = { accuracy: right / all.length, threshold: d };
  }
  return best;
}

// Of all pairs of items: those put into one pile (`pile`) beside those that belong together
// (`person`). Items without a pile are alone. `isCounted` leaves pairs out that nobody is sure of.
export function pairwise(items, isCounted = () => true) {
  let joined = 0;
  let belong = 0;
  let both = 0;
  for (let i = 0; i < items.length; i++) {
    for (let k = 0; k < i; k++) {
      const [a, b] = [items[i], items[k]];
      if (!isCounted(a, b)) continue;
      const together = a.pile !== null && a.pile === b.pile;
      const same = a.person === b.person;
      joined += together ? 1 : 0;
      belong += same ? 1 : 0;
      both += together && same ? 1 : 0;
    }
  }
  const precision = joined === 0 ? 1 : both / joined;
  const recall = belong === 0 ? 1 : both / belong;
  const f1 = precision + recall === 0 ? 0 : (2 * precision * recall) / (precision + recall);
  return { precision, recall, f1, joined, belong };
}

// Piles of what is linked by distances of at most `most`, nearest first; two of one picture never
// come into one pile. Sets `pile` of each item.
export function nearestLink(items, most) {
  const links = [];
  for (let i = 0; i < items.length; i++) {
    for (let k = 0; k < i; k++) {
      const far = distance(items[i].vector, items[k].vector);
      if (far <= most) links.push([far, i, k]);
    }
  }
  links.sort((a, b) => a[0] - b[0]);
  const piles = items.map((item) => [item]);
  for (const [, i, k] of links) {
    const [a, b] = [piles[i], piles[k]];
    if (a === b || a.some((x) => b.some((y) => x.picture === y.picture))) continue;
    a.push(...b);
    for (const item of b) piles[items.indexOf(item)] = a;
  }
  items.forEach((item, i) => {
    item.pile = piles[i].length > 1 ? piles.indexOf(piles[i]) : null;
  });
}

export function overlap(a, b) {
  const width = Math.min(a[2], b[2]) - Math.max(a[0], b[0]);
  const height = Math.min(a[3], b[3]) - Math.max(a[1], b[1]);
  if (width <= 0 || height <= 0) return 0;
  const area = (box) => (box[2] - box[0]) * (box[3] - box[1]);
  return (width * height) / (area(a) + area(b) - width * height);
}

// Average precision as COCO counts it: at each of ten overlaps from 0.50 to 0.95 the precision at
// 101 recalls, for each class that is labelled; the mean of all. `labels` and `finds`: {image,
// label, box: [x1, y1, x2, y2], score}; labels that are crowds hide finds and count for nothing.
export function averagePrecision(labels, finds) {
  const names = [...new Set(labels.filter((l) => !l.crowd).map((l) => l.label))];
  const overlaps = Array.from({ length: 10 }, (_, i) => 0.5 + 0.05 * i);
  const table = overlaps.map((least) => names.map((name) => classPrecision(labels, finds, name, least)));
  const mean = (numbers) => numbers.reduce((sum, n) => sum + n, 0) / Math.max(1, numbers.length);
  return { ap: mean(table.flat()), ap50: mean(table[0]), ap75: mean(table[5]), classes: names.length };
}

function classPrecision(labels, finds, name, least) {
  const mine = labels.filter((label) => label.label === name);
  const total = mine.filter((label) => !label.crowd).length;
  const taken = new Set();
  const hits = [];
  for (const find of finds.filter((f) => f.label === name).sort((a, b) => b.score - a.score)) {
    let best = null;
    for (const label of mine) {
      if (label.image !== find.image || label.crowd || taken.has(label)) continue;
      const fit = overlap(label.box, find.box);
      if (fit >= least && (best === null || fit > best.fit)) best = { label, fit };
    }
    if (best !== null) {
      taken.add(best.label);
      hits.push(1);
    } else if (!mine.some((l) => l.crowd && l.image === find.image && overlap(l.box, find.box) > 0)) {
      hits.push(0);
    }
  }
  let right = 0;
  const curve = hits.map((hit, i) => {
    right += hit;
    return { recall: right / total, precision: right / (i + 1) };
  });
  for (let i = curve.length - 2; i >= 0; i--) {
    curve[i].precision = Math.max(curve[i].precision, curve[i + 1].precision);
  }
  let sum = 0;
  for (let step = 0; step <= 100; step++) {
    sum += curve.find((point) => point.recall >= step / 100 - 1e-9)?.precision ?? 0;
  }
  return sum / 101;
}
