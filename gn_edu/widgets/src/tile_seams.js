// Where does the seam come from? One map, normalized whole or in two tiles with statistics of their own.
// Takes the traits border, statistics, name; sets the first two.
import { light } from "../../palette.json";
import { oneOf, whole } from "./shared/address.js";
import { choice, drawingPlace, drive, facts, liveText, slider } from "./shared/dom.js";
import { shaded, stillOfView, svg } from "./shared/drawing.js";
import { picturedByTraits } from "./shared/frame.js";
import { N_, translated } from "./shared/i18n.js";
import { meanOf, statistics } from "./shared/maths.js";
import { eachOf, fixed } from "./shared/text.js";

/** @typedef {{ border: number, statistics: "whole" | "own" | "mean" }} State */

const ROWS = 24;
const COLUMNS = 40;
const EPS = 1e-5;
const LEAST = 4;
const SOURCES = { whole: N_("the whole map"), own: N_("each tile its own"), mean: N_("the mean of both tiles") };
const GROUP = { method: "layer", groups: 1, eps: EPS };

/** Two channels of one group, a row after the other: a lamp at the right over a soft pattern. By formula. */
export function scene() {
  const at = (f) => Array.from({ length: ROWS * COLUMNS }, (_, k) => f(Math.floor(k / COLUMNS), k % COLUMNS));
  const lamp = (i, j) => 3 * Math.exp(-((i - 8) ** 2 + (j - 31) ** 2) / 70);
  return [
    at((i, j) => 0.5 * Math.sin(i / 2.5) * Math.cos(j / 4) + lamp(i, j)),
    at((i, j) => 0.6 * Math.cos((i + j) / 3) + 0.5 * lamp(i, j)),
  ];
}

const map = scene();
const tile = (from, to) => map.flatMap((channel) => channel.filter((_, k) => k % COLUMNS >= from && k % COLUMNS < to));
const momentsOf = (values) => statistics(values, { images: 1, channels: 1, positions: values.length }, GROUP).get(0);

/**
 * The first channel's output, and what is said of it.
 * @param {State} state
 */
export function view({ border, statistics: source }) {
  const whole = momentsOf(tile(0, COLUMNS));
  const left = momentsOf(tile(0, border));
  const right = momentsOf(tile(border, COLUMNS));
  const mean = { mean: (left.mean + right.mean) / 2, variance: (left.variance + right.variance) / 2 };
  mean.sigma = Math.sqrt(mean.variance + EPS);
  const used = { whole: [whole, whole], own: [left, right], mean: [mean, mean] }[source];
  const outputOf = (/** @type {any[]} */ [a, b]) =>
    map[0].map((v, k) => (k % COLUMNS < border ? (v - a.mean) / a.sigma : (v - b.mean) / b.sigma));
  const y = outputOf(used);
  const reference = outputOf([whole, whole]);
  /** The mean step from the last column before the border to the first after it. */
  const step = (values) =>
    meanOf(
      Array.from({ length: ROWS }, (_, i) => Math.abs(values[i * COLUMNS + border] - values[i * COLUMNS + border - 1])),
    );
  return {
    y,
    x: map[0],
    numbers: {
      mean_left: used[0].mean,
      sigma_left: used[0].sigma,
      mean_right: used[1].mean,
      sigma_right: used[1].sigma,
      step: step(y),
      step_whole: step(reference),
      largest: Math.max(...y.map((v, k) => Math.abs(v - reference[k]))),
    },
  };
}

export function sentence(state, { numbers }, tr) {
  return tr(
    "Statistics: {source}. The step across the border is {step}; with the statistics of the whole map it is {whole}. The output differs from the whole map's by up to {largest}.",
    {
      source: tr(SOURCES[state.statistics]),
      step: fixed(numbers.step),
      whole: fixed(numbers.step_whole),
      largest: fixed(numbers.largest),
    },
  );
}

// ---- the drawing

