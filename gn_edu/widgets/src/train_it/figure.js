// The reader's own Figure 1: test error against the number of points that batch norm averages over. Every finished run
// drops two marks. Before a run, a guess can be dragged to where batch norm will land.
import { drawingPlace } from "../shared/dom.js";
import { pathOf, svg, tenths, tick } from "../shared/drawing.js";
import { N_ } from "../shared/i18n.js";
import { gridLine, mark, numberUnder } from "../shared/lines.js";
import { meanOf } from "../shared/maths.js";

/** @typedef {{ over: number, seed: number, bn: number, gn: number }} Finished */

export const OVERS = [32, 16, 8, 4, 2];
export const MOST = 60; // % of the points
export const FIRST_GUESS = 25;
const WIDE = 420;
const TALL = 218;
const SIDES = { left: 36, right: 106, top: 22, bottom: 40 };

const x = (k) => SIDES.left + 30 + (k * (WIDE - SIDES.left - SIDES.right - 44)) / (OVERS.length - 1);
const y = (error) => SIDES.top + ((MOST - error) * (TALL - SIDES.top - SIDES.bottom)) / MOST;
const errorAt = (height) =>
  Math.max(0, Math.min(MOST, MOST - ((height - SIDES.top) * MOST) / (TALL - SIDES.top - SIDES.bottom)));

const NAMES = { bn: "BN", gn: "GN" };
const TITLES = { bn: N_("Batch Norm"), gn: N_("Group Norm") };

/** One norm's marks, a line through the means, and its name behind the last of them. */
function lineMarkup(name, runs, title) {
  const columns = OVERS.map((over, k) => ({
    k,
    errors: runs.filter((run) => run.over === over).map((run) => run[name]),
  }));
  const means = columns.filter(({ errors }) => errors.length).map(({ k, errors }) => [x(k), y(meanOf(errors))]);
  if (!means.length) return "";
  const aside = name === "bn" ? -5 : 5; // where both have the same error, both are seen
  const marks = columns.flatMap(({ k, errors }) =>
    errors.map((e) => mark(NAMES[name], `n-${name}`, x(k) + aside, y(e))),
  );
  const [right, height] = means[means.length - 1];
  const label = `<text class="name n-${name}" x="${tenths(right + 14)}" y="${tenths(height + (name === "bn" ? -4 : 4))}">${title}</text>`;
  const line = pathOf(means.map(([at, h]) => [at + aside, h]));
  return `<path class="line n-${name}" d="${line}"/>${marks.join("")}${label}`;
}

/**
 * The chart's fixed parts and its runs, as text.
 * @param {Finished[]} runs
 * @param {import("../shared/i18n.js").Translator} tr
 */
export function runsMarkup(runs, tr) {
  return ["gn", "bn"].map((name) => lineMarkup(name, runs, tr(TITLES[name]))).join("");
}
export const axesMarkup = (tr) =>
  [
    ...[0, 20, 40, 60].map((error) => gridLine(SIDES.left, WIDE - SIDES.right, y(error), error)),
    tick(6, 12, tr("test points wrong, %"), "start"),
    ...OVERS.map((over, k) => numberUnder(x(k), TALL - 24, over)),
    tick(6, TALL - 6, tr("points in Batch Norm's mean, of the 32 of an update"), "start"),
  ].join("");

/** The whole chart without what a hand can move. */
export const chart = (runs, tr, stem) => svg(stem, WIDE, TALL, axesMarkup(tr) + runsMarkup(runs, tr));

/** A hollow square that is dragged up and down, or moved by keys. */
function createHandle(k, tr, move) {
  const handle = document.createElementNS("http://www.w3.org/2000/svg", "g");
  handle.innerHTML = '<circle class="hit" r="18"/><rect x="-7" y="-7" width="14" height="14" rx="2"/>';
  const label = tr("Your guess: Batch Norm over {n}", { n: OVERS[k] });
  const fixed = { class: "guess", tabindex: "0", role: "slider", "aria-label": label, "aria-valuemin": "0" };
  for (const [key, value] of Object.entries({
    ...fixed,
    "aria-valuemax": String(MOST),
    "data-gn-guess": String(OVERS[k]),
  }))
    handle.setAttribute(key, value);
  const heightOf = (event) => {
    const box = /** @type {SVGSVGElement} */ (handle.ownerSVGElement).getBoundingClientRect();
    return ((event.clientY - box.top) / box.height) * TALL;
  };
  handle.addEventListener("pointerdown", (event) => {
    handle.setPointerCapture(event.pointerId);
    move(errorAt(heightOf(event)));
    event.preventDefault();
    handle.focus({ preventScroll: true });
  });
  handle.addEventListener("pointermove", (event) => {
    if (handle.hasPointerCapture(event.pointerId)) move(errorAt(heightOf(event)));
  });
  handle.addEventListener("keydown", (event) => {
    const now = Number(handle.getAttribute("aria-valuenow"));
    const steps = { ArrowUp: 1, ArrowRight: 1, ArrowDown: -1, ArrowLeft: -1, PageUp: 10, PageDown: -10 };
    if (!(event.key in steps)) return;
    event.preventDefault();
    move(Math.max(0, Math.min(MOST, now + steps[event.key])));
  });
  const show = (guess, seen) => {
    handle.setAttribute("aria-valuenow", String(guess));
    handle.setAttribute("aria-valuetext", tr("{error} % of the test points wrong", { error: guess }));
    handle.setAttribute("transform", `translate(${tenths(x(k))} ${tenths(y(guess))})`);
    handle.style.display = seen ? "" : "none";
  };
  return { handle, show };
}

/**
 * The chart in a page. guess(k, error) is called when a hand moves the guess of column k.
 * show(runs, guesses): guesses in %; one that was never moved goes when its column has a run.
 */
export function createFigure(tr, guess) {
  const place = drawingPlace(undefined, "gn-chart");
  place.setAttribute("role", "group");
  place.innerHTML = svg("gn-in", WIDE, TALL, `${axesMarkup(tr)}<g class="runs"></g><g class="guesses"></g>`);
  const runsPlace = /** @type {SVGGElement} */ (place.querySelector(".runs"));
  const handles = OVERS.map((_, k) => createHandle(k, tr, (error) => guess(k, Math.round(error))));
  place.querySelector(".guesses")?.append(...handles.map(({ handle }) => handle));
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
  return { element: place, show };
}
