// What does Batch Norm borrow from the neighbours? One image of a batch is pinned; its companions are drawn anew.
// Takes the traits batch, correlation, mode, draw, name; sets the first four.
import { light } from "../../palette.json";
import { choice, fixed, h, N_, pictured, translator } from "./shared/frame.js";
import { normal, stream } from "./shared/random.js";

/** @typedef {{ batch: number, correlation: number, mode: "training" | "evaluation", draw: number }} State */

const BATCHES = [1, 2, 4, 8, 16, 32, 64];
const IMAGES = 256;
const PIXELS = 32;
const DRAWS = 2000;
const CLOUD = 200;
const EPS = 1e-5;
const SHOWN = 8;
const MODES = { training: N_("training"), evaluation: N_("evaluation") };

/**
 * The 256 images that all batches come from. An image has two channels; a value is
 * sqrt(correlation) * level + sqrt(1 - correlation) * own, with one level an image and channel and one `own` a pixel.
 */
export function population(seed = 9) {
  const next = stream(seed);
  return Array.from({ length: IMAGES }, () =>
    Array.from({ length: 2 }, () => ({ level: normal(next), own: Array.from({ length: PIXELS }, () => normal(next)) })),
  );
}

/** Row d lists the images of batch d. */
export function batches(seed = 5) {
  const next = stream(seed);
  const most = Math.max(...BATCHES);
  return Array.from({ length: DRAWS }, () => Uint8Array.from({ length: most }, () => Math.floor(next() * IMAGES)));
}

const all = population();
const rows = batches();
// The sums that the statistics of any correlation need, so that a batch of 64 costs 64 additions and not 2048.
const sums = all.map(([{ level, own }]) => ({
  level,
  own: own.reduce((a, b) => a + b, 0),
  squares: own.reduce((a, b) => a + b * b, 0),
}));

const parts = (correlation) => [Math.sqrt(correlation), Math.sqrt(1 - correlation)];
export const valuesOf = ({ level, own }, correlation) => {
  const [a, b] = parts(correlation);
  return own.map((v) => a * level + b * v);
};
const momentsOf = (images, correlation) => {
  const [a, b] = parts(correlation);
  const m = images.length * PIXELS;
  let sum = 0;
  let squares = 0;
  for (const k of images) {
    const { level, own, squares: own2 } = sums[k];
    sum += PIXELS * a * level + b * own;
    squares += PIXELS * a * a * level * level + 2 * a * b * level * own + b * b * own2;
  }
  const mean = sum / m; // values of size 1, in float64: the difference loses nothing that is shown
  return { mean, variance: Math.max(0, squares / m - mean * mean), m };
};
const spread = (list) => {
  const mean = list.reduce((a, b) => a + b, 0) / list.length;
  return { mean, sd: Math.sqrt(list.reduce((a, b) => a + (b - mean) ** 2, 0) / list.length) };
};
const PINNED = 0;
const PIXEL = 0;

/** Everything that is shown. */
export function view({ batch, correlation, mode, draw }) {
  const x = all[PINNED].map((channel) => valuesOf(channel, correlation));
  const pixel = x[0][PIXEL];
  const companions = (d) => [PINNED, ...rows[d].subarray(1, batch)];
  const now = momentsOf(companions(draw), correlation);
  const seen = (moments) => (pixel - moments.mean) / Math.sqrt(moments.variance + EPS);
  const cloud = Array.from({ length: CLOUD }, (_, d) => seen(momentsOf(companions(d), correlation)));
  const truth = momentsOf(
    all.map((_, k) => k),
    correlation,
  );
  const drawn = rows.map((row) => momentsOf(row.subarray(0, batch), correlation));
  const inverse = spread(drawn.map((s) => 1 / Math.sqrt(s.variance + EPS)));
  const means = spread(drawn.map((s) => s.mean));
  const variance = spread(drawn.map((s) => s.variance)).mean;
  const m = batch * PIXELS;
  // Where running statistics settle: the mean of the means, and of the unbiased variances.
  const running = { mean: means.mean, variance: (variance * m) / (m - 1) };
  const group = x.flat();
  const own = spread(group);
  const used = mode === "training" ? now : running;
  const sigma = Math.sqrt(used.variance + EPS);
  return {
    x,
    cloud,
    images: companions(draw),
    pixel,
    bn: x.map((channel, c) => (c ? null : channel.map((v) => (v - used.mean) / sigma)))[0],
    gn: x[0].map((v) => (v - own.mean) / Math.sqrt(own.sd ** 2 + EPS)),
    flat: used.variance < 1e-12,
    numbers: {
      mean: used.mean,
      inverse_sigma: 1 / sigma,
      bn: (pixel - used.mean) / sigma,
      gn: (pixel - own.mean) / Math.sqrt(own.sd ** 2 + EPS),
      typical: spread(cloud).mean,
      cloud_sd: spread(cloud).sd,
      frozen: seen(running),
      mean_noise: means.sd / Math.sqrt(truth.variance),
      inverse_noise: inverse.sd / inverse.mean,
      ratio: variance / truth.variance,
    },
  };
}

