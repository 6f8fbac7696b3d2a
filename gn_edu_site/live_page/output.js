// What a cell says under its code, as stored outputs look: what was printed, the value, an error, the check's answer.
import { h } from "../../gn_edu/widgets/src/shared/dom.js";

/** @typedef {import("../../gn_edu/widgets/src/shared/i18n.js").Translator} Translator */
/** @typedef {{kind: string, message: string, line?: number | null}} Fault */

const OURS = new Set(["Stopped", "TimeLimit", "Refused", "NotLoaded"]); // their messages are sentences

/** A card with text. */
function card(/** @type {string} */ kind, /** @type {(string | Node)[]} */ ...content) {
  const pre = h("pre", { tabindex: 0 }, ...content);
  const classes = `gn-output-card ${kind}`;
  return { element: h("div", { class: classes, hidden: true }, h("div", { class: "highlight" }, pre)), pre };
}

/**
 * @param {object} options
 * @param {Translator} options.tr
 * @param {(line: number) => void} options.goTo where the reader wants to see the line of an error
 */
export function createOutput({ tr, goTo }) {
  const printed = card("gn-printed");
  const value = card("gn-value");
  const fault = card("gn-fault");
  const verdict = card("gn-verdict");
  const said = h("div", { class: "gn-said", "aria-live": "polite" }, fault.element, verdict.element);
  const drawn = h("div", { class: "gn-shown" });
  const cards = [printed, value, fault, verdict];
  const parts = [printed.element, value.element, said, drawn];
  const element = h("div", { class: "cell_output", "data-gn-new": true, hidden: true }, ...parts);

  const show = (/** @type {ReturnType<typeof card>} */ { element: shown, pre }, /** @type {any[]} */ ...content) => {
    pre.replaceChildren(...content);
    shown.hidden = false;
    element.hidden = false;
  };
  function clear() {
    for (const one of cards) {
      one.element.hidden = true;
      one.pre.replaceChildren();
    }
    drawn.replaceChildren();
  }
  /** More of what is printed. */
  function print(/** @type {string} */ text) {
    if (printed.element.hidden) show(printed);
    printed.pre.append(text);
  }
  /** An error: its kind, its message, and a way to its line. */
  function fail(/** @type {Fault} */ { kind, message, line }) {
    const words = OURS.has(kind) ? [message] : [h("b", {}, kind), message ? `: ${message}` : ""];
    const way = h("button", { type: "button", "data-gn-do": "line", onclick: () => goTo(line ?? 0) });
    way.textContent = tr("Line {line}", { line });
    show(fault, ...words, ...(line ? ["\n", way] : []));
  }
  const answer = (/** @type {string} */ text, /** @type {boolean} */ ok) => {
    verdict.element.classList.toggle("gn-right", ok);
    show(verdict, text);
  };
  /** The drawing of a case or a value. */
  const draw = (/** @type {Node} */ picture) => {
    drawn.replaceChildren(picture);
    element.hidden = false;
  };
  return { element, clear, print, value: (/** @type {string} */ text) => show(value, text), fail, answer, draw };
}
