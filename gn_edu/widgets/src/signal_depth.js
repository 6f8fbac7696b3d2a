// What arrives after thirty layers? A random network of width 64, forward and backward, with and without a norm.
// Takes the traits gain, depth, activation, norm, name; sets the first four.
import { light } from "../../palette.json";
import { oneOf, stepped } from "./shared/address.js";
import { choice, drawingPlace, drive, facts, liveText, slider } from "./shared/dom.js";
import { pathOf, shaded, stillOfView, svg, tenths, tick } from "./shared/drawing.js";
import { picturedByTraits } from "./shared/frame.js";
import { N_, translated } from "./shared/i18n.js";
import { backward, meanOf } from "./shared/maths.js";
import { normal, stream } from "./shared/random.js";
import { eachOf } from "./shared/text.js";

/** @typedef {{ gain: number, depth: number, activation: "relu" | "tanh" | "none", norm: "none" | "group" }} State */

const WIDTH = 64;
const SAMPLES = 8;
const DEPTHS = [10, 20, 30];
const EPS = 1e-5;
const GAINS = { least: 0.6, step: 0.02, steps: 90 };
const ACTIVATIONS = { relu: N_("ReLU"), tanh: N_("tanh"), none: N_("none") };
const NORMS = { none: N_("no norm"), group: N_("Group Norm, G = 1") };
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
/**
 * For every layer: the values that the nonlinearity gets, their root mean square, and that of the gradient there.
 * @param {State} state
 */
export function view({ gain, depth, activation, norm }) {
  net ??= network();
  const scale = gain / Math.sqrt(WIDTH);
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
  let g = net.arriving;
  for (let l = depth - 1; l >= 0; l--) {
    const { values, sigmas } = layers[l];
    g = g.map((v, k) => v * slope[activation](values[k]));
    layers[l].gradient = rms(g);
    if (norm === "group")
      g = perSample(g, (row, s) => backward(row, values.subarray(s * WIDTH, (s + 1) * WIDTH), sigmas[s]).dx);
    g = backwards(g, net.weights[l], scale);
  }
  return layers;
}

/** Three digits, and a power of ten where a number is far from 1. */
export const short = (v) =>
  v !== 0 && (v < 0.01 || v >= 1000) ? v.toExponential(1).replace("e+", "e") : v.toPrecision(3);

function numbersOf(layers) {
  const first = layers[0];
  const last = layers.at(-1);
  return {
    size_first: first.size,
    size_last: last.size,
    growth: (last.size / first.size) ** (1 / (layers.length - 1)),
    gradient: first.gradient / last.gradient,
  };
}

export function sentence(state, layers, tr) {
  const { size_last, gradient } = numbersOf(layers);
  const values = { gain: state.gain.toFixed(2), depth: state.depth, size: short(size_last), gradient: short(gradient) };
  return tr(
    "Weight gain {gain}: the values that enter layer {depth}'s nonlinearity have size {size}; the gradient at layer 1 is {gradient} times that at layer {depth}.",
    values,
  );
}

// ---- the drawing

const BINS = 24;
const SHADES = 6;
const RANGE = 4;
const DECADES = 8;

/**
 * How often values lie in each bin, as cells in shades, in a column of width `w`; empty bins have no cell.
 * @returns {[shade: number, path: string][]}
 */
function histogram(values, x, w) {
  const counts = Array(BINS).fill(0);
  for (const v of values) counts[Math.max(0, Math.min(BINS - 1, Math.floor(((v + RANGE) / (2 * RANGE)) * BINS)))]++;
  const shade = (count) => Math.ceil(SHADES * Math.min(1, Math.sqrt(count / values.length / 0.5))) - 1;
  const cell = (bin) => `M${tenths(x)} ${20 + 4 * (BINS - 1 - bin)}h${tenths(w - 1)}v4h${tenths(1 - w)}z`;
  return counts.flatMap((count, bin) => (shade(count) < 0 ? [] : [[shade(count), cell(bin)]]));
}

