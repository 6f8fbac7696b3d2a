// A small network on points of the plane, trained as torch does it: linear layers, after each but the last a norm and a
// ReLU, cross entropy, SGD with momentum. Float64, forward and backward written out.
//
// A norm is { kind: "bn", over }: the mean of a channel over `over` points of a batch (in slices, if the batch has more),
// averages of them in evaluation; or { kind: "gn", channels }: over that many channels of one point; or { kind: "none" }.
import { stream } from "../shared/random.js";

const EPS = 1e-5;
const NONE = /** @type {Norm} */ ({ kind: "none" });
const RUNNING = 0.1; // how fast the averages for evaluation follow, torch's momentum

/**
 * @typedef {{ kind: "bn", over: number } | { kind: "gn", channels: number } | { kind: "none" }} Norm
 * @typedef {{ weight: Float64Array, bias: Float64Array, inputs: number, outputs: number }} Linear
 * @typedef {{ gamma: Float64Array, beta: Float64Array, mean: Float64Array, variance: Float64Array }} Layer
 * @typedef {{ inputs: Float64Array, xHat: Float64Array, inverse: Float64Array, outputs: Float64Array }} Step
 */

/** Linear layers as torch starts them: uniform within 1 / sqrt(inputs). Weights lie in rows of one input. */
function linears(widths, seed) {
  const next = stream(seed);
  const drawn = (count, bound) => Float64Array.from({ length: count }, () => bound * (2 * next() - 1));
  return widths.slice(1).map((outputs, k) => {
    const inputs = widths[k];
    const bound = 1 / Math.sqrt(inputs);
    return { inputs, outputs, weight: drawn(inputs * outputs, bound), bias: drawn(outputs, bound) };
  });
}

/** z = x w + b for n points. */
function linear(x, n, { weight, bias, inputs, outputs }) {
  const z = new Float64Array(n * outputs);
  for (let i = 0; i < n; i++) {
    const to = i * outputs;
    z.set(bias, to);
    for (let j = 0; j < inputs; j++) {
      const value = x[i * inputs + j];
      if (value === 0) continue; // half of them, behind a ReLU
      const row = j * outputs;
      for (let o = 0; o < outputs; o++) z[to + o] += value * weight[row + o];
    }
  }
  return z;
}

/** Calls each(start, stride, count, channel) for every set of values that share a mean. */
function eachSet(norm, n, width, each) {
  if (norm.kind === "bn")
    for (let first = 0; first < n; first += norm.over)
      for (let c = 0; c < width; c++) each(first * width + c, width, norm.over, c);
  else for (let first = 0; first < n * width; first += norm.channels) each(first, 1, norm.channels, -1);
}

/**
 * xHat and 1 / sigma of every value. `follow` is how far batch norm's averages go towards the statistics of these values,
 * 1 is all the way; null in evaluation, where they are taken themselves. Mean and variance are written out: moments() of
 * shared/maths.js takes a list of places, and with one a set training is up to four times as slow.
 */
function standardized(z, n, norm, layer, follow) {
  const width = layer.gamma.length;
  const xHat = new Float64Array(z.length);
  const inverse = new Float64Array(z.length);
  if (norm.kind === "none") return { xHat: z, inverse: inverse.fill(1) };
  if (norm.kind === "bn" && follow === null) {
    for (let q = 0; q < z.length; q++) {
      inverse[q] = 1 / Math.sqrt(layer.variance[q % width] + EPS);
      xHat[q] = (z[q] - layer.mean[q % width]) * inverse[q];
    }
    return { xHat, inverse };
  }
  eachSet(norm, n, width, (start, stride, count, channel) => {
    const end = start + stride * count;
    let mean = 0;
    for (let q = start; q < end; q += stride) mean += z[q];
    mean /= count;
    let variance = 0;
    for (let q = start; q < end; q += stride) variance += (z[q] - mean) ** 2;
    variance /= count;
    const scale = 1 / Math.sqrt(variance + EPS);
    for (let q = start; q < end; q += stride) {
      xHat[q] = (z[q] - mean) * scale;
      inverse[q] = scale;
    }
    if (channel < 0) return;
    layer.mean[channel] += follow * (mean - layer.mean[channel]);
    layer.variance[channel] += follow * ((variance * count) / (count - 1) - layer.variance[channel]);
  });
  return { xHat, inverse };
}

/** What goes back through a norm: (g - mean(g) - xHat mean(g xHat)) / sigma in every set. */
function throughNorm(g, n, norm, width, { xHat, inverse }) {
  if (norm.kind === "none") return g;
  const dz = new Float64Array(g.length);
  eachSet(norm, n, width, (start, stride, count) => {
    const end = start + stride * count;
    let mean = 0;
    let along = 0;
    for (let q = start; q < end; q += stride) {
      mean += g[q];
      along += g[q] * xHat[q];
    }
    mean /= count;
    along /= count;
    for (let q = start; q < end; q += stride) dz[q] = (g[q] - mean - xHat[q] * along) * inverse[q];
  });
  return dz;
}

