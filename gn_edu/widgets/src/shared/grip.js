// Hands on a drawing: a grip is a part of it that a mouse, a thumb or keys move. Styles: grip.css.
import { setAttributes, svgElement } from "./dom.js";
import { tenths } from "./drawing.js";
import { clamp } from "./maths.js";

/**
 * Call move(point, event) where a pointer goes down on `element` and wherever it then goes. The point is in the units of
 * the drawing around the element, or in it.
 * @param {any} element
 * @param {(point: { x: number, y: number }, event: PointerEvent) => void} move
 * @param {(point: { x: number, y: number }, event: PointerEvent) => boolean | void} [begin] false leaves the pointer alone
 */
export function dragged(element, move, begin = () => true) {
  const pointOf = (/** @type {PointerEvent} */ event) => {
    const drawing = /** @type {SVGSVGElement} */ (element.ownerSVGElement ?? element.querySelector("svg") ?? element);
    const { left, top, width, height } = drawing.getBoundingClientRect();
    const box = drawing.viewBox?.baseVal ?? { x: 0, y: 0, width, height };
    return {
      x: box.x + ((event.clientX - left) / width) * box.width,
      y: box.y + ((event.clientY - top) / height) * box.height,
    };
  };
  element.addEventListener("pointerdown", (/** @type {PointerEvent} */ event) => {
    const point = pointOf(event);
    if (event.button > 0 || begin(point, event) === false) return;
    element.setPointerCapture(event.pointerId);
    event.preventDefault();
    // To a browser this focus may seem to come by keys; it shows none until a key is pressed.
    element.classList.add("gn-by-hand");
    element.focus({ preventScroll: true });
    move(point, event);
  });
  for (const kind of ["keydown", "blur"]) element.addEventListener(kind, () => element.classList.remove("gn-by-hand"));
  element.addEventListener("pointermove", (/** @type {PointerEvent} */ event) => {
    if (element.hasPointerCapture(event.pointerId)) move(pointOf(event), event);
  });
}

/**
 * A mouse that goes down on a picture takes what it is cut by along, a thumb that taps it or drags sideways, too.
 * @param {SVGElement} photo
 * @param {(part: number, below: number) => void} put gets the part of the width at the left, and of the height above
 */
export function followed(photo, put) {
  let from = 0;
  const putAt = (/** @type {MouseEvent} */ { clientX, clientY }) => {
    const { left, top, width, height } = photo.getBoundingClientRect();
    put((clientX - left) / width, (clientY - top) / height);
  };
  dragged(
    photo,
    ({ x }, event) => {
      // A thumb may yet want to scroll the page.
      if (event.pointerType !== "touch" || Math.abs(x - from) > 8) putAt(event);
    },
    ({ x }) => {
      from = x;
    },
  );
  photo.addEventListener("click", (/** @type {any} */ event) => event.pointerType === "touch" && putAt(event));
}

/** A thumb on it drags, and does not scroll the page. */
export const holdPage = (/** @type {Element} */ element) =>
  element.addEventListener("touchstart", (event) => event.preventDefault(), { passive: false });

/**
 * What all grips are: a slider in a drawing, that holds the page under a thumb and carries the words `hint` at height
 * `low` until letGo(). place() puts it, and says its value; `side` is where the hint stands, right of it or left.
 * @param {{ kind: string, label: string, mark: string, range: { min: number, max: number }, seen: string, reach?: number,
 *   hint?: string, low?: number }} options `seen` is SVG, `reach` how far from its middle it is taken
 */
export function gripElement({ kind, label, mark, range, seen, reach = 20, hint = "", low = 4 }) {
  const element = svgElement("g", { class: `gn-grip ${kind}`, tabindex: 0, role: "slider", "data-gn-grip": mark });
  setAttributes(element, { "aria-label": label, "aria-valuemin": range.min, "aria-valuemax": range.max });
  element.innerHTML = `<circle class="hit" r="${reach}"/>${seen}${hint && `<text class="gn-hint" y="${low}"></text>`}`;
  const words = element.querySelector(".gn-hint");
  if (words) words.textContent = hint;
  holdPage(element);
  /** @param {{ x: number, y: number, value: number, text?: string, side: 1 | -1 }} placed */
  const place = ({ x, y, value, text, side }) => {
    if (words) setAttributes(words, { x: 16 * side, "text-anchor": side > 0 ? "start" : "end" });
    setAttributes(element, { transform: `translate(${tenths(x)} ${tenths(y)})`, "aria-valuenow": value });
    if (text) element.setAttribute("aria-valuetext", text);
  };
  return { element, place, letGo: () => words?.remove() };
}

const LOOKS = {
  x: "M-3 -3.5l-4 3.5l4 3.5M3 -3.5l4 3.5l-4 3.5",
  y: "M-3.5 -3l3.5 -4l3.5 4M-3.5 3l3.5 4l3.5 -4",
};

/**
 * A grip that goes along one axis, a slider in its own right. show() puts it at a place of the drawing and says its value.
 * Until it is first moved it carries the words `hint`.
 * @param {object} options
 * @param {string} options.label what it moves
 * @param {string} options.mark its name: data-gn-grip
 * @param {"x" | "y"} options.axis
 * @param {{ min: number, max: number, step: number }} options.range
 * @param {(place: number, point: { x: number, y: number }) => number} options.valueAt the value at a place of the axis, in
 *   units of the drawing; the point is for a grip that goes along a curve
 * @param {(value: number) => void} options.move
 * @param {string} [options.hint]
 * @param {string} [options.look] SVG instead of the disc with two arrows
 * @param {1 | -1} [options.side] where the hint stands: right of the grip, or left of it
 */
export function createGrip({ label, mark, axis, range, valueAt, move, hint = "", look, side = 1 }) {
  const seen = look ?? `<circle class="disc" r="10"/><path class="arrows" d="${LOOKS[axis]}"/>`;
  const { element, place, letGo } = gripElement({ kind: `gn-grip-${axis}`, label, mark, range, seen, hint });
  if (axis === "y") element.setAttribute("aria-orientation", "vertical");
  let now = range.min;
  const put = (/** @type {number} */ value) => {
    const whole = Math.round((value - range.min) / range.step);
    const stepped = +clamp(range.min + whole * range.step, range.min, range.max).toFixed(6);
    if (stepped === now) return;
    letGo();
    move(stepped);
  };
  const apart = { x: 0, y: 0 }; // from where the finger took it to its middle
  dragged(
    element,
    (point) => {
      const middle = { x: point.x - apart.x, y: point.y - apart.y };
      put(valueAt(middle[axis], middle));
    },
    (point) => void Object.assign(apart, { x: point.x - at.x, y: point.y - at.y }),
  );
  element.addEventListener("keydown", (event) => {
    const { min, max, step } = range;
    const by = { ArrowUp: 1, ArrowRight: 1, ArrowDown: -1, ArrowLeft: -1, PageUp: 10, PageDown: -10 }[event.key];
    const ends = { Home: min, End: max }[event.key];
    if (by === undefined && ends === undefined) return;
    event.preventDefault();
    put(ends ?? now + /** @type {number} */ (by) * step);
  });
  const at = { x: 0, y: 0 };
  /** @param {{ x: number, y: number, value: number, text?: string, hidden?: boolean, side?: 1 | -1 }} shown */
  const show = ({ x, y, value, text, hidden = false, side: aside = side }) => {
    now = value;
    Object.assign(at, { x, y });
    place({ x, y, value, text, side: aside });
    element.style.display = hidden ? "none" : "";
  };
  return { element, show, letGo };
}
