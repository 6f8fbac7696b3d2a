// The answers of a question: buttons, and a reply under them. Each wrong answer is a known mistake.
import { h } from "./dom.js";
import { escapeText } from "./text.js";

/**
 * No mistake means right.
 * @typedef {{ text: string, reply: string, mistake?: string }} Choice
 * @typedef {{ prompt: string, choices: Choice[] }} Question
 * @typedef {import("./i18n.js").Translator} Translator
 */

/**
 * The question without JavaScript: its choices, and the answer folded under them.
 * @param {Question} question
 * @param {Translator} tr
 */
export function questionStill({ prompt, choices }, tr) {
  const text = (/** @type {string} */ message) => escapeText(tr(message));
  const [right] = choices.filter((choice) => !choice.mistake);
  const list = choices.map((choice) => `<li>${text(choice.text)}</li>`).join("");
  const answer = `<summary>${escapeText(tr("Answer"))}</summary><p>${text(right.text)}. ${text(right.reply)}</p>`;
  return `<div class="gn-question-still"><p><b>${text(prompt)}</b></p><ul>${list}</ul><details>${answer}</details></div>`;
}

/**
 * A button a choice; show(k) marks choice k, -1 none.
 * @param {{ choices: Choice[], tr: Translator, pick: (k: number) => void }} options
 */
export function answerButtons({ choices, tr, pick }) {
  const buttons = choices.map((choice, k) =>
    h("button", { type: "button", "data-gn-choice": k, onclick: () => pick(k) }, tr(choice.text)),
  );
  const reply = h("p", { class: "gn-reply", "aria-live": "polite" });
  const group = h("div", { class: "gn-choices", role: "group", "aria-label": tr("Answers") }, ...buttons);
  const show = (/** @type {number} */ chosen) => {
    for (const [k, button] of buttons.entries()) {
      button.setAttribute("aria-pressed", String(k === chosen));
      button.classList.toggle("gn-right", k === chosen && !choices[k].mistake);
      button.classList.toggle("gn-wrong", k === chosen && Boolean(choices[k].mistake));
    }
    reply.replaceChildren();
    const choice = choices[chosen];
    if (choice) reply.append(h("b", {}, choice.mistake ? tr("Not yet.") : tr("Right.")), " ", tr(choice.reply));
  };
  return { element: h("div", {}, group, reply), show };
}
