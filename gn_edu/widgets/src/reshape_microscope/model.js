// Where each value of a tensor lies: in memory, and in the rows after a cut.
import { groupOf } from "../shared/maths.js";

/** @typedef {{ shape: [number, number, number, number], groups: number, memory_format: string, cut: string, focus: number }} State */

/** Steps in memory for one step along n, c, h and w. */
function stridesOf([, c, height, width], layout) {
  return layout === "channels_last"
    ? [c * height * width, 1, width * c, c]
    : [c * height * width, height * width, width, 1];
}

/** The parts of flat index i, which counts in logical order (n, c, h, w). */
export const indexOf = ([, c, height, width], i) => [
  Math.floor(i / (c * height * width)),
  Math.floor(i / (height * width)) % c,
  Math.floor(i / width) % height,
  i % width,
];

/** Where flat index i lies in memory. */
const addressOf = (shape, layout, i) => {
  const strides = stridesOf(shape, layout);
  return indexOf(shape, i).reduce((sum, part, axis) => sum + part * strides[axis], 0);
};

/** Row (image, group) and column of flat index i after the cut: of the logical order, or of the memory itself. */
function placeOf(shape, groups, layout, cut, i) {
  const [, c, height, width] = shape;
  const m = (c / groups) * height * width;
  const at = cut === "memory" ? addressOf(shape, layout, i) : i;
  return { n: Math.floor(at / (m * groups)), g: Math.floor(at / m) % groups, j: at % m };
}

/** May view(N, G, -1) be made without a copy? The merged axes must follow each other in memory. */
export function viewable(shape, groups, layout) {
  const [, c, height, width] = shape;
  const [, sc, sh, sw] = stridesOf(shape, layout);
  const axes = [
    [c / groups, sc],
    [height, sh],
    [width, sw],
  ].filter(([size]) => size > 1);
  return axes.every(([, stride], k) => k === axes.length - 1 || stride === axes[k + 1][1] * axes[k + 1][0]);
}

/** The runs of memory in which some addresses lie: [first, count] of each. */
function runsIn(addresses) {
  const runs = /** @type {[number, number][]} */ ([]);
  for (const address of [...addresses].sort((a, b) => a - b)) {
    const last = runs.at(-1);
    if (last && address === last[0] + last[1]) last[1]++;
    else runs.push([address, 1]);
  }
  return runs;
}

/** The cells of the group of value i, in its image. */
export function matesOf({ cells }, i) {
  const { index, group } = cells[i];
  return cells.filter((cell) => cell.group === group && cell.index[0] === index[0]);
}

/** The pieces of memory in which the group of value i lies. */
export const pieces = (seen, i) => runsIn(matesOf(seen, i).map(({ address }) => address));

/**
 * Everything that is shown about one cell.
 * @param {State} state
 */
export function view({ shape, groups, memory_format: layout, cut, focus }) {
  const size = shape.reduce((a, b) => a * b);
  const c = shape[1];
  const cells = Array.from({ length: size }, (_, i) => {
    const index = indexOf(shape, i);
    const place = placeOf(shape, groups, layout, cut, i);
    const group = groupOf(index[1], c, { groups, interleaved: false });
    return {
      index,
      group,
      address: addressOf(shape, layout, i),
      place,
      wrong: place.n !== index[0] || place.g !== group,
    };
  });
  const fits = viewable(shape, groups, layout);
  return {
    cells,
    strides: stridesOf(shape, layout),
    runs: pieces({ cells }, 0).length,
    viewable: fits,
    wrong: cells.filter((cell) => cell.wrong).length,
    at: cells[focus],
  };
}
