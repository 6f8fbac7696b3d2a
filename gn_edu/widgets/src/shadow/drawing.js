// The photograph under its shadow, beside it the map of histograms, and under both one cell's histogram.
import { setAttributes } from "../shared/dom.js";
import { pathOf, shaded, svg, tenths } from "../shared/drawing.js";
import { clamp } from "../shared/maths.js";
import { escapeText } from "../shared/text.js";
import { BINS, CELLS, ROWS, SIDE } from "./model.js";

export const TOP = 22; // of both squares: a line of words stands over them
const GAP = 14;
const BARS = 84;
const SHADES = 6;
const MOST = 0.9; // a cell whose numbers moved by as much of their size has the darkest shade

/** Where all parts stand at a width. */
export function places(width) {
  const side = (width - GAP) / 2;
  const bars = TOP + side + 56;
  return { side, map: side + GAP, bars, height: bars + BARS + 22 };
}

/** Where the shadow lies, and how dark it is: black over the photograph leaves `light` times its values. */
const shadowOf = ({ edge, light }, side) => ({
  x: tenths((edge / SIDE) * side),
  width: tenths((1 - edge / SIDE) * side),
  opacity: (1 - light).toFixed(2),
});

/** The photograph with its shadow. */
export function photoMarkup(state, side) {
  const { x, width, opacity } = shadowOf(state, side);
  const image = `<image href="data:image/png;base64,${state.photo.png}" y="${TOP}" width="${side}" height="${side}"/>`;
  return `${image}<rect class="shadow" x="${x}" y="${TOP}" width="${width}" height="${side}" opacity="${opacity}"/>`;
}

/** What of the photograph changes: to draw it anew would decode it again. */
export function updatePhoto(element, state, side) {
  const [image, shadow] = element.children;
  setAttributes(image, { width: side, height: side });
  setAttributes(shadow, { ...shadowOf(state, side), height: side });
}

/** A short line the way of the edges that a direction of growth belongs to. */
function edgeLine(x, y, half, bin) {
  const angle = ((bin + 0.5) * Math.PI) / BINS + Math.PI / 2;
  const [dx, dy] = [Math.cos(angle) * half, Math.sin(angle) * half];
  return pathOf([
    [x - dx, y - dy],
    [x + dx, y + dy],
  ]);
}

/** The map: each cell in a shade by how far it moved, and a line a direction, the longer the larger its number. */
export function mapMarkup({ edge }, { before, now, moved }, { side, map }) {
  const step = side / ROWS;
  const [least, most] = [Math.min(...before.flat()), Math.max(...before.flat())];
  const corner = (k) => [map + (k % ROWS) * step, TOP + Math.floor(k / ROWS) * step];
  const square = (k) => `M${corner(k).map(tenths).join(" ")}h${tenths(step)}v${tenths(step)}h-${tenths(step)}z`;
  const tint = (k) => Math.min(SHADES - 1, Math.ceil((moved[k] / MOST) * (SHADES - 1) - 0.03));
  const lines = CELLS.map((k) => {
    const [x, y] = corner(k).map((at) => at + step / 2);
    const half = (value) => Math.sqrt(clamp((value - least) / (most - least), 0, 1)) * step * 0.48;
    return now[k].map((value, bin) => edgeLine(x, y, half(value), bin)).join("");
  });
  const line = `d="M${tenths(map + (edge / SIDE) * side)} ${TOP}v${tenths(side)}"`;
  const border = edge % SIDE ? `<path class="under" ${line}/><path class="border" ${line}/>` : "";
  return (
    shaded(
      "moved m",
      CELLS.map((k) => [tint(k), square(k)]),
    ) +
    `<path class="edges" d="${lines.join("")}"/>` +
    `${border}<rect class="frame" x="${tenths(map)}" y="${TOP}" width="${tenths(side)}" height="${tenths(side)}"/>`
  );
}

/** The middle of a cell, in the map; the same cell of the photograph. */
export function middleOf(cell, { side, map }) {
  const step = side / ROWS;
  const [x, y] = [((cell % ROWS) + 0.5) * step, TOP + (Math.floor(cell / ROWS) + 0.5) * step];
  return { x: map + x, y, inPhoto: x, step };
}

/** The cell at a point of the map. */
export function cellAt({ x, y }, { side, map }) {
  const at = (place) => clamp(Math.floor((place / side) * ROWS), 0, ROWS - 1);
  return at(y - TOP) * ROWS + at(x - map);
}

/** The nine numbers of a cell: an outline without the shadow, a bar with it. */
export function barsMarkup({ before, now }, cell, { bars }, width) {
  const tall = BARS * 0.7; // above 0; the rest is for what a mean below it leaves
  const zero = bars + tall;
  const reach = 1.25 * Math.max(...before[cell].map(Math.abs));
  const slot = width / BINS;
  const bar = (name, bin, value, part) => {
    const high = clamp((value / reach) * tall, tall - BARS, tall);
    const box = `x="${tenths((bin + 0.5 - part / 2) * slot)}" width="${tenths(part * slot)}"`;
    return `<rect class="${name}" ${box} y="${tenths(zero - Math.max(high, 0))}" height="${tenths(Math.abs(high))}"/>`;
  };
  const all = before[cell].map((value, bin) => bar("now", bin, now[cell][bin], 0.34) + bar("before", bin, value, 0.62));
  const feet = all.map((_, bin) => edgeLine((bin + 0.5) * slot, bars + BARS + 12, 7, bin)).join("");
  return `${all.join("")}<path class="zero" d="M0 ${tenths(zero)}H${width}"/><path class="edges" d="${feet}"/>`;
}

/**
 * The words over the three parts.
 * @param {string[]} words
 * @param {ReturnType<typeof places>} places
 */
export function wordsMarkup([photo, map, cell, key], { map: x, bars }) {
  const text = (at, y, words) => `<text class="tick" x="${tenths(at)}" y="${tenths(y)}">${escapeText(words)}</text>`;
  return text(0, 14, photo) + text(x, 14, map) + text(0, bars - 32, cell) + text(0, bars - 12, key);
}

/** A frame around a cell, in the map or the photograph. */
export function cellFrame(x, y, step) {
  const [half, size] = [step / 2 - 1, tenths(step - 2)];
  const box = `x="${tenths(x - half)}" y="${tenths(y - half)}" width="${size}" height="${size}"`;
  return `<rect class="under" ${box}/><rect class="cell" ${box}/>`;
}

/** All of it, for pages without scripts. */
export function stillMarkup(state, seen, words, width = 420) {
  const at = places(width);
  const { x, y, inPhoto, step } = middleOf(state.cell, at);
  const content =
    wordsMarkup(words, at) +
    photoMarkup(state, at.side) +
    mapMarkup(state, seen, at) +
    cellFrame(x, y, step) +
    cellFrame(inPhoto, y, step) +
    barsMarkup(seen, state.cell, at, width);
  return svg("still", width + 20, at.height + 14, `<g transform="translate(10 8)">${content}</g>`);
}
