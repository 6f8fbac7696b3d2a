// Right and yours in a table: numbers, answers of one axis, and shapes where these differ.
import { h } from "../../gn_edu/widgets/src/shared/dom.js";
import { apart, countOf, decimalsFor, isArray, MOST, numberText, plainText, sameShape, shapeText } from "./arrays.js";

/**
 * @typedef {import("../../gn_edu/widgets/src/shared/i18n.js").Translator} Translator
 * @typedef {import("./arrays.js").Answer} Answer
 * @typedef {{ name: string, right: Answer, yours: Answer, wrong: Set<number>, rows?: string[] }} Part of an answer; `yours`
 *   is null where there is nothing to compare, `rows` are names of its numbers, which differ in kind then
 */

/**
 * @param {string[]} heads
 * @param {(string | Node)[][]} rows
 */
export function tableOf(heads, rows) {
  const head = h("tr", {}, ...heads.map((text) => h("th", { scope: "col" }, text)));
  const cell = (/** @type {string | Node} */ content) => (content instanceof Node ? content : h("td", {}, content));
  const lines = rows.map((row) => h("tr", {}, ...row.map(cell)));
  return h("table", {}, h("thead", {}, head), h("tbody", {}, ...lines));
}

/**
 * @param {Part} part
 * @param {[name: string, value: Answer][]} given the arguments
 * @param {Translator} tr
 */
export function pairTable({ name, right, yours, wrong, rows: names }, given, tr) {
  if (isArray(right) && isArray(yours) && !sameShape(right, yours)) return shapes(right.shape, yours.shape, tr);
  if (countOf(right) > MOST) return h("p", {}, tr("{n} numbers are too many to draw.", { n: countOf(right) }));
  const list = (/** @type {Answer} */ value) => (isArray(value) ? value.values : value === null ? [] : [value]);
  const [good, mine] = [list(right), isArray(right) && !isArray(yours) ? [] : list(yours)];
  const beside = given.find(([argument, value]) => argument === "x" && sameShape(value, right));
  const input = beside ? list(beside[1]) : [];
  const [few, write] = names ? [4, plainText] : [decimalsFor([...good, ...mine]), numberText];
  const sign = (/** @type {number} */ i) => {
    const pair = [good[i], mine[i]];
    const [a, b] = wrong.has(i) ? apart(pair[0], pair[1], few, write) : pair.map((value) => write(value, few));
    const marked = wrong.has(i) ? h("td", { class: "yours" }, `✗ ${b}`) : b;
    return [a, ...(mine.length ? [marked] : [])];
  };
  const rows = good.map((_, i) => [
    ...(isArray(right) ? [h("th", { scope: "row" }, names?.[i] ?? String(i + 1))] : []),
    ...(beside ? [numberText(input[i], decimalsFor(input))] : []),
    ...sign(i),
  ]);
  const heads = [
    ...(isArray(right) ? [names ? "" : tr("number")] : []),
    ...(beside ? [beside[0]] : []),
    tr("right"),
    ...(mine.length ? [tr("yours")] : []),
  ];
  const title = name ? [h("b", {}, name)] : [];
  return h(
    "div",
    { class: "gn-drawn-table" },
    ...title,
    tableOf(heads, rows),
    inWords(right, good, mine, wrong, { names, tr }),
  );
}

/**
 * The first number that is wrong, in a sentence.
 * @param {Answer} answer
 * @param {any[]} good
 * @param {any[]} mine
 * @param {Set<number>} wrong
 * @param {{ names?: string[], tr: Translator }} options
 */
function inWords(answer, good, mine, wrong, { names, tr }) {
  if (!mine.length || !wrong.size) return "";
  const i = Math.min(...wrong);
  const [right, yours] = apart(good[i], mine[i], 4, plainText);
  if (!isArray(answer)) return h("p", {}, tr("Right is {right}, you give {yours}.", { right, yours }));
  const name = names?.[i];
  if (name) return h("p", {}, tr("{name}: right is {right}, you give {yours}.", { name, right, yours }));
  return h("p", {}, tr("Number {i}: right is {right}, you give {yours}.", { i: i + 1, right, yours }));
}

/**
 * @param {number[]} right
 * @param {number[]} yours
 * @param {Translator} tr
 */
function shapes(right, yours, tr) {
  const texts = { right: shapeText(right), yours: shapeText(yours) };
  return h("p", {}, tr("Right is the shape {right}, you give {yours}.", texts));
}
