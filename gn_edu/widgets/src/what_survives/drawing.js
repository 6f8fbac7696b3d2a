// Two rows of eight boxes: a box reaches one standard deviation from the mean, its line two. Frames hold the channels
// that share their statistics; their tints alternate, and one of the two is hatched.
import { light } from "../../../palette.json";
import { svg, tenths, tick } from "../shared/drawing.js";
import { clamp } from "../shared/maths.js";
import { escapeText, minus } from "../shared/text.js";
import { C, isExtreme } from "./model.js";

/** @typedef {import("./model.js").Places} Places */

const LEFT = 30; // the room of the axis
const NUMBERS = 20; // of the channels' numbers over the first row
const TALL = { before: 180, after: 120 };
const RANGE = { before: 10, after: 4 };
export const HEIGHTS = { before: NUMBERS + TALL.before + 8, after: TALL.after + 56 };

/** Places across a drawing of this width. */
export const across = (width) => {
  const column = (Math.max(width, 200) - LEFT - 2) / C; // of a place that is not yet laid out, too
  return {
    column,
    left: (k) => LEFT + column * k,
    middle: (k) => LEFT + column * (k + 0.5),
    placeAt: (x) => clamp(Math.floor((x - LEFT) / column), 0, C - 1),
    half: Math.min(16, column / 2 - 5),
  };
};

const rowOf = (name, top) => {
  const range = RANGE[name];
  const unit = TALL[name] / 2 / range;
  const at = (v) => top + TALL[name] / 2 - unit * clamp(v, -range, range);
  return { at, unit, range, top, bottom: top + TALL[name] };
};
/** The first row: a height of a value, and a value at a height. */
export const BEFORE = rowOf("before", NUMBERS);
const AFTER = rowOf("after", 4);

const hatch = (id) =>
  `<pattern id="${id}" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">` +
  `<path class="g1" d="M0 0h6v6h-6z"/><path class="hatch" d="M1.5 0v6"/></pattern>`;

/** The sets' frames, from the first of their channels to the last. */
function framesMarkup(places, { left, column }, { top, bottom }) {
  const groups = [...new Set(places.map(({ group }) => group))];
  return groups.map((group) => {
    const first = places.findIndex((place) => place.group === group);
    const count = places.filter((place) => place.group === group).length;
    const size = `width="${tenths(column * count - 4)}" height="${bottom - top}"`;
    return `<rect class="frame" x="${tenths(left(first) + 2)}" y="${top}" ${size} rx="6"/>`;
  });
}

function boxMarkup({ group }, [mean, sd], x, { half }, { at }, id) {
  const [a, b] = [at(mean + sd), at(mean - sd)];
  const size = `width="${tenths(2 * half)}" height="${tenths(Math.max(2, b - a))}"`;
  const edge = tenths(x - half);
  return (
    `<path class="whisker" d="M${tenths(x)} ${tenths(at(mean + 2 * sd))}V${tenths(at(mean - 2 * sd))}"/>` +
    `<rect class="box" x="${edge}" y="${tenths(a)}" ${size} rx="2" fill="url(#${id}-${group % 2 ? "b" : "a"})"/>` +
    `<path class="mean" d="M${edge} ${tenths(at(mean))}h${tenths(2 * half)}"/>`
  );
}

function rowMarkup(places, width, row, numbersOf, id) {
  const columns = across(width);
  const { at, range } = row;
  const boxes = places.map((place, k) => boxMarkup(place, numbersOf(place), columns.middle(k), columns, row, id));
  // The outer numbers stand inside of their row.
  const ticks = [-range, 0, range].map((v) => tick(LEFT - 6, at(v) + 4 + (5 * v) / range, minus(v), "end"));
  const zero = `<path class="zero" d="M${LEFT} ${at(0)}H${width - 2}"/>`;
  const tints = `<pattern id="${id}-a" width="6" height="6" patternUnits="userSpaceOnUse"><path class="g0" d="M0 0h6v6h-6z"/></pattern>${hatch(`${id}-b`)}`;
  return [tints, ...framesMarkup(places, columns, row), zero, ...ticks, ...boxes].join("");
}

/** The first row, with the mean of each set as a line through its frame where it is to be seen. */
export function beforeMarkup({ selected }, places, width, { id, common }) {
  const { left, middle, column } = across(width);
  const numbers = places.map(({ channel }, k) => {
    const chosen = channel === selected ? ' class="tick chosen"' : ' class="tick"';
    return tick(tenths(middle(k)), 14, channel + 1).replace(' class="tick"', chosen);
  });
  const line = (place, k) => {
    const on = k < places.length - 1 && places[k + 1].group === place.group ? column : column - 8;
    const begins =
      k && places[k - 1].group === place.group ? "h" : `M${tenths(left(k) + 4)} ${tenths(BEFORE.at(place.common))}h`;
    return begins + tenths(on);
  };
  const means = common ? `<path class="common" d="${places.map(line).join("")}"/>` : "";
  return numbers.join("") + rowMarkup(places, width, BEFORE, ({ mean, spread }) => [mean, spread], id) + means;
}

/** The second row, and under it the share of each channel that a ReLU lets through. */
export function afterMarkup({ selected }, places, width, { id, tr }) {
  const columns = across(width);
  const top = AFTER.bottom + 24;
  const bars = places.map((place, k) => {
    const x = columns.middle(k);
    const bar = (name, part) =>
      `<rect class="${name}" x="${tenths(x - columns.half)}" y="${top}" width="${tenths(2 * columns.half * part)}" height="12"/>`;
    const told = place.channel === selected || isExtreme(place);
    const share = told ? tick(tenths(x), top + 26, `${Math.round(100 * place.active)}%`) : "";
    return bar("share", place.active) + bar("track", 1) + share;
  });
  const title = `<text class="tick" x="${LEFT + 2}" y="${top - 7}">${escapeText(tr("share that a ReLU lets through"))}</text>`;
  return rowMarkup(places, width, AFTER, ({ after, sd }) => [after, sd], id) + title + bars.join("");
}

const STILL_STYLE =
  `text{font:13px system-ui,sans-serif;fill:#333}.tick{font-size:12px;fill:#555}.chosen{font-weight:700}path{fill:none}.whisker,.box,.common{stroke:${light.ink}}` +
  ".mean{stroke:#222;stroke-width:2.5}.common{stroke-width:2;stroke-dasharray:5 3}.zero{stroke:#888}.frame{fill:none;stroke:#888}.track{fill:none;stroke:#888}.share{fill:#555}" +
  ".g0{fill:#d8d6cf}.g1{fill:#fff}.hatch{stroke:#777;stroke-width:1.6}";

/** Both rows as one picture. */
export function markup(state, places, tr, stem) {
  const width = 460;
  const title = (words, y) => `<text x="12" y="${y}">${escapeText(words)}</text>`;
  const part = (content, y) => `<g transform="translate(4 ${y})">${content}</g>`;
  const second = 30 + HEIGHTS.before + 16;
  const parts = [
    title(tr("before the norm"), 20),
    part(beforeMarkup(state, places, width, { id: "still-a", common: true }), 28),
    title(tr("after it"), second),
    part(afterMarkup(state, places, width, { id: "still-b", tr }), second + 8),
  ];
  return svg(stem, width + 8, second + 12 + HEIGHTS.after, parts.join(""));
}

export { STILL_STYLE };
