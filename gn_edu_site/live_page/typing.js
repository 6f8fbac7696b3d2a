// What keys do to code that is written in steps of four spaces.

const STEP = 4;

/**
 * Of a text: from where to where it is replaced, by what, and what is selected then.
 * @typedef {{from: number, to: number, text: string, select: [number, number]}} Change
 * @typedef {{value: string, start: number, end: number}} Typed the text, and what is selected in it
 */

const lineStart = (/** @type {string} */ value, /** @type {number} */ at) => value.lastIndexOf("\n", at - 1) + 1;
const spaces = (/** @type {string} */ line) => line.length - line.trimStart().length;

/**
 * @param {number} from
 * @param {number} to
 * @param {string} text
 * @returns {Change}
 */
const typed = (from, to, text) => ({ from, to, text, select: [from + text.length, from + text.length] });

/**
 * The lines of the selection, each changed.
 * @param {Typed} typed
 * @param {(line: string) => string} change of what stands before the code
 * @returns {Change}
 */
function changedLines({ value, start, end }, change) {
  const from = lineStart(value, start);
  const last = value.indexOf("\n", end > start && value[end - 1] === "\n" ? end - 1 : end);
  const to = last < 0 ? value.length : last;
  const before = value.slice(from, to).split("\n");
  const after = before.map(change);
  const text = after.join("\n");
  const first = after[0].length - before[0].length;
  const all = text.length - (to - from);
  return { from, to, text, select: [Math.max(from, start + first), Math.max(from, end + all)] };
}

/** Tab: spaces up to the next step; several lines move as a whole. */
export function indented(/** @type {Typed} */ { value, start, end }) {
  if (value.slice(start, end).includes("\n"))
    return changedLines({ value, start, end }, (line) => (line.trim() ? " ".repeat(STEP) + line : line));
  const column = start - lineStart(value, start);
  return typed(start, end, " ".repeat(STEP - (column % STEP)));
}

/** Shift and Tab: the lines of the selection go back a step. */
export const outdented = (/** @type {Typed} */ now) =>
  changedLines(now, (line) => line.slice(Math.min(STEP, spaces(line))));

/** Enter: as far in as the line before, a step further after a colon. */
export function broken(/** @type {Typed} */ { value, start, end }) {
  const line = value.slice(lineStart(value, start), start);
  const opens = /^\s*[^\s#].*:\s*(#.*)?$/.test(line);
  return typed(start, end, `\n${" ".repeat(spaces(`${line}.`) + (opens ? STEP : 0))}`);
}

/** Backspace before the code of a line takes a step; null where it takes a letter, as always. */
export function stepBack(/** @type {Typed} */ { value, start, end }) {
  const from = lineStart(value, start);
  const before = value.slice(from, start);
  if (start !== end || !before || before.trim()) return null;
  return typed(start - (before.length % STEP || STEP), start, "");
}

const STRAIGHT = { "“": '"', "”": '"', "„": '"', "‘": "'", "’": "'", "–": "-", "—": "-", "\u00a0": " ", "…": "..." };

/** Text as Python reads it: a phone makes quotes and dashes round and long. */
export const straight = (/** @type {string} */ text) =>
  text.replace(/[“”„‘’–—\u00a0…]/g, (letter) => STRAIGHT[/** @type {keyof typeof STRAIGHT} */ (letter)]);
