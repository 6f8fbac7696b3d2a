// The block images x channels x positions as SVG text: the same for the live widget and for the still picture.
import { light } from "../../../palette.json";
import { stillOf, svg } from "../shared/drawing.js";
import { cellAt } from "../shared/maths.js";
import { escapeText } from "../shared/text.js";
import { dimsOf, shown, view } from "./model.js";

/**
 * @typedef {import("../shared/i18n.js").Translator} Translator
 * @typedef {import("../shared/maths.js").Dims} Dims
 * @typedef {import("./model.js").Chosen} Chosen
 * @typedef {{ x: number, y: number }} Point
 * @typedef {ReturnType<typeof layout>} Layout
 *
 * The attributes of the parts: of cell i, and of what has a role. `badged`: there is room for a second text in a cell.
 * @typedef {{ cell: (i: number) => string, role: (name: string) => string, badged: boolean }} Attributes
 */

// Geometry, in units of the drawing: a cell's side, the gap between cells, how far a lit cell is raised.
const SIDE = 46;
const GAP = 6;
const RAISE = 7;
const PITCH = SIDE + GAP;
const SCALE = 1.12; // pixels a unit, where there is room
const HINT = -12; // where the words of the hint stand, from a cell's top
const CLEAR = 75; // from the middle of those words to the middle of an image's name

/**
 * Size of one image's slab and of the whole drawing, and where each image begins.
 * @param {Dims} dims
 * @param {boolean} flat
 */
function layout({ images, channels, positions }, flat) {
  const width = channels * PITCH;
  const height = positions * PITCH;
  if (flat) {
    const step = height + 34;
    const box = { width: width + 46, height: step * images + 46 };
    const origin = (/** @type {number} */ image) => ({ x: 40, y: 30 + step * image });
    return { width, height, box, origin };
  }
  // Each further image stands down and to the left of the one before, far enough to be seen whole.
  const shift = { x: 58, y: height + 34 };
  const depth = { x: shift.x * (images - 1), y: shift.y * (images - 1) };
  const box = { width: width + depth.x + 52, height: height + depth.y + 62 };
  const origin = (/** @type {number} */ image) => ({ x: 40 + depth.x - shift.x * image, y: 30 + shift.y * image });
  return { width, height, box, origin };
}

/**
 * @param {Point} at
 * @param {string} text
 * @param {string} attributes
 * @param {boolean} badged
 */
function cellMarkup({ x, y }, text, attributes, badged) {
  const s = SIDE;
  const badge = badged ? `<text class="badge" x="${x + 4}" y="${y + 14}"></text>` : "";
  const r = RAISE;
  const top = `M${x} ${y}l${r} ${-r}h${s}l${-r} ${r}z`;
  const right = `M${x + s} ${y}l${r} ${-r}v${s}l${-r} ${r}z`;
  return (
    `<g ${attributes}><path class="under" d="M${x} ${y}h${s}v${s}h${-s}z"/><g class="lift">` +
    `<path class="top" d="${top}"/><path class="right" d="${right}"/>` +
    `<rect class="face" x="${x}" y="${y}" width="${s}" height="${s}" rx="3"/>` +
    `<text class="value" x="${x + s / 2}" y="${y + s / 2}" dy=".35em">${escapeText(text)}</text>${badge}</g></g>`
  );
}

/**
 * Lines from the corners of each image to the one in front of it.
 * @param {number} images
 * @param {Layout} place
 */
function threads(images, { width, height, origin }) {
  const corners = [
    [0, 0],
    [width - GAP, 0],
    [width - GAP, height - GAP],
  ];
  const parts = [];
  for (let image = 1; image < images; image++) {
    const { x, y } = origin(image);
    const front = origin(image - 1);
    const lines = corners.map(([dx, dy]) => `M${x + dx} ${y + dy}L${front.x + dx} ${front.y + dy}`);
    parts.push(`<path class="thread" d="${lines.join("")}"/>`);
  }
  return parts.join("");
}

/**
 * One image: its slab, its name, and its cells, a column a channel.
 * @param {number} image
 * @param {Chosen} state
 * @param {Layout} place
 * @param {Translator} tr
 * @param {Attributes} attributes
 */
function slab(image, state, { width, height, origin }, tr, { role, cell, badged }) {
  const { channels, positions } = dimsOf(state.shape);
  const { x, y } = origin(image);
  const row = (/** @type {number} */ position) =>
    Array.from({ length: channels }, (_, channel) => {
      const i = (image * channels + channel) * positions + position;
      return cellMarkup({ x: x + channel * PITCH, y: y + position * PITCH }, shown(state.values[i]), cell(i), badged);
    }).join("");
  const rows = Array.from({ length: positions }, (_, position) => `<g${role("row")}>${row(position)}</g>`);
  const name = escapeText(tr("image {n}", { n: image + 1 }));
  return (
    `<rect class="slab" x="${x - 5}" y="${y - 5}" width="${width + 10 - GAP}" height="${height + 10 - GAP}" rx="6"/>` +
    `<text class="axis mid name" x="${x + (width - GAP) / 2}" y="${y - 12}">${name}</text>` +
    `<g${role("rowgroup")}>${rows.join("")}</g>`
  );
}

/**
 * The axes channel and pixel, at the lowest image, which begins at (x, y).
 * @param {number} channels
 * @param {Point} origin
 * @param {number} height
 * @param {Translator} tr
 */
