// An exercise's lines, to be put in order in the place of its code; a button of the bar changes between the two.
import { h } from "../../gn_edu/widgets/src/shared/dom.js";
import { createLines } from "./lines.js";
import { brought, load } from "./load.js";

/** A phone: what readers see first is the lines. */
const PHONE = matchMedia("(max-width: 480px)");

/** Whether a cell begins with its lines. */
export const linesFirst = (/** @type {HTMLElement} */ box) => PHONE.matches && box.dataset.gnLines !== undefined;

/**
 * Resolves to what stands in the place of the editor.
 * @param {object} options
 * @param {string} options.name of the exercise
 * @param {HTMLElement} options.place the code's, with its bar
 * @param {import("../../gn_edu/widgets/src/shared/i18n.js").Translator} options.tr
 * @param {(arranging?: boolean) => void} options.onChange when lines are moved or chosen; and when the two change
 *   places, with whether the lines are shown now
 */
export async function addLines({ name, place, tr, onChange }) {
  await load(name);
  const lines = createLines({ lines: brought().tables[name].lines, name, tr, onChange });
  const button = h("button", { type: "button", "data-gn-do": "arrange" });
  const shown = () => place.classList.contains("gn-arranging");
  const show = (/** @type {boolean} */ on) => {
    place.classList.toggle("gn-arranging", on);
    lines.element.hidden = !on;
    button.textContent = on ? tr("Write the code") : tr("Arrange the lines");
    onChange(on);
  };
  button.addEventListener("click", () => show(!shown()));
  const bar = /** @type {HTMLElement} */ (place.querySelector(".gn-code-bar"));
  bar.before(lines.element);
  /** @type {HTMLElement} */ (bar.querySelector("[data-gn-do=stop]")).after(button);
  show(PHONE.matches);
  return { shown, source: lines.source, reset: lines.reset, mark: lines.mark };
}
