// Draws the smallest question that went wrong: right cells and wrong ones, and which cells were averaged into each.
// Values of a chapter's cell: values.js. Styles: drawing.css.
import { h, liveText } from "../../gn_edu/widgets/src/shared/dom.js";
import { N_ } from "../../gn_edu/widgets/src/shared/i18n.js";
import { apart, countOf, decimalsFor, isArray, MOST, numberText, plainText, sameShape, shapeText } from "./arrays.js";
import { chooseCells, createBlock, placeOf } from "./block.js";
import { GROUP, labelsOfMistake, membersOf, setLabels } from "./sets.js";
import { pairTable } from "./table.js";

export { drawValue, drawValues } from "./values.js";

/**
 * @typedef {import("../../gn_edu/widgets/src/shared/i18n.js").Translator} Translator
 * @typedef {import("./arrays.js").Answer} Answer
 * @typedef {import("./arrays.js").Values} Values
 * @typedef {import("./table.js").Part} Part
 * @typedef {{ where: string, arguments: [name: string, value: Answer][], right: Answer | Answer[],
 *   yours: Answer | Answer[], wrong: number[], parts?: string[] }} Case as gn_edu_site/live/page.py gives it
 * @typedef {{ right: number[], yours: number[] | null }} Labels of cells: by group norm, and by the mistake that was named
 */

/**
 * A list of numbers is an array of one axis.
 * @param {Answer | Answer[]} value
 */
const listed = (value) =>
  Array.isArray(value) && !value.some(isArray) ? { shape: [value.length], values: value } : value;

/**
 * The parts of the answer; `wrong` counts through all of them.
 * @param {Case} given
 * @returns {Part[]}
 */
function partsOf({ right: all, yours: mine, wrong, parts = [] }) {
  const [right, yours] = [listed(all), listed(mine)];
  const several = Array.isArray(right);
  const wrongOf = (/** @type {number} */ from, /** @type {number} */ to) =>
    new Set(wrong.filter((place) => from <= place && place < to).map((place) => place - from));
  if (!several && Array.isArray(all) && parts.length)
    return [{ name: "", right, yours: /** @type {Answer} */ (yours), wrong: wrongOf(0, all.length), rows: parts }];
  let before = 0;
  return (several ? right : [right]).map((one, k) => {
    const [from, to] = [before, before + countOf(one)];
    before = to;
    const own = several ? (Array.isArray(yours) ? yours[k] : null) : /** @type {Answer} */ (yours);
    const name = parts[k] ?? (several ? String(k + 1) : "");
    return { name, right: one, yours: own ?? null, wrong: wrongOf(from, to) };
  });
}

/**
 * The arguments in a line: numbers, and arrays by their numbers where these are few. Nothing where there is no array: what
 * was asked has then been said in words.
 * @param {Case["arguments"]} given
 * @param {string[]} drawn names that have a drawing
 * @param {Translator} tr
 */
function argumentsLine(given, drawn, tr) {
  if (!given.some(([, value]) => isArray(value))) return "";
  const text = (/** @type {any} */ value) => {
    if (!isArray(value))
      return [value]
        .flat()
        .map((one) => plainText(one))
        .join(", ");
    const { shape, values } = value;
    const few = values.length <= 8 && `[${values.map((one) => plainText(one)).join(", ")}]`;
    if (few && shape.length === 1) return few;
    const named = { shape: shapeText(shape), numbers: few };
    return few ? tr("{numbers} of shape {shape}", named) : tr("shape {shape}", named);
  };
  const some = given.filter(([name]) => !drawn.includes(name));
  return some.map(([name, value]) => `${name} = ${text(value)}`).join(", ");
}

/**
 * @param {Case} given
 * @param {Part} part
 * @param {string[]} mistakes
 * @returns {{ x: Values, groups: number, labels: Labels } | null} where the question is one of group norm
 */
function setsOf(given, part, mistakes) {
  const known = Object.fromEntries(given.arguments);
  const { x, num_groups: groups, eps, weight, bias } = known;
  if (!isArray(x) || !sameShape(x, part.right) || x.shape.length < 2) return null;
  if ("mask" in known) return null; // its sets are smaller
  if (typeof groups !== "number" || groups < 1 || x.shape[1] % groups) return null;
  const right = /** @type {number[]} */ (setLabels(x.shape, groups, GROUP));
  const options = {
    eps: typeof eps === "number" ? eps : 1e-5,
    weight: /** @type {any} */ (weight),
    bias: /** @type {any} */ (bias),
  };
  const yours = isArray(part.yours) ? labelsOfMistake(mistakes, x, groups, part.yours, options) : null;
  return { x, groups, labels: { right, yours } };
}

