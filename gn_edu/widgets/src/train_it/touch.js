// A training point that is touched in a field: on the left lines go to the points in its mean, on the right it is alone.
import { ARROWS, svgElement } from "../shared/dom.js";
import { tenths } from "../shared/drawing.js";
import { followed, gripElement } from "../shared/grip.js";
import { clamp } from "../shared/maths.js";
import { companyOf, dealsOf } from "./deals.js";
import { EDGE, TRAINING } from "./spiral.js";

const SIDE = 200; // units of a field
const RING = '<circle class="under" r="8"/><circle class="dot" r="8"/>'; // around the touched point
const { points, count } = TRAINING;
/** Where a point lies in a field, as parts of its width and height. */
const placeOf = (k) => [(points[2 * k] + EDGE) / (2 * EDGE), (EDGE - points[2 * k + 1]) / (2 * EDGE)];

/**
 * The point nearest to a place, of those that lie as far to its right and below as `fits` says; -1 where there is none.
 * @param {number[]} place
 * @param {(right: number, below: number) => boolean} [fits]
 */
function nearest([x, y], fits = () => true) {
  let [found, least] = [-1, Infinity];
  for (let k = 0; k < count; k++) {
    const [right, below] = placeOf(k);
    const far = Math.hypot(right - x, below - y);
    if (far < least && fits(right - x, below - y)) [found, least] = [k, far];
  }
  return found;
}

/** The nearest point on one side of a point; the point itself where there is none. */
function beside(point, [toRight, toBelow]) {
  const found = nearest(placeOf(point), (right, below) => {
    const along = right * toRight + below * toBelow;
    return along > 0 && Math.abs(right * toBelow) + Math.abs(below * toRight) <= along;
  });
  return found < 0 ? point : found;
}

const at = (k) => placeOf(k).map((v) => tenths(v * SIDE));

/** Lines from a point to others, and a ring around each of them. */
function linesMarkup(point, others) {
  const lines = others.map((k) => `M${at(point).join(" ")}L${at(k).join(" ")}`).join("");
  const rings = others.map((k) => `<circle class="ring" r="5" cx="${at(k)[0]}" cy="${at(k)[1]}"/>`);
  const of = `d="${lines}" class="${others.length > 8 ? "many " : ""}`;
  return `<path ${of}under"/><path ${of}to"/>${rings.join("")}`;
}

/**
 * What lies over the two fields. touch() is called when a hand touches another point, or keys go to it; show() draws what
 * holds for the touched one after `done` updates, and gives the update in which it holds; letGo() forgets the touch.
 * @param {import("../shared/i18n.js").Translator} tr
 * @param {() => void} touch
 */
export function createTouch(tr, touch) {
  let drawn = { seed: 0, numbers: new Uint16Array() };
  let chosen = -1; // none yet: the first one that is drawn
  const point = () => (chosen < 0 ? drawn.numbers[0] : chosen);
  const put = (/** @type {number} */ k) => {
    if (k === point()) return;
    chosen = k;
    touch();
  };
  const over = Object.fromEntries(
    ["bn", "gn"].map((name) => {
      const element = svgElement("svg", { class: "gn-touch", viewBox: `0 0 ${SIDE} ${SIDE}` });
      element.innerHTML = '<g class="shared"></g>';
      followed(element, (x, y) => put(nearest([x, y])));
      return [name, element];
    }),
  );
  const grip = gripElement({
    kind: "gn-point",
    label: tr("Touched training point"),
    mark: "point",
    range: { min: 1, max: count },
    seen: RING,
    reach: 12,
  });
  grip.element.addEventListener("keydown", (event) => {
    const by = { PageUp: -10, PageDown: 10, Home: -count, End: count }[event.key]; // along the spiral, as they are numbered
    if (!by && !ARROWS[event.key]) return;
    event.preventDefault();
    put(by ? clamp(point() + by, 0, count - 1) : beside(point(), ARROWS[event.key]));
  });
  over.bn.append(grip.element);
  const [lines, alone] = [over.bn, over.gn].map((e) => /** @type {Element} */ (e.querySelector(".shared")));
  const show = (/** @type {{ done: number, over: number, seed: number }} */ { done, over, seed }) => {
    if (drawn.seed !== seed) drawn = { seed, numbers: dealsOf(seed) };
    const { update, others } = companyOf(drawn.numbers, { point: point(), done, over });
    lines.innerHTML = linesMarkup(point(), others);
    const [x, y] = at(point());
    alone.innerHTML = `<g transform="translate(${x} ${y})">${RING}</g>`;
    grip.place({ x: +x, y: +y, value: point() + 1, side: 1 });
    return update;
  };
  const letGo = () => {
    chosen = -1;
  };
  return { over, show, letGo };
}
