// The backward pass of one set, in its parts.
import { backward, meanOf, statistics } from "../shared/maths.js";

/** @typedef {{ x: number[], g: number[], eps: number, scale: number, turn: number }} State */

export const dot = (a, b) => a.reduce((sum, v, i) => sum + v * b[i], 0);
const times = (a, factor) => a.map((v) => v * factor);
/** A vector of length 1 in the direction of another. */
export const unit = (a) => times(a, 1 / Math.hypot(...a));
const ones = (m) => new Array(m).fill(1);

/** x after the controls: scaled about its mean and, for three values, turned in the plane of constant mean. */
export function moved(x, scale, turn) {
  const mean = meanOf(x);
  const d = x.map((v) => v - mean);
  const [sin, cos] = [Math.sin(turn), Math.cos(turn)];
  // A turn about the direction (1, 1, 1): the cross product with it, over its length.
  const side = d.length === 3 ? [d[1], d[2], d[0]].map((v, i) => ([d[2], d[0], d[1]][i] - v) / Math.sqrt(3)) : d;
  return d.map((v, i) => mean + scale * (d.length === 3 ? cos * v + sin * side[i] : v));
}

const SMALL = 1e-4; // of the length of g: less than a hand can place
/** In which directions g lies: none, along 1, along x_hat, both and nothing else, more, or more and beside x_hat. */
function whereLies(g, xHat) {
  const directions = [unit(ones(g.length)), unit(xHat)];
  const [along1, alongX] = directions.map((direction) => dot(g, direction));
  const rest = g.map((v, i) => v - along1 * directions[0][i] - alongX * directions[1][i]);
  const [has1, hasX, more] = [along1, alongX, Math.hypot(...rest)].map((v) => Math.abs(v) > SMALL * Math.hypot(...g));
  if (more) return hasX ? "more" : "beside";
  return has1 && hasX ? "both" : has1 ? "ones" : hasX ? "x_hat" : "none";
}

/** g laid on 1 or on x_hat, as long as it was or as long as `most`. */
export function laid(g, xHat, along, most = Number.POSITIVE_INFINITY) {
  const direction = unit(along === "ones" ? ones(g.length) : xHat);
  const length = Math.min(most, Math.hypot(...g) || 1);
  return times(direction, length).map((v) => +v.toFixed(6));
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
    lies: whereLies(g, xHat),
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
