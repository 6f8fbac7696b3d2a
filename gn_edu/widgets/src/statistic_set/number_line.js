// Two lines of numbers: where the set's values stand, with their mean and deviation, and where x̂ stands, with mean 0 and
// deviation 1. Threads join each value to what it becomes. The chosen value is a grip.
import { pathOf, tenths, tick } from "../shared/drawing.js";
import { fittedDrawing } from "../shared/fitted.js";
import { createGrip } from "../shared/grip.js";
import { clamp } from "../shared/maths.js";
import { minus } from "../shared/text.js";
import { shown } from "./model.js";

/**
 * @typedef {import("../shared/i18n.js").Translator} Translator
 * @typedef {import("./view.js").Picture} Picture
 * @typedef {[least: number, most: number]} Span
 * @typedef {{ left: number, right: number }} Room from where to where a line goes, in units of the drawing
 */

const MOST = 405; // the greatest width
const TALL = 150;
const LEFT = { plain: 70, symbols: 36 }; // room for the names of the lines, and for the grip beside them
const RIGHT = 14;
const ABOVE = { line: 60, bracket: 17 }; // the heights of the line of values and of its bracket
const BELOW = { line: 96, bracket: 130 };
const STACK = { step: 8, most: 30 }; // equal values stand on each other
const ROOM = 3; // left and right of the values that a widget starts with
const LEAST = 2.5; // how far the line of x̂ goes, at least

/** @type {(span: Span, room: Room) => (value: number) => number} */
const placing =
  ([least, most], { left, right }) =>
  (value) =>
    left + ((value - least) / (most - least)) * (right - left);

/**
 * The span that starts with room for a hand, and that values which leave it make wider.
 * @param {Span} first
 * @param {number[]} values
 * @returns {Span}
 */
const spanOf = ([least, most], values) => [Math.min(least, ...values), Math.max(most, ...values)];

/**
 * A line with its name, and marks with their numbers at height `text`, `step` apart.
 * @param {string} name
 * @param {{ height: number, text: number, room: Room }} at
 * @param {Span} span
 * @param {number} step
 */
function axis(name, { height, text, room }, span, step) {
  const place = placing(span, room);
  const numbers = [];
  for (let value = Math.ceil(span[0] / step) * step; value <= span[1]; value += step) numbers.push(value);
  const marks = numbers.map((value) => `M${tenths(place(value))} ${height - 3}v6`).join("");
  return (
    `<path class="axis" d="M${room.left} ${height}H${room.right}${marks}"/>` +
    `<text x="4" y="${height + 4}">${name}</text>` +
    numbers.map((value) => tick(tenths(place(value)), text, minus(value))).join("")
  );
}

/** 1, 2 or 5 times a power of ten: the least that leaves at most six numbers. */
function stepOf(/** @type {Span} */ [least, most]) {
  for (let power = 0.1; ; power *= 10)
    for (const times of [1, 2, 5]) if ((most - least) / (power * times) <= 6) return +(power * times).toFixed(1);
}

/**
 * A notch at the mean and a bracket one deviation to each side, with their names.
 * @param {{ line: number, bracket: number }} heights
 * @param {[left: number, middle: number, right: number]} at
 * @param {string[]} names of the mean and of the deviation
 * @param {number} width of the drawing
 */
function bracket({ line, bracket }, [left, middle, right], [mean, deviation], width) {
  const to = bracket < line ? 5 : -5;
  const ends = [left, right].map((x) => `M${tenths(x)} ${bracket + to}v${-to}`).join("");
  const beside = Math.max(right + 5, middle + 6 + 4 * mean.length);
  const fits = beside + 7 * deviation.length < width;
  return (
    `<path class="notch" d="M${tenths(middle)} ${bracket}V${line}"/>` +
    `<path class="bracket" d="${ends}M${tenths(left)} ${bracket}H${tenths(right)}"/>` +
    tick(tenths(clamp(middle, 16, width - 16)), bracket - 5, mean) +
    (fits
      ? tick(tenths(beside), bracket + 4, deviation, "start")
      : tick(tenths(left - 5), bracket + 4, deviation, "end"))
  );
}

/**
 * What stands on the lines, but for the grip.
 * @param {{ values: number[], plain: boolean }} state
 * @param {Picture} picture
 * @param {Span} span
 * @param {Room} room
 * @param {Translator} tr
 */
