// Six tokens of four numbers, one head of a layer: a group norm with one group, its statistics over a token or over time.
import { moments } from "../shared/maths.js";

/** @typedef {{ tips: number[], over: "time" | "token" }} State */

export const T = 6;
export const C = 4;
export const TIP = 1; // the number of a token that the hand moves
export const REACH = { least: -6, most: 6 };
const EPS = 1e-5;
// Made up. A word's own numbers; the second one is where the tips start.
const TOKENS = [
  [1, 0.5, -1, 0],
  [-0.5, 2, 1, -1],
  [0.5, -1, 1.5, -0.5],
  [-1, 0, 0.5, 1],
  [1, 0.5, -1, 0],
  [0, 1.5, -0.5, 1],
];
const FIRST = TOKENS.map((token) => token[TIP]);
const EACH = Array.from({ length: T }, (_, t) => t);

/** The tokens' numbers, one after the other. */
const numbersOf = (/** @type {number[]} */ tips) =>
  TOKENS.flatMap((token, t) => token.map((value, c) => (c === TIP ? tips[t] : value)));

/** The same after the norm, and the mean that each token has a part in. */
function normalized(/** @type {number[]} */ x, /** @type {State["over"]} */ over) {
  const sets = over === "time" ? [EACH] : EACH.map((t) => [t]);
  const y = [...x];
  const means = /** @type {number[]} */ ([]);
  for (const tokens of sets) {
    const [mean, variance] = moments(x, tokens, C);
    for (const t of tokens) {
      means[t] = mean;
      for (let i = t * C; i < (t + 1) * C; i++) y[i] = (x[i] - mean) / Math.sqrt(variance + EPS);
    }
  }
  return { y, means };
}

/** Whether so much is no more than rounding. */
export const isStill = (/** @type {number} */ moved) => moved < 1e-9;
const rows = (/** @type {number[]} */ flat) => EACH.map((t) => flat.slice(t * C, (t + 1) * C));

/**
 * Numbers before and after the norm, those after it as they were at first, the means, how far each token's numbers have
 * moved at most, and the tokens that hear the future: they stand before one that was changed, were not changed themselves, and moved.
 * @param {State} state
 */
export function view({ tips, over }) {
  const x = numbersOf(tips);
  const { y, means } = normalized(x, over);
  const [before, after, first] = [x, y, normalized(numbersOf(FIRST), over).y].map(rows);
  const moved = EACH.map((t) => Math.max(...after[t].map((value, c) => Math.abs(value - first[t][c]))));
  const changed = EACH.filter((t) => tips[t] !== FIRST[t]);
  const hear = EACH.filter((t) => !changed.includes(t) && t < Math.max(...changed) && !isStill(moved[t]));
  return { before, after, first, means, moved, changed, hear };
}
