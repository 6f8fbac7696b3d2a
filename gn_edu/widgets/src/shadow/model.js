// Histograms of directions under a shadow, and what a norm makes of them. Numbers of a map lie cell by cell, row by row,
// nine to a cell. As gn_edu/descriptors.py.
import { moments } from "../shared/maths.js";

/** @typedef {{ photo: { png: string, pixels: string }, edge: number, light: number, norm: string, cell: number }} State */

export const SIDE = 64; // pixels
export const ROWS = 8; // of cells
export const BINS = 9;
const CELL = SIDE / ROWS;
const BLOCK = 2;
const EPS = 1e-5;
export const CELLS = Array.from({ length: ROWS * ROWS }, (_, k) => k);

let known = { text: "", pixels: new Uint8Array(0) };
/** The pixels, decoded once. */
function pixelsOf({ pixels: text }) {
  if (known.text !== text) known = { text, pixels: Uint8Array.from(atob(text), (c) => c.charCodeAt(0)) };
  return known.pixels;
}

/** The numbers of the photograph whose columns from `edge` on have `light` times their light: means over each cell. */
function histograms(photo, edge, light) {
  const pixels = pixelsOf(photo);
  const at = (row, column) => pixels[row * SIDE + column] * (column < edge ? 1 : light);
  const found = new Float64Array(CELLS.length * BINS);
  for (let row = 0; row < SIDE; row++)
    for (let column = 0; column < SIDE; column++) {
      // 0 in the first and the last row or column
      const down = row % (SIDE - 1) ? at(row + 1, column) - at(row - 1, column) : 0;
      const right = column % (SIDE - 1) ? at(row, column + 1) - at(row, column - 1) : 0;
      const angle = ((Math.atan2(down, right) * 180) / Math.PI + 180) % 180;
      const bin = Math.floor(angle / (180 / BINS)) % BINS;
      const cell = Math.floor(row / CELL) * ROWS + Math.floor(column / CELL);
      found[cell * BINS + bin] += Math.hypot(down, right) / CELL ** 2;
    }
  return found;
}

const rowOf = (cell) => Math.floor(cell / ROWS);
const own = (numbers, cell) => numbers.slice(cell * BINS, (cell + 1) * BINS);
const near = (cell) =>
  CELLS.filter((k) => Math.abs(rowOf(k) - rowOf(cell)) <= 1 && Math.abs((k % ROWS) - (cell % ROWS)) <= 1);

function centred(numbers, cell, over) {
  const [mean, variance] = moments(numbers, over, BINS);
  return own(numbers, cell).map((value) => (value - mean) / Math.sqrt(variance + EPS));
}

/** For each cell its numbers in each of the blocks that it is in, divided by the length of the block's numbers. */
function byBlocks(numbers) {
  const found = CELLS.map(() => /** @type {Float64Array[]} */ ([]));
  for (const first of CELLS.filter((k) => rowOf(k) <= ROWS - BLOCK && k % ROWS <= ROWS - BLOCK)) {
    const block = [first, first + 1, first + ROWS, first + ROWS + 1];
    const squares = block.reduce((sum, k) => own(numbers, k).reduce((all, v) => all + v * v, sum), 0);
    for (const k of block) found[k].push(own(numbers, k).map((v) => v / Math.sqrt(squares + EPS ** 2)));
  }
  return found;
}

/** What each norm makes of a map: for each cell its numbers, in as many copies as it is used. */
const NORMS = {
  none: (numbers) => CELLS.map((k) => [own(numbers, k)]),
  block: byBlocks,
  gn: (numbers) => CELLS.map((k) => [centred(numbers, k, CELLS)]),
  local: (numbers) => CELLS.map((k) => [centred(numbers, k, near(k))]),
};

const squares = (copies) => copies.reduce((sum, copy) => copy.reduce((all, v) => all + v * v, sum), 0);
const apart = (copies, others) =>
  copies.reduce((sum, copy, i) => copy.reduce((all, v, k) => all + (v - others[i][k]) ** 2, sum), 0);
const meanCopy = (copies) =>
  Array.from({ length: BINS }, (_, k) => copies.reduce((sum, copy) => sum + copy[k], 0) / copies.length);

/** Where a cell lies: in the light, in the shade, or so near the edge that its neighbours lie on both sides. */
function placeOf(cell, edge) {
  if (edge <= 0) return "shade";
  if (edge >= SIDE) return "light";
  const column = cell % ROWS;
  // The gradients of the columns left and right of the edge see both lights.
  if (column < Math.floor((edge - 1) / CELL) - 1) return "light";
  return column > Math.floor(edge / CELL) + 1 ? "shade" : "border";
}

/**
 * The map without the shadow and with it, and how far each cell and the parts of the map moved, in sizes of their own:
 * null for a part that is not there.
 * @param {State} state
 */
export function view({ photo, edge, light, norm }) {
  const before = NORMS[norm](histograms(photo, SIDE, 1));
  const now = NORMS[norm](histograms(photo, edge, light));
  const movedOf = (cells) => {
    if (!cells.length) return null;
    const sum = (of) => cells.reduce((all, k) => all + of(k), 0);
    return Math.sqrt(sum((k) => apart(now[k], before[k])) / sum((k) => squares(before[k])));
  };
  const moved = CELLS.map((k) => movedOf([k]));
  const places = CELLS.map((k) => placeOf(k, edge));
  const parts = ["light", "border", "shade"].map((part) => [part, movedOf(CELLS.filter((k) => places[k] === part))]);
  return {
    before: before.map(meanCopy),
    now: now.map(meanCopy),
    moved,
    numbers: /** @type {Record<string, number | null>} */ ({ ...Object.fromEntries(parts), all: movedOf(CELLS) }),
  };
}
