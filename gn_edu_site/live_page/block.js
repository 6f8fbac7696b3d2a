// An array as the book's block: a slab for each image, a column a channel, a row a pixel. Its cells are touched, passed over
// by a mouse, and reached by arrow keys. Styles: drawing.css.
import { h } from "../../gn_edu/widgets/src/shared/dom.js";
import { cellAt } from "../../gn_edu/widgets/src/shared/maths.js";
import { cellToward } from "../../gn_edu/widgets/src/statistic_set/model.js";
import { product } from "./arrays.js";

/**
 * @typedef {import("../../gn_edu/widgets/src/shared/i18n.js").Translator} Translator
 * @typedef {import("../../gn_edu/widgets/src/shared/maths.js").Dims} Dims
 *
 * What its first two axes are: images and channels, rows and columns, or nothing that is known.
 * @typedef {"images" | "matrix" | "index"} Axes
 *
 * Which cells carry which look: the chosen one, those that the right rule averages, those that the reader's code averages.
 * @typedef {{ chosen: number | null, lit?: Iterable<number>, taken?: Iterable<number> }} Look
 */

/**
 * An array of any number of axes as images x channels x positions.
 * @param {number[]} shape (n, c, *)
 * @returns {Dims}
 */
export const dimsOf = ([images, channels, ...rest]) => ({ images, channels, positions: product(rest) });

/**
 * Where a cell lies, in words; by its index where the axes are not known.
 * @param {number[]} shape
 * @param {number} i
 * @param {Translator} tr
 * @param {Axes} [axes]
 */
export function placeOf(shape, i, tr, axes = "images") {
  const { image, channel, position } = cellAt(dimsOf(shape), i);
  const at = { n: image + 1, c: channel + 1, p: position + 1 };
  if (axes === "matrix") return tr("row {n}, column {c}", at);
  if (axes === "index") return `[${indexOf(shape, i).join(", ")}]`;
  if (shape.length === 2) return tr("image {n}, channel {c}", at);
  return tr("image {n}, channel {c}, pixel {p}", at); // pixels are drawn below each other
}

/**
 * The index of a cell, counted from 0.
 * @param {number[]} shape
 * @param {number} i
 */
const indexOf = (shape, i) => shape.map((length, axis) => Math.floor(i / product(shape.slice(axis + 1))) % length);

/**
 * The rows of the block: slabs with a title, each a list of rows of places.
 * @param {number[]} shape
 * @param {Translator} tr
 * @param {Axes} axes
 */
function slabsOf(shape, tr, axes) {
  const { images, channels, positions } = dimsOf(shape);
  const row = (/** @type {number} */ image, /** @type {number} */ position) =>
    Array.from({ length: channels }, (_, channel) => (image * channels + channel) * positions + position);
  const every = Array.from({ length: images }, (_, image) => image);
  const number = (/** @type {number} */ image) => String(axes === "index" ? image : image + 1);
  if (positions === 1)
    return [{ title: "", rows: every.map((image) => ({ head: number(image), cells: row(image, 0) })) }];
  return every.map((image) => ({
    title: axes === "images" ? tr("image {n}", { n: image + 1 }) : number(image),
    rows: Array.from({ length: positions }, (_, position) => ({ head: "", cells: row(image, position) })),
  }));
}

/**
 * What stands over the columns: the groups, where there are some, and the channels.
 * @param {number} channels
 * @param {number} groups 0 where they are not known
 * @param {{ headed: boolean, from: number }} options `headed`: the rows begin with their names; `from`: the first number
 * @param {Translator} tr
 */
function columnHeads(channels, groups, { headed, from }, tr) {
  const corner = () => (headed ? [h("span", {})] : []);
  const row = (/** @type {Node[]} */ ...spans) =>
    h("div", { class: "gn-drawn-row", "aria-hidden": "true" }, ...corner(), ...spans);
  const each = channels / groups;
  const bars = Array.from({ length: groups }, (_, g) => {
    const bar = h("span", { class: "gn-drawn-group" }, each > 1 ? tr("group {g}", { g: g + 1 }) : String(g + 1));
    bar.classList.toggle("even", g % 2 === 1);
    bar.style.gridColumn = `span ${each}`;
    return bar;
  });
  const numbers = Array.from({ length: channels }, (_, c) => h("span", { class: "gn-drawn-head" }, String(c + from)));
  return [...(groups ? [row(...bars)] : []), row(...numbers)];
}

