// File names that are allowed and that programs trip over.

// The text of a path's bytes: what is not UTF-8 becomes U+F7NN, byte for byte, and so do the bytes of a
// genuine U+F780..U+F7FF. The same rule as src/base/path_text.h, written again on purpose.
export function pathText(bytes) {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  let text = '';
  for (let i = 0; i < bytes.length; ) {
    let character = null;
    let length = 1;
    for (; length <= 4 && i + length <= bytes.length && character === null; length++) {
      try {
        character = decoder.decode(bytes.subarray(i, i + length));
      } catch {
        character = null;
      }
    }
    if (character !== null) length--;
    const reserved = character !== null && character >= '\uf780' && character <= '\uf7ff';
    if (character !== null && !reserved) {
      text += character;
      i += length;
    } else {
      const escaped = reserved ? length : 1;
      for (let k = 0; k < escaped; k++) text += String.fromCharCode(0xf700 + bytes[i + k]);
      i += escaped;
    }
  }
  return text;
}

export function oddNames() {
  const latin1 = (text) => Buffer.from(text, 'latin1');
  return [
    'names/with spaces in it.jpg',
    'names/100%2Fdone.jpg',
    'names/percent%.jpg',
    'names/back\\slash.jpg',
    'names/new\nline.jpg',
    'names/tab\tand\rreturn.jpg',
    'names/"quotes" \'both\'.jpg',
    'names/-rf.jpg',
    'names/--help.jpg',
    'names/plus+and&amp;?query=1#part.jpg',
    'names/semi;colon, comma$(dollar)`tick`.jpg',
    'names/<script>alert(1)<.jpg',
    "names/'); DROP TABLE photo;--.jpg",
    'names/camera \u{1f4f7} film.jpg',
    'names/žluťoučký кот 猫 ネコ.jpg',
    'names/composed-\u00e9.jpg',
    'names/composed-e\u0301.jpg',
    'names/right-\u202eto-left.jpg',
    'names/private-\uf7e9.jpg',
    'names/UPPER.JPG',
    'names/Mixed.JpEg',
    'names/two.dots.in.it.jpg',
    'names/ blanks around .jpg',
    `names/${'n'.repeat(251)}.jpg`,
    'names/ünïcödé folder/picture.jpg',
    '-folder/picture.jpg',
    '100%/picture.jpg',
    latin1('names/caf\xe9.jpg'),
    latin1('names/\xff\xfe\x80.jpg'),
    latin1('names/cut short \xe2\x82.jpg'),
    latin1('bytes \xfc/picture.jpg'),
  ];
}
