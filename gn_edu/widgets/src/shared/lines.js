// What charts of recorded runs share: marks, and the colours of a still picture. Styles of the live one: lines.css.
import { light } from "../../../palette.json";
import { checkbox, h } from "./dom.js";
import { stillOf, tenths, tick } from "./drawing.js";
import { escapeText } from "./text.js";

/** @type {Record<string, (x: number, y: number) => string>} */
const MARKS = {
  bn: (x, y) => `M${x - 4} ${y - 4}h8v8h-8z`,
  gn: (x, y) => `M${x} ${y - 5}l5 9h-10z`,
  in: (x, y) => `M${x - 5} ${y - 2}h3v-3h4v3h3v4h-3v3h-4v-3h-3z`,
};
/** @type {(x: number, y: number) => string} */
const ROUND = (x, y) => `M${x - 4} ${y}a4 4 0 1 0 8 0a4 4 0 1 0-8 0z`;

/**
 * The mark of a norm, at (x, y): a square is Batch Norm, a triangle Group Norm in every chart. What else differs
 * between two lines of a norm is told by their dashes.
 * @param {string} norm
 * @param {string} look
 * @param {number} x
 * @param {number} y
 */
export const mark = (norm, look, x, y) =>
  `<path class="m ${look}" d="${(MARKS[norm] ?? ROUND)(+tenths(x), +tenths(y))}"/>`;

/**
 * The look of a line: the colour of its norm, dashes where it has weight standardization, dots where it is another
 * variant of a line that is there.
 * @param {{ norm: string, ws: boolean }} line
 * @param {boolean} [variant]
 */
export const lookOf = ({ norm, ws }, variant = false) => `n-${norm}${ws ? " d1" : ""}${variant ? " d2" : ""}`;

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
 * The number under the chart at which it is read, its middle at x.
 * @param {number} x
 * @param {number} y as numberUnder
 * @param {number} value
 */
export const heldNumber = (x, y, value) =>
  `<rect class="thumb" x="${tenths(x - 15)}" y="${y - 17}" width="30" height="24" rx="6"/>` +
  `<text class="held" x="${tenths(x)}" y="${y}" text-anchor="middle">${value}</text>`;

const LEADING = 18; // units: a row of 13 px type

/**
 * Names at the right ends of lines, moved apart where these meet.
 * @param {{ words: string[], y: number, look: string, kinds?: string[], tie?: number }[]} ends what stands at each, a row
 *   a word; `kinds` are the rows' classes, "name" unless given; `tie` is where a dotted line to the end of its line begins
 * @param {{ x: number, top: number, bottom: number }} place where they begin, and what they keep to
 */
export function namesAtEnds(ends, { x, top, bottom }) {
  const placed = ends
    .map((end) => ({ ...end, tall: end.words.length * LEADING + 3 }))
    .map((end) => ({ ...end, at: Math.max(top, end.y - end.tall / 2) }))
    .sort((a, b) => a.at - b.at);
  for (const [k, end] of placed.entries()) if (k) end.at = Math.max(end.at, placed[k - 1].at + placed[k - 1].tall);
  let floor = bottom;
  for (const end of placed.toReversed()) {
    end.at = Math.min(end.at, floor - end.tall);
    floor = end.at;
  }
  const ties = placed.map(({ tie, y, at, tall, look }) =>
    tie === undefined
      ? ""
      : `<path class="tie ${look}" d="M${tenths(tie)} ${tenths(y)}L${tenths(x - 2)} ${tenths(at + tall / 2)}"/>`,
  );
  const names = placed.flatMap(({ words, kinds = [], look, at }) =>
    words.map(
      (word, k) =>
        `<text class="${kinds[k] ?? "name"} ${look}" x="${tenths(x)}" y="${tenths(at + LEADING * (k + 0.82))}">${escapeText(word)}</text>`,
    ),
  );
  return [...ties, ...names].join("");
}

/**
 * A box that shows or hides a line, with the line and its mark as a legend.
 * @param {{ label: string, norm: string, look: string, state: { hidden: string[] }, set: (change: any) => void }} options
 */
export function lineSwitch({ label, norm, look, state, set }) {
  const key = h("span", { class: "gn-key" });
  key.innerHTML = `<svg viewBox="0 0 30 12" width="30" height="12" aria-hidden="true"><path class="line ${look}" d="M0 6h30"/>${mark(norm, look, 15, 6)}</svg>`;
  const pick = (/** @type {boolean} */ on) =>
    set({ hidden: on ? state.hidden.filter((other) => other !== label) : [...state.hidden, label] });
  return checkbox({ label, mark: "data-gn-line", value: label, pick, before: [key] });
}

// Of the norms that have one of their own.
const COLOURS = { bn: light.batch, ln: light.layer, in: light.instance, gn: light.group };

/**
 * The chart as a still picture, with a white ground.
 * @param {string} drawing
 * @param {string} [more] style of what this chart alone has
 */
export const stillChart = (drawing, more = "") => {
  const colours = Object.entries(COLOURS).map(
    ([norm, c]) => `.n-${norm}{stroke:${c}}.m.n-${norm},.name.n-${norm},.value.n-${norm}{fill:${c}}`,
  );
  const style =
    ".grid{stroke:#ddd}.tie{stroke-dasharray:1 3}.tick{font:12px system-ui,sans-serif;fill:#555}.line,.thin,.m{stroke:#555;fill:none}.m{fill:#555}.line{stroke-width:2.2}.thin{stroke-width:1;opacity:.55}" +
    `.now{stroke:#999;stroke-dasharray:3 3}.thumb{fill:#333}.held,.name,.value{font:650 13px system-ui,sans-serif;fill:#333;stroke:none}.held{fill:#fff}${colours.join("")}.d1{stroke-dasharray:6 3}.d2{stroke-dasharray:2 3}.m,.thin{stroke-dasharray:none}.name,.value{stroke:none}`;
  return stillOf(drawing, style + more);
};
