// Where do the digits go? Four formulas for the same variance, recorded in float32 and float16 at growing offsets.
// Takes the traits data (the record), dtype, offset, seed, name; sets dtype, offset and seed.
import { light } from "../../palette.json";
import { choice, escapeText, h, N_, pictured, translator } from "./shared/frame.js";

/** @typedef {{ data: any, dtype: "float32" | "float16", offset: number, seed: number }} State */

const FORMULAS = [
  ["naive", "E[x²] − E[x]²"],
  ["two_pass", N_("two passes")],
  ["welford", N_("Welford")],
  ["shifted", N_("shifted by the first value")],
];
const BADGES = {
  fine: N_("fine"),
  inaccurate: N_("inaccurate"),
  nan: N_("NaN"),
  flat: N_("silently flat"),
  loud: N_("blown up"),
};
const TYPES = { float32: N_("float32"), float16: N_("float16") };
const number = (value) => (typeof value === "string" ? ({ inf: Infinity, "-inf": -Infinity }[value] ?? NaN) : value);

/** What becomes of the output: its standard deviation over the true one, and a word for it. */
export function judge(variance, truth, eps) {
  const size = Math.sqrt((truth + eps) / (number(variance) + eps));
  if (Number.isNaN(size)) return { size, badge: "nan" };
  const badge = size < 0.5 ? "flat" : size > 2 ? "loud" : Math.abs(size - 1) > 1e-3 ? "inaccurate" : "fine";
  return { size, badge };
}

export const offsetsOf = (data, dtype) => [
  ...new Set(data.rows.filter((row) => row.dtype === dtype).map((row) => row.offset)),
];

/** Everything that is shown for one dtype, offset and seed. */
export function view({ data, dtype, offset, seed }) {
  const row = data.rows.find((r) => r.dtype === dtype && r.offset === offset && r.seed === seed);
  return {
    row,
    formulas: Object.fromEntries(
      FORMULAS.map(([key]) => [key, { variance: row[key], ...judge(row[key], row.true, data.eps) }]),
    ),
  };
}

const digits = (value) =>
  typeof value === "string" ? value : Math.abs(value) >= 1000 ? value.toFixed(0) : value.toFixed(4);
const factor = (size) =>
  Number.isNaN(size) ? "NaN" : size === 0 ? "0" : size >= 100 ? size.toFixed(0) : size.toFixed(3);

export function sentence(state, tr) {
  const { row, formulas } = view(state);
  const says = (key) => `${digits(formulas[key].variance)} (${tr(BADGES[formulas[key].badge])})`;
  return tr("{dtype}, offset {offset}: the variance is {truth}. E[x²] − E[x]² gives {naive}, two passes give {two}.", {
    dtype: tr(TYPES[state.dtype]),
    offset: state.offset,
    truth: digits(row.true),
    naive: says("naive"),
    two: says("two_pass"),
  });
}

/** Error of the variance against the offset, as SVG. */
export function chart(state, tr, stem) {
  const offsets = offsetsOf(state.data, state.dtype);
  const wide = 420;
  const tall = 190;
  const left = 56;
  const top = 10;
  const x = (k) => left + (k * (wide - left - 12)) / (offsets.length - 1);
  const y = (e) => top + ((2 - e) * (tall - 40)) / 9;
  const error = (key, offset) => {
    const { row, formulas } = view({ ...state, offset });
    const relative = Math.abs(number(formulas[key].variance) / row.true - 1);
    return Number.isFinite(relative) ? Math.max(-7, Math.min(2, Math.log10(relative || 1e-9))) : 2;
  };
  const parts = [-6, -4, -2, 0, 2].map(
    (e) =>
      `<path class="grid" d="M${left} ${y(e)}H${wide - 12}"/><text class="tick" x="${left - 6}" y="${y(e) + 4}" text-anchor="end">${e > 0 ? "100×" : `${10 ** (e + 2)} %`}</text>`,
  );
  offsets.forEach((offset, k) => {
    if (k % 2 === 0)
      parts.push(
        `<text class="tick" x="${x(k)}" y="${tall - 14}" text-anchor="middle">${offset >= 10000 ? `${offset / 1000}k` : offset}</text>`,
      );
  });
  FORMULAS.forEach(([key], f) => {
    const points = offsets.map((offset, k) => `${x(k).toFixed(1)} ${y(error(key, offset)).toFixed(1)}`);
    parts.push(`<path class="line f${f}" d="M${points.join("L")}"/>`);
  });
  const now = offsets.indexOf(state.offset);
  parts.push(`<path class="now" d="M${x(now)} ${top}V${tall - 30}"/>`);
  for (const [f, [key]] of FORMULAS.entries())
    parts.push(`<circle class="f${f}" cx="${x(now)}" cy="${y(error(key, state.offset))}" r="4.5"/>`);
  parts.push(
    `<text class="tick" x="${left}" y="${tall - 1}">${escapeText(tr("offset; upwards: error of the variance"))}</text>`,
  );
  return `<svg class="${stem}" viewBox="0 0 ${wide} ${tall}" width="${wide}" height="${tall}" xmlns="http://www.w3.org/2000/svg">${parts.join("")}</svg>`;
}