const SHADES = 12;
const WIDTH = 340;
const LEFT = 10;
const WIDE = 8; // of the drawing; of a column
function cells(values, top, low, high) {
  const shade = (v) => Math.max(0, Math.min(SHADES - 1, Math.floor(((v - low) / (high - low)) * SHADES)));
  const cell = (k) => `M${LEFT + WIDE * (k % COLUMNS)} ${top + 6 * Math.floor(k / COLUMNS)}h${WIDE}v6h-${WIDE}z`;
  return shaded(
    "t",
    values.map((v, k) => [shade(v), cell(k)]),
  );
}

/** The map above, its output below, with the border through both. */
export function markup(state, { x, y }, tr, stem) {
  const at = LEFT + WIDE * state.border;
  const parts = [
    `<text x="10" y="14">${tr("one channel of the map")}</text>${cells(x, 20, -0.6, 3.2)}`,
    `<text x="10" y="184">${tr("the same channel after the norm")}</text>${cells(y, 190, -1.8, 3)}`,
    `<path class="border" d="M${at} 16v152M${at} 186v152"/>`,
    `<path class="grip" d="M${at - 6} 92l-5 5 5 5M${at + 6} 92l5 5-5 5"/>`,
  ];
  return svg(stem, WIDTH, 336, parts.join(""), 1.5);
}

const shadeOf = (k) => `rgb(${Array(3).fill(Math.round(20 + (k * 230) / (SHADES - 1)))})`;
const STILL_STYLE =
  `text{font:12px system-ui,sans-serif;fill:#333}.border,.grip{fill:none;stroke:${light.group};stroke-width:1}.border{stroke-dasharray:3 3}` +
  Array.from({ length: SHADES }, (_, k) => `.t${k}{fill:${shadeOf(k)}}`).join("");

/** For pages without scripts. */
export const still = stillOfView({ view, markup, sentence, style: STILL_STYLE });

/** The border is taken by its line, or the map is touched where it is to go. */
function dragged(picture, state, set) {
  const put = (event) => {
    const { left, width } = picture.firstChild.getBoundingClientRect();
    const column = Math.round((((event.clientX - left) / width) * WIDTH - LEFT) / WIDE);
    const columns = Math.max(LEAST, Math.min(COLUMNS - LEAST, column));
    if (columns !== state.border) set({ border: columns });
  };
  picture.addEventListener("pointerdown", (event) => {
    picture.setPointerCapture(event.pointerId);
    put(event);
  });
  picture.addEventListener("pointermove", (event) => picture.hasPointerCapture(event.pointerId) && put(event));
}

/** @param {import("@anywidget/types").RenderProps} props */
function render(props) {
  const { tr, state, body, set, run } = picturedByTraits(props, {
    stem: "tile_seams",
    title: N_("Where does the seam come from?"),
    traits: { border: whole(LEAST, COLUMNS - LEAST), statistics: oneOf(Object.keys(SOURCES)) },
  });
  const source = choice({
    label: tr("statistics of"),
    options: translated(SOURCES, tr),
    mark: "data-gn-statistics",
    pick: (statistics) => set({ statistics }),
    shown: true,
  });
  const border = slider({
    label: [tr("columns in the left tile")],
    mark: "data-gn-border",
    value: "border",
    range: { min: LEAST, max: COLUMNS - LEAST, step: 1 },
    pick: (columns) => set({ border: columns }),
  });
  const picture = drawingPlace(tr("A map before and after the norm, cut in two tiles"));
  dragged(picture, state, set);
  const numbers = facts([
    ["step", tr("step across the border")],
    ["step_whole", tr("the same in the whole map")],
    ["largest", tr("largest difference from the whole")],
    ["mean_left", tr("μ left")],
    ["mean_right", tr("μ right")],
    ["sigma_left", tr("σ left")],
    ["sigma_right", tr("σ right")],
  ]);
  const live = liveText();
  body.append(drive(source.element, border.element), picture, numbers.element, live);

  return run(() => {
    const seen = view(state);
    source.show(state.statistics);
    border.show(state.border, String(state.border));
    picture.innerHTML = markup(state, seen, tr, "gn-in");
    numbers.show(eachOf(seen.numbers, (value) => fixed(value)));
    live.textContent = sentence(state, seen, tr);
  });
}

export default { render };
