// The chart of Figure 1's explorer, at any width, and its still picture.
import { pathOf, svg, tenths, tick } from "../shared/drawing.js";
import { WIDE } from "../shared/fitted.js";
import { N_ } from "../shared/i18n.js";
import { gridLine, heldNumber, lookOf, mark, namesAtEnds, numberUnder } from "../shared/lines.js";
import { clamp } from "../shared/maths.js";
import { escapeText, fixed } from "../shared/text.js";
import { ANEW, gapText, NAMES, SIZES, view, WS } from "./model.js";

const AXES = {
  paper: N_("images a GPU"),
  cause: N_("images that Batch Norm averages over"),
  protocol: N_("images an update"),
};
const TALL = 340;
const TOP = 62;
const BOTTOM = 66;
const LEFT = 34;
const NARROW = 300; // names stand a word a row
export const GRIP = 36; // the height of the reading line's upper end

/** Where sizes and errors lie, and the errors of the axis: the same for all lines of a figure. */
export function scales(given, wide) {
  const values = given.flatMap(({ points }) => points.flatMap(({ errors }) => Object.values(errors)));
  const low = Math.floor((Math.min(...values) - 1) / 5) * 5;
  const high = Math.ceil((Math.max(...values) + 1) / 5) * 5;
  const end = wide - (wide < NARROW ? 62 : 102); // of the grid
  const [first, last] = [LEFT + 20, end - 12];
  const step = (last - first) / (SIZES.length - 1);
  return {
    end,
    x: (size) => first + SIZES.indexOf(size) * step,
    sizeAt: (place) => SIZES[clamp(Math.round((place - first) / step), 0, SIZES.length - 1)],
    y: (error) => TOP + ((high - error) * (TALL - TOP - BOTTOM)) / (high - low),
    errors: Array.from({ length: (high - low) / 5 + 1 }, (_, k) => low + 5 * k),
  };
}

/** A line, its marks, and a dash for each seed. */
function lineMarkup(line, { x, y }) {
  const look = lookOf(line, line.anew);
  const path = pathOf(line.points.map(({ x: size, mean }) => [x(size), y(mean)]));
  const marks = line.points.map(({ x: size, all, mean }) => {
    const seeds = all.map((error) => `M${tenths(x(size) - 3)} ${tenths(y(error))}h6`).join("");
    const dashes = all.length > 1 ? `<path class="thin ${look}" d="${seeds}"/>` : "";
    return dashes + mark(line.norm, look, x(size), y(mean));
  });
  return `<path class="line ${look}" d="${path}"/>${marks.join("")}`;
}

/** A text with a class, its anchor and a rim that keeps it readable on lines. */
const label = (kind, x, y, text, anchor) =>
  `<text class="${kind}" x="${tenths(x)}" y="${tenths(y)}" text-anchor="${anchor}">${escapeText(text)}</text>`;

/** The gap's words where it is large enough to be drawn: a row, or two where one has no room. */
function gapRows(state, found, { x, y, end }, tr) {
  if (Math.abs(y(found.bn) - y(found.gn)) <= 30) return [];
  const words = gapText(found, state.relative, tr, true);
  const room = (state.size === SIZES.at(-1) ? end + 96 : end) - x(state.size) - 9;
  return 8 * words.length > room || end < NARROW - 62 ? words.split(" ") : [words];
}

/** The names at the right ends of the lines, and there between them the gap, where the last size is read. */
function namesMarkup(lines, { end, y }, wide, tr, gap) {
  const wordsOf = ({ norm, ws, anew }) => {
    const name = tr(NAMES[norm]);
    return [...(wide < NARROW ? name.split(" ") : [name]), ...(ws ? [tr(WS)] : []), ...(anew ? [tr(ANEW)] : [])];
  };
  const ends = lines.map((line) => {
    const last = line.points.find(({ x: size }) => size === SIZES.at(-1));
    return { words: wordsOf(line), kinds: /** @type {string[]} */ ([]), y: y(last.mean), look: `n-${line.norm}` };
  });
  if (gap) ends.push(gap);
  return namesAtEnds(ends, { x: end + 5, top: TOP - 10, bottom: TALL - BOTTOM + 30 });
}

/** The reading line, the two errors at it and the gap between them. */
function reading(state, found, { x, y }, rows) {
  const at = x(state.size);
  const [bn, gn] = [y(found.bn), y(found.gn)];
  const last = state.size === SIZES.at(-1);
  const anchor = last ? "end" : state.size === SIZES[0] ? "start" : "middle";
  const shift = { end: 8, start: -8, middle: 0 }[anchor];
  const above = (own, other) => own < other || (own === other && found.bn >= found.gn);
  const value = (norm, own, other) =>
    label(
      `value n-${norm}`,
      at + shift,
      own + (above(own, other) ? -11 : 21),
      fixed(found[norm], found.digits),
      anchor,
    );
  const axis = TALL - BOTTOM;
  // To the right of the rule: there Batch Norm's line goes up, away from Group Norm's.
  const words = (row, k) => label("value", at + 9, (bn + gn) / 2 + 5 + 18 * (k - (rows.length - 1) / 2), row, "start");
  return [
    `<path class="now" d="M${tenths(at)} ${GRIP + 10}V${axis}"/>`,
    rows.length ? `<path class="gap" d="M${tenths(at)} ${tenths(bn)}V${tenths(gn)}"/>` : "",
    ...(last ? [] : rows.map(words)),
    value("bn", bn, gn + 0.01),
    value("gn", gn, bn),
    heldNumber(at, axis + 22, state.size),
  ];
}

/** A text in rows of about `most` letters. */
function wrapped(text, most) {
  const rows = [];
  let row = "";
  for (const word of text.split(" ")) {
    if (row && row.length + word.length >= most) {
      rows.push(row);
      row = "";
    }
    row = `${row} ${word}`.trim();
  }
  return [...rows, row];
}

/**
 * All but the grip, for a width in units.
 * @returns {{ height: number, content: string }}
 */
export function drawChart(state, tr, wide) {
  const found = view(state);
  const scale = scales(state.figures[state.shown].lines, wide);
  const { x, y, errors, end } = scale;
  const rows = gapRows(state, found, scale, tr);
  const atEnd = state.size === SIZES.at(-1) && rows.length > 0;
  const gap = { words: rows, kinds: rows.map(() => "value"), y: (y(found.bn) + y(found.gn)) / 2, look: "" };
  const under = wrapped(tr(AXES[state.shown]), (wide - LEFT) / 7);
  const parts = [
    ...errors.map((v) => gridLine(LEFT, end, y(v), v)),
    tick(4, 14, state.shown === "paper" ? tr("validation error, %") : tr("test error, %"), "start"),
    ...SIZES.filter((size) => size !== state.size).map((size) => numberUnder(x(size), TALL - BOTTOM + 22, size)),
    ...found.lines.map((line) => lineMarkup(line, scale)),
    namesMarkup(found.lines, scale, wide, tr, atEnd && gap),
    ...reading(state, found, scale, rows),
    ...under.map((words, k) => tick(LEFT, TALL - 12 + 18 * k, words, "start")),
  ];
  return { height: TALL + 18 * (under.length - 1), content: parts.join("") };
}

/** The chart as a picture of its own. */
export const chart = (state, tr, stem) => svg(stem, WIDE, TALL, drawChart(state, tr, WIDE).content);

export const STILL_STYLE =
  ".gap{stroke:#333;stroke-width:2.5}.value{font-size:15px;stroke:#fff!important;stroke-width:4px;paint-order:stroke}";
