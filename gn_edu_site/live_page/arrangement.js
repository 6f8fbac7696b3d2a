// The pieces of a program in some order: where it starts, what the browser keeps of it, and the program that it is.
import { stream } from "../../gn_edu/widgets/src/shared/random.js";

/**
 * @typedef {{ text: string, indent: number, mistake?: string }} Line
 * @typedef {Line | { pair: Line[] }} Block a line, or two of which one is right, the first
 * @typedef {{ head: string, blocks: Block[] }} Lines the blocks in a right order
 * @typedef {{ order: number[], chosen: (number | null)[] }} Arrangement blocks by their number: their order, and which
 *   line of each is chosen; null where none is
 */

export const INDENT = 4; // spaces

/** The lines among which a block offers a choice: one, or two. */
export const offered = (/** @type {Block} */ block) => ("pair" in block ? block.pair : [block]);

/** As it starts: the same for everyone, no block in its place, no line of a pair chosen. */
export function startOf(/** @type {Lines} */ { head, blocks }) {
  const next = stream([...head].reduce((sum, letter) => sum + letter.charCodeAt(0), 0));
  const shuffled = (/** @type {number[]} */ numbers) =>
    numbers
      .map((k) => ({ k, at: next() }))
      .sort((a, b) => a.at - b.at)
      .map(({ k }) => k);
  let order = [...blocks.keys()];
  while (order.some((k, place) => k === place)) order = shuffled(order);
  const first = blocks.map(() => (next() < 0.5 ? 0 : 1)); // which line of a pair stands above
  return { order, first, chosen: blocks.map((block) => ("pair" in block ? null : 0)) };
}

const keyOf = (/** @type {string} */ name) => `gn-lines:${name}`;

/** What this browser has kept of an arrangement of these lines. */
export function kept(/** @type {string} */ name, /** @type {Lines} */ { blocks }) {
  if (!name) return null;
  try {
    const { order, chosen } = JSON.parse(localStorage.getItem(keyOf(name)) ?? "{}");
    const whole = [...order].sort((a, b) => a - b).every((k, place) => k === place) && order.length === blocks.length;
    const known = blocks.every((block, k) => chosen[k] in offered(block) || ("pair" in block && chosen[k] === null));
    return whole && known ? { order, chosen } : null;
  } catch {
    return null; // nothing, something else, or no storage here
  }
}

/**
 * Keeps an arrangement in this browser.
 * @param {string} name of the exercise; "" keeps nothing
 * @param {Arrangement} arrangement
 */
export function keep(name, { order, chosen }) {
  if (!name) return;
  try {
    localStorage.setItem(keyOf(name), JSON.stringify({ order, chosen }));
  } catch {
    // no storage here: nothing is kept
  }
}

/** How many pairs are left without a choice. */
export const openPairs = (/** @type {Arrangement} */ { chosen }) => chosen.filter((which) => which === null).length;

/**
 * The arranged program, and the block of each of its lines, null for the head. Where a pair is left without a choice: one
 * that is not implemented, and says `lacking`.
 * @param {Lines} lines
 * @param {Arrangement} arrangement
 * @param {string} lacking
 */
export function programOf({ head, blocks }, arrangement, lacking) {
  const rows = /** @type {[string, number | null][]} */ (head.split("\n").map((row) => [row, null]));
  if (openPairs(arrangement))
    rows.push([`${" ".repeat(INDENT)}raise NotImplementedError(${JSON.stringify(lacking)})`, null]);
  for (const k of openPairs(arrangement) ? [] : arrangement.order) {
    const { text, indent } = offered(blocks[k])[arrangement.chosen[k] ?? 0];
    for (const row of text.split("\n")) rows.push([" ".repeat(INDENT * indent) + row, k]);
  }
  return { text: rows.map(([row]) => `${row}\n`).join(""), blockOf: rows.map(([, k]) => k) };
}