/**
 * What is said of a cell: right and yours, and whom both average.
 * @param {Part & { right: Values }} part
 * @param {number} i
 * @param {ReturnType<typeof setsOf>} sets
 * @param {string} place
 * @param {Translator} tr
 */
function sentences({ right, yours, wrong }, i, sets, place, tr) {
  const value = right.values[i];
  const [good, bad] = apart(value, isArray(yours) ? yours.values[i] : value, 4, plainText);
  const named = { place, right: good, yours: bad };
  const first = wrong.has(i)
    ? tr("The cell in {place}: right is {right}, you give {yours}.", named)
    : tr(
        isArray(yours) ? N_("The cell in {place}: {right} is right.") : N_("The cell in {place}: right is {right}."),
        named,
      );
  if (!sets) return [first];
  const mean = (/** @type {number[]} */ members) => {
    const sum = members.reduce((all, k) => all + sets.x.values[k], 0);
    return { m: members.length, mean: plainText(sum / members.length) };
  };
  const by = sets.labels;
  const rule = tr("Group norm averages {m} cells of x here, to {mean}.", mean(membersOf(by.right, i)));
  if (!by.yours) return [first, rule];
  return [first, rule, tr("Your code averages {m}, to {mean}.", mean(membersOf(by.yours, i)))];
}

/**
 * The block of an answer, with that of x beside it where both are small enough.
 * @param {Case} given
 * @param {Part & { right: Values }} part
 * @param {{ tr: Translator, mistakes: string[], room: boolean }} options `room` for x
 */
function blocksOf(given, part, { tr, mistakes, room }) {
  const { right, yours, wrong, name } = part;
  const { shape } = right;
  const like = given.arguments.some(([, value]) => sameShape(value, right));
  const axes = shape.length === 2 && !like ? "matrix" : "images";
  const sets = setsOf(given, part, mistakes);
  const place = (/** @type {number} */ i) => placeOf(shape, i, tr, axes);
  const mine = isArray(yours) ? yours.values : [];
  const decimals = decimalsFor([...right.values, ...mine], shape[1] > 4 ? 3 : 4);
  const content = (/** @type {number} */ i) => {
    if (!wrong.has(i)) return [numberText(right.values[i], decimals)];
    const [good, bad] = apart(right.values[i], mine[i], decimals);
    return [signed("yours", bad), signed("right", good)];
  };
  const said = (/** @type {number} */ i) => sentences(part, i, null, place(i), tr)[0];
  const title = name || (isArray(yours) ? tr("your answer") : tr("the right answer"));
  const groups = sets?.groups ?? 0;
  const answer = createBlock({ shape, title, label: title, content, said, groups, axes, tr });
  for (const i of wrong) answer.cells[i].classList.add("wrong");
  if (!room || !sets) return { sets, blocks: [answer], place };
  const { x } = sets;
  const few = decimalsFor(x.values, shape[1] > 4 ? 3 : 4);
  const text = (/** @type {number} */ i) => numberText(x.values[i], few);
  const input = createBlock({
    shape: x.shape,
    title: "x",
    label: "x",
    content: (i) => [text(i)],
    said: (i) => `${place(i)}: ${text(i)}`,
    groups,
    tr,
  });
  return { sets, blocks: [input, answer], place };
}

const SIGNS = { yours: "✗", right: "✓" };
const signed = (/** @type {"yours" | "right"} */ whose, /** @type {string} */ text) =>
  h("span", { class: whose }, h("span", { class: "sign" }, SIGNS[whose]), text);

/**
 * What the looks of the cells mean.
 * @param {boolean} wrong whether some cell is
 * @param {Labels | undefined} labels
 * @param {Translator} tr
 */
function legend(wrong, labels, tr) {
  const entry = (/** @type {string} */ kind, /** @type {string} */ text) =>
    h("span", {}, h("i", { class: `gn-drawn-cell ${kind}` }), text);
  const signs = [signed("yours", tr("yours")), signed("right", tr("right"))];
  const averaged = labels ? [entry("lit", tr("averaged by group norm"))] : [];
  if (labels?.yours) averaged.push(entry("taken", tr("averaged by your code")));
  const touch = labels ? [h("span", { class: "touch" }, tr("Touch a cell to see its set."))] : [];
  return h("p", { class: "gn-drawn-legend", "aria-hidden": "true" }, ...(wrong ? signs : []), ...averaged, ...touch);
}