/** A column of histogram a layer, and below it both sizes on a logarithmic axis. */
export function markup(_state, layers, tr, stem) {
  const w = 300 / layers.length;
  const cells = layers.flatMap(({ values }, l) => histogram(values, 34 + w * l, w));
  const at = (v) => 215 - 6.5 * Math.max(-DECADES, Math.min(DECADES, Math.log10(v || 1e-300)));
  const line = (key, of) =>
    `<path class="line ${key}" d="${pathOf(layers.map((layer, l) => [34 + w * (l + 0.5), at(of(layer))]))}"/>`;
  const last = layers[layers.length - 1].gradient;
  const level = (y, text) => tick(30, y + 4, text, "end");
  const powers = /** @type {[number, string][]} */ ([
    [-8, "10⁻⁸"],
    [-4, "10⁻⁴"],
    [0, "1"],
    [4, "10⁴"],
    [8, "10⁸"],
  ]);
  const grid = powers
    .map(([k, text]) => `<path class="grid" d="M34 ${215 - 6.5 * k}h300"/>${level(215 - 6.5 * k, text)}`)
    .join("");
  const below = [1, layers.length / 2, layers.length].map((l) => tick(34 + w * (l - 0.5), 284, l)).join("");
  const parts = [
    `<text x="34" y="13">${tr("what the nonlinearity of each layer gets")}</text>`,
    `${shaded("d", cells)}${level(68, "0")}${level(22, "4")}${level(114, "−4")}`,
    `<text x="34" y="140">${tr("its size (solid) and the gradient there (dashed)")}</text>`,
    `${grid}${line("size", (layer) => layer.size)}${line("gradient", (layer) => layer.gradient / last)}${below}`,
    tick(184, 298, tr("layer")),
  ];
  return svg(stem, 340, 300, parts.join(""), 1.5);
}

const STILL_STYLE =
  "text{font:12px system-ui,sans-serif;fill:#333}.tick{font-size:11px}.grid{stroke:#ccc}.line{fill:none;stroke-width:2.5}" +
  `.size{stroke:${light.batch}}.gradient{stroke:${light.group};stroke-dasharray:6 3}` +
  Array.from(
    { length: SHADES },
    (_, k) => `.d${k}{fill:${light.batch};fill-opacity:${(0.12 + (0.88 * k) / (SHADES - 1)).toFixed(2)}}`,
  ).join("");

/** For pages without scripts. */
export const still = stillOfView({ view, markup, sentence, style: STILL_STYLE });

/** Rows of choices, one a trait. */
function choicesOf(tr, set) {
  const row = (trait, label, options) =>
    choice({ label, options, mark: `data-gn-${trait}`, pick: (value) => set({ [trait]: value }), shown: true });
  const depths = /** @type {[number, string][]} */ (DEPTHS.map((n) => [n, String(n)]));
  return {
    norm: row("norm", tr("norm"), translated(NORMS, tr)),
    activation: row("activation", tr("nonlinearity"), translated(ACTIVATIONS, tr)),
    depth: row("depth", tr("layers"), depths),
  };
}

/** @param {import("@anywidget/types").RenderProps} props */
function render(props) {
  const { tr, state, body, set, run } = picturedByTraits(props, {
    stem: "signal_depth",
    title: N_("What arrives after thirty layers?"),
    traits: {
      gain: stepped(GAINS),
      depth: oneOf(DEPTHS),
      activation: oneOf(Object.keys(ACTIVATIONS)),
      norm: oneOf(Object.keys(NORMS)),
    },
  });
  const gain = slider({
    label: [tr("weight gain")],
    mark: "data-gn-gain",
    value: "gain",
    range: { min: 0, max: GAINS.steps, step: 1 },
    pick: (step) => set({ gain: +(GAINS.least + GAINS.step * step).toFixed(2) }),
  });
  const choices = choicesOf(tr, set);
  const picture = drawingPlace(
    tr("A histogram for each layer, and the sizes of values and gradients on a logarithmic axis"),
  );
  const numbers = facts([
    ["size_first", tr("size at layer 1")],
    ["size_last", tr("size at the last layer")],
    ["growth", tr("factor a layer")],
    ["gradient", tr("gradient, first over last layer")],
  ]);
  const live = liveText();
  const rows = Object.values(choices).map(({ element }) => element);
  body.append(drive(gain.element, ...rows), picture, numbers.element, live);

  return run(() => {
    const layers = view(state);
    const gained = state.gain.toFixed(2);
    gain.show(Math.round((state.gain - GAINS.least) / GAINS.step), gained, gained);
    for (const [trait, row] of Object.entries(choices)) row.show(state[trait]);
    picture.innerHTML = markup(state, layers, tr, "gn-in");
    numbers.show(eachOf(numbersOf(layers), short));
    live.textContent = sentence(state, layers, tr);
  });
}

export default { render };
