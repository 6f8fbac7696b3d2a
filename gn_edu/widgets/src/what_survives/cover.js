// What comes after the norm, covered until the reader guesses or asks for it. On paper it is open.
import { h } from "../shared/dom.js";

/** @typedef {import("../shared/i18n.js").Translator} Translator */
/** @typedef {{ prompt: string, answers: { text: string, right: boolean }[], reason: string }} Question */

/**
 * show(isOpen, question) covers `part` or uncovers it; open() is called when a hand has answered or asked for it.
 * @param {{ tr: Translator, part: HTMLElement, open: () => void }} options
 */
export function createCover({ tr, part, open }) {
  const prompt = h("p", { class: "gn-prompt" });
  const answers = h("div", { class: "gn-choices", role: "group", "aria-label": tr("Answers") });
  const reply = h("p", { class: "gn-reply", "aria-live": "polite" });
  const skip = h("button", { type: "button", "data-gn-do": "show", onclick: open }, tr("Show it"));
  const cover = h("div", { class: "gn-cover" }, prompt, answers, skip);
  const element = h("div", { class: "gn-covered" }, part, cover);
  let asked = "";
  /** @param {Question} question @param {boolean} right */
  const answer = ({ reason }, right) => {
    open();
    const verdict = right ? tr("Right.") : tr("No.");
    reply.replaceChildren(
      h("b", { class: right ? "gn-yes" : "gn-no" }, `${right ? "✓" : "✗"} ${verdict}`),
      ` ${reason}`,
    );
    reply.tabIndex = -1;
    reply.focus({ preventScroll: true }); // the button that had the focus is gone
  };
  /** @param {boolean} isOpen @param {Question} question */
  const show = (isOpen, question) => {
    cover.hidden = isOpen;
    part.classList.toggle("gn-under", !isOpen);
    reply.replaceChildren(); // what was said holds for the state that was answered
    if (isOpen || JSON.stringify(question) === asked) return;
    asked = JSON.stringify(question);
    prompt.textContent = question.prompt;
    const buttons = question.answers.map(({ text, right }, k) =>
      h("button", { type: "button", "data-gn-guess": k, onclick: () => answer(question, right) }, text),
    );
    answers.replaceChildren(...buttons);
  };
  return { element, reply, show };
}
