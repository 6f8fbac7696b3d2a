// A drawing that is as wide as its place, with type of one size at any width. Styles: fitted.css.
import { drawingPlace, h } from "./dom.js";
import { svg, tenths } from "./drawing.js";
import { dragged } from "./grip.js";

const USUAL = 15; // pixels of a widget's type
export const WIDE = 420; // of a still picture, and of a place that has no width yet

/**
 * A drawing under its grips, redrawn for every width of its place. A unit of it is a pixel, and more where the widget's
 * type is large. draw() gives the height and the content, or changes what is `drawn` itself.
 * @param {object} options
 * @param {string} [options.label]
 * @param {(width: number, drawn: SVGGElement) => { height: number, content?: string }} options.draw for a width in units
 * @param {number} [options.most] its greatest width, in units
 * @param {{ element: SVGElement }[]} [options.grips]
 * @param {(point: { x: number, y: number }, moved: boolean) => void} [options.touch] called where it is touched beside its
 *   grips, and wherever the pointer then goes
 */
export function fittedDrawing({ label = "", draw, most = Infinity, grips = [], touch }) {
  const element = drawingPlace(label, "gn-picture gn-fitted");
  if (grips.length) element.setAttribute("role", "group"); // its grips are heard
  element.innerHTML = svg("gn-in", WIDE, 1, '<g class="drawn"></g><g class="grips"></g>');
  const drawing = /** @type {SVGSVGElement} */ (element.querySelector("svg"));
  const [drawn, place] = /** @type {any} */ (drawing.querySelectorAll("g"));
  place.append(...grips.map((grip) => grip.element));
  // As wide as the place, as high as a line of its type: neither depends on the drawing.
  const ruler = h("div", { class: "gn-ruler" });
  element.append(ruler);
  const show = () => {
    const unit = ruler.offsetHeight / USUAL || 1;
    const width = Math.min(most, Math.round(ruler.offsetWidth / unit) || Math.min(WIDE, most));
    const { height, content } = draw(width, drawn);
    drawing.setAttribute("viewBox", `0 0 ${width} ${tenths(height)}`);
    drawing.style.height = `${tenths(height * unit)}px`;
    drawing.style.maxWidth = most < Infinity ? `${tenths(most * unit)}px` : "";
    if (content !== undefined) drawn.innerHTML = content;
  };
  if (touch) {
    element.classList.add("gn-touched");
    dragged(
      drawing,
      (point, { type }) => touch(point, type === "pointermove"),
      (_, { target }) => !grips.some((grip) => grip.element.contains(/** @type {Node} */ (target))),
    );
  }
  const observer = new ResizeObserver(show);
  observer.observe(ruler);
  return { element, drawing, show, stop: () => observer.disconnect() };
}
