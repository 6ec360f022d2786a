// The keys of the workbench: one table, for doing and for the help.

import type { MessageKey } from '../../i18n/messages';
import type { ToolName } from './tool';

export const ACTIONS = [
  'undo',
  'redo',
  'copy',
  'paste',
  'duplicate',
  'choose_all',
  'erase',
  'escape',
  'enter',
  'complete',
  'previous',
  'next',
  'previous_shape',
  'next_shape',
  'copy_previous',
  'hide',
  'show_all',
  'lock',
  'raise',
  'lower',
  'accept',
  'accept_all',
  'reject',
  'reject_all',
  'fit',
  'pixels',
  'zoom_shape',
  'zoom_in',
  'zoom_out',
  'names',
  'find_class',
  'find_picture',
  'save',
  'help',
  'class',
  'nudge',
] as const;
export type ActionName = (typeof ACTIONS)[number];

export type Action =
  | { readonly name: Exclude<ActionName, 'class' | 'nudge'> }
  | { readonly name: 'tool'; readonly tool: ToolName }
  /** From 0. */
  | { readonly name: 'class'; readonly index: number }
  | { readonly name: 'nudge'; readonly x: number; readonly y: number };

export interface Key {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
  readonly shiftKey: boolean;
}

export const TOOL_KEYS: Readonly<Record<ToolName, string>> = {
  select: 'v',
  pan: 'm',
  box: 'b',
  rotated: 'r',
  polygon: 'p',
  hole: 'o',
  line: 'l',
  point: 'k',
};

const PLAIN: Readonly<Record<string, ActionName>> = {
  delete: 'erase',
  backspace: 'erase',
  escape: 'escape',
  enter: 'enter',
  a: 'previous',
  d: 'next',
  pageup: 'previous',
  pagedown: 'next',
  '[': 'previous_shape',
  ']': 'next_shape',
  g: 'copy_previous',
  h: 'hide',
  x: 'lock',
  y: 'accept',
  n: 'reject',
  f: 'fit',
  z: 'zoom_shape',
  '+': 'zoom_in',
  '=': 'zoom_in',
  '-': 'zoom_out',
  '0': 'pixels',
  t: 'names',
  c: 'find_class',
  '/': 'find_picture',
  '?': 'help',
};

const SHIFTED: Readonly<Record<string, ActionName>> = {
  h: 'show_all',
  y: 'accept_all',
  n: 'reject_all',
  '+': 'zoom_in',
  '?': 'help',
  '/': 'find_picture',
};

const CONTROLLED: Readonly<Record<string, ActionName>> = {
  z: 'undo',
  y: 'redo',
  c: 'copy',
  v: 'paste',
  d: 'duplicate',
  a: 'choose_all',
  s: 'save',
  enter: 'complete',
  '[': 'lower',
  ']': 'raise',
};

const ARROWS: Readonly<Record<string, readonly [number, number]>> = {
  arrowleft: [-1, 0],
  arrowright: [1, 0],
  arrowup: [0, -1],
  arrowdown: [0, 1],
};
/** Pixels of the picture by one key with shift. */
const LONG_NUDGE = 10;

export function actionOf(event: Key): Action | null {
  const key = event.key.toLowerCase();
  if (event.altKey) return null;
  if (event.ctrlKey || event.metaKey) {
    if (key === 'z' && event.shiftKey) return { name: 'redo' };
    const name = CONTROLLED[key];
    return name === undefined ? null : simple(name);
  }
  const arrow = ARROWS[key];
  if (arrow) {
    const far = event.shiftKey ? LONG_NUDGE : 1;
    return { name: 'nudge', x: arrow[0] * far, y: arrow[1] * far };
  }
  if (event.shiftKey) {
    const name = SHIFTED[key];
    return name === undefined ? null : simple(name);
  }
  if (/^[1-9]$/.test(key)) return { name: 'class', index: Number(key) - 1 };
  const tool = (Object.keys(TOOL_KEYS) as ToolName[]).find((each) => TOOL_KEYS[each] === key);
  if (tool !== undefined) return { name: 'tool', tool };
  const name = PLAIN[key];
  return name === undefined ? null : simple(name);
}

function simple(name: ActionName): Action {
  return { name } as Action;
}

export interface KeyGroup {
  readonly title: MessageKey;
  readonly keys: readonly (readonly [keys: readonly string[], text: MessageKey])[];
}

/** What the help shows. */
export const KEY_GROUPS: readonly KeyGroup[] = [
  {
    title: 'workbench.help.tools',
    keys: [
      [['v'], 'workbench.tools.select'],
      [['b'], 'workbench.tools.box'],
      [['r'], 'workbench.tools.rotated'],
      [['p'], 'workbench.tools.polygon'],
      [['o'], 'workbench.tools.hole'],
      [['l'], 'workbench.tools.line'],
      [['k'], 'workbench.tools.point'],
      [['m'], 'workbench.tools.pan'],
      [['Enter'], 'workbench.help.finish'],
      [['⌫'], 'workbench.help.back'],
      [['Esc'], 'workbench.help.escape'],
      [['⇧'], 'workbench.help.shift'],
      [['Alt'], 'workbench.help.alt'],
    ],
  },
  {
    title: 'workbench.help.shapes',
    keys: [
      [['1', '…', '9'], 'workbench.help.class'],
      [['c'], 'workbench.help.find_class'],
      [['[', ']'], 'workbench.help.step_shape'],
      [['←', '→', '↑', '↓'], 'workbench.help.nudge'],
      [['Delete'], 'workbench.help.erase'],
      [['Ctrl', 'D'], 'workbench.help.duplicate'],
      [['Ctrl', 'C'], 'workbench.help.copy'],
      [['Ctrl', 'V'], 'workbench.help.paste'],
      [['Ctrl', 'A'], 'workbench.help.choose_all'],
      [['Ctrl', '[', ']'], 'workbench.help.order'],
      [['h'], 'workbench.help.hide'],
      [['⇧', 'H'], 'workbench.help.show_all'],
      [['x'], 'workbench.help.lock'],
      [['Ctrl', 'Z'], 'help.undo'],
      [['Ctrl', '⇧', 'Z'], 'help.redo'],
    ],
  },
  {
    title: 'workbench.help.pictures',
    keys: [
      [['a', 'd'], 'workbench.help.step'],
      [['Enter'], 'workbench.help.complete'],
      [['g'], 'workbench.help.copy_previous'],
      [['y', 'n'], 'workbench.help.decide'],
      [['⇧', 'Y', 'N'], 'workbench.help.decide_all'],
      [['/'], 'workbench.help.find_picture'],
      [['Ctrl', 'S'], 'workbench.help.save'],
      [['?'], 'help.help'],
    ],
  },
  {
    title: 'workbench.help.view',
    keys: [
      [['Space'], 'workbench.help.space'],
      [['+', '−'], 'help.zoom'],
      [['f'], 'workbench.help.fit'],
      [['0'], 'workbench.help.pixels'],
      [['z'], 'workbench.help.zoom_shape'],
      [['t'], 'workbench.help.names'],
    ],
  },
];
