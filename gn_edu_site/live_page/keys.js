// A row of keys that phones hide behind others.
import { h } from "../../gn_edu/widgets/src/shared/dom.js";

const LETTERS = [..."()[]_=+-*/:,"];

/**
 * @param {object} options
 * @param {string} options.label of the row
 * @param {string} options.tab what the first key is called
 * @param {() => void} options.indent
 * @param {(letter: string) => void} options.insert
 */
export function createKeys({ label, tab, indent, insert }) {
  const key = (/** @type {string} */ text, /** @type {() => void} */ press) =>
    h("button", { type: "button", tabindex: -1, onclick: press }, text);
  const row = h("div", { class: "gn-keys", role: "group", "aria-label": label });
  row.append(key(tab, indent), ...LETTERS.map((letter) => key(letter, () => insert(letter))));
  row.addEventListener("mousedown", (/** @type {Event} */ event) => event.preventDefault()); // the code keeps the focus
  return row;
}
