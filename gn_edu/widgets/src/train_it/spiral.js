// The task: two arms of a spiral, a class each. The same points on every machine.
import { normal, stream } from "../shared/random.js";

const TURN = 2.25 * Math.PI;
export const EDGE = 2.3; // the field goes from -EDGE to EDGE

/**
 * `count` points of both arms in turn of chance: x, y and the class of each.
 * @param {number} count
 * @param {number} seed
 */
export function spiral(count, seed) {
  const next = stream(seed);
  const points = new Float64Array(2 * count);
  const labels = new Uint8Array(count);
  for (let i = 0; i < count; i++) {
    const t = Math.sqrt(next()) * TURN + 0.5;
    labels[i] = next() > 0.5 ? 1 : 0;
    const radius = t / (TURN + 0.5);
    const angle = t + Math.PI * labels[i];
    points[2 * i] = 2 * (radius * Math.cos(angle) + 0.03 * normal(next));
    points[2 * i + 1] = 2 * (radius * Math.sin(angle) + 0.03 * normal(next));
  }
  return { points, labels, count };
}

export const TRAINING = spiral(400, 1);
export const TEST = spiral(1000, 2);

/** The middles of side x side squares that fill the field, row by row from the top. */
export function grid(side) {
  const points = new Float64Array(2 * side * side);
  for (let row = 0; row < side; row++)
    for (let column = 0; column < side; column++) {
      const at = 2 * (row * side + column);
      points[at] = EDGE * ((2 * (column + 0.5)) / side - 1);
      points[at + 1] = EDGE * (1 - (2 * (row + 0.5)) / side);
    }
  return points;
}
