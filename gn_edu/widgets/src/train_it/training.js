// Networks that are trained on the same draws: 32 points an update.
import { stream } from "../shared/random.js";
import { TRAINING } from "./spiral.js";

export const BATCH = 32;
export const UPDATES = 800;
export const RATE = 0.03; // of five rates the best one for batch norm over 4
const DRAWS = 1_000_000; // the stream of the draws starts here, far from the weights' seeds

/** The batches of a run, one a call: {points, labels, numbers}; numbers are those of the points among all. */
export function batches(seed) {
  const next = stream(DRAWS + seed);
  const points = new Float64Array(2 * BATCH);
  const labels = new Uint8Array(BATCH);
  const numbers = new Uint16Array(BATCH);
  return () => {
    for (let i = 0; i < BATCH; i++) {
      const k = Math.floor(next() * TRAINING.count);
      points[2 * i] = TRAINING.points[2 * k];
      points[2 * i + 1] = TRAINING.points[2 * k + 1];
      labels[i] = TRAINING.labels[k];
      numbers[i] = k;
    }
    return { points, labels, numbers };
  };
}

/** Trains every network for `count` updates, all with the same batches. */
export function trainTogether(networks, next, count, rate = RATE) {
  for (let k = 0; k < count; k++) {
    const { points, labels } = next();
    for (const network of networks) network.train(points, labels, BATCH, rate);
  }
}
