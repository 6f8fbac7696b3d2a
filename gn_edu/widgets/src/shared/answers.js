// The answers of a question: buttons, and a reply under them. Each wrong answer is a known mistake.
import { keepAddress } from "./address.js";
import { h } from "./dom.js";
import { escapeText } from "./text.js";

/**
 * No mistake means right.
 * @typedef {{ text: string, reply: string, mistake?: string }} Choice
 * @typedef {{ prompt: string, choices: Choice[] }} Question
 * @typedef {import("./i18n.js").Translator} Translator
 */

/**
 * The question without JavaScript: its choices, and the answer folded under them, if it is told.
 * @param {Question} question
 * @param {Translator} tr
 */
export function questionStill({ prompt, choices }, tr, told = true) {
  const text = (/** @type {string} */ message) => escapeText(tr(message));
  const [right] = choices.filter((choice) => !choice.mistake);
  const list = choices.map((choice) => `<li>${text(choice.text)}</li>`).join("");
  const answer = `<summary>${escapeText(tr("Answer"))}</summary><p>${text(right.text)}. ${text(right.reply)}</p>`;
  const folded = told ? `<details>${answer}</details>` : "";
  return `<div class="gn-question-still"><p><b>${text(prompt)}</b></p><ul>${list}</ul>${folded}</div>`;
}

/** A page's path whether or not its host writes .html and index. */
const bare = (/** @type {string} */ path) => path.replace(/(index)?(\.html)?$/, "");

/**
 * The address of a page of the book, in the same language, from the page that `el` stands on; "" outside the published
 * pages. Of that page itself only what follows the #, so that it is not loaded again.
 * @param {Element} el
 * @param {string | undefined} page from the folder on
 */
export function fromHere(el, page) {
  if (!page || !el.closest("[data-gn-host]")) return "";
  const there = new URL(`../${page}`, location.href);
  return there.hash && bare(there.pathname) === bare(location.pathname) ? there.hash : `../${page}`;
}

/**
 * The link to a widget that shows the answer.
 * @param {string} href
 * @param {Translator} tr
 */
function seeLink(href, tr) {
  const onclick = () => {
    keepAddress();
    // The address has it already, but the widget may have gone on.
    if (link.hash === location.hash && href.startsWith("#")) window.dispatchEvent(new HashChangeEvent("hashchange"));
  };
  const link = h("a", { href, "data-gn-see": true, onclick }, tr("See it"));
  return link;
}

/**
 * A button a choice; show(k) marks choice k, -1 none. After a wrong one, `see` leads to a widget that shows the answer.
 * A silent question does not say whether it was right.
 * @param {{ choices: Choice[], tr: Translator, pick: (k: number) => void, see: string, silent?: boolean }} options
 */
export function answerButtons({ choices, tr, pick, see, silent = false }) {
  const buttons = choices.map((choice, k) =>
    h("button", { type: "button", "data-gn-choice": k, onclick: () => pick(k) }, tr(choice.text)),
  );
  const reply = h("p", { class: "gn-reply", "aria-live": "polite" });
  const group = h("div", { class: "gn-choices", role: "group", "aria-label": tr("Answers") }, ...buttons);
  const show = (/** @type {number} */ chosen) => {
    for (const [k, button] of buttons.entries()) {
      button.setAttribute("aria-pressed", String(k === chosen));
      if (silent) continue;
      button.classList.toggle("gn-right", k === chosen && !choices[k].mistake);
      button.classList.toggle("gn-wrong", k === chosen && Boolean(choices[k].mistake));
    }
    reply.replaceChildren();
    const choice = choices[chosen];
    if (!choice || silent) return;
    reply.append(h("b", {}, choice.mistake ? tr("Not yet.") : tr("Right.")), " ", tr(choice.reply));
    if (choice.mistake && see) reply.append(" ", seeLink(see, tr));
  };
  return { element: h("div", {}, group, ...(silent ? [] : [reply])), show };
}
