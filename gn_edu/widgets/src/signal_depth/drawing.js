// Small curves side by side, one a gain; and what happens in the layers at the chosen one.
import { light } from "../../../palette.json";
import { pathOf, shaded, svg, tenths, tick } from "../shared/drawing.js";
import { WIDE } from "../shared/fitted.js";
import { namesAtEnds } from "../shared/lines.js";
import { clamp } from "../shared/maths.js";
import { minus } from "../shared/text.js";
import { GAINS, SHOWN, sizesOf } from "./model.js";

const BINS = 24;
const SHADES = 6;
const RANGE = 4;
const DECADES = 8;
const decades = (/** @type {number} */ v) => clamp(Math.log10(v || 1e-300), -DECADES, DECADES);

// ---- the small curves

const SMALL = { top: 30, tall: 74 };
export const TRACK = SMALL.top + SMALL.tall + 26; // the height of the grip's way
const GAP = 6;

/**
 * Where the gains stand under the small curves: each under its own curve's middle, the others between them.
 * @param {number} wide
 */
export function gainScale(wide) {
  const panel = (wide - GAP * (SHOWN.length - 1)) / SHOWN.length;
  const left = (/** @type {number} */ k) => k * (panel + GAP);
  const most = GAINS.least + GAINS.step * GAINS.steps;
  const stops = /** @type {[gain: number, x: number][]} */ ([
    [GAINS.least, 12],
    ...SHOWN.map((gain, k) => [gain, left(k) + panel / 2]),
    [most, wide - 12],
  ]);
  /** From one column of the stops to the other. */
  const between = (/** @type {number} */ at, /** @type {0 | 1} */ from, /** @type {0 | 1} */ to) => {
    const after = Math.max(
      1,
      stops.findIndex((stop) => stop[from] >= at),
    );
    const [low, high] = [stops[after - 1], stops[after]];
    return low[to] + ((at - low[from]) / (high[from] - low[from])) * (high[to] - low[to]);
  };
  return {
    panel,
    left,
    x: (/** @type {number} */ gain) => between(gain, 0, 1),
    gainAt: (/** @type {number} */ x) => between(clamp(x, stops[0][1], wide - 12), 1, 0),
    /** The gain of the small curve at x. */
    shownAt: (/** @type {number} */ x) => SHOWN[clamp(Math.floor(x / (panel + GAP)), 0, SHOWN.length - 1)],
  };
}

/**
 * The small curves, all but the grip.
 * @returns {{ height: number, content: string }}
 */
export function drawSmall(state, tr, wide) {
  const { panel, left, x } = gainScale(wide);
  const { top, tall } = SMALL;
  const middle = top + tall / 2;
  const y = (size) => middle - (decades(size) * (tall - 10)) / 2 / DECADES;
  const panels = sizesOf(state).map((sizes, k) => {
    const chosen = SHOWN[k] === state.gain;
    const at = (l) => left(k) + 6 + ((panel - 12) * (l + 0.5)) / sizes.length;
    return [
      `<rect class="small${chosen ? " chosen" : ""}" x="${tenths(left(k) + 1)}" y="${top}" width="${tenths(panel - 2)}" height="${tall}" rx="6"/>`,
      `<path class="grid one" d="M${tenths(left(k) + 6)} ${middle}h${tenths(panel - 12)}"/>`,
      `<path class="line size" d="${pathOf(sizes.map((size, l) => [at(l), y(size)]))}"/>`,
      `<path class="grid" d="M${tenths(left(k) + panel / 2)} ${top + tall}v${TRACK - top - tall}"/>`,
    ].join("");
  });
  // The grip carries its own number.
  const names = SHOWN.map((gain, k) =>
    gain === state.gain ? "" : tick(tenths(left(k) + panel / 2), TRACK + 28, gain),
  ).filter((_, k) => Math.abs(left(k) + panel / 2 - x(state.gain)) > 36);
  const parts = [
    tick(0, 16, tr("size by layer, at four gains"), "start"),
    ...panels,
    `<path class="track" d="M12 ${TRACK}H${wide - 12}"/>`,
    ...names,
    `<text class="name" x="${tenths(clamp(x(state.gain), 18, wide - 18))}" y="${TRACK + 28}" text-anchor="middle">${state.gain.toFixed(2)}</text>`,
  ];
  return { height: TRACK + 36, content: parts.join("") };
}

// ---- the large view

const LEFT = 38;
const BIN = 4.4; // units high
const UPPER = 26;
const LOWER = UPPER + BINS * BIN + 40;
const DECADE = 6.6; // units high
const FOOT = LOWER + 2 * DECADES * DECADE;
const LARGE = FOOT + 42;

