// Both networks of a run, and what a reader sees of them every few updates. Works in a worker and in a page.
import { createNetwork, errorOf } from "./network.js";
import { grid, TEST, TRAINING } from "./spiral.js";
import { batches, trainTogether } from "./training.js";

export const SIDE = 60; // squares of the field, in a row
export const STEP = 20; // updates between two pictures
export const CHANNELS = 4; // a group has

/** @typedef {{ test: number, training: number, field: Uint8Array }} Seen */
/** @typedef {{ update: number, bn: Seen, gn: Seen }} Picture */

const middles = grid(SIDE);

/** Errors in %, and how sure the network is of the second class at every square, 0 to 255. */
function seen(network) {
  const logits = network.logits(middles, SIDE * SIDE);
  const field = new Uint8Array(SIDE * SIDE);
  for (let i = 0; i < field.length; i++) field[i] = Math.round(255 / (1 + Math.exp(logits[2 * i] - logits[2 * i + 1])));
  return { test: errorOf(network.logits, TEST), training: errorOf(network.logits, TRAINING), field };
}

/**
 * A run: the same seed and the same draws for both. advance() trains a step and tells what is seen then.
 * @param {{ over: number, seed: number }} options
 */
export function createRun({ over, seed }) {
  const bn = createNetwork({ norm: { kind: "bn", over }, seed });
  const gn = createNetwork({ norm: { kind: "gn", channels: CHANNELS }, seed });
  const next = batches(seed);
  let update = 0;
  return {
    /** @returns {Picture} */
    advance() {
      trainTogether([bn, gn], next, STEP);
      update += STEP;
      return { update, bn: seen(bn), gn: seen(gn) };
    },
  };
}