/** Adds a linear layer's gradients to `into`, and gives what goes on to its inputs, 0 where `x` is 0. */
function throughLinear(g, n, x, { weight, inputs, outputs }, into) {
  const dx = new Float64Array(n * inputs);
  for (let i = 0; i < n; i++) {
    const from = i * outputs;
    for (let o = 0; o < outputs; o++) into.bias[o] += g[from + o];
    for (let j = 0; j < inputs; j++) {
      const value = x[i * inputs + j];
      if (value === 0) continue; // a ReLU lets nothing back there
      const row = j * outputs;
      let sum = 0;
      for (let o = 0; o < outputs; o++) {
        into.weight[row + o] += g[from + o] * value;
        sum += g[from + o] * weight[row + o];
      }
      dx[i * inputs + j] = sum;
    }
  }
  return dx;
}

/** The gradient of the mean cross entropy with respect to two logits a point. */
function ofCrossEntropy(logits, labels, n) {
  const g = new Float64Array(2 * n);
  for (let i = 0; i < n; i++) {
    const second = 1 / (1 + Math.exp(logits[2 * i] - logits[2 * i + 1]));
    g[2 * i + 1] = (second - labels[i]) / n;
    g[2 * i] = -g[2 * i + 1];
  }
  return g;
}

/**
 * A network with weights from `seed`; `bare`: without a norm on its first layer. logits(points, n) is what it says in
 * evaluation, logitsInTraining(points, n) with the statistics of these points, which batch norm's averages then follow;
 * train(points, labels, n, rate) is one update; measureAnew(points, n) replaces batch norm's averages by the statistics of
 * these points at once.
 * @param {{ norm: Norm, seed: number, widths?: number[], bare?: boolean }} options
 */
export function createNetwork({ norm, seed, widths = [2, 32, 32, 2], bare = false }) {
  const normOf = (/** @type {number} */ k, how = norm) => (bare && k === 0 ? NONE : how);
  const layers = linears(widths, seed);
  const norms = widths.slice(1, -1).map((width) => ({
    gamma: new Float64Array(width).fill(1), // without a norm, both stay
    beta: new Float64Array(width),
    mean: new Float64Array(width),
    variance: new Float64Array(width).fill(1),
  }));
  // Gradients, and what momentum keeps of them, have the shape of what is trained.
  const zeros = (/** @type {Float64Array} */ array) => new Float64Array(array.length);
  const blank = () => ({
    layers: layers.map(({ weight, bias }) => ({ weight: zeros(weight), bias: zeros(bias) })),
    norms: norms.map(({ gamma, beta }) => ({ gamma: zeros(gamma), beta: zeros(beta) })),
  });
  const listed = (/** @type {ReturnType<typeof blank>} */ of) => [
    ...of.layers.flatMap(({ weight, bias }) => [weight, bias]),
    ...of.norms.flatMap(({ gamma, beta }) => [gamma, beta]),
  ];
  const trained = listed({ layers, norms });
  const velocity = listed(blank());

  function forward(points, n, follow, how = norm) {
    const steps = /** @type {Step[]} */ ([]);
    let x = points;
    for (const [k, layer] of norms.entries()) {
      const seen = standardized(linear(x, n, layers[k]), n, normOf(k, how), layer, follow);
      const outputs = new Float64Array(seen.xHat.length);
      const width = layer.gamma.length;
      for (let q = 0; q < outputs.length; q++)
        outputs[q] = Math.max(0, seen.xHat[q] * layer.gamma[q % width] + layer.beta[q % width]);
      steps.push({ inputs: x, ...seen, outputs });
      x = outputs;
    }
    return { logits: linear(x, n, layers[norms.length]), steps, last: x };
  }

  function gradients(points, labels, n) {
    const { logits, steps, last } = forward(points, n, RUNNING);
    const found = blank();
    let g = ofCrossEntropy(logits, labels, n);
    g = throughLinear(g, n, last, layers[norms.length], found.layers[norms.length]);
    for (let k = norms.length - 1; k >= 0; k--) {
      const { gamma } = norms[k];
      const width = gamma.length;
      const into = found.norms[k];
      for (let q = 0; q < g.length && normOf(k).kind !== "none"; q++) {
        into.gamma[q % width] += g[q] * steps[k].xHat[q];
        into.beta[q % width] += g[q];
        g[q] *= gamma[q % width];
      }
      g = throughLinear(throughNorm(g, n, normOf(k), width, steps[k]), n, steps[k].inputs, layers[k], found.layers[k]);
    }
    return found;
  }

  function train(points, labels, n, rate, momentum = 0.9) {
    for (const [k, g] of listed(gradients(points, labels, n)).entries()) {
      const [p, v] = [trained[k], velocity[k]];
      for (let i = 0; i < p.length; i++) {
        v[i] = momentum * v[i] + g[i];
        p[i] -= rate * v[i];
      }
    }
  }

  function measureAnew(points, n) {
    if (norm.kind === "bn") forward(points, n, 1, { kind: "bn", over: n });
  }

  const logits = (points, n) => forward(points, n, null).logits;
  const logitsInTraining = (points, n) => forward(points, n, RUNNING).logits;
  return { layers, norms, logits, logitsInTraining, train, measureAnew };
}

/** The share of points that a network names wrong, in %; `ask` is how it is asked, one of its logits. */
export function errorOf(ask, { points, labels, count }) {
  const logits = ask(points, count);
  let wrong = 0;
  for (let i = 0; i < count; i++) if (logits[2 * i + 1] > logits[2 * i] !== (labels[i] === 1)) wrong++;
  return (100 * wrong) / count;
}
