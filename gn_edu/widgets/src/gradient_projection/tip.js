// A grip that goes wherever a hand goes, in two directions.
import { ARROWS } from "../shared/dom.js";
import { dragged, gripElement } from "../shared/grip.js";

/**
 * A grip on the tip of an arrow: a slider that arrows move in both directions, heard as its text. move(point) is called
 * with where it is dragged, nudge(right, below, step) with keys.
 * @param {{ label: string, mark: string, hint?: string, range: number[], small?: boolean, move(point: number[]): void,
 *   nudge(right: number, below: number, step: number): void }} options
 */
export function createTip({ label, mark, hint = "", range: [least, most], small = false, move, nudge }) {
  const arrows =
    '<path class="arrows" d="M-2 -3.5l2 -2.5l2 2.5M-2 3.5l2 2.5l2 -2.5M-3.5 -2l-2.5 2l2.5 2M3.5 -2l2.5 2l-2.5 2"/>';
  const seen = `<circle class="disc" r="${small ? 6 : 10}"/>${small ? "" : arrows}`;
  const reach = small ? 14 : 20;
  const range = { min: least, max: most };
  const grip = gripElement({ kind: "gn-tip", label, mark, range, seen, reach, hint, low: 14 });
  const { element } = grip;
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
  element.addEventListener("keydown", (event) => {
    if (!ARROWS[event.key]) return;
    event.preventDefault();
    nudge(...ARROWS[event.key], event.shiftKey ? 0.5 : 0.1);
  });
  const show = (place, value, text, width) => {
    at = place;
    const side = place[0] > width - 80 ? -1 : 1; // where the hint has room
    grip.place({ x: place[0], y: place[1], value: +value.toFixed(2), text, side });
  };
  return { element, show, moved: grip.letGo };
}
