// Where the cells of the three views stand in a drawing as wide as its place: the tensor and the rows with the images side
// by side, and between them the memory, a ribbon on one line.
import { clamp, divisors } from "../shared/maths.js";

/** @typedef {{ x: number, y: number }} Point */

const WIDEST = 44; // a cell
const APART = 14; // images
const TALLEST = 300; // all rows of a tensor, unless a row would be under 10 pixels
const END = 14; // room for half a grip at the ribbon's end
const TYPE = 13;
const LINE = 21;

/** The type of the cells' numbers, or 0 where no number fits. */
function numberType(wide, tall, digits, least) {
  const fits = Math.min((wide - 3) / (0.6 * digits), tall - 4);
  return fits >= least ? Math.min(TYPE, fits) : 0;
}

/** Rows of cells, image beside image, under a name each. */
function blocks({ images, columns, rows, top, width, digits, least }) {
  const label = 2.2 * TYPE;
  const apart = Math.min(APART, (0.2 * width) / images);
  const share = (width - label + apart) / images;
  const wide = Math.min(WIDEST - 6, (share - apart) / columns);
  const tall = clamp(TALLEST / rows, 10, 2.1 * TYPE);
  return {
    top,
    wide,
    tall,
    type: numberType(wide, tall, digits, least),
    left: (n) => label + n * share,
    at: (n, row, column) => ({ x: label + n * share + column * wide, y: top + row * tall }),
    bottom: top + rows * tall,
  };
}

/**
 * Every G that may be, with the cells that one row then has: the shortest rows first.
 * @param {number[]} shape
 */
export function cutsOf([, channels, height, width]) {
  return divisors(channels)
    .map((groups) => ({ groups, m: (channels / groups) * height * width }))
    .reverse();
}

/**
 * @param {{ shape: number[], groups: number }} state
 * @param {{ cells: any[] }} seen
 * @param {number} width of the drawing; the usual type is 13 of its units
 * @param {number} [least] the smallest type
 */
export function layoutOf({ shape, groups }, { cells }, width, least = 11) {
  const [images, channels, high, across] = shape;
  const digits = String(cells.length - 1).length;
  const block = (columns, rows, top) => blocks({ images, columns, rows, top, width, digits, least });
  const tensor = block(high * across, channels, 2.2 * LINE);
  const ribbonHead = tensor.bottom + 1.5 * LINE;
  const gripAt = ribbonHead + 0.4 * LINE + 14;
  const wide = Math.min(WIDEST, (width - END) / cells.length);
  const tall = 2.6 * TYPE;
  const top = gripAt + 22;
  const ribbon = { top, wide, tall, bottom: top + tall, type: numberType(wide, tall, digits, least) };
  const addresses = ribbon.bottom + 9 + TYPE;
  const rowsHead = addresses + 1.9 * LINE;
  const m = cells.length / (images * groups);
  const rows = block(m, groups, rowsHead + 1.4 * LINE);
  const places = {
    tensor: cells.map(({ index: [n, c, h, w] }) => tensor.at(n, c, h * across + w)),
    memory: cells.map(({ address }) => ({ x: address * wide, y: top })),
    rows: cells.map(({ place }) => rows.at(place.n, place.g, place.j)),
  };
  const views = { tensor, memory: ribbon, rows };
  return {
    width,
    height: rows.bottom + 4,
    type: TYPE,
    line: LINE,
    m,
    gripAt,
    ribbonHead,
    addresses,
    rowsHead,
    views,
    places,
  };
}
