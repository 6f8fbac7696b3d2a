// The chart of the run browser, at any width.
import { pathOf, svg, tick } from "../shared/drawing.js";
import { WIDE } from "../shared/fitted.js";
import { gridLine, heldNumber, mark, namesAtEnds, numberUnder } from "../shared/lines.js";
import { clamp } from "../shared/maths.js";
import { MEASURES, view } from "./model.js";

const TALL = 320;
const SIDES = { left: 44, right: 72, top: 60, bottom: 60 };
export const GRIP = 36; // the height of the reading line's upper end

/** A number that a scale may end at: 1, 2 or 5 times a power of ten, at least `value`. */
const above = (value) =>
  [1, 2, 5, 10].map((f) => f * 10 ** Math.floor(Math.log10(value || 1))).find((v) => v >= value * 0.999) ?? value;

/**
 * Where epochs or layers stand, from 1, and where the chart is read.
 * @param {import("./model.js").State} state
 * @param {{ length: number }} seen
 * @param {number} wide
 */
export function places(state, { length }, wide) {
  const [first, last] = [SIDES.left + 18, wide - SIDES.right - 16];
  const step = (last - first) / Math.max(1, length - 1);
  return {
    x: (/** @type {number} */ k) => (length === 1 ? (first + last) / 2 : first + (k - 1) * step),
    nearest: (/** @type {number} */ place) => clamp(Math.round((place - first) / step) + 1, 1, Math.max(1, length)),
    read: clamp(state.measure === "error" ? state.epoch : state.layer, 1, Math.max(1, length)),
    step,
  };
}

/** The numbers under the chart, as many as have room; the one at which it is read stands out. */
function numbersMarkup({ x, read, step }, length) {
  const every = Math.ceil(24 / step);
  const numbers = Array.from({ length }, (_, k) => k + 1).filter(
    (k) => (k - 1) % every === 0 && Math.abs(x(k) - x(read)) > 26,
  );
  const y = TALL - SIDES.bottom + 22;
  return [...numbers.map((k) => numberUnder(x(k), y, k)), heldNumber(x(read), y, read)];
}

/** A line with its marks, and its seeds. */
function lineMarkup({ norm, look, many, one }, x, y) {
  const line = (points) => pathOf(points.map((v, k) => [x(k + 1), y(v)]));
  const path = (kind, points) => (points.length > 1 ? `<path class="${kind} ${look}" d="${line(points)}"/>` : "");
  return [
    ...many.map((run) => path("thin", run)),
    path("line", one),
    ...one.map((v, k) => mark(norm, look, x(k + 1), y(v))),
  ].join("");
}

/**
 * All but the grip, for a width in units.
 * @returns {{ height: number, content: string }}
 */
export function drawChart(state, seen, tr, wide) {
  const { left, right, top, bottom } = SIDES;
  const error = state.measure === "error";
  const end = above(Math.max(seen.top, error ? 10 : 0.01));
  const place = places(state, seen, wide);
  const y = (v) => top + ((end - v) * (TALL - top - bottom)) / end;
  const lines = seen.lines.filter((line) => line.drawn && line.one.length);
  // What is read stands in the sentence: here it would stand beside another point of the line.
  const ends = lines.map(({ label, norm, one }) => ({
    words: label.split(", "),
    y: y(one.at(-1)),
    look: `n-${norm}`,
    tie: place.x(one.length) + 8,
  }));
  const title = tr(MEASURES[state.measure]);
  const parts = [
    ...[0, 0.2, 0.4, 0.6, 0.8, 1].map((f) => gridLine(left, wide - right, y(f * end), +(f * end).toPrecision(3))),
    tick(4, 14, error ? `${title}, %` : title, "start"),
    tick(left, TALL - 8, error ? tr("epoch") : tr("norm layer"), "start"),
  ];
  if (seen.length) {
    const at = place.x(place.read).toFixed(1);
    parts.push(`<path class="now" d="M${at} ${GRIP + 10}V${TALL - bottom}"/>`, ...numbersMarkup(place, seen.length));
  } else parts.push(tick((left + wide - right) / 2, TALL / 2, tr("not recorded here")));
  parts.push(...lines.map((line) => lineMarkup(line, place.x, y)));
  parts.push(namesAtEnds(ends, { x: wide - right + 6, top: top - 14, bottom: TALL - bottom + 12 }));
  return { height: TALL, content: parts.join("") };
}

/** The chart as a picture of its own. */
export const chart = (state, tr, stem) => {
  const from = { layer: Infinity, ...state };
  return svg(stem, WIDE, TALL, drawChart(from, view(from), tr, WIDE).content);
};
