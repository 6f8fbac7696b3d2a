// The reader's own Figure 1: test error against the number of points that batch norm averages over. Every finished run
// drops two marks. Before a run, a guess can be dragged to where batch norm will land.
import { drawingPlace, h } from "../shared/dom.js";
import { pathOf, svg, tenths, tick } from "../shared/drawing.js";
import { createGrip } from "../shared/grip.js";
import { N_ } from "../shared/i18n.js";
import { gridLine, mark, numberUnder } from "../shared/lines.js";
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
const WIDE = 420;
const TALL = 190;
const SIDES = { left: 36, right: 106, top: 14, bottom: 26 };
const TITLE = 26; // the room of a title over or under the chart

const x = (k) => SIDES.left + 30 + (k * (WIDE - SIDES.left - SIDES.right - 44)) / (OVERS.length - 1);
const y = (error) => SIDES.top + ((MOST - error) * (TALL - SIDES.top - SIDES.bottom)) / MOST;
const errorAt = (height) => clamp(MOST - ((height - SIDES.top) * MOST) / (TALL - SIDES.top - SIDES.bottom), 0, MOST);

const NORMS = {
  // Where both have the same error, both marks are seen.
  gn: { title: N_("Group Norm"), aside: 5 },
  bn: { title: N_("Batch Norm"), aside: -5 },
};
const titles = (tr) => [tr("test points wrong, %"), tr("points in Batch Norm's mean, of the 32 of an update")];

/** One norm's marks and a line through the means; `end` is where its line ends, if it has one. */
function lineOf(name, runs) {
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
 * @param {import("../shared/i18n.js").Translator} tr
 */
function runsMarkup(runs, tr) {
  const lines = Object.keys(NORMS).map((name) => lineOf(name, runs));
  const [gn, bn] = lines.map(({ end }) => end ?? 0);
  const push = Math.max(0, 18 - Math.abs(gn - bn)) / 2;
  const names = lines.map(({ name, end }) => {
    if (end === undefined) return "";
    const height = end + 4 + (name === "gn" ? push : -push) * (gn >= bn ? 1 : -1);
    const title = tr(NORMS[name].title);
    return `<text class="name n-${name}" x="${WIDE - SIDES.right + 8}" y="${tenths(height)}">${title}</text>`;
  });
  return lines.map(({ markup }) => markup).join("") + names.join("");
}

const axesMarkup = () =>
  [
    ...[0, 20, 40, 60].map((error) => gridLine(SIDES.left, WIDE - SIDES.right, y(error), error)),
    ...OVERS.map((over, k) => numberUnder(x(k), TALL - 8, over)),
  ].join("");

/** The whole chart as a picture of its own. */
export function chart(runs, tr, stem) {
  const [above, under] = titles(tr);
  const drawn = `<g transform="translate(0 ${TITLE})">${axesMarkup()}${runsMarkup(runs, tr)}</g>`;
  const words = tick(6, 16, above, "start") + tick(6, TALL + 2 * TITLE - 8, under, "start");
  return svg(stem, WIDE, TALL + 2 * TITLE, drawn + words);
}

/** A hollow square that is dragged up and down, or moved by keys. */
function createHandle(k, tr, move) {
  const grip = createGrip({
    label: tr("Your guess: Batch Norm over {n}", { n: OVERS[k] }),
    mark: `guess-${OVERS[k]}`,
    axis: "y",
    range: { min: 0, max: MOST, step: 1 },
    valueAt: errorAt,
    move,
    look: '<rect class="guess" x="-7" y="-7" width="14" height="14" rx="2"/>',
  });
  const show = (guess, seen) => {
    const text = tr("{error} % of the test points wrong", { error: guess });
    grip.show({ x: x(k), y: y(guess), value: guess, text, hidden: !seen });
  };
  return { element: grip.element, show };
}

/**
 * The chart in a page. guess(k, error) is called when a hand moves the guess of column k.
 * show(runs, guesses): guesses in %; one that was never moved goes when its column has a run.
 */
export function createFigure(tr, guess) {
  const place = drawingPlace(undefined, "gn-chart");
  place.setAttribute("role", "group");
  place.innerHTML = svg("gn-in", WIDE, TALL, `${axesMarkup()}<g class="runs"></g><g class="guesses"></g>`);
  const runsPlace = /** @type {SVGGElement} */ (place.querySelector(".runs"));
  const handles = OVERS.map((_, k) => createHandle(k, tr, (error) => guess(k, error)));
  place.querySelector(".guesses")?.append(...handles.map(({ element }) => element));
  const show = (/** @type {Finished[]} */ runs, /** @type {number[]} */ guesses) => {
    runsPlace.innerHTML = runsMarkup(runs, tr);
    for (const [k, { show: showHandle }] of handles.entries()) {
      const has = runs.some((run) => run.over === OVERS[k]);
      showHandle(guesses[k], !has || guesses[k] !== FIRST_GUESS);
    }
    place.setAttribute(
      "aria-label",
      tr("Test error against the points that Batch Norm averages over, from {n} runs", { n: runs.length }),
    );
  };
  const [above, under] = titles(tr).map((words) => h("p", { class: "gn-part" }, words));
  return { element: h("div", {}, above, place, under), show };
}
