// The backward pass of one set, in its parts.
import { backward, meanOf, statistics } from "../shared/maths.js";

/** @typedef {{ x: number[], g: number[], eps: number, scale: number, turn: number }} State */

const dot = (a, b) => a.reduce((sum, v, i) => sum + v * b[i], 0);

/** x after the controls: scaled about its mean and, for three values, turned in the plane of constant mean. */
export function moved(x, scale, turn) {
  const mean = meanOf(x);
  const d = x.map((v) => v - mean);
  const [sin, cos] = [Math.sin(turn), Math.cos(turn)];
  // A turn about the direction (1, 1, 1): the cross product with it, over its length.
  const side = d.length === 3 ? [d[1], d[2], d[0]].map((v, i) => ([d[2], d[0], d[1]][i] - v) / Math.sqrt(3)) : d;
  return d.map((v, i) => mean + scale * (d.length === 3 ? cos * v + sin * side[i] : v));
}

/**
 * Everything that is shown.
 * @param {State} state
 */
export function view({ x, g, eps, scale, turn }) {
  const now = moved(x, scale, turn);
  const dims = { images: 1, channels: 1, positions: now.length };
  const { mean, variance, sigma } = statistics(now, dims, { method: "layer", groups: 1, eps }).get(0);
  const xHat = now.map((v) => (v - mean) / sigma);
  const found = backward(g, xHat, sigma);
  const parts = { g, mean: g.map(() => found.mean), along: xHat.map((v) => v * found.along), dx: found.dx };
  return {
    x: now,
    xHat,
    sigma,
    variance,
    parts,
    numbers: {
      sigma,
      mean_g: found.mean,
      mean_gx: found.along,
      sum_dx: found.dx.reduce((a, b) => a + b, 0),
      sum_dx_x_hat: dot(found.dx, xHat),
      predicted: ((eps / (variance + eps)) * dot(g, xHat)) / sigma,
      length_g: Math.hypot(...g),
      length_dx: Math.hypot(...found.dx),
    },
  };
}
