// Arrays and numbers as Python hands them over, and how a drawing writes them.
import { fixed, minus } from "../../gn_edu/widgets/src/shared/text.js";

/**
 * Numbers row by row. NaN and infinities are the texts "nan", "inf" and "-inf".
 * @typedef {{ shape: number[], values: any[], dtype?: string }} Values
 * @typedef {Values | number | boolean | string | null} Answer
 */

export const MOST = 64; // numbers in a drawing
const FINEST = 9; // decimals

export const product = (/** @type {number[]} */ lengths) => lengths.reduce((all, length) => all * length, 1);

/**
 * @param {any} value
 * @returns {value is Values}
 */
export const isArray = (value) => Array.isArray(value?.shape);

/** @type {(a: any, b: any) => boolean} */
export const sameShape = (a, b) => isArray(a) && isArray(b) && a.shape.join() === b.shape.join();

export const countOf = (/** @type {Answer} */ value) => (isArray(value) ? product(value.shape) : 1);

/** A shape as Python writes it. */
export const shapeText = (/** @type {number[]} */ shape) => `(${shape.join(", ")}${shape.length === 1 ? "," : ""})`;

/** True, False, None, what JSON has no number for, and texts in quotes. */
function wordFor(/** @type {any} */ value) {
  if (typeof value === "boolean") return value ? "True" : "False";
  if (value === null) return "None";
  return ["nan", "inf", "-inf"].includes(value) ? minus(value.replace("inf", "∞")) : `'${value}'`;
}

/**
 * How many decimals show `digits` digits of the largest of these numbers, a 0 before the point counts as one; 0 where all are
 * whole.
 * @param {any[]} values
 * @param {number} [digits]
 */
export function decimalsFor(values, digits = 4) {
  const numbers = values.filter((value) => typeof value === "number");
  if (numbers.every(Number.isInteger)) return 0;
  const largest = Math.max(...numbers.map(Math.abs));
  const before = largest < 1 && largest >= 0.1 ? 0 : Math.floor(Math.log10(largest));
  return Math.max(1, Math.min(FINEST, digits - 1 - before));
}

/**
 * A number among others: all have the same decimals.
 * @param {any} value
 * @param {number} decimals
 */
export function numberText(value, decimals) {
  if (typeof value !== "number") return wordFor(value);
  if (value && (Math.abs(value) >= 1e6 || decimals > 7)) return minus(value.toExponential(Math.max(2, decimals - 7)));
  return minus(fixed(value, decimals));
}

/**
 * A number in a sentence.
 * @param {any} value
 * @param {number} [digits]
 */
export const plainText = (value, digits = 4) =>
  typeof value === "number" ? minus(String(+value.toPrecision(digits))) : wordFor(value);

/**
 * Two numbers with as many places as it takes to tell them apart, at least so many.
 * @param {any} right
 * @param {any} yours
 * @param {number} places
 * @param {(value: any, places: number) => string} [text]
 */
export function apart(right, yours, places, text = numberText) {
  for (let some = places; some <= 16; some++) {
    const pair = [text(right, some), text(yours, some)];
    if (pair[0] !== pair[1]) return pair;
  }
  return [text(right, places), text(yours, places)];
}
