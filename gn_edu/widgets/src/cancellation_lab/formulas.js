// All four formulas: a line each, and a chart of their errors over the offsets.
import { h } from "../shared/dom.js";
import { pathOf, tenths, tick } from "../shared/drawing.js";
import { fittedDrawing } from "../shared/fitted.js";
import { clamp } from "../shared/maths.js";
import { escapeText } from "../shared/text.js";
import { KEYS, number, offsetsOf, view } from "./model.js";
import { BADGES, digits, FORMULAS, sentence } from "./texts.js";

const TALL = 210;
const SIDES = { left: 62, right: 104, top: 26, bottom: 44 };
const [BEST, WORST] = [-7, 2]; // powers of ten of the error

const factor = (size) =>
  Number.isNaN(size) ? "NaN" : size === 0 ? "0" : size >= 100 ? size.toFixed(0) : size.toFixed(3);
const short = (offset) => (offset >= 1000 ? `${offset / 1000}k` : offset);

/** Error of the variance against the offset, as SVG; the names stand at the lines' ends. */
function chart(state, width, tr) {
  const offsets = offsetsOf(state.data, state.dtype);
  const right = width - SIDES.right;
  const x = (k) => SIDES.left + (k * (right - SIDES.left)) / (offsets.length - 1);
  const y = (e) => SIDES.top + ((WORST - e) * (TALL - SIDES.top - SIDES.bottom)) / (WORST - BEST);
  const error = (key, offset) => {
    const { row } = view({ ...state, offset });
    const relative = Math.abs(number(row[key]) / row.true - 1);
    return Number.isFinite(relative) ? clamp(Math.log10(relative || 1e-9), BEST, WORST) : WORST;
  };
  const now = offsets.indexOf(state.offset);
  const ends = KEYS.map((key) => ({ key, height: y(error(key, offsets[offsets.length - 1])) }));
  let lowest = Number.NEGATIVE_INFINITY;
  const names = [...ends]
    .sort((a, b) => a.height - b.height)
    .map(({ key, height }) => {
      lowest = Math.max(height + 4, lowest + 16);
      const text = key === "shifted" ? tr("shifted") : tr(FORMULAS[key]);
      return `<text class="name" x="${right + 8}" y="${tenths(lowest)}">${escapeText(text)}</text>`;
    });
  return [
    ...[-6, -4, -2, 0, 2].map((e) => {
      const text = e > 0 ? "100×" : `${10 ** (e + 2)} %`;
      return `<path class="grid" d="M${SIDES.left} ${tenths(y(e))}H${right}"/>${tick(SIDES.left - 6, y(e) + 4, text, "end")}`;
    }),
    ...offsets.map((offset, k) => (k % 2 === 0 ? tick(tenths(x(k)), TALL - 26, short(offset)) : "")),
    ...KEYS.map(
      (key, f) => `<path class="line f${f}" d="${pathOf(offsets.map((o, k) => [x(k), y(error(key, o))]))}"/>`,
    ),
    `<path class="now" d="M${tenths(x(now))} ${SIDES.top}V${TALL - SIDES.bottom}"/>`,
    ...KEYS.map((key) => `<circle cx="${tenths(x(now))}" cy="${tenths(y(error(key, state.offset)))}" r="4"/>`),
    ...names,
    tick(0, 12, tr("error of the variance"), "start"),
    tick(tenths(x(0)), TALL - 8, tr("offset"), "start"),
  ].join("");
}

/** A line a formula: what it gives, and what becomes of the output. */
function tableOf(tr) {
  const cell = (...children) => h("td", {}, ...children);
  const lines = KEYS.map((key, f) => {
    const variance = h("b", { "data-gn-value": key });
    const size = h("span", { "data-gn-value": `${key}_size` });
    const badge = h("span", { class: "gn-badge", "data-gn-value": `${key}_badge` });
    const dash = h("span", { class: `gn-key f${f}`, "aria-hidden": "true" });
    const name = h("th", { scope: "row" }, dash, tr(FORMULAS[key]));
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

/** Both in a fold. */
export function createFormulas({ tr, state }) {
  const truth = h("b", { "data-gn-value": "true" });
  const about = tr("{m} values around the offset, standard deviation 1. Their variance after rounding:", {
    m: state.data.m,
  });
  const table = tableOf(tr);
  const draw = (width) => {
    drawing.element.setAttribute("aria-label", sentence(view(state), state, tr));
    return { height: TALL, content: chart(state, width, tr) };
  };
  const drawing = fittedDrawing({ most: 560, draw });
  drawing.element.classList.add("gn-errors");
  const words = tr(
    "Too flat: the output is less than half as large as it should be. Blown up: more than twice. No error is raised for either.",
  );
  const element = h(
    "details",
    { "data-gn-fold": "formulas" },
    h("summary", {}, tr("all four formulas")),
    h("p", {}, about, " ", truth),
    h("div", { class: "gn-wide" }, table.element),
    h("p", { class: "gn-part" }, words),
    drawing.element,
  );
  const show = ({ row, formulas }) => {
    truth.textContent = digits(row.true);
    table.show(formulas);
    drawing.show();
  };
  return { element, show };
}
