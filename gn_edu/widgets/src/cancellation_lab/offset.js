// The offset of the data on a ruler of powers of ten, with a grip; under it the type's numbers.
import { tenths, tick } from "../shared/drawing.js";
import { fittedDrawing } from "../shared/fitted.js";
import { createGrip } from "../shared/grip.js";
import { clamp } from "../shared/maths.js";
import { offsetsOf, view } from "./model.js";
import { rulerMarkup, tallOf } from "./ruler.js";
import { grouped, heard } from "./texts.js";

const BEFORE = 0.6; // of a power of ten, from 0 to the first offset
const SIDES = 14;
const TRACK = 40;
const HINT = 90; // the room of its hint
const BELOW = 84; // where the ruler's drawing begins
/** How high it is. */
export const heightOf = (width) => BELOW + tallOf(width);

/** Where an offset stands. */
function offsetPlaces(offsets, width) {
  const powers = offsets.map((offset) => (offset ? BEFORE + Math.log10(offset / offsets[1]) : 0));
  return powers.map((power) => SIDES + ((width - 2 * SIDES) * power) / powers[powers.length - 1]);
}

function trackMarkup(offsets, places, width) {
  const marks = places.map((x) => `M${tenths(x)} ${TRACK - 5}v10`).join("");
  const named = offsets.map((offset, k) => {
    const last = k === offsets.length - 1;
    const anchor = last ? "end" : k ? "middle" : "start";
    const round = offset === 0 || Number.isInteger(Math.log10(offset));
    const free = last || places[k] < width - 78; // of the last one's digits
    return round && free
      ? tick(tenths(anchor === "middle" ? places[k] : k ? width : 6), TRACK + 25, grouped(offset), anchor)
      : "";
  });
  return `<path class="track" d="M${SIDES} ${TRACK}H${width - SIDES}"/><path class="marks" d="${marks}"/>${named.join("")}`;
}

/** The whole drawing as SVG. */
export function labMarkup(state, width, tr) {
  const offsets = offsetsOf(state.data, state.dtype);
  const places = offsetPlaces(offsets, width);
  const text = tr("offset {offset}", { offset: grouped(state.offset) });
  const half = text.length * 4;
  const over = clamp(places[offsets.indexOf(state.offset)], half, width - half);
  return (
    `<text class="word" x="${tenths(over)}" y="18" text-anchor="middle">${text}</text>${trackMarkup(offsets, places, width)}` +
    `<g transform="translate(0 ${BELOW})">${rulerMarkup(view(state), state.dtype, width, tr)}</g>`
  );
}

/** The drawing with its grip. */
export function createLab({ tr, state, set }) {
  const offsets = () => offsetsOf(state.data, state.dtype);
  const range = { min: 0, max: offsets().length - 1, step: 1 };
  let places = [0];
  const grip = createGrip({
    label: tr("offset of the data"),
    mark: "offset",
    axis: "x",
    range,
    valueAt(x) {
      const far = places.map((place) => Math.abs(place - x));
      return far.indexOf(Math.min(...far));
    },
    move: (position) => set({ offset: offsets()[position] }),
    hint: tr("drag me"),
  });
  const drawing = fittedDrawing({ most: 720, draw, grips: [grip] });
  drawing.element.classList.add("gn-lab");
  function draw(width) {
    places = offsetPlaces(offsets(), width);
    range.max = places.length - 1;
    const value = offsets().indexOf(state.offset);
    grip.element.setAttribute("aria-valuemax", String(range.max));
    const side = places[value] > width - HINT ? -1 : 1;
    grip.show({ x: places[value], y: TRACK, value, text: grouped(state.offset), side });
    drawing.element.setAttribute("aria-label", heard(view(state), state, tr));
    return { height: heightOf(width), content: labMarkup(state, width, tr) };
  }
  return { element: drawing.element, show: drawing.show };
}
