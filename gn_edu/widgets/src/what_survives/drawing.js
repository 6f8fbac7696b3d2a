// Two rows of eight boxes: a box reaches one standard deviation from the mean, its line two. Frames hold the channels
// that share their statistics; in the first row their tints alternate, and one of the two is hatched. In the second one a
// ReLU cuts off what is below 0.
import { light } from "../../../palette.json";
import { svg, tenths, tick } from "../shared/drawing.js";
import { clamp } from "../shared/maths.js";
import { escapeText, minus } from "../shared/text.js";
import { C, isExtreme, NORMS } from "./model.js";
import { percentOf, sentence } from "./told.js";

/** @typedef {import("./model.js").Places} Places */

const LEFT = 30; // the room of the axis
const NUMBERS = 20; // of the channels' numbers over the first row
const TALL = { before: 180, after: 144 };
const RANGE = { before: 12, after: 4 }; // a box with spread 1 stands inside wherever a hand can put it
const NAMED = { before: 10, after: 4 };
export const HEIGHTS = { before: NUMBERS + TALL.before + 8, after: TALL.after + 8 };

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
  return { at, unit, range, named: NAMED[name], top, bottom: top + TALL[name] };
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

/** The sets' frames, the line of 0 and the numbers of the axis. */
function axesMarkup(places, width, row) {
  const { at, range, named } = row;
  // The outer numbers stand inside of their row.
  const low = (v) => at(v) + 4 + (Math.abs(v) === range ? 5 * Math.sign(v) : 0);
  const ticks = [-named, 0, named].map((v) => tick(LEFT - 6, low(v), minus(v), "end"));
  const zero = `<path class="zero" d="M${LEFT} ${at(0)}H${width - 2}"/>`;
  return [...framesMarkup(places, across(width), row), zero, ...ticks].join("");
}

/** The first row, with the mean of each set as a line through its frame where it is to be seen. */
export function beforeMarkup({ selected }, places, width, { id, common }) {
  const { left, middle, column } = across(width);
  const numbers = places.map(({ channel }, k) => {
    return tick(tenths(middle(k)), 14, channel + 1, "middle", channel === selected ? "chosen" : "");
  });
  const line = (place, k) => {
    const on = k < places.length - 1 && places[k + 1].group === place.group ? column : column - 8;
    const begins =
      k && places[k - 1].group === place.group ? "h" : `M${tenths(left(k) + 4)} ${tenths(BEFORE.at(place.common))}h`;
    return begins + tenths(on);
  };
  const means = common ? `<path class="common" d="${places.map(line).join("")}"/>` : "";
  const tints = `<pattern id="${id}-a" width="6" height="6" patternUnits="userSpaceOnUse"><path class="g0" d="M0 0h6v6h-6z"/></pattern>${hatch(`${id}-b`)}`;
  const columns = across(width);
  const boxes = places.map((place, k) =>
    boxMarkup(place, [place.mean, place.spread], columns.middle(k), columns, BEFORE, id),
  );
  return [...numbers, tints, axesMarkup(places, width, BEFORE), ...boxes, means].join("");
}

/** Whether the others in its set change what becomes of a channel. */
const isMoved = ({ after, sd, alone }) => Math.abs(after - alone.after) > 0.02 || Math.abs(sd - alone.sd) > 0.02;

/** What the dashed boxes are, where there are any. */
export const legend = (places, tr) => (places.some(isMoved) ? tr("dashed: as it would be alone (G = 8)") : "");

