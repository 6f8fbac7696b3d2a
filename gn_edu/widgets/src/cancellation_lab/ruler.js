// The numbers that a type can hold as a ruler: over it where E[x^2] and E[x]^2 lie, under it where they come to stand, what
// is between them then, and what two passes give. The true variance is in the middle of the ruler.
import { pathOf, tenths } from "../shared/drawing.js";
import { clamp } from "../shared/maths.js";
import { escapeText } from "../shared/text.js";
import { isOff, number, numbersBetween } from "./model.js";
import { answerOf, answersOf, digits, FORMULAS, grouped, stepText } from "./texts.js";

const EDGE = { top: 44, bottom: 88 }; // of the ruler
const PAD = 52; // room for names at both ends
const FINE = 3; // px: ticks that stand closer are not drawn one by one
const NARROW = 560; // below it the answer takes two lines
const LINE = 19;
const isNarrow = (width) => width < NARROW;
/** How high the drawing is. */
export const tallOf = (width) => 204 + (isNarrow(width) ? LINE : 0);

/** What stands where on the ruler, in pixels. */
export function scaleOf({ from, to, step }, dtype, width) {
  const unit = (width - 2 * PAD) / (to - from);
  const x = (value) => PAD + unit * (value - from);
  const [lo, hi] = [from - PAD / unit, to + PAD / unit];
  const coarse = step * unit >= FINE;
  return { x, unit, ticks: coarse ? numbersBetween(Math.max(lo, 0), hi, dtype) : null };
}

const word = (kind, x, y, text, anchor = "middle") =>
  `<text class="${kind}" x="${tenths(x)}" y="${y}" text-anchor="${anchor}">${escapeText(text)}</text>`;

/** A word in the middle over x, but inside of the drawing. */
function inside(kind, x, y, text, width, size = 7.6) {
  const half = (text.length * size) / 2;
  return word(kind, clamp(x, half, Math.max(half, width - half)), y, text);
}

/** The ruler's body and its ticks. */
function bodyOf({ x, ticks }, { step }, width) {
  const { top, bottom } = EDGE;
  const body = `<rect class="body" x="0.5" y="${top}" width="${width - 1}" height="${bottom - top}"/>`;
  if (Number.isNaN(step)) return body;
  if (!ticks) return `${body}<rect class="dense" x="0.5" y="${top}" width="${width - 1}" height="14"/>`;
  return `${body}<path class="marks" d="${ticks.map((value) => `M${tenths(x(value))} ${top}v14`).join("")}"/>`;
}

/** How far its ticks are apart, and how much of the numbers it shows. */
function stepOf({ x, ticks }, { step, zoom }, dtype, width, tr) {
  const { bottom } = EDGE;
  if (Number.isNaN(step)) return word("tick", width / 2, bottom - 8, tr("no numbers of {dtype} here", { dtype }));
  const text = stepText(step);
  const times = Math.round(zoom);
  const out =
    times > 1
      ? word("tick", width - 6, bottom - 8, tr("zoomed out {times} times", { times: grouped(times) }), "end")
      : "";
  if (!ticks)
    return out + word("tick", 6, bottom - 8, tr("steps of {step}: too fine to draw", { step: text }), "start");
  const [a, b] = ticks.slice(0, 2).map(x);
  const brace = `<path class="brace" d="M${tenths(a)} ${bottom - 24}v6H${tenths(b)}v-6"/>`;
  return out + brace + inside("step", (a + b) / 2, bottom - 5, tr("a step is {step}", { step: text }), width);
}

/** Over the ruler: the two numbers as they are, and the variance between them. */
function truthOf({ x }, { exact, row }, width, tr) {
  const { top } = EDGE;
  const [right, left] = exact.map(x);
  const bracket = `<path class="true" d="M${tenths(left)} ${top}V${top - 14}H${tenths(right)}V${top}"/>`;
  const text = tr("variance {truth}", { truth: digits(row.true, 2) });
  return bracket + inside("word", (left + right) / 2, top - 21, text, width);
}

