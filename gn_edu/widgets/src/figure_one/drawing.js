// The chart of Figure 1's explorer, at any width, and its still picture.
import { light } from "../../../palette.json";
import { pathOf, svg, tenths, tick } from "../shared/drawing.js";
import { N_ } from "../shared/i18n.js";
import { gridLine, lookOf, mark, numberUnder } from "../shared/lines.js";
import { escapeText, fixed } from "../shared/text.js";
import { ANEW, gapText, NAMES, SIZES, view, WS } from "./model.js";

const AXES = {
  paper: N_("images a GPU"),
  cause: N_("images that Batch Norm averages over"),
  protocol: N_("images an update"),
};
export const WIDE = 420; // of the still picture
const TALL = 330;
const SIDES = { left: 34, right: 100, top: 40, bottom: 66 };

/** Where sizes and errors lie, and the errors of the axis: the same for all lines of a figure. */
export function scales(given, wide) {
  const values = given.flatMap(({ points }) => points.flatMap(({ errors }) => Object.values(errors)));
  const low = Math.floor((Math.min(...values) - 1) / 5) * 5;
  const high = Math.ceil((Math.max(...values) + 1) / 5) * 5;
  const { left, right, top, bottom } = SIDES;
  return {
    x: (size) => left + 20 + SIZES.indexOf(size) * ((wide - left - right - 32) / (SIZES.length - 1)),
    y: (error) => top + ((high - error) * (TALL - top - bottom)) / (high - low),
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

const LEADING = 15;

/** The names at the right ends of the lines, moved apart where these meet. */
function namesMarkup(lines, { x, y }, tr) {
  const ends = lines
    .map((line) => {
      const words = [tr(NAMES[line.norm]), ...(line.ws ? [tr(WS)] : []), ...(line.anew ? [tr(ANEW)] : [])];
      const [{ mean }] = line.points.filter(({ x: size }) => size === SIZES.at(-1));
      return { line, words, top: y(mean) - (words.length * LEADING) / 2 };
    })
    .sort((a, b) => a.top - b.top);
  for (const [k, end] of ends.entries())
    if (k) end.top = Math.max(end.top, ends[k - 1].top + ends[k - 1].words.length * LEADING + 4);
  return ends.flatMap(({ line, words, top }) =>
    words.map((word, k) =>
      label(`name n-${line.norm}`, x(SIZES.at(-1)) + 15, top + LEADING * (k + 0.8), word, "start"),
    ),
  );
}

/** The reading line with its thumb, the two errors at it and the gap between them. */
function reading(state, found, { x, y }, tr) {
  const at = x(state.size);
  const [bn, gn] = [y(found.bn), y(found.gn)];
  const last = state.size === SIZES.at(-1);
  const anchor = last ? "end" : state.size === SIZES[0] ? "start" : "middle";
  const shift = { end: 8, start: -8, middle: 0 }[anchor];
  const above = (own, other) => own < other || (own === other && found.bn >= found.gn);
  const value = (norm, own, other) =>
    label(`value n-${norm}`, at + shift, own + (above(own, other) ? -11 : 21), fixed(found[norm], 1), anchor);
  const axis = TALL - SIDES.bottom;
  const gap = gapText(found, state.relative, tr, true);
  return [
    `<path class="now" d="M${tenths(at)} ${SIDES.top}V${axis}"/>`,
    Math.abs(bn - gn) > 30
      ? `<path class="gap" d="M${tenths(at)} ${tenths(bn)}V${tenths(gn)}"/>` +
        label("value", at + (last ? -9 : 9), (bn + gn) / 2 + 5, gap, last ? "end" : "start")
      : "",
    value("bn", bn, gn + 0.01),
    value("gn", gn, bn),
    `<rect class="thumb" x="${tenths(at - 17)}" y="${axis + 4}" width="34" height="26" rx="7"/>`,
    `<path class="grip" d="M${tenths(at - 22)} ${axis + 12}l-5 5 5 5M${tenths(at + 22)} ${axis + 12}l5 5-5 5"/>`,
    label("held", at, axis + 22, state.size, "middle"),
  ];
}

export function chart(state, tr, stem, wide = WIDE) {
  const found = view(state);
  const scale = scales(state.figures[state.shown].lines, wide);
  const { x, y, errors } = scale;
  const { left, right, bottom } = SIDES;
  const parts = [
    ...errors.map((v) => gridLine(left, wide - right, y(v), v)),
    tick(4, 16, state.shown === "paper" ? tr("validation error, %") : tr("test error, %"), "start"),
    ...SIZES.filter((size) => size !== state.size).map((size) => numberUnder(x(size), TALL - bottom + 22, size)),
    ...found.lines.map((line) => lineMarkup(line, scale)),
    ...namesMarkup(found.lines, scale, tr),
    ...reading(state, found, scale, tr),
    tick((left + wide - right) / 2, TALL - 12, tr(AXES[state.shown])),
  ];
  return svg(stem, wide, TALL, parts.join(""));
}

export const STILL_STYLE =
  ".name,.value,.held{font:650 13px system-ui,sans-serif;fill:#333}.value{font-size:15px;stroke:#fff;stroke-width:4px;paint-order:stroke}" +
  ".gap{stroke:#333;stroke-width:2.5}.thumb{fill:#333}.grip{stroke:#333;fill:none}.held{fill:#fff}.name{stroke:none}" +
  ["batch", "group"].map((norm) => `.name.n-${norm[0]}n,.value.n-${norm[0]}n{fill:${light[norm]}}`).join("") +
  ".value{stroke:#fff!important}.name{stroke:none!important}";