export function sentence(state, { numbers, flat }, tr) {
  const values = { n: state.batch, bn: fixed(numbers.bn), gn: fixed(numbers.gn), sd: fixed(numbers.cloud_sd) };
  if (flat && state.mode === "evaluation")
    return tr(
      "One image, all its pixels equal: the variance that was gathered is 0, and evaluation multiplies by 1/√ε = 316. Group Norm: {gn}.",
      values,
    );
  if (flat)
    return tr(
      "One image, and all its pixels are equal: the variance is 0, and Batch Norm returns 0 for every picture. Group Norm: {gn}.",
      values,
    );
  if (state.mode === "evaluation")
    return tr(
      "Evaluation, statistics gathered at batch {n}: Batch Norm gives the marked pixel {bn}, and it stays. In training it gave {typical} on average. Group Norm: {gn}.",
      { ...values, typical: fixed(numbers.typical) },
    );
  if (state.batch === 1)
    return tr(
      "Training, no companions: Batch Norm takes the channel of this one image alone and gives {bn}. Group Norm: {gn}.",
      values,
    );
  return tr(
    "Training, batch {n}: with these companions Batch Norm gives the marked pixel {bn}; over 200 draws it scatters by {sd}. Group Norm: {gn}, every time.",
    values,
  );
}

// ---- the drawing

const TICKS = [-3, -2, -1, 0, 1, 2, 3];
const LEVELS = 7;
const shade = (v) => Math.max(0, Math.min(LEVELS - 1, Math.round(((v + 2.4) / 4.8) * (LEVELS - 1))));
/** Values in rows of eight as squares: a path a shade. */
function squares(values, x, y, size) {
  const d = Array(LEVELS).fill("");
  for (const [i, v] of values.entries())
    d[shade(v)] += `M${x + size * (i % 8)} ${y + size * Math.floor(i / 8)}h${size}v${size}h-${size}z`;
  return d.map((path, k) => path && `<path class="s${k}" d="${path}"/>`).join("");
}
const frameOf = (name, x, y, w, height) =>
  `<rect class="${name}" x="${x}" y="${y}" width="${w}" height="${height}" rx="2"/>`;

/** The batch above, what becomes of the marked pixel below. */
export function markup(state, { x, cloud, images, numbers, bn, gn }, tr, stem) {
  const shown = images.slice(0, SHOWN);
  const right = 12 + 40 * shown.length;
  const strip = shown.map((k, i) => {
    const [one, two] = k === PINNED && i === 0 ? x : all[k].map((channel) => valuesOf(channel, state.correlation));
    return squares(one, 8 + 40 * i, 24, 4) + squares(two, 8 + 40 * i, 44, 4);
  });
  const more =
    images.length > SHOWN
      ? `<text x="8" y="77">${tr("and {count} more", { count: images.length - SHOWN })}</text>`
      : "";
  const at = (v) => 64 + 43 * (3 + Math.max(-3, Math.min(3, v)));
  const axis = (y) =>
    `<path class="axis" d="M64 ${y}H322${TICKS.map((v) => `M${at(v)} ${y}v4`).join("")}"/>${TICKS.map((v) => `<text class="tick" x="${at(v)}" y="${y + 15}">${String(v).replace("-", "−")}</text>`).join("")}`;
  const dots = (list, y) =>
    `<path class="cloud" d="${list.map((v, i) => `M${at(v).toFixed(1)} ${y - 6 - ((i * 7) % 23)}h0`).join("")}"/>`;
  const mark = (name, v, y) => `<path class="mark ${name}" d="M${at(v).toFixed(1)} ${y - 34}V${y}"/>`;
  const row = (y, name, title, picture, value, list) =>
    `<text class="title" x="8" y="${y - 46}">${title}</text>${squares(picture, 8, y - 30, 5)}${frameOf("pixel", 8, y - 30, 5, 5)}${axis(y)}${dots(list, y)}${mark(name, value, y)}`;
  const inSets = state.mode === "training" ? frameOf("set-bn", 5, 21, right - 10, 22) : "";
  return (
    `<svg class="${stem}" viewBox="0 0 340 252" width="510" height="378" xmlns="http://www.w3.org/2000/svg">` +
    `<text x="8" y="13">${tr("the batch: two channels an image, the first image stays")}</text>${strip.join("")}${more}` +
    frameOf("set-gn", 6.5, 22.5, 35, 39) +
    inSets +
    frameOf("pixel", 8, 24, 4, 4) +
    row(144, "m-bn", tr("Batch Norm: x̂ of the marked pixel"), bn, numbers.bn, cloud) +
    row(230, "m-gn", tr("Group Norm: x̂ of the marked pixel"), gn, numbers.gn, [numbers.gn]) +
    "</svg>"
  );
}

