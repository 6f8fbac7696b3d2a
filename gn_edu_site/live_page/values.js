// Draws values of a cell: arrays as blocks that are read together. Where one of them is the same numbers in other axes and
// another a mean over some of these, a touched cell shows which numbers its mean is over.
import { h, liveText } from "../../gn_edu/widgets/src/shared/dom.js";
import { countOf, decimalsFor, isArray, MOST, numberText, plainText, product, sameShape, shapeText } from "./arrays.js";
import { chooseCells, createBlock, placeOf } from "./block.js";
import { tableOf } from "./table.js";

/**
 * @typedef {import("../../gn_edu/widgets/src/shared/i18n.js").Translator} Translator
 * @typedef {import("./arrays.js").Answer} Answer
 * @typedef {import("./arrays.js").Values} Values
 *
 * Of the cells of a block, in a row: to which number of the mean each belongs.
 * @typedef {{ mean: string, of: string, labels: number[] }} Sets
 */

/**
 * For each place of `shape` the place in an array of shape `part` that is broadcast to it; null where it can't be.
 * @param {number[]} shape
 * @param {number[]} part with lengths of 1 where a mean was taken
 */
export function broadcastPlaces(shape, part) {
  if (shape.length !== part.length || part.some((length, axis) => length !== 1 && length !== shape[axis])) return null;
  return Array.from({ length: product(shape) }, (_, i) => {
    let [rest, place, step] = [i, 0, 1];
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      if (part[axis] !== 1) place += (rest % shape[axis]) * step;
      rest = Math.floor(rest / shape[axis]);
      step *= part[axis];
    }
    return place;
  });
}

/** Whether both hold the same numbers in the same order. */
const sameNumbers = (/** @type {Values} */ a, /** @type {Values} */ b) => a.values.join() === b.values.join();

/**
 * The sets that a mean among the arrays was taken over, as cells of the block `name`.
 * @param {Record<string, Answer>} drawn
 * @param {string} name
 * @returns {Sets | null}
 */
export function setsAmong(drawn, name) {
  const whole = /** @type {Values} */ (drawn[name]);
  for (const [other, axes] of Object.entries(drawn)) {
    if (!isArray(axes) || !sameNumbers(whole, axes)) continue;
    for (const [mean, value] of Object.entries(drawn)) {
      if (!isArray(value) || !value.shape.includes(1) || countOf(value) >= countOf(axes)) continue;
      const labels = broadcastPlaces(axes.shape, value.shape);
      if (labels && isMean(whole.values, value.values, labels)) return { mean, of: other, labels };
    }
  }
  return null;
}

/**
 * Whether each number of `means` is the mean of the values with its label.
 * @param {number[]} values
 * @param {number[]} means
 * @param {number[]} labels
 */
function isMean(values, means, labels) {
  const sums = means.map(() => 0);
  const counts = means.map(() => 0);
  for (const [i, label] of labels.entries()) {
    sums[label] += values[i];
    counts[label]++;
  }
  return means.every((mean, k) => Math.abs(sums[k] / counts[k] - mean) <= 1e-4 * (1 + Math.abs(mean)));
}

/**
 * One value by its name: a number in a line, an array of one axis as a table, others as a block of cells.
 * @param {Answer} value
 * @param {{ tr: Translator, name?: string }} options
 * @returns {HTMLElement}
 */
export const drawValue = (value, { tr, name = "" }) => drawValues({ [name]: value }, { tr });

/**
 * @param {string} name
 * @param {Values} value
 * @param {boolean} images whether its axes are images, channels and pixels
 * @param {Translator} tr
 */
function blockOf(name, value, images, tr) {
  const { shape, values } = value;
  const axes = images ? "images" : "index";
  const decimals = decimalsFor(values, shape[1] > 4 ? 3 : 4);
  const most = Math.max(...values.map((one) => Math.abs(one) || 0));
  const text = (/** @type {number} */ i) => numberText(values[i], decimals);
  const place = (/** @type {number} */ i) => placeOf(shape, i, tr, axes);
  const title = `${name} ${shapeText(shape)}`.trim();
  const said = (/** @type {number} */ i) => `${place(i)}: ${text(i)}`;
  const block = createBlock({ shape, title, label: title, content: (i) => [text(i)], said, axes, tr });
  for (const [i, cell] of block.cells.entries()) {
    cell.classList.toggle("below", values[i] < 0);
    cell.style.setProperty("--much", `${Math.round((30 * Math.abs(values[i])) / most) || 0}%`);
  }
  const inWords = (/** @type {number} */ i) =>
    tr("{name}, {place}: {value}.", { name, place: place(i), value: plainText(values[i], 5) });
  return { ...block, name, value, inWords };
}

