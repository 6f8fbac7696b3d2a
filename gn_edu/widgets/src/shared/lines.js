// What charts of recorded runs share: marks, and the colours of a still picture. Styles of the live one: lines.css.
import { light } from "../../../palette.json";
import { checkbox, h } from "./dom.js";
import { stillOf, tenths, tick } from "./drawing.js";

/** @type {Record<string, (x: number, y: number) => string>} */
const SHAPES = {
  square: (x, y) => `M${x - 4} ${y - 4}h8v8h-8z`,
  diamond: (x, y) => `M${x} ${y - 5}l5 5-5 5-5-5z`,
  down: (x, y) => `M${x} ${y + 5}l5-9h-10z`,
  up: (x, y) => `M${x} ${y - 5}l5 9h-10z`,
  round: (x, y) => `M${x - 4} ${y}a4 4 0 1 0 8 0a4 4 0 1 0-8 0z`,
  cross: (x, y) => `M${x - 5} ${y - 2}h3v-3h4v3h3v4h-3v3h-4v-3h-3z`,
};
// The same line has the same mark in every chart, whatever stands beside it.
/** @type {Record<string, string>} */
const MARKS = { BN: "square", "BN + WS": "diamond", GN: "down", "GN + WS": "up", LN: "round", IN: "cross" };

/**
 * The mark of the line called `label`, at (x, y). Marks differ in shape as well as in colour.
 * @param {string} label
 * @param {string} look
 * @param {number} x
 * @param {number} y
 */
export const mark = (label, look, x, y) =>
  `<path class="m ${look}" d="${SHAPES[MARKS[label] ?? "round"](+tenths(x), +tenths(y))}"/>`;

/**
 * A line across the chart at height y, its value before it.
 * @param {number} left
 * @param {number} right
 * @param {number} y
 * @param {number} value
 */
export const gridLine = (left, right, y, value) =>
  `<path class="grid" d="M${left} ${tenths(y)}H${right}"/>${tick(left - 6, tenths(y + 4), value, "end")}`;

/**
 * A number under the chart, its middle at x.
 * @param {number} x
 * @param {number} y
 * @param {number} value
 */
export const numberUnder = (x, y, value) => tick(tenths(x), y, value);

/**
 * A box that shows or hides a line, with the line and its mark as a legend.
 * @param {{ label: string, look: string, text: string, state: { hidden: string[] }, set: (change: any) => void }} options
 */
export function lineSwitch({ label, look, text, state, set }) {
  const key = h("span", { class: "gn-key" });
  key.innerHTML = `<svg viewBox="0 0 30 12" width="30" height="12" aria-hidden="true"><path class="line ${look}" d="M0 6h30"/>${mark(label, look, 15, 6)}</svg>`;
  const pick = (/** @type {boolean} */ on) =>
    set({ hidden: on ? state.hidden.filter((other) => other !== label) : [...state.hidden, label] });
  return checkbox({ label: text, mark: "data-gn-line", value: label, pick, before: [key] });
}

// Of the norms that have one of their own.
const COLOURS = { bn: light.batch, ln: light.layer, in: light.instance, gn: light.group };

/** The chart as a still picture, with a white ground. */
export const stillChart = (/** @type {string} */ drawing) => {
  const colours = Object.entries(COLOURS).map(([norm, c]) => `.n-${norm}{stroke:${c}}.m.n-${norm}{fill:${c}}`);
  const style =
    ".grid{stroke:#ddd}.tick{font:12px system-ui,sans-serif;fill:#555}.line,.thin,.m{stroke:#555;fill:none}.m{fill:#555}.line{stroke-width:2.2}.thin{stroke-width:1;opacity:.55}" +
    `.now{stroke:#999;stroke-dasharray:3 3}${colours.join("")}.d1{stroke-dasharray:6 3}.d2{stroke-dasharray:2 3}.m,.thin{stroke-dasharray:none}`;
  return stillOf(drawing, style);
};