/**
 * The wrong place that is farthest from the right number: the one that the check names.
 * @param {Part & { right: Values }} part
 */
function farthest({ right, yours, wrong }) {
  if (!isArray(yours) || !wrong.size) return 0;
  const gap = (/** @type {number} */ i) => Math.abs(Number(yours.values[i]) - right.values[i]);
  const off = (/** @type {number} */ i) => (Number.isNaN(gap(i)) ? Number.POSITIVE_INFINITY : gap(i));
  return [...wrong].sort((a, b) => a - b).reduce((best, i) => (off(i) > off(best) ? i : best));
}

/**
 * A part of an answer that is an array of two axes and more.
 * @param {Case} given
 * @param {Part & { right: Values }} part
 * @param {{ tr: Translator, mistakes: string[], room: boolean }} options
 */
function drawBlocks(given, part, options) {
  const { tr } = options;
  const { sets, blocks, place } = blocksOf(given, part, options);
  const text = liveText();
  const show = (/** @type {number} */ i) => {
    const lit = sets ? membersOf(sets.labels.right, i) : [];
    const taken = sets?.labels.yours ? membersOf(sets.labels.yours, i) : [];
    // Averaged are numbers of x; where there is no room for it, their places in the answer are shown.
    for (const block of blocks) block.show(block === blocks[0] ? { chosen: i, lit, taken } : { chosen: i });
    text.textContent = sentences(part, i, sets, place(i), tr).join(" ");
  };
  const first = farthest(part);
  for (const block of blocks) chooseCells(block, show).start(first);
  show(first);
  return [
    h("div", { class: "gn-drawn-blocks" }, ...blocks.map((block) => block.element)),
    legend(part.wrong.size > 0, sets?.labels, tr),
    text,
  ];
}

/**
 * The smallest question that went wrong, drawn.
 * @param {Case} given
 * @param {{ tr: Translator, mistakes?: string[] }} options `mistakes` are those that the check named
 * @returns {HTMLElement}
 */
export function drawCase(given, { tr, mistakes = [] }) {
  const parts = partsOf(given);
  const shown = parts.filter(({ wrong }) => wrong.size || parts.length === 1);
  const count = shown.reduce((all, { right }) => all + countOf(right), 0);
  const drawn = /** @type {string[]} */ ([]);
  const pieces = shown.flatMap((part) => {
    const { right, yours } = part;
    if (!isArray(right) || right.shape.length < 2 || count > MOST || (isArray(yours) && !sameShape(right, yours)))
      return [pairTable(part, given.arguments, tr)];
    const room = shown.length === 1 && 2 * count <= MOST;
    if (room && setsOf(given, part, mistakes)) drawn.push("x");
    return drawBlocks(given, /** @type {Part & { right: Values }} */ (part), { tr, mistakes, room });
  });
  const asked = [given.where, argumentsLine(given.arguments, drawn, tr)].filter(Boolean).join(": ");
  return h("div", { class: "gn gn-drawn" }, h("p", { class: "gn-drawn-where" }, asked), ...pieces);
}

const BLOCK = [2, 4, 2, 2];

/**
 * The sets of a mistake on a block without numbers, for a question that is too large to draw; null where no mistake about
 * sets was named that is made in one way.
 * @param {string[]} mistakes
 * @param {{ tr: Translator }} options
 * @returns {HTMLElement | null}
 */
export function drawSets(mistakes, { tr }) {
  const [groups, none] = [2, { shape: BLOCK, values: [] }];
  const yours = labelsOfMistake(mistakes, none, groups, none, { eps: 0 });
  if (!yours) return null;
  const labels = { right: /** @type {number[]} */ (setLabels(BLOCK, groups)), yours };
  const said = (/** @type {number} */ i) => placeOf(BLOCK, i, tr);
  const title = tr("whom your code averages");
  const block = createBlock({ shape: BLOCK, title, label: title, content: () => [], said, groups, tr });
  const text = liveText();
  const show = (/** @type {number} */ i) => {
    const [lit, taken] = [membersOf(labels.right, i), membersOf(yours, i)];
    block.show({ chosen: i, lit, taken });
    const counts = { place: said(i), m: lit.length, k: taken.length };
    text.textContent = tr("The cell in {place}: group norm averages {m} cells, your code {k}.", counts);
  };
  chooseCells(block, show);
  show(0);
  return h("div", { class: "gn gn-drawn" }, block.element, legend(false, labels, tr), text);
}
