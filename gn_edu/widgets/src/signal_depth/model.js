// A random network of width 64, forward and backward, with and without a norm.
import { N_ } from "../shared/i18n.js";
import { backward, meanOf } from "../shared/maths.js";
import { normal, stream } from "../shared/random.js";

/** @typedef {{ gain: number, depth: number, activation: "relu" | "tanh" | "none", norm: "none" | "group" }} State */

const WIDTH = 64;
const SAMPLES = 8;
export const DEPTHS = [10, 20, 30];
const EPS = 1e-5;
export const GAINS = { least: 0.6, step: 0.01, steps: 180 };
export const SHOWN = [0.7, 1, 1.41, 1.8]; // the gains of the small curves
export const ACTIVATIONS = { relu: N_("ReLU"), tanh: N_("tanh"), none: N_("none") };
export const NORMS = ["none", "group"];
const act = { relu: (v) => Math.max(0, v), tanh: Math.tanh, none: (v) => v };
const slope = { relu: (v) => +(v > 0), tanh: (v) => 1 - Math.tanh(v) ** 2, none: () => 1 };

/** The input, a weight matrix a layer (output by input) and the gradient that arrives at the end; all standard normal. */
export function network(seed = 1) {
  const next = stream(seed);
  const draw = (n) => Float64Array.from({ length: n }, () => normal(next));
  const input = draw(SAMPLES * WIDTH);
  const weights = Array.from({ length: Math.max(...DEPTHS) }, () => draw(WIDTH * WIDTH));
  return { input, weights, arriving: draw(SAMPLES * WIDTH) };
}

/** a @ w.T * scale: what a layer makes of its input, a row a sample. */
function forwards(a, w, scale) {
  const out = new Float64Array(SAMPLES * WIDTH);
  for (let p = 0; p < out.length; p += WIDTH)
    for (let o = 0; o < WIDTH; o++) {
      let sum = 0;
      for (let i = 0, q = o * WIDTH; i < WIDTH; i++) sum += a[p + i] * w[q + i];
      out[p + o] = scale * sum;
    }
  return out;
}
/** g @ w * scale: the gradient at a layer's input. */
function backwards(g, w, scale) {
  const out = new Float64Array(SAMPLES * WIDTH);
  for (let p = 0; p < out.length; p += WIDTH)
    for (let o = 0; o < WIDTH; o++) {
      const value = scale * g[p + o];
      for (let i = 0, q = o * WIDTH; i < WIDTH; i++) out[p + i] += value * w[q + i];
    }
  return out;
}

const rms = (list) => Math.sqrt(meanOf(list.map((v) => v * v)));
/** f(row, number) for every sample, put together again. */
const perSample = (x, f) => {
  const out = new Float64Array(x.length);
  for (let s = 0; s < SAMPLES; s++) out.set(f(x.subarray(s * WIDTH, (s + 1) * WIDTH), s), s * WIDTH);
  return out;
};

let net = /** @type {ReturnType<typeof network> | null} */ (null); // made when the first picture needs it
const scaleOf = (gain) => gain / Math.sqrt(WIDTH);

/** For every layer: the values that the nonlinearity gets, their root mean square, and the norm's deviations. */
function pass({ gain, depth, activation, norm }) {
  net ??= network();
  const scale = scaleOf(gain);
  const layers = [];
  let a = net.input;
  for (let l = 0; l < depth; l++) {
    const z = forwards(a, net.weights[l], scale);
    const sigmas = [];
    const normalized = (row, s) => {
      const mu = meanOf(row);
      sigmas[s] = Math.sqrt(meanOf(row.map((v) => (v - mu) ** 2)) + EPS);
      return row.map((v) => (v - mu) / sigmas[s]);
    };
    const values = norm === "group" ? perSample(z, normalized) : z;
    layers.push({ values, sigmas, size: rms(values) });
    a = values.map(act[activation]);
  }
  return layers;
}

/**
 * For every layer: the values that the nonlinearity gets, their root mean square, and that of the gradient there.
 * @param {State} state
 */
export function view(state) {
  const { gain, depth, activation, norm } = state;
  const scale = scaleOf(gain);
  const layers = pass(state);
  const { weights, arriving } = /** @type {ReturnType<typeof network>} */ (net);
  let g = arriving;
  for (let l = depth - 1; l >= 0; l--) {
    const { values, sigmas } = layers[l];
    g = g.map((v, k) => v * slope[activation](values[k]));
    layers[l].gradient = rms(g);
    if (norm === "group")
      g = perSample(g, (row, s) => backward(row, values.subarray(s * WIDTH, (s + 1) * WIDTH), sigmas[s]).dx);
    g = backwards(g, weights[l], scale);
  }
  return layers;
}

const smalls = new Map();
/**
 * The sizes in every layer, for each of the small curves' gains.
 * @param {State} state
 * @returns {number[][]}
 */
export function sizesOf({ depth, activation, norm }) {
  const key = `${depth} ${activation} ${norm}`;
  const sizesAt = (gain) => pass({ gain, depth, activation, norm }).map(({ size }) => size);
  if (!smalls.has(key)) smalls.set(key, SHOWN.map(sizesAt));
  return smalls.get(key);
}

/** Three digits, and a power of ten where a number is far from 1. */
export const short = (v) =>
  v !== 0 && (v < 0.01 || v >= 1000) ? v.toExponential(1).replace("e+", "e") : v.toPrecision(3);

export function numbersOf(layers) {
  const first = layers[0];
  const last = layers.at(-1);
  return {
    size_first: first.size,
    size_last: last.size,
    growth: (last.size / first.size) ** (1 / (layers.length - 1)),
    gradient: first.gradient / last.gradient,
  };
}

const SAYS = {
  act: N_(
    "Weight gain {gain}: the values that enter layer {depth}'s nonlinearity have size {size}; the gradient with respect to the values at layer 1 is {gradient} times that at layer {depth}.",
  ),
  none: N_(
    "Weight gain {gain}: layer {depth}'s values have size {size}; the gradient with respect to the values at layer 1 is {gradient} times that at layer {depth}.",
  ),
};

export function sentence(state, layers, tr) {
  const { size_last, gradient } = numbersOf(layers);
  const values = { gain: state.gain.toFixed(2), depth: state.depth, size: short(size_last), gradient: short(gradient) };
  const said = SAYS[state.activation === "none" ? "none" : "act"];
  return tr(said, values);
}
