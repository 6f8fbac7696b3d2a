// Drawings as wide as their place: their units are CSS pixels, so that their type is as large as it says.
import { h } from "./dom.js";
import { grippedDrawing } from "./grip.js";

const TYPE = 15; // px, of a widget; under large type a drawing's units grow as its type does

/**
 * A drawing under grips that is drawn again when its place changes. show() draws it: draw(width, height) gives the
 * content, and puts the grips where they belong.
 * @param {object} options
 * @param {string} options.label
 * @param {number} options.most its greatest width
 * @param {(width: number) => number} options.heightOf
 * @param {(width: number, height: number) => string} options.draw
 * @param {...{ element: SVGElement }} grips
 */
export function fittedDrawing({ label, most, heightOf, draw }, ...grips) {
  const size = { width: most, height: heightOf(most) };
  const drawing = grippedDrawing({ label, ...size }, ...grips);
  const { element } = drawing;
  const picture = /** @type {SVGSVGElement} */ (element.querySelector("svg"));
  const probe = h("i", { class: "gn-probe", "aria-hidden": "true" }); // one em wide
  element.append(probe);
  element.classList.add("gn-fitted");
  const show = () => drawing.show(draw(size.width, size.height));
  let fitted = "";
  const fit = () => {
    if (!element.clientWidth) return;
    const scale = probe.offsetWidth / TYPE;
    const width = Math.min(most, Math.floor(element.clientWidth / scale));
    if (fitted === `${width} ${scale}`) return;
    fitted = `${width} ${scale}`;
    Object.assign(size, { width, height: heightOf(width) });
    picture.setAttribute("viewBox", `0 0 ${width} ${size.height}`);
    picture.setAttribute("width", String(width * scale));
    picture.setAttribute("height", String(size.height * scale));
    show();
  };
  const seen = new ResizeObserver(fit);
  for (const part of [element, probe]) seen.observe(part);
  return { element, show };
}