const STILL_STYLE =
  `text{font:12px system-ui,sans-serif;fill:#333}.title{font-weight:600}.tick{text-anchor:middle;font-size:11px}rect{fill:none}.set-gn{stroke:${light.group};stroke-width:1.5}` +
  `.set-bn{stroke:${light.batch};stroke-width:1.5}.pixel{stroke:#d00000}.axis{fill:none;stroke:#555}.cloud{fill:none;stroke:#888;stroke-width:3;stroke-linecap:round;stroke-opacity:.4}` +
  `.mark{stroke-width:3}.m-bn{stroke:${light.batch}}.m-gn{stroke:${light.group}}` +
  Array.from(
    { length: LEVELS },
    (_, k) => `.s${k}{fill:rgb(${Array(3).fill(Math.round(35 + (k * 210) / (LEVELS - 1)))})}`,
  ).join("");

/** For pages without scripts. */
export function still(traits, catalogue) {
  const tr = translator(catalogue);
  const seen = view(traits);
  const svg = markup(traits, seen, tr, "still");
  return {
    svg: svg.replace(">", `><style>${STILL_STYLE}</style><rect width="100%" height="100%" rx="6" style="fill:#fff"/>`),
    text: sentence(traits, seen, tr),
  };
}

/** @param {import("@anywidget/types").RenderProps} props */
async function render({ model, el }) {
  const tr = translator(model.get("_catalogue"));
  const TRAITS = ["batch", "correlation", "mode", "draw"];
  const start = Object.fromEntries(TRAITS.map((key) => [key, model.get(key)]));
  const state = /** @type {State} */ ({ ...start });
  const box = pictured({
    model,
    el,
    stem: "batch_noise",
    title: tr("What does Batch Norm borrow?"),
    tr,
    traits: TRAITS,
    state,
    read,
    parse,
    draw,
  });
  const { set } = box;

  const batch = choice({
    label: tr("batch size N"),
    options: BATCHES.map((n) => [n, String(n)]),
    mark: "data-gn-batch",
    pick: (value) => set({ batch: value }),
  });
  const mode = choice({
    label: tr("mode"),
    options: Object.entries(MODES).map(([key, label]) => [key, tr(label)]),
    mark: "data-gn-mode",
    pick: (value) => set({ mode: value }),
  });
  const correlation = h("input", { type: "range", min: 0, max: 10, step: 1, "data-gn-correlation": true });
  correlation.addEventListener("input", () => set({ correlation: correlation.value / 10 }));
  const correlated = h("b", { "data-gn-value": "correlation" });
  const again = h("button", { type: "button", "data-gn-do": "redraw" }, tr("New companions"));
  again.addEventListener("click", () => set({ draw: (state.draw + 1) % CLOUD }));
  const picture = h("div", { class: "gn-picture", role: "img" });
  const names = [
    ["bn", tr("Batch Norm's x̂")],
    ["gn", tr("Group Norm's x̂")],
    ["mean", "μ"],
    ["inverse_sigma", "1/σ"],
    ["mean_noise", tr("noise of μ, in σ")],
    ["inverse_noise", tr("noise of 1/σ, relative")],
    ["ratio", tr("mean variance over the true one")],
    ["typical", tr("training, mean of 200 draws")],
    ["frozen", tr("evaluation")],
  ];
  const out = Object.fromEntries(names.map(([key]) => [key, h("b", { "data-gn-value": key })]));
  const facts = h(
    "dl",
    { class: "gn-facts" },
    ...names.map(([key, label]) => h("div", {}, h("dt", {}, label), h("dd", {}, out[key]))),
  );
  const live = h("p", { class: "gn-live-text", "aria-live": "polite" });
  box.body.append(
    h(
      "div",
      { class: "gn-drive" },
      h("div", { class: "gn-labelled" }, h("span", { "aria-hidden": "true" }, tr("batch size N")), batch.element),
      h("div", { class: "gn-labelled" }, h("span", { "aria-hidden": "true" }, tr("mode")), mode.element),
      h(
        "label",
        { class: "gn-slider-line" },
        h("span", {}, tr("correlation inside an image"), " ", correlated),
        correlation,
      ),
      again,
    ),
    picture,
    facts,
    live,
  );

  function read() {
    return Object.fromEntries(TRAITS.map((key) => [key, state[key]]));
  }
  function parse(saved) {
    const whole = (text, most) => (/^\d+$/.test(text ?? "") && +text < most ? +text : null);
    const tenth = whole(String(Math.round(Number(saved.correlation ?? NaN) * 10)), 11);
    return {
      batch: BATCHES.map(String).includes(saved.batch) ? +saved.batch : start.batch,
      correlation: tenth === null ? start.correlation : tenth / 10,
      mode: saved.mode in MODES ? saved.mode : start.mode,
      draw: whole(saved.draw, CLOUD) ?? start.draw,
    };
  }
  function draw() {
    const seen = view(state);
    batch.show(state.batch);
    mode.show(state.mode);
    correlation.value = Math.round(state.correlation * 10);
    correlated.textContent = fixed(state.correlation, 1);
    correlation.setAttribute("aria-valuetext", correlated.textContent);
    picture.innerHTML = markup(state, seen, tr, "gn-in");
    picture.setAttribute(
      "aria-label",
      tr("The batch, and where the marked pixel lands with Batch Norm and with Group Norm"),
    );
    for (const [key] of names) out[key].textContent = fixed(seen.numbers[key]);
    live.textContent = sentence(state, seen, tr);
  }
  return box.run();
}

export default { render };