const STILL_STYLE =
  ".grid{stroke:#ddd}.tick{font:11px system-ui,sans-serif;fill:#555}.line{fill:none;stroke-width:2}.now{stroke:#999;stroke-dasharray:3 3}" +
  `path.f0{stroke:${light.group}}path.f1{stroke:${light.batch}}path.f2{stroke:${light.layer};stroke-dasharray:6 3}path.f3{stroke:${light.instance};stroke-dasharray:2 3}` +
  `circle.f0{fill:${light.group}}circle.f1{fill:${light.batch}}circle.f2{fill:${light.layer}}circle.f3{fill:${light.instance}}`;

/** For pages without scripts. */
export function still(traits, catalogue) {
  const tr = translator(catalogue);
  const svg = chart(traits, tr, "still").replace(
    ">",
    `><style>${STILL_STYLE}</style><rect width="100%" height="100%" rx="8" fill="#fff"/>`,
  );
  return { svg, text: sentence(traits, tr) };
}

/** @param {import("@anywidget/types").RenderProps} props */
async function render({ model, el }) {
  const tr = translator(model.get("_catalogue"));
  const TRAITS = ["dtype", "offset", "seed"];
  const data = model.get("data");
  const start = Object.fromEntries(TRAITS.map((key) => [key, model.get(key)]));
  const state = /** @type {State} */ ({ ...start, data });
  const seeds = [...new Set(data.rows.map((row) => row.seed))];
  const dtypes = [...new Set(data.rows.map((row) => row.dtype))];
  const box = pictured({
    model,
    el,
    stem: "cancellation_lab",
    title: tr("Where do the digits go?"),
    tr,
    traits: TRAITS,
    state,
    read,
    parse,
    draw,
  });
  const { set } = box;
  const nearest = (dtype, offset) =>
    offsetsOf(data, dtype).reduce((a, b) => (Math.abs(b - offset) < Math.abs(a - offset) ? b : a));

  const dtype = choice({
    label: tr("number type"),
    options: dtypes.map((t) => [t, tr(TYPES[t])]),
    mark: "data-gn-dtype",
    pick: (value) => set({ dtype: value, offset: nearest(value, state.offset) }),
  });
  const seed = choice({
    label: tr("which draw"),
    options: seeds.map((s) => [s, String(s + 1)]),
    mark: "data-gn-seed",
    pick: (value) => set({ seed: value }),
  });
  const slider = h("input", { type: "range", min: 0, step: 1, "data-gn-offset": true });
  const offset = h("b", { "data-gn-value": "offset" });
  const truth = h("b", { "data-gn-value": "true" });
  slider.addEventListener("input", () => set({ offset: offsetsOf(data, state.dtype)[+slider.value] }));
  const cells = FORMULAS.map(([key, label], f) => {
    const variance = h("b", { "data-gn-value": key });
    const size = h("span", { "data-gn-value": `${key}_size` });
    const badge = h("span", { class: "gn-badge", "data-gn-value": `${key}_badge` });
    const row = h(
      "tr",
      {},
      h("th", { scope: "row" }, h("span", { class: `gn-key f${f}`, "aria-hidden": "true" }), tr(label)),
      h("td", {}, variance),
      h("td", {}, size),
      h("td", {}, badge),
    );
    return { key, variance, size, badge, row };
  });
  const head = [tr("formula"), tr("variance"), tr("output, 1 is right"), tr("verdict")].map((text) =>
    h("th", { scope: "col" }, text),
  );
  const table = h(
    "table",
    { class: "gn-formulas" },
    h("thead", {}, h("tr", {}, ...head)),
    h("tbody", {}, ...cells.map((c) => c.row)),
  );
  const picture = h("div", { class: "gn-chart", role: "img" });
  const live = h("p", { class: "gn-live-text", "aria-live": "polite" });
  box.body.append(
    h(
      "div",
      { class: "gn-drive" },
      h("label", { class: "gn-slider-line" }, h("span", {}, tr("offset"), " ", offset), slider),
      h("div", { class: "gn-labelled" }, h("span", { "aria-hidden": "true" }, tr("number type")), dtype.element),
      h("div", { class: "gn-labelled" }, h("span", { "aria-hidden": "true" }, tr("which draw")), seed.element),
    ),
    h(
      "p",
      {},
      tr("{m} values around the offset, standard deviation 1. Their variance after rounding:", { m: data.m }),
      " ",
      truth,
    ),
    table,
    picture,
    live,
  );

  function read() {
    return Object.fromEntries(TRAITS.map((key) => [key, state[key]]));
  }
  function parse(saved) {
    const type = dtypes.includes(saved.dtype) ? saved.dtype : start.dtype;
    return {
      dtype: type,
      offset: offsetsOf(data, type).map(String).includes(saved.offset) ? +saved.offset : nearest(type, start.offset),
      seed: seeds.map(String).includes(saved.seed) ? +saved.seed : start.seed,
    };
  }
  function draw() {
    const { row, formulas } = view(state);
    const offsets = offsetsOf(data, state.dtype);
    slider.max = offsets.length - 1;
    slider.value = offsets.indexOf(state.offset);
    slider.setAttribute("aria-valuetext", String(state.offset));
    dtype.show(state.dtype);
    seed.show(state.seed);
    offset.textContent = state.offset;
    truth.textContent = digits(row.true);
    for (const { key, variance, size, badge } of cells) {
      const found = formulas[key];
      variance.textContent = digits(found.variance);
      size.textContent = factor(found.size);
      badge.textContent = tr(BADGES[found.badge]);
      badge.dataset.badge = found.badge;
    }
    picture.innerHTML = chart(state, tr, "gn-in");
    picture.setAttribute("aria-label", sentence(state, tr));
    live.textContent = sentence(state, tr);
  }

  return box.run();
}

export default { render };
