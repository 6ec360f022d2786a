// The files that were dropped, pasted or chosen, with those in folders.

export interface Chosen {
  readonly file: File;
  /** With the folders it was dropped in: `Italy/day 1/a.jpg`. */
  readonly path: string;
}

/** More than this is no drop but a library: it belongs into a source. */
export const CHOSEN_MAX = 20_000;

/** What file systems and systems put beside photos. */
const JUNK = /^(\..*|thumbs\.db|desktop\.ini)$/i;

/** To be called while the event is handled: afterwards a browser forgets what was dropped. */
export function chosenIn(transfer: DataTransfer): Promise<readonly Chosen[]> {
  const items = [...transfer.items].filter((item) => item.kind === 'file');
  const entries = items.map((item) => item.webkitGetAsEntry?.() ?? null);
  if (entries.every((entry) => entry === null)) {
    return Promise.resolve(chosenFrom([...transfer.files]));
  }
  return gather(entries.filter((entry) => entry !== null));
}

export function chosenFrom(files: readonly File[]): readonly Chosen[] {
  return files
    .map((file) => ({ file, path: file.webkitRelativePath || file.name }))
    .filter(({ file }) => !JUNK.test(file.name))
    .slice(0, CHOSEN_MAX);
}

async function gather(entries: readonly FileSystemEntry[]): Promise<readonly Chosen[]> {
  const found: Chosen[] = [];
  const waiting = [...entries].reverse();
  for (let entry = waiting.pop(); entry; entry = waiting.pop()) {
    if (found.length >= CHOSEN_MAX) break;
    if (JUNK.test(entry.name)) continue;
    if (entry.isDirectory) {
      waiting.push(...(await childrenOf(entry as FileSystemDirectoryEntry)).reverse());
    } else {
      const file = await fileOf(entry as FileSystemFileEntry);
      if (file) found.push({ file, path: entry.fullPath.replace(/^\//, '') });
    }
  }
  return found;
}

async function childrenOf(folder: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = folder.createReader();
  const all: FileSystemEntry[] = [];
  // A reader gives them a hundred at a time, and none at the end.
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve) =>
      reader.readEntries(resolve, () => resolve([])),
    );
    if (some.length === 0) return all;
    all.push(...some);
  }
}

function fileOf(entry: FileSystemFileEntry): Promise<File | null> {
  return new Promise((resolve) => entry.file(resolve, () => resolve(null)));
}