function linesMarkup({ values, plain }, { set, xHat, focus }, span, room, tr) {
  const { members, mean, variance } = set;
  const sigma = plain ? Math.sqrt(variance) : set.sigma;
  const far = Math.max(LEAST, ...members.map((k) => Math.abs(xHat[k])));
  const width = room.right + RIGHT;
  const [place, placeHat] = [placing(span, room), placing([-far, far], room)];
  const order = [focus, ...members.filter((k) => k !== focus)]; // the chosen one is the lowest of its stack
  const counts = /** @type {Map<number, number>} */ (new Map());
  const many = Math.max(...members.map((k) => members.filter((j) => values[j] === values[k]).length));
  const step = Math.min(STACK.step, STACK.most / Math.max(1, many - 1));
  const threads = [];
  const dots = { x: /** @type {string[]} */ ([]), hat: /** @type {string[]} */ ([]) };
  for (const k of order) {
    const height = counts.get(values[k]) ?? 0;
    counts.set(values[k], height + 1);
    const [x, hat] = [place(values[k]), placeHat(xHat[k])];
    if (!height)
      threads.push(
        pathOf([
          [x, ABOVE.line],
          [hat, BELOW.line],
        ]),
      );
    const dot = (/** @type {number} */ cx, /** @type {number} */ cy) =>
      `<circle class="dot${k === focus ? " chosen" : ""}" cx="${tenths(cx)}" cy="${tenths(cy)}" r="4.5"/>`;
    if (k !== focus) dots.x.push(dot(x, ABOVE.line - height * step - (height && values[k] === values[focus] ? 3 : 0)));
    dots.hat.unshift(dot(hat, BELOW.line + height * step)); // the chosen one is drawn last
  }
  const [mean0, deviation, before, after] = plain
    ? [tr("mean"), tr("deviation"), tr("before"), tr("after")]
    : ["μ", "σ", "x", "x̂"];
  return (
    `<path class="thread" d="${threads.join("")}"/>` +
    axis(before, { height: ABOVE.line, text: ABOVE.line + 15, room }, span, stepOf(span)) +
    axis(after, { height: BELOW.line, text: TALL - 4, room }, [-far, far], 1) +
    `<g class="given">${bracket(ABOVE, [place(mean - sigma), place(mean), place(mean + sigma)], [mean0, deviation], width)}${dots.x.join("")}</g>` +
    `<g class="made">${bracket(BELOW, [placeHat(-1), placeHat(0), placeHat(1)], ["", ""], width)}${dots.hat.join("")}</g>`
  );
}

const CHOSEN = '<circle class="dot chosen" r="7"/><path class="arrows" d="M-11 -4l-4 4l4 4M11 -4l4 4l-4 4"/>';

/**
 * The two lines in a page; `moved(value)` is called when a hand moves the chosen value.
 * @param {{ values: number[], plain: boolean }} start
 * @param {Translator} tr
 */
export function createNumberLine({ values, plain }, tr) {
  /** @type {Span} */
  const first = [Math.floor(Math.min(...values)) - ROOM, Math.ceil(Math.max(...values)) + ROOM];
  let span = first;
  /** @type {Room} */
  let room = { left: plain ? LEFT.plain : LEFT.symbols, right: MOST - RIGHT };
  const grip = createGrip({
    label: tr("The chosen value"),
    mark: "value",
    axis: "x",
    range: { min: first[0], max: first[1], step: values.every(Number.isInteger) ? 1 : 0.1 },
    valueAt: (x) => span[0] + ((x - room.left) / (room.right - room.left)) * (span[1] - span[0]),
    move: (value) => line.moved(value),
    look: CHOSEN,
  });
  const label = tr("The values of the set on a line, and under it what they become: mean 0, deviation 1");
  /** @type {{ state: import("./model.js").State, picture: Picture } | null} */
  let drawn = null;
  const drawing = fittedDrawing({
    label,
    most: MOST,
    grips: [grip],
    draw: (width) => {
      if (!drawn) return { height: TALL };
      room = { ...room, right: width - RIGHT };
      const { state, picture } = drawn;
      const value = state.values[picture.focus];
      grip.show({ x: placing(span, room)(value), y: ABOVE.line, value, text: shown(value) });
      return { height: TALL, content: linesMarkup(state, picture, span, room, tr) };
    },
  });
  const { element } = drawing;
  element.classList.add("gn-number-line");
  /** @type {(state: import("./model.js").State, picture: Picture) => void} */
  const draw = (state, picture) => {
    element.classList.toggle("gn-asked", Boolean(state.game)); // it would give the answer away
    const { members, mean, sigma } = picture.set;
    span = spanOf(first, [...members.map((k) => state.values[k]), mean - sigma, mean + sigma]);
    drawn = { state, picture };
    drawing.show();
    element.dataset.lit = picture.symbol;
  };
  const line = { element, moved: (/** @type {number} */ _value) => {}, draw };
  return line;
}
