// Who shares a mean with whom: the points of every update of a run, in the order in which they were drawn.
import { BATCH, batches, UPDATES } from "./training.js";

/** The numbers of the points that a run draws, BATCH an update. */
export function dealsOf(/** @type {number} */ seed) {
  const next = batches(seed);
  const drawn = new Uint16Array(UPDATES * BATCH);
  for (let k = 0; k < UPDATES; k++) drawn.set(next().numbers, k * BATCH);
  return drawn;
}

/**
 * The others in a point's mean of batch norm over `over` points, in the latest of the first `done` updates that drew it;
 * where none did yet, in the first one that will.
 * @param {Uint16Array} drawn
 * @param {{ point: number, done: number, over: number }} asked
 */
export function companyOf(drawn, { point, done, over }) {
  const latest = done ? drawn.lastIndexOf(point, done * BATCH - 1) : -1;
  const at = latest < 0 ? drawn.indexOf(point) : latest;
  const first = at - (at % over);
  const others = new Set(drawn.subarray(first, first + over));
  others.delete(point);
  return { update: Math.floor(at / BATCH) + 1, others: [...others] };
}
