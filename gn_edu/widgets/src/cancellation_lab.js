// Where do the digits go? Four formulas for the same variance, recorded in float32 and float16 at growing offsets.
// Takes the traits data (the record), dtype, offset, seed, name; sets dtype, offset and seed.
import { light } from "../../palette.json";
import { oneOf } from "./shared/address.js";
import { choice, drawingPlace, drive, h, liveText, slider } from "./shared/dom.js";
import { pathOf, stillOf, svg, tick } from "./shared/drawing.js";
import { picturedByTraits } from "./shared/frame.js";
import { N_, translator } from "./shared/i18n.js";

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

const offsetsOf = (data, dtype) => [
  ...new Set(data.rows.filter((row) => row.dtype === dtype).map((row) => row.offset)),
];

/**
 * Everything that is shown for one dtype, offset and seed.
 * @param {State} state
 */
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

const WIDE = 420;
const TALL = 190;
const LEFT = 56;
const TOP = 10;

/** Error of the variance against the offset, as SVG. */
export function chart(state, tr, stem) {
  const offsets = offsetsOf(state.data, state.dtype);
  const x = (k) => LEFT + (k * (WIDE - LEFT - 12)) / (offsets.length - 1);
  const y = (e) => TOP + ((2 - e) * (TALL - 40)) / 9;
  const error = (key, offset) => {
    const { row, formulas } = view({ ...state, offset });
    const relative = Math.abs(number(formulas[key].variance) / row.true - 1);
    return Number.isFinite(relative) ? Math.max(-7, Math.min(2, Math.log10(relative || 1e-9))) : 2;
  };
  const now = offsets.indexOf(state.offset);
  const short = (offset) => (offset >= 10000 ? `${offset / 1000}k` : offset);
  const parts = [
    ...[-6, -4, -2, 0, 2].map((e) => {
      const text = e > 0 ? "100×" : `${10 ** (e + 2)} %`;
      return `<path class="grid" d="M${LEFT} ${y(e)}H${WIDE - 12}"/>${tick(LEFT - 6, y(e) + 4, text, "end")}`;
    }),
    ...offsets.map((offset, k) => (k % 2 === 0 ? tick(x(k), TALL - 14, short(offset)) : "")),
    ...FORMULAS.map(([key], f) => {
      const points = offsets.map((offset, k) => [x(k), y(error(key, offset))]);
      return `<path class="line f${f}" d="${pathOf(points)}"/>`;
    }),
    `<path class="now" d="M${x(now)} ${TOP}V${TALL - 30}"/>`,
    ...FORMULAS.map(([key], f) => `<circle class="f${f}" cx="${x(now)}" cy="${y(error(key, state.offset))}" r="4.5"/>`),
    tick(LEFT, TALL - 1, tr("offset; upwards: error of the variance"), "start"),
  ];
  return svg(stem, WIDE, TALL, parts.join(""));
}

const INKS = [light.group, light.batch, light.layer, light.instance];
const STILL_STYLE =
  ".grid{stroke:#ddd}.tick{font:11px system-ui,sans-serif;fill:#555}.line{fill:none;stroke-width:2}.now{stroke:#999;stroke-dasharray:3 3}" +
  INKS.map(
    (ink, f) => `path.f${f}{stroke:${ink}${["", "", ";stroke-dasharray:6 3", ";stroke-dasharray:2 3"][f]}}`,
  ).join("") +
  INKS.map((ink, f) => `circle.f${f}{fill:${ink}}`).join("");

/** For pages without scripts. */
export function still(traits, catalogue) {
  const tr = translator(catalogue);
  return { svg: stillOf(chart(traits, tr, "still"), STILL_STYLE), text: sentence(traits, tr) };
}

