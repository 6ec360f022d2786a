/**
 * The vocabulary of CLIP's tokeniser as a plain text file: one merge in a line, the most frequent
 * first. The package keeps it as one text in a script, which is read and not run.
 */

/** So many of the list's lines are merges: 49,152 less 256 bytes and two marks. */
const MERGES = 48_894;

export function readVocabulary(script: string): Buffer {
  const literal = /"text":\s*("(?:[^"\\]|\\.)*")/.exec(script)?.[1];
  if (literal === undefined) throw new Error('the script holds no vocabulary');
  // The first line tells the version.
  const merges = (JSON.parse(literal) as string).split('\n').slice(1, 1 + MERGES);
  if (merges.length !== MERGES || !merges.every((merge) => /^\S+ \S+$/.test(merge))) {
    throw new Error(`the vocabulary does not have ${MERGES} merges`);
  }
  return Buffer.from(merges.join('\n') + '\n', 'utf8');
}
