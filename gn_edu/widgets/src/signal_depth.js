// What arrives after thirty layers? A random network of width 64, forward and backward, with and without a norm.
// Takes the traits gain, depth, activation, norm, name; sets the first four.
import { light } from "../../palette.json";
import { choice, h, N_, pictured, translator } from "./shared/frame.js";
import { backward } from "./shared/maths.js";
import { normal, stream } from "./shared/random.js";

/** @typedef {{ gain: number, depth: number, activation: "relu" | "tanh" | "none", norm: "none" | "group" }} State */

const WIDTH = 64;
const SAMPLES = 8;
const DEPTHS = [10, 20, 30];
const EPS = 1e-5;
const LEAST = 0.6;
const STEP = 0.02;
const STEPS = 90;
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

const mean = (list) => list.reduce((a, b) => a + b, 0) / list.length;
const rms = (list) => Math.sqrt(mean(list.map((v) => v * v)));
/** f(row, number) for every sample, put together again. */
const perSample = (x, f) => {
  const out = new Float64Array(x.length);
  for (let s = 0; s < SAMPLES; s++) out.set(f(x.subarray(s * WIDTH, (s + 1) * WIDTH), s), s * WIDTH);
  return out;
};

let net = /** @type {ReturnType<typeof network> | null} */ (null); // made when the first picture needs it
/** For every layer: the values that the nonlinearity gets, their root mean square, and that of the gradient there. */
export function view({ gain, depth, activation, norm }) {
  net ??= network();
  const scale = gain / Math.sqrt(WIDTH);
  const layers = [];
  let a = net.input;
  for (let l = 0; l < depth; l++) {
    const z = forwards(a, net.weights[l], scale);
    const sigmas = [];
    const normalized = (row, s) => {
      const mu = mean(row);
      sigmas[s] = Math.sqrt(mean(row.map((v) => (v - mu) ** 2)) + EPS);
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

/** A column of histogram a layer, and below it both sizes on a logarithmic axis. */
export function markup(layers, tr, stem) {
  const w = 300 / layers.length;
  const d = Array(SHADES).fill("");
  layers.forEach(({ values }, l) => {
    const counts = Array(BINS).fill(0);
    for (const v of values) counts[Math.max(0, Math.min(BINS - 1, Math.floor(((v + RANGE) / (2 * RANGE)) * BINS)))]++;
    counts.forEach((count, bin) => {
      const shade = Math.ceil(SHADES * Math.min(1, Math.sqrt(count / values.length / 0.5))) - 1;
      if (shade >= 0)
        d[shade] +=
          `M${(34 + w * l).toFixed(1)} ${20 + 4 * (BINS - 1 - bin)}h${(w - 1).toFixed(1)}v4h${(1 - w).toFixed(1)}z`;
    });
  });
  const cells = d.map((path, k) => path && `<path class="d${k}" d="${path}"/>`).join("");
  const at = (v) => 215 - 6.5 * Math.max(-DECADES, Math.min(DECADES, Math.log10(v || 1e-300)));
  const line = (key, of) =>
    `<path class="line ${key}" d="${layers.map((layer, l) => `${l ? "L" : "M"}${(34 + w * (l + 0.5)).toFixed(1)} ${at(of(layer)).toFixed(1)}`).join("")}"/>`;
  const last = layers[layers.length - 1].gradient;
  const tick = (y, text) => `<text class="tick left" x="30" y="${y + 4}">${text}</text>`;
  const powers = /** @type {[number, string][]} */ ([
    [-8, "10⁻⁸"],
    [-4, "10⁻⁴"],
    [0, "1"],
    [4, "10⁴"],
    [8, "10⁸"],
  ]);
  const grid = powers
    .map(([k, text]) => `<path class="grid" d="M34 ${215 - 6.5 * k}h300"/>${tick(215 - 6.5 * k, text)}`)
    .join("");
  const below = [1, layers.length / 2, layers.length]
    .map((l) => `<text class="tick" x="${34 + w * (l - 0.5)}" y="284">${l}</text>`)
    .join("");
  return (
    `<svg class="${stem}" viewBox="0 0 340 300" width="510" height="450" xmlns="http://www.w3.org/2000/svg">` +
    `<text x="34" y="13">${tr("what the nonlinearity of each layer gets")}</text>${cells}${tick(68, "0")}${tick(22, "4")}${tick(114, "−4")}` +
    `<text x="34" y="140">${tr("its size (solid) and the gradient there (dashed)")}</text>` +
    `${grid}${line("size", (layer) => layer.size)}${line("gradient", (layer) => layer.gradient / last)}${below}` +
    `<text class="tick" x="184" y="298">${tr("layer")}</text></svg>`
  );
}

const STILL_STYLE =
  "text{font:12px system-ui,sans-serif;fill:#333}.tick{text-anchor:middle;font-size:11px}.left{text-anchor:end}.grid{stroke:#ccc}.line{fill:none;stroke-width:2.5}" +
  `.size{stroke:${light.batch}}.gradient{stroke:${light.group};stroke-dasharray:6 3}` +
  Array.from(
    { length: SHADES },
    (_, k) => `.d${k}{fill:${light.batch};fill-opacity:${(0.12 + (0.88 * k) / (SHADES - 1)).toFixed(2)}}`,
  ).join("");

/** For pages without scripts. */
export function still(traits, catalogue) {
  const tr = translator(catalogue);
  const layers = view(traits);
  const svg = markup(layers, tr, "still");
  return {
    svg: svg.replace(">", `><style>${STILL_STYLE}</style><rect width="100%" height="100%" rx="6" fill="#fff"/>`),
    text: sentence(traits, layers, tr),
  };
}

/** @param {import("@anywidget/types").RenderProps} props */
async function render({ model, el }) {
  const tr = translator(model.get("_catalogue"));
  const TRAITS = ["gain", "depth", "activation", "norm"];
  const start = Object.fromEntries(TRAITS.map((key) => [key, model.get(key)]));
  const state = /** @type {State} */ ({ ...start });
  const box = pictured({
    model,
    el,
    stem: "signal_depth",
    title: tr("What arrives after thirty layers?"),
    tr,
    traits: TRAITS,
    state,
    read,
    parse,
    draw,
  });
  const { set } = box;
  const gainOf = (step) => +(LEAST + STEP * step).toFixed(2);
  const words = (options) => Object.entries(options).map(([key, label]) => [key, tr(label)]);

  const gain = h("input", { type: "range", min: 0, max: STEPS, step: 1, "data-gn-gain": true });
  gain.addEventListener("input", () => set({ gain: gainOf(+gain.value) }));
  const gained = h("b", { "data-gn-value": "gain" });
  const choices = {
    depth: choice({
      label: tr("layers"),
      options: DEPTHS.map((n) => [n, String(n)]),
      mark: "data-gn-depth",
      pick: (depth) => set({ depth }),
    }),
    activation: choice({
      label: tr("nonlinearity"),
      options: words(ACTIVATIONS),
      mark: "data-gn-activation",
      pick: (activation) => set({ activation }),
    }),
    norm: choice({ label: tr("norm"), options: words(NORMS), mark: "data-gn-norm", pick: (norm) => set({ norm }) }),
  };
  const picture = h("div", {
    class: "gn-picture",
    role: "img",
    "aria-label": tr("A histogram for each layer, and the sizes of values and gradients on a logarithmic axis"),
  });
  const names = [
    ["size_first", tr("size at layer 1")],
    ["size_last", tr("size at the last layer")],
    ["growth", tr("factor a layer")],
    ["gradient", tr("gradient, first over last layer")],
  ];
  const out = Object.fromEntries(names.map(([key]) => [key, h("b", { "data-gn-value": key })]));
  const facts = h(
    "dl",
    { class: "gn-facts" },
    ...names.map(([key, label]) => h("div", {}, h("dt", {}, label), h("dd", {}, out[key]))),
  );
  const live = h("p", { class: "gn-live-text", "aria-live": "polite" });
  const labelled = (label, { element }) =>
    h("div", { class: "gn-labelled" }, h("span", { "aria-hidden": "true" }, label), element);
  box.body.append(
    h(
      "div",
      { class: "gn-drive" },
      h("label", { class: "gn-slider-line" }, h("span", {}, tr("weight gain"), " ", gained), gain),
      labelled(tr("norm"), choices.norm),
      labelled(tr("nonlinearity"), choices.activation),
      labelled(tr("layers"), choices.depth),
    ),
    picture,
    facts,
    live,
  );

  function read() {
    return Object.fromEntries(TRAITS.map((key) => [key, state[key]]));
  }
  function parse(saved) {
    const step = Math.round((Number(saved.gain ?? NaN) - LEAST) / STEP);
    return {
      gain: step >= 0 && step <= STEPS ? gainOf(step) : start.gain,
      depth: DEPTHS.map(String).includes(saved.depth) ? +saved.depth : start.depth,
      activation: saved.activation in ACTIVATIONS ? saved.activation : start.activation,
      norm: saved.norm in NORMS ? saved.norm : start.norm,
    };
  }
  function draw() {
    const layers = view(state);
    const numbers = numbersOf(layers);
    gain.value = Math.round((state.gain - LEAST) / STEP);
    gained.textContent = state.gain.toFixed(2);
    gain.setAttribute("aria-valuetext", gained.textContent);
    for (const [key, row] of Object.entries(choices)) row.show(state[key]);
    picture.innerHTML = markup(layers, tr, "gn-in");
    for (const [key] of names) out[key].textContent = short(numbers[key]);
    live.textContent = sentence(state, layers, tr);
  }
  return box.run();
}

export default { render };