/**
 * @param {object} options
 * @param {number[]} options.shape (n, c, *)
 * @param {string} options.title
 * @param {string} options.label what the block is, for those who hear it
 * @param {(i: number) => (string | Node)[]} options.content of a cell
 * @param {(i: number) => string} options.said what is heard of a cell
 * @param {number} [options.groups]
 * @param {Axes} [options.axes]
 * @param {Translator} options.tr
 */
export function createBlock({ shape, title, label, content, said, groups = 0, axes = "images", tr }) {
  const { channels } = dimsOf(shape);
  const cells = /** @type {HTMLElement[]} */ ([]);
  const cell = (/** @type {number} */ i) => {
    const attributes = {
      class: "gn-drawn-cell",
      role: "gridcell",
      tabindex: -1,
      "data-cell": i,
      "aria-label": said(i),
    };
    cells[i] = h("div", attributes, ...content(i));
    return cells[i];
  };
  const slabs = slabsOf(shape, tr, axes).map(({ title: name, rows }) => {
    const headed = rows.some(({ head }) => head);
    const lines = rows.map(({ head, cells: row }) => {
      const heads = headed ? [h("span", { class: "gn-drawn-head", "aria-hidden": "true" }, head)] : [];
      return h("div", { class: "gn-drawn-row", role: "row" }, ...heads, ...row.map(cell));
    });
    const over = [
      ...(name ? [h("p", { "aria-hidden": "true" }, name)] : []),
      ...columnHeads(channels, groups, { headed, from: axes === "index" ? 0 : 1 }, tr),
    ];
    const slab = h("div", { class: "gn-drawn-slab", role: "rowgroup" }, ...over, ...lines);
    slab.classList.toggle("headed", headed);
    return slab;
  });
  const grid = h("div", { class: "gn-drawn-slabs", role: "grid", "aria-label": label }, ...slabs);
  grid.style.setProperty("--columns", String(channels));
  grid.classList.toggle("wide", channels >= 4); // on a phone its slabs stand one above the other
  grid.dataset.size = channels > 8 ? "many" : channels > 4 ? "small" : "";
  const [down, right] = { images: [tr("image"), tr("channel")], matrix: [tr("row"), tr("column")], index: [] }[axes];
  const along = right ? `${dimsOf(shape).positions === 1 ? `${down} ↓ ` : ""}${right} →` : "";
  const heading = h("p", { class: "gn-drawn-title" }, h("b", {}, title), h("span", { "aria-hidden": "true" }, along));
  const element = h("div", { class: "gn-drawn-block" }, heading, grid);
  /** @param {Look} look */
  const show = ({ chosen, lit = [], taken = [] }) => {
    const [inRight, inYours] = [new Set(lit), new Set(taken)];
    for (const [i, one] of cells.entries()) {
      one.classList.toggle("chosen", i === chosen);
      one.classList.toggle("lit", inRight.has(i));
      one.classList.toggle("taken", inYours.has(i));
    }
  };
  return { element, grid, cells, show, dims: dimsOf(shape) };
}

/**
 * A click, a tap and the arrow keys choose a cell of the block, and a passing mouse shows it: show(i), again with the chosen
 * one when the mouse has left. Gives start(i), which chooses a cell without taking the focus.
 * @param {ReturnType<typeof createBlock>} block
 * @param {(i: number) => void} show
 */
export function chooseCells({ grid, cells, dims }, show) {
  let chosen = 0;
  const start = (/** @type {number} */ i) => {
    cells[chosen].tabIndex = -1;
    chosen = i;
    cells[i].tabIndex = 0;
  };
  start(0);
  const cellUnder = (/** @type {Event} */ event) => {
    const cell = /** @type {HTMLElement | null} */ (/** @type {Element} */ (event.target).closest("[data-cell]"));
    return cell && Number(cell.dataset.cell);
  };
  grid.addEventListener("click", (/** @type {MouseEvent} */ event) => {
    const i = cellUnder(event);
    if (i !== null) cells[i].focus();
  });
  grid.addEventListener("focusin", (/** @type {FocusEvent} */ event) => {
    const i = cellUnder(event);
    if (i === null) return;
    start(i);
    show(i);
  });
  grid.addEventListener("pointerover", (/** @type {PointerEvent} */ event) => {
    const i = cellUnder(event);
    if (i !== null && event.pointerType === "mouse") show(i);
  });
  grid.addEventListener("pointerleave", (/** @type {PointerEvent} */ event) => {
    if (event.pointerType === "mouse") show(chosen);
  });
  grid.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
    const next = cellToward(dims, chosen, event.key);
    if (next === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    cells[next].focus();
  });
  return { start };
}