/** A line a formula: what it gives, and what becomes of the output. */
function tableOf(tr) {
  const cell = (...children) => h("td", {}, ...children);
  const lines = FORMULAS.map(([key, label], f) => {
    const variance = h("b", { "data-gn-value": key });
    const size = h("span", { "data-gn-value": `${key}_size` });
    const badge = h("span", { class: "gn-badge", "data-gn-value": `${key}_badge` });
    const name = h("th", { scope: "row" }, h("span", { class: `gn-key f${f}`, "aria-hidden": "true" }), tr(label));
    return { key, variance, size, badge, row: h("tr", {}, name, cell(variance), cell(size), cell(badge)) };
  });
  const heads = [tr("formula"), tr("variance"), tr("output, 1 is right"), tr("verdict")];
  const head = h("thead", {}, h("tr", {}, ...heads.map((text) => h("th", { scope: "col" }, text))));
  const element = h("table", { class: "gn-formulas" }, head, h("tbody", {}, ...lines.map(({ row }) => row)));
  const show = (formulas) => {
    for (const { key, variance, size, badge } of lines) {
      const found = formulas[key];
      variance.textContent = digits(found.variance);
      size.textContent = factor(found.size);
      badge.textContent = tr(BADGES[found.badge]);
      badge.dataset.badge = found.badge;
    }
  };
  return { element, show };
}

/** Number type, offset and draw; each type has offsets of its own. */
function controlsOf({ tr, state, set }, dtypes, seeds, nearest) {
  const dtype = choice({
    label: tr("number type"),
    options: dtypes.map((type) => [type, tr(TYPES[type])]),
    mark: "data-gn-dtype",
    pick: (value) => set({ dtype: value, offset: nearest(value, state.offset) }),
    shown: true,
  });
  const seed = choice({
    label: tr("which draw"),
    options: seeds.map((k) => [k, String(k + 1)]),
    mark: "data-gn-seed",
    pick: (value) => set({ seed: value }),
    shown: true,
  });
  const offset = slider({
    label: [tr("offset")],
    mark: "data-gn-offset",
    value: "offset",
    range: { min: 0, step: 1 },
    pick: (position) => set({ offset: offsetsOf(state.data, state.dtype)[position] }),
  });
  const show = () => {
    const offsets = offsetsOf(state.data, state.dtype);
    offset.input.max = offsets.length - 1;
    offset.show(offsets.indexOf(state.offset), String(state.offset), String(state.offset));
    dtype.show(state.dtype);
    seed.show(state.seed);
  };
  return { element: drive(offset.element, dtype.element, seed.element), show };
}

/** @param {import("@anywidget/types").RenderProps} props */
function render(props) {
  const data = props.model.get("data");
  const first = props.model.get("offset");
  const seeds = [...new Set(data.rows.map((row) => row.seed))];
  const dtypes = [...new Set(data.rows.map((row) => row.dtype))];
  const nearest = (dtype, offset) =>
    offsetsOf(data, dtype).reduce((a, b) => (Math.abs(b - offset) < Math.abs(a - offset) ? b : a));
  const offsets = {
    parse: (text, { dtype }) => oneOf(offsetsOf(data, dtype)).parse(text, {}),
    text: String,
    otherwise: ({ dtype }) => nearest(dtype, first),
  };
  const box = picturedByTraits(props, {
    stem: "cancellation_lab",
    title: N_("Where do the digits go?"),
    given: ["data"],
    traits: { dtype: oneOf(dtypes), offset: offsets, seed: oneOf(seeds) },
  });
  const { tr, state } = box;
  const controls = controlsOf(box, dtypes, seeds, nearest);
  const truth = h("b", { "data-gn-value": "true" });
  const about = tr("{m} values around the offset, standard deviation 1. Their variance after rounding:", { m: data.m });
  const table = tableOf(tr);
  const picture = drawingPlace(undefined, "gn-chart");
  const live = liveText();
  box.body.append(controls.element, h("p", {}, about, " ", truth), table.element, picture, live);

  return box.run(() => {
    const { row, formulas } = view(state);
    controls.show();
    truth.textContent = digits(row.true);
    table.show(formulas);
    picture.innerHTML = chart(state, tr, "gn-in");
    picture.setAttribute("aria-label", sentence(state, tr));
    live.textContent = sentence(state, tr);
  });
}

export default { render };