/** A channel's box as the ReLU cuts it: solid over 0, a ghost below; dashed how it would be alone; the share that passes. */
function cutMarkup(place, x, { half }) {
  const { at, top } = AFTER;
  const [zero, wide] = [at(0), tenths(2 * half)];
  const edge = tenths(x - half);
  const parts = (mean, sd) => {
    const [a, b] = [at(mean + sd), at(mean - sd)];
    return [a, Math.max(a + 2, b)];
  };
  const rect = (kind, a, b) =>
    b > a ? `<rect class="${kind}" x="${edge}" y="${tenths(a)}" width="${wide}" height="${tenths(b - a)}"/>` : "";
  const line = (kind, a, b) => (b > a ? `<path class="${kind}" d="M${tenths(x)} ${tenths(a)}V${tenths(b)}"/>` : "");
  const { after, sd, alone } = place;
  const [a, b] = parts(after, sd);
  const [c, d] = parts(after, 2 * sd);
  const [e, f] = parts(alone.after, alone.sd);
  const moved = isMoved(place);
  const share = isExtreme(place) ? "share chosen" : "share";
  const high = Math.min(c, zero, moved ? e : zero) - 5;
  const low = Math.min(d, zero) + 14; // for a box at the top of the drawing
  return [
    line("ghost", Math.max(c, zero), d) + rect("ghost", Math.max(a, zero), b),
    line("whisker", c, Math.min(d, zero)) + rect("passed", a, Math.min(b, zero)),
    `<path class="mean${after > 0 ? " on" : " off"}" d="M${edge} ${tenths(at(after))}h${wide}"/>`,
    moved
      ? `<rect class="alone" x="${tenths(x - half - 3)}" y="${tenths(e)}" width="${tenths(2 * half + 6)}" height="${tenths(f - e)}"/>`
      : "",
    tick(tenths(x), tenths(high < top + 12 ? low : high), `${percentOf(place)}%`, "middle", share),
  ].join("");
}

/** The second row, with the ReLU. */
export function afterMarkup(places, width, tr) {
  const { at, bottom } = AFTER;
  const columns = across(width);
  const cut = `<rect class="cut" x="${LEFT}" y="${at(0)}" width="${width - 2 - LEFT}" height="${bottom - at(0)}"/>`;
  const words = tick(width - 10, bottom - 8, tr("cut away by the ReLU"), "end", "cut-word");
  const boxes = places.map((place, k) => cutMarkup(place, columns.middle(k), columns));
  return [cut, axesMarkup(places, width, AFTER), words, ...boxes].join("");
}

const STILL_STYLE =
  `text{font:13px system-ui,sans-serif;fill:${light.ink}}.tick{font-size:12px;fill:${light.quiet}}.chosen{font-weight:700}path{fill:none}` +
  `.whisker,.box,.common,.mean{stroke:${light.ink}}.mean{stroke-width:2.5}.common{stroke-width:2;stroke-dasharray:5 3}` +
  `.zero,.frame,.ghost,.mean.off{fill:none;stroke:${light.line}}.cut{fill:${light.shade}}.passed{fill:${light.ink}}.mean.on{stroke:${light.paper};stroke-width:1}.mean.off{stroke-width:1}` +
  `.alone{fill:none;stroke:${light.quiet};stroke-dasharray:4 3}.g0{fill:${light.shade}}.g1{fill:${light.paper}}.hatch{stroke:${light.quiet};stroke-width:1.6}`;

/** What the still picture says. */
export const saidOf = (state, places, tr) => `${NORMS[state.norm]}. ${sentence(state, places, tr)}`;

/** Both rows as one picture. */
export function markup(state, places, tr, stem) {
  const width = 460;
  const title = (words, y) => `<text x="12" y="${y}">${escapeText(words)}</text>`;
  const part = (content, y) => `<g transform="translate(4 ${y})">${content}</g>`;
  const second = 30 + HEIGHTS.before + 16;
  const parts = [
    title(tr("before the norm"), 20),
    part(beforeMarkup(state, places, width, { id: "still-a", common: true }), 28),
    title([tr("after it"), legend(places, tr)].filter(Boolean).join(" – "), second),
    part(afterMarkup(places, width, tr), second + 8),
  ];
  return svg(stem, width + 8, second + 12 + HEIGHTS.after, parts.join(""));
}

export { STILL_STYLE };