/**
 * What has no block: a number, a row, or more numbers than are drawn.
 * @param {Answer} value
 * @param {string} name
 * @param {Translator} tr
 */
function drawPlain(value, name, tr) {
  if (!isArray(value)) return h("p", {}, `${name ? `${name} = ` : ""}${plainText(value, 5)}`);
  const title = h("b", {}, `${name} ${shapeText(value.shape)}`.trim());
  if (countOf(value) > MOST)
    return h("p", {}, title, ` ${tr("{n} numbers are too many to draw.", { n: countOf(value) })}`);
  const decimals = decimalsFor(value.values);
  const rows = value.values.map((one, i) => [h("th", { scope: "row" }, String(i + 1)), numberText(one, decimals)]);
  return h("div", { class: "gn-drawn-table" }, title, tableOf([tr("number"), name || tr("value")], rows));
}

/**
 * Links the blocks: a cell that is touched in one is shown in all of its shape, with the numbers that its mean is over.
 * Gives the sentence about it, and what to do.
 * @param {ReturnType<typeof blockOf>[]} blocks
 * @param {Record<string, Answer>} drawn
 * @param {Translator} tr
 */
function connect(blocks, drawn, tr) {
  const text = liveText();
  const [whole] = blocks;
  const sets = setsAmong(drawn, whole.name);
  const alike = blocks.filter(({ value }) => sameShape(value, whole.value));
  const show = (/** @type {typeof whole} */ source, /** @type {number} */ i) => {
    const isWhole = alike.includes(source);
    const label = !sets ? -1 : isWhole ? sets.labels[i] : source.name === sets.mean ? i : -1;
    const lit = sets && label >= 0 ? [...sets.labels.keys()].filter((k) => sets.labels[k] === label) : [];
    for (const block of blocks) {
      if (block === source) block.show({ chosen: i, lit: isWhole ? lit : [] });
      else if (alike.includes(block)) block.show({ chosen: isWhole ? i : null, lit });
      else block.show({ chosen: sets && block.name === sets.mean && label >= 0 ? label : null });
    }
    const words = [source.inWords(i)];
    if (isWhole && source !== whole)
      words.push(tr("There {name} is {value}.", { name: whole.name, value: plainText(whole.value.values[i], 5) }));
    if (sets && lit.length) {
      const named = {
        m: lit.length,
        name: whole.name,
        mean: sets.mean,
        value: plainText(meanAt(drawn, sets, label), 5),
      };
      words.push(
        isWhole
          ? tr("Its mean, {value}, is over {m} numbers of {name}.", named)
          : tr("It is the mean of {m} numbers of {name}.", named),
      );
    }
    text.textContent = words.join(" ");
  };
  for (const block of blocks) chooseCells(block, (i) => show(block, i)).start(0);
  show(alike[alike.length - 1], 0);
  const hint = h("p", { class: "gn-drawn-where", "aria-hidden": "true" }, tr("Touch a number to see its mean."));
  return sets ? [hint, text] : [text];
}

/**
 * @param {Record<string, Answer>} drawn
 * @param {Sets} sets
 * @param {number} label
 */
const meanAt = (drawn, { mean }, label) => /** @type {Values} */ (drawn[mean]).values[label];

/**
 * Several values of a cell together.
 * @param {Record<string, Answer>} drawn by name, in the order in which they stand
 * @param {{ tr: Translator }} options
 * @returns {HTMLElement}
 */
export function drawValues(drawn, { tr }) {
  const fits = (/** @type {Answer} */ value) =>
    isArray(value) && value.shape.length > 1 && countOf(value) > 0 && countOf(value) <= MOST;
  const plain = Object.entries(drawn).filter(([, value]) => !fits(value));
  const blocks = /** @type {ReturnType<typeof blockOf>[]} */ ([]);
  for (const [name, value] of /** @type {[string, Values][]} */ (Object.entries(drawn))) {
    // The same numbers in other axes are not drawn again.
    if (!fits(value) || blocks.some((block) => sameNumbers(block.value, value))) continue;
    blocks.push(blockOf(name, value, value.shape.length <= 4 && sameShape(value, blocks[0]?.value ?? value), tr));
  }
  const beside = h("div", { class: "gn-drawn-blocks" }, ...blocks.map(({ element }) => element));
  const lines = plain.map(([name, value]) => drawPlain(value, name, tr));
  const said = blocks.length ? connect(blocks, drawn, tr) : [];
  return h("div", { class: "gn gn-drawn gn-drawn-values" }, ...(blocks.length ? [beside] : []), ...said, ...lines);
}
