// The matrix as a drawing: a tile a pair, a cross where the name is wrong, the pictures along two sides.
import { pixels } from "../neighbours/network.js";
import { bitmap } from "../neighbours/pictures.js";
import { shaded, svg } from "../shared/drawing.js";

export const TILE = 16;
export const EDGE = 20; // room for the pictures along the sides
const SMALL = 16; // pixels of such a picture
const LEVELS = 5;

/** A picture of half its width, as a data address. */
function smallOf(text) {
  const bytes = pixels(text);
  const mean = (plane, i) => {
    const at = plane * 1024 + 64 * Math.floor(i / SMALL) + 2 * (i % SMALL);
    return (bytes[at] + bytes[at + 1] + bytes[at + 32] + bytes[at + 33]) / 4;
  };
  return bitmap(SMALL, (i) => [0, 1, 2].map((plane) => Math.round(mean(plane, i))));
}

/** The pictures once, for everyone who draws with them under `name`. */
export const definitions = (pictures, name) =>
  `<defs>${pictures
    .map(
      (picture, i) =>
        `<image id="${name}-${i}" width="${TILE - 1}" height="${TILE - 1}" href="${smallOf(picture.pixels)}"/>`,
    )
    .join("")}</defs>`;

const place = (k) => EDGE + TILE * k;
const box = (row, column, out = 0) =>
  `x="${place(column) - out}" y="${place(row) - out}" width="${TILE - 1 + 2 * out}" height="${TILE - 1 + 2 * out}"`;

/** All tiles of one network, with the pictures along the sides. */
export function tiles({ count, answer }, norm, name) {
  const each = Array.from({ length: count * count }, (_, k) => [Math.floor(k / count), k % count]);
  const square = (/** @type {number[]} */ [row, column]) =>
    `M${place(column)} ${place(row)}h${TILE - 1}v${TILE - 1}h-${TILE - 1}z`;
  const cross = (/** @type {number[]} */ [row, column]) => `M${place(column) + 4} ${place(row) + 4}l7 7m0-7l-7 7`;
  const wrong = each.filter(([row, column]) => answer(norm, row, column).wrong);
  const right = each.filter(([row, column]) => !answer(norm, row, column).wrong);
  const level = (/** @type {number[]} */ [row, column]) =>
    Math.min(LEVELS - 1, Math.floor((answer(norm, row, column).sure * LEVELS) / 100));
  const edges = Array.from(
    { length: count },
    (_, i) => `<use href="#${name}-${i}" x="${place(i)}" y="2"/><use href="#${name}-${i}" x="2" y="${place(i)}"/>`,
  );
  return (
    `${edges.join("")}<g class="tiles-${norm}">${shaded(
      "t",
      right.map((tile) => [level(tile), square(tile)]),
    )}</g>` +
    `<path class="wrong" d="${wrong.map(square).join("")}"/><path class="cross" d="${wrong.map(cross).join("")}"/>`
  );
}

/** Outlines around the pairs of one class; they stand beside the diagonal. */
export const twinMarks = ({ count, twinOf }) =>
  Array.from({ length: count }, (_, row) => `<rect class="twin" ${box(row, twinOf(row))}/>`).join("");

/** Small rings on the diagonal, where the companion is a copy. */
export const copyMarks = ({ count }) =>
  Array.from(
    { length: count },
    (_, i) => `<circle class="copy" cx="${place(i) + 7.5}" cy="${place(i) + 7.5}" r="6"/>`,
  ).join("");

/** The frame around the tile that is read, and around its two pictures. */
export const cursor = (row, column) =>
  `<rect class="under" ${box(row, column, 2)}/><rect class="cursor" ${box(row, column, 2)}/>` +
  `<rect class="cursor thin" x="1" y="${place(row) - 1}" width="17" height="17"/>` +
  `<rect class="cursor thin" x="${place(column) - 1}" y="1" width="17" height="17"/>`;

export const sideOf = (count) => EDGE + TILE * count + 3;
export const matrix = (model, content, name) => svg(name, sideOf(model.count), sideOf(model.count), content);