function axes(channels, { x, y }, height, tr) {
  const numbers = Array.from(
    { length: channels },
    (_, channel) =>
      `<text class="axis mid" x="${x + channel * PITCH + SIDE / 2}" y="${y + height + 16}">${channel + 1}</text>`,
  );
  return (
    `${numbers.join("")}<text class="axis" x="${x}" y="${y + height + 36}">${escapeText(tr("channel"))} →</text>` +
    `<text class="axis end" x="${x - 10}" y="${y + height / 2 - 10}">${escapeText(tr("pixel"))}` +
    `<tspan x="${x - 10}" dy="1.2em">↓</tspan></text>`
  );
}

/**
 * The whole block. Flat: no depth, image 1 on top.
 * @param {Chosen} state
 * @param {Translator} tr
 * @param {{ stem: string, flat: boolean, attributes: Attributes }} options `stem` is the class of the drawing
 * @param {string} over what stands over the cells
 */
function blockMarkup(state, tr, { stem, flat, attributes }, over = "") {
  const { images, channels } = dimsOf(state.shape);
  const place = layout(dimsOf(state.shape), flat);
  const { width, height } = place.box;
  const slabs = Array.from({ length: images }, (_, image) => slab(image, state, place, tr, attributes));
  const lowest = place.origin(images - 1);
  const parts = [flat ? "" : threads(images, place), ...slabs, axes(channels, lowest, place.height, tr), over];
  return svg(stem, width, height, parts.join(""), SCALE);
}

/**
 * The block of the live widget: a grid whose cells have names and take the keyboard's focus. Over them is a group `own`,
 * which goes with the framed cell: arrows up and down, and, while it is asked for, the words of a hint.
 * @param {Chosen & { flat: boolean }} state
 * @param {Translator} tr
 * @param {(i: number) => string} nameOf
 */
export function liveBlock(state, tr, nameOf) {
  /** @type {Attributes} */
  const attributes = {
    role: (name) => ` role="${name}"`,
    cell: (i) => `class="gn-cell" data-cell="${i}" role="gridcell" tabindex="-1" aria-label="${escapeText(nameOf(i))}"`,
    badged: true,
  };
  const middle = SIDE / 2;
  const own =
    `<g class="own" aria-hidden="true"><g class="lift"><path class="arrows" d="M${middle - 4} 10l4 -5l4 5` +
    `M${middle - 4} ${SIDE - 10}l4 5l4 -5"/><text class="gn-hint mid" x="${middle}" y="${HINT}"></text></g></g>`;
  return blockMarkup(state, tr, { stem: "gn-in", flat: state.flat, attributes }, own);
}

/**
 * Puts the group `own` at a cell, with the hint over it where the cell is in its image's top row; the image's name makes way.
 * @param {Element} drawing
 * @param {{ shape: Chosen["shape"], flat: boolean }} state
 * @param {number} i
 * @param {string} hint
 */
export function placeOwn(drawing, { shape, flat }, i, hint) {
  const dims = dimsOf(shape);
  const { width, origin } = layout(dims, flat);
  const { image, channel, position } = cellAt(dims, i);
  const at = { x: origin(image).x + channel * PITCH, y: origin(image).y + position * PITCH };
  const own = /** @type {Element} */ (drawing.querySelector(".own"));
  own.setAttribute("transform", `translate(${at.x} ${at.y})`);
  const words = position === 0 ? hint : "";
  /** @type {Element} */ (own.querySelector(".gn-hint")).textContent = words;
  for (const [k, name] of drawing.querySelectorAll(".name").entries()) {
    const middle = origin(k).x + (width - GAP) / 2;
    const apart = middle - at.x - SIDE / 2;
    const away = words && k === image && Math.abs(apart) < CLEAR ? (apart < 0 ? -CLEAR : CLEAR) - apart : 0;
    name.setAttribute("x", String(middle + away));
  }
}

const STILL_STYLE =
  `.slab{fill:#f2f1ec;stroke:#c9c6bb}.face{fill:#fff;stroke:${light.line}}.value{fill:#45423b}` +
  `.under,.top,.right{fill:none}.lit .face{fill:${light.group};stroke:#7a3000}.lit .value{fill:#fff;font-weight:700}` +
  ".lit .top{fill:#e58b4d}.lit .right{fill:#7a3000}.lit .lift{transform:translate(-7px,7px)}" +
  `.focus .face{stroke:#111;stroke-width:4}.thread{fill:none;stroke:${light.line};stroke-dasharray:3 4}` +
  `text{font-family:system-ui,sans-serif}.value{font-size:17px;text-anchor:middle}.axis{font-size:13px;fill:${light.quiet}}` +
  ".mid{text-anchor:middle}.end{text-anchor:end}";

/**
 * The block with its own style and a white ground, the chosen cell's set lit.
 * @param {Chosen} state
 * @param {Translator} tr
 */
export function stillBlock(state, tr) {
  const members = new Set(view(state).set.members);
  const classes = (/** @type {number} */ i) =>
    ["gn-cell", members.has(i) && "lit", i === state.focus && "focus"].filter(Boolean);
  /** @type {Attributes} */
  const attributes = { role: () => "", cell: (i) => `class="${classes(i).join(" ")}"`, badged: false };
  return stillOf(blockMarkup(state, tr, { stem: "still", flat: false, attributes }), STILL_STYLE);
}
