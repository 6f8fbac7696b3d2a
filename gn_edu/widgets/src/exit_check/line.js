// The answers as one line for a teacher, who gathers them: "exit: cababcab".
import { h } from "../shared/dom.js";

/**
 * A letter a question: what was chosen first.
 * @param {{ form: string, first: number[] }} state
 */
export const lineText = ({ form, first }) =>
  `${form}: ${first.map((k) => (k < 0 ? "-" : String.fromCharCode(97 + k))).join("")}`;

/**
 * The line with a button that copies it; show("") hides it.
 * @param {import("../shared/i18n.js").Translator} tr
 */
export function lineOf(tr) {
  const text = h("code", { "data-gn-answers": true });
  const said = h("span", { class: "gn-said", role: "status" });
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text.textContent ?? "");
      said.textContent = tr("Copied.");
    } catch {
      getSelection()?.selectAllChildren(text); // to be copied by hand
    }
  };
  const button = h("button", { type: "button", "data-gn-do": "answers", onclick: copy }, tr("Copy"));
  const label = tr("If your teacher collects answers:");
  const element = h("p", { class: "gn-line", hidden: true }, label, " ", text, " ", button, " ", said);
  const show = (/** @type {string} */ line) => {
    element.hidden = !line;
    if (text.textContent !== line) said.textContent = "";
    text.textContent = line;
  };
  return { element, show };
}
