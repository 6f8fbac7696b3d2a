// The reader's own Figure 1: test error against the number of points that batch norm averages over. Every finished run
// drops two marks. Before a run, a guess can be dragged to where batch norm will land; its column is trained next.
import { h } from "../shared/dom.js";
import { pathOf, svg, tenths, tick } from "../shared/drawing.js";
import { fittedDrawing, WIDE } from "../shared/fitted.js";
import { createGrip } from "../shared/grip.js";
import { N_ } from "../shared/i18n.js";
import { gridLine, heldNumber, mark, numberUnder } from "../shared/lines.js";
import { clamp, meanOf } from "../shared/maths.js";

/** @typedef {{ over: number, seed: number, bn: number, gn: number }} Finished */

export const OVERS = [32, 16, 8, 4, 2];
export const MOST = 60; // % of the points
const FIRST_GUESS = 25;
/** The guess for these points in %, undefined where it was never moved. */
export const guessOf = (/** @type {number[]} */ guesses, /** @type {number} */ over) => {
  const guess = guesses[OVERS.indexOf(over)];
  return guess === FIRST_GUESS ? undefined : guess;
};
const SIDES = { left: 30, right: 88, top: 10, bottom: 28 };
const STILL = 190; // units, the height of the still picture
const LIVE = 132; // and of the chart in a page
const TITLE = 26; // the room of a title over or under the still chart

/** @typedef {ReturnType<typeof scales>} Scales */

/** Where columns and errors stand in a chart of a width and a height. */
function scales(width, height) {
  const right = width - SIDES.right;
  const step = (right - SIDES.left - 44) / (OVERS.length - 1);
  const high = height - SIDES.top - SIDES.bottom;
  return {
    right,
    height,
    step,
    x: (/** @type {number} */ k) => SIDES.left + 24 + k * step,
    y: (/** @type {number} */ error) => SIDES.top + ((MOST - error) * high) / MOST,
    errorAt: (/** @type {number} */ y) => clamp(MOST - ((y - SIDES.top) * MOST) / high, 0, MOST),
    columnAt: (/** @type {number} */ x) => clamp(Math.round((x - SIDES.left - 24) / step), 0, OVERS.length - 1),
  };
}

const NORMS = {
  // Where both have the same error, both marks are seen.
  gn: { title: N_("Group Norm"), aside: 5 },
  bn: { title: N_("Batch Norm"), aside: -5 },
};
const titles = (tr) => [tr("test points wrong, %"), tr("points in Batch Norm's mean, of the 32 of an update")];

/** One norm's marks and a line through the means; `end` is where its line ends, if it has one. */
function lineOf(name, runs, { x, y }) {
  const { aside } = NORMS[name];
  const columns = OVERS.map((over, k) => ({
    k,
    errors: runs.filter((run) => run.over === over).map((run) => run[name]),
  }));
  const means = columns.filter(({ errors }) => errors.length).map(({ k, errors }) => [x(k) + aside, y(meanOf(errors))]);
  const marks = columns.flatMap(({ k, errors }) => errors.map((e) => mark(name, `n-${name}`, x(k) + aside, y(e))));
  const line = means.length ? `<path class="line n-${name}" d="${pathOf(means)}"/>` : "";
  return { name, markup: line + marks.join(""), end: means.at(-1)?.[1] };
}

/**
 * The runs as text, the names at the lines' ends, one clear of the other.
 * @param {Finished[]} runs
 * @param {Scales} scale
 * @param {import("../shared/i18n.js").Translator} tr
 */
function runsMarkup(runs, scale, tr) {
  const lines = Object.keys(NORMS).map((name) => lineOf(name, runs, scale));
  const [gn, bn] = lines.map(({ end }) => end ?? 0);
  const push = Math.max(0, 18 - Math.abs(gn - bn)) / 2;
  const names = lines.map(({ name, end }) => {
    if (end === undefined) return "";
    const height = end + 4 + (name === "gn" ? push : -push) * (gn >= bn ? 1 : -1);
    const title = tr(NORMS[name].title);
    return `<text class="name n-${name}" x="${scale.right + 8}" y="${tenths(height)}">${title}</text>`;
  });
  return lines.map(({ markup }) => markup).join("") + names.join("");
}

const axesMarkup = ({ right, x, y, height }, chosen = -1) =>
  [
    ...[0, 20, 40, 60].map((error) => gridLine(SIDES.left, right, y(error), error)),
    ...OVERS.map((over, k) => (k === chosen ? "" : numberUnder(x(k), height - 7, over))),
  ].join("");

/** The column that is trained next, and its number. */
const columnMarkup = (k, { x, step, height }) =>
  `<path class="column" d="M${tenths(x(k))} 0v${height}" stroke-width="${tenths(Math.min(step, 56))}"/>` +
  heldNumber(x(k), height - 7, OVERS[k]);