/**
 * How often values lie in each bin, as cells in shades, in a column of width `w`; empty bins have no cell.
 * @returns {[shade: number, path: string][]}
 */
function histogram(values, x, w) {
  const counts = Array(BINS).fill(0);
  for (const v of values) counts[clamp(Math.floor(((v + RANGE) / (2 * RANGE)) * BINS), 0, BINS - 1)]++;
  const shade = (count) => Math.ceil(SHADES * Math.min(1, Math.sqrt(count / values.length / 0.5))) - 1;
  const top = (bin) => tenths(UPPER + BIN * (BINS - 1 - bin));
  const cell = (bin) => `M${tenths(x)} ${top(bin)}h${tenths(w - 1)}v${BIN}h${tenths(1 - w)}z`;
  return counts.flatMap((count, bin) => (shade(count) < 0 ? [] : [[shade(count), cell(bin)]]));
}

/** A value of the histogram's axis: what lies beyond an edge is in the edge's bin. */
const edgeOf = (v) => `${v === RANGE ? "≥ " : v === -RANGE ? "≤ " : ""}${minus(v)}`;

/** A line across, and its value before it. */
const level = (y, text, right, kind = "grid") =>
  `<path class="${kind}" d="M${LEFT} ${tenths(y)}H${tenths(right)}"/>${tick(LEFT - 7, tenths(y + 4.5), text, "end")}`;

const POWERS = /** @type {[number, string][]} */ ([
  [-8, "10⁻⁸"],
  [-4, "10⁻⁴"],
  [0, "1"],
  [4, "10⁴"],
  [8, "10⁸"],
]);

/**
 * A column of histogram a layer, and below it both sizes on a logarithmic axis.
 * @returns {{ height: number, content: string }}
 */
export function drawLarge(layers, tr, wide) {
  const right = wide - 70;
  const w = (right - LEFT) / layers.length;
  const at = (l) => LEFT + w * (l + 0.5);
  const upper = (v) => UPPER + (BINS * BIN * (RANGE - v)) / (2 * RANGE);
  const lower = (v) => LOWER + (DECADES - decades(v)) * DECADE;
  const last = layers.at(-1);
  const sizes = layers.map(({ size }) => size);
  const gradients = layers.map(({ gradient }) => gradient / last.gradient);
  const line = (key, values) => `<path class="line ${key}" d="${pathOf(values.map((v, l) => [at(l), lower(v)]))}"/>`;
  const ends = [
    { words: [tr("size")], y: lower(last.size), look: "" },
    { words: [tr("gradient")], y: lower(1), look: "" },
  ];
  const parts = [
    tick(LEFT, 14, tr("values in each layer"), "start"),
    ...[4, 2, 0, -2, -4].map((v) => level(upper(v), edgeOf(v), right)),
    shaded(
      "d",
      layers.flatMap(({ values }, l) => histogram(values, LEFT + w * l, w)),
    ),
    tick(LEFT, LOWER - 12, tr("their size and gradient"), "start"),
    ...POWERS.map(([k, text]) => level(lower(10 ** k), text, right, k ? "grid" : "grid one")),
    line("size", sizes),
    line("gradient", gradients),
    namesAtEnds(ends, { x: right + 6, top: LOWER - 4, bottom: FOOT + 8 }),
    ...[1, layers.length / 2, layers.length].map((l) => tick(tenths(at(l - 1)), FOOT + 18, l)),
    tick((LEFT + right) / 2, FOOT + 36, tr("layer")),
  ];
  return { height: LARGE, content: parts.join("") };
}

/** Both as one picture. */
export function markup(state, layers, tr, stem) {
  const small = drawSmall(state, tr, WIDE);
  const large = drawLarge(layers, tr, WIDE);
  const moved = `<g transform="translate(0 ${small.height})">${large.content}</g>`;
  return svg(stem, WIDE, Math.ceil(small.height + large.height), small.content + moved);
}

export const STILL_STYLE =
  "text{font:12px system-ui,sans-serif;fill:#333}.name{font-weight:650}.grid,.track,.small{stroke:#ddd;fill:none}" +
  `.one{stroke:#999}.chosen{stroke:${light.ink};stroke-width:2}.line{fill:none;stroke:${light.ink};stroke-width:2.2}` +
  ".gradient{stroke-dasharray:6 3}" +
  Array.from(
    { length: SHADES },
    (_, k) => `.d${k}{fill:${light.ink};fill-opacity:${(0.12 + (0.88 * k) / (SHADES - 1)).toFixed(2)}}`,
  ).join("");