/** Under it: the ticks on which they come to stand; what is infinite stands beyond the right end. */
function landedOf({ x }, { exact, rounded }, width) {
  const { top, bottom } = EDGE;
  const places = rounded.map((value) => (Number.isFinite(value) ? x(value) : width - 4));
  const names = ["E[x²]", "E[x]²"];
  const side = places[0] >= places[1] ? 1 : -1; // the names stand apart: each on its own side
  const drawn = places.map((place, k) => {
    const thread = [
      [x(exact[k]), top],
      [place, bottom],
    ];
    const path = `<path class="thread" d="${pathOf(thread)}"/>`;
    if (!Number.isFinite(rounded[k])) return path;
    const own = k ? -side : side;
    const mark = `<path class="landed${k ? " hollow" : ""}" d="M${tenths(place)} ${bottom}l6 10h-12Z"/>`;
    return path + mark + word("word", place + 9 * own, bottom + 14, names[k], own > 0 ? "start" : "end");
  });
  const beyond = names.filter((_, k) => !Number.isFinite(rounded[k])).map((name) => `${name} → ∞`);
  return { places, markup: drawn.join("") + word("word", width - 2, bottom + 14, beyond.join(", "), "end") };
}

/** The way from E[x]^2 to E[x^2]: the answer. */
function wayOf([a, b]) {
  const y = EDGE.bottom + 50;
  const ends = [a, b].map((place) => `M${tenths(place)} ${y - 14}v20`).join("");
  const head = Math.min(12, Math.abs(a - b)) * Math.sign(a - b);
  const way = head
    ? `<path class="way" d="M${tenths(b)} ${y}H${tenths(a - head / 2)}"/><path class="head" d="M${tenths(a)} ${y}l${tenths(-head)} -7v14Z"/>`
    : `<circle class="head" cx="${tenths(a)}" cy="${y}" r="5"/>`;
  return `<path class="ends" d="${ends}"/>${way}`;
}

const kindOf = (row, key) => (isOff(row[key], row.true) ? " off" : "");

/** What E[x^2] - E[x]^2 gives, under where the two came to stand. */
function onePassOf(scale, seen, width, tr) {
  const { places, markup } = landedOf(scale, seen, width);
  const lost = Number.isNaN(seen.naive);
  const middle = lost ? width / 2 : (places[0] + places[1]) / 2;
  const y = EDGE.bottom + 76;
  const said = isNarrow(width) ? answerOf(seen, "naive", tr) : answersOf(seen, tr)[0];
  const note = tr("landed here after {m} additions, each rounded", { m: seen.m });
  const parts = [
    lost ? "" : inside("tick", middle, EDGE.bottom + 31, note, width, 6.6) + wayOf(places),
    isNarrow(width) ? inside("word", middle, y - 4, FORMULAS.naive, width) : "",
    inside("said", middle, y + (isNarrow(width) ? LINE : 0), said, width, 9.4),
  ];
  return `${markup}<g class="answer${kindOf(seen.row, "naive")}">${parts.join("")}</g>`;
}

/** What two passes give: from the same left end as the true variance. */
function twoPassOf({ x }, seen, width, tr) {
  const { row, exact } = seen;
  const y = tallOf(width) - 20;
  const [left, right] = [x(exact[1]), x(exact[1] + number(row.two_pass))];
  const bracket = `<path class="two" d="M${tenths(left)} ${y - 12}v8H${tenths(right)}v-8"/>`;
  const text = inside("two-said", (x(exact[0]) + left) / 2, y + 14, answersOf(seen, tr)[1], width);
  return `<g class="passes${kindOf(row, "two_pass")}">${Number.isFinite(right) ? bracket : ""}${text}</g>`;
}

/** The ruler as SVG. */
export function rulerMarkup(seen, dtype, width, tr) {
  const scale = scaleOf(seen, dtype, width);
  return [
    bodyOf(scale, seen, width),
    truthOf(scale, seen, width, tr),
    onePassOf(scale, seen, width, tr),
    twoPassOf(scale, seen, width, tr),
    stepOf(scale, seen, dtype, width, tr),
  ].join("");
}