/** The whole chart as a picture of its own. */
export function chart(runs, tr, stem) {
  const [above, under] = titles(tr);
  const scale = scales(WIDE, STILL);
  const drawn = `<g transform="translate(0 ${TITLE})">${axesMarkup(scale)}${runsMarkup(runs, scale, tr)}</g>`;
  const words = tick(6, 16, above, "start") + tick(6, STILL + 2 * TITLE - 8, under, "start");
  return svg(stem, WIDE, STILL + 2 * TITLE, drawn + words);
}

/** A hollow square that is dragged up and down, or moved by keys; the one of the chosen column says so. */
function createHandle(k, { tr, scale, move, choose }) {
  const grip = createGrip({
    label: tr("Your guess: Batch Norm over {n}", { n: OVERS[k] }),
    mark: `guess-${OVERS[k]}`,
    axis: "y",
    range: { min: 0, max: MOST, step: 1 },
    valueAt: (height) => scale().errorAt(height),
    move,
    hint: tr("drag me"),
    look: '<rect class="guess" x="-7" y="-7" width="14" height="14" rx="2"/>',
  });
  grip.element.addEventListener("pointerdown", choose);
  const show = (guess, { seen, chosen }) => {
    const text = tr("{error} % of the test points wrong", { error: guess });
    grip.show({ x: scale().x(k), y: scale().y(guess), value: guess, text, hidden: !seen });
    grip.element.classList.toggle("chosen", chosen);
  };
  return { element: grip.element, letGo: grip.letGo, show };
}

/** The number under the chosen column: dragged or moved by keys, it chooses another one. */
function createColumnGrip({ tr, scale, choose }) {
  const grip = createGrip({
    label: tr("Batch Norm averages over"),
    mark: "over",
    axis: "x",
    range: { min: 0, max: OVERS.length - 1, step: 1 },
    valueAt: (place) => scale().columnAt(place),
    move: choose,
    look: "<path/>",
  });
  const show = (k) => {
    const text = tr("{n} of the 32 points of an update", { n: OVERS[k] });
    grip.show({ x: scale().x(k), y: scale().height - 12, value: k, text });
  };
  return { element: grip.element, show };
}

/**
 * The chart in a page. guess(k, error) is called when a hand moves the guess of column k, choose(over) when it presses on
 * another column. show(runs, state): guesses in %; one that was never moved goes when its column has a run.
 * @param {import("../shared/i18n.js").Translator} tr
 * @param {{ guess: (k: number, error: number) => void, choose: (over: number) => void }} hands
 */
export function createFigure(tr, { guess, choose }) {
  let runs = /** @type {Finished[]} */ ([]);
  let state = { over: OVERS[0], guesses: OVERS.map(() => FIRST_GUESS) };
  let now = scales(WIDE, LIVE);
  const parts = { tr, scale: () => now };
  const column = createColumnGrip({ ...parts, choose: (k) => choose(OVERS[k]) });
  const handles = OVERS.map((over, k) => {
    const move = (error) => {
      for (const { letGo } of handles) letGo();
      guess(k, error);
    };
    return createHandle(k, { ...parts, move, choose: () => choose(over) });
  });
  const draw = (/** @type {number} */ width) => {
    now = scales(width, LIVE);
    const chosen = OVERS.indexOf(state.over);
    column.show(chosen);
    for (const [k, { show: showHandle }] of handles.entries()) {
      const has = runs.some((run) => run.over === OVERS[k]);
      showHandle(state.guesses[k], { seen: !has || state.guesses[k] !== FIRST_GUESS, chosen: k === chosen });
    }
    const content = `${columnMarkup(chosen, now)}${axesMarkup(now, chosen)}<g class="runs">${runsMarkup(runs, now, tr)}</g>`;
    return { height: LIVE, content };
  };
  const fitted = fittedDrawing({ draw, grips: [column, ...handles] });
  // A press, not a finger that goes down: that may yet scroll the page.
  fitted.drawing.addEventListener("click", (event) => {
    if (/** @type {Element} */ (event.target).closest(".gn-grip")) return;
    const { left, width } = fitted.drawing.getBoundingClientRect();
    choose(OVERS[now.columnAt(((event.clientX - left) / width) * fitted.drawing.viewBox.baseVal.width)]);
  });
  const show = (/** @type {Finished[]} */ finished, /** @type {{ over: number, guesses: number[] }} */ asked) => {
    runs = finished;
    state = asked;
    fitted.show();
    fitted.element.setAttribute(
      "aria-label",
      tr("Test error against the points that Batch Norm averages over, from {n} runs", { n: runs.length }),
    );
  };
  const [above, under] = titles(tr).map((words) => h("p", { class: "gn-part" }, words));
  const element = h("div", { class: "gn-figure" }, above, fitted.element, under);
  return { element, show, stop: fitted.stop };
}
