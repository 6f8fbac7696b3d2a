// A grip that goes wherever a hand goes, in two directions.
import { ARROWS } from "../shared/dom.js";
import { tenths } from "../shared/drawing.js";
import { dragged } from "../shared/grip.js";

/**
 * A grip on the tip of an arrow: a slider that arrows move in both directions, heard as its text. move(point) is called
 * with where it is dragged, nudge(right, below, step) with keys.
 * @param {{ label: string, mark: string, hint?: string, range: number[], small?: boolean, move(point: number[]): void,
 *   nudge(right: number, below: number, step: number): void }} options
 */
export function createTip({ label, mark, hint = "", range: [least, most], small = false, move, nudge }) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", "g");
  const arrows =
    '<path class="arrows" d="M-2 -3.5l2 -2.5l2 2.5M-2 3.5l2 2.5l2 -2.5M-3.5 -2l-2.5 2l2.5 2M3.5 -2l2.5 2l-2.5 2"/>';
  element.innerHTML =
    `<circle class="hit" r="${small ? 14 : 20}"/><circle class="disc" r="${small ? 6 : 10}"/>${small ? "" : arrows}` +
    (hint ? '<text class="gn-hint" x="16" y="14" text-anchor="start"></text>' : "");
  const words = element.querySelector(".gn-hint");
  if (words) words.textContent = hint;
  const attributes = {
    class: "gn-grip gn-tip",
    tabindex: 0,
    role: "slider",
    "data-gn-grip": mark,
    "aria-label": label,
  };
  const named = { ...attributes, "aria-valuemin": least, "aria-valuemax": most };
  for (const [key, value] of Object.entries(named)) element.setAttribute(key, String(value));
  let at = [0, 0];
  let apart = [0, 0]; // from where the finger took it to its middle
  let held = { x: 0, y: 0 };
  dragged(
    element,
    (point) => {
      if (point.x === held.x && point.y === held.y) return; // pressed, not moved
      held = { x: Number.NaN, y: Number.NaN };
      move([point.x - apart[0], point.y - apart[1]]);
    },
    (point) => {
      held = point;
      apart = [point.x - at[0], point.y - at[1]];
    },
  );
  // A thumb on it drags, and does not scroll the page.
  element.addEventListener("touchstart", (event) => event.preventDefault(), { passive: false });
  element.addEventListener("keydown", (event) => {
    if (!ARROWS[event.key]) return;
    event.preventDefault();
    nudge(...ARROWS[event.key], event.shiftKey ? 0.5 : 0.1);
  });
  const show = (place, value, text, width) => {
    at = place;
    const side = place[0] > width - 80 ? -1 : 1; // where the hint has room
    words?.setAttribute("x", String(16 * side));
    words?.setAttribute("text-anchor", side > 0 ? "start" : "end");
    element.setAttribute("transform", `translate(${tenths(place[0])} ${tenths(place[1])})`);
    element.setAttribute("aria-valuenow", String(+value.toFixed(2)));
    element.setAttribute("aria-valuetext", text);
  };
  return { element, show, moved: () => words?.remove() };
}
