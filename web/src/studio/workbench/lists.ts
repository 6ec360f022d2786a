// Lists that are never changed: a change is another list.

export function replacedAt<T>(list: readonly T[], index: number, item: T): readonly T[] {
  return list.map((each, i) => (i === index ? item : each));
}

export function insertedAt<T>(list: readonly T[], index: number, item: T): readonly T[] {
  return [...list.slice(0, index), item, ...list.slice(index)];
}

export function removedAt<T>(list: readonly T[], index: number): readonly T[] {
  return list.filter((_, i) => i !== index);
}
