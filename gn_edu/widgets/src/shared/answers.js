// The answers of a question: buttons, and a reply under them. Each wrong answer is a known mistake.
import { escapeText, h } from "./frame.js";

/** The question without JavaScript: its choices, and the answer folded under them. */
export function questionStill({ prompt, choices }, tr) {
  const text = (message) => escapeText(tr(message));
  const right = choices.find((choice) => !choice.mistake);
  return (
    `<div class="gn-question-still"><p><b>${text(prompt)}</b></p><ul>` +
    choices.map((choice) => `<li>${text(choice.text)}</li>`).join("") +
    `</ul><details><summary>${escapeText(tr("Answer"))}</summary><p>${text(right.text)}. ${text(right.reply)}</p></details></div>`
  );
}

/** choices: [{text, reply, mistake?}], where no mistake means right. Returns {element, show}: show(k) marks choice k, -1 none. */
export function answerButtons({ choices, tr, pick }) {
  const buttons = choices.map((choice, k) =>
    h("button", { type: "button", "data-gn-choice": k, onclick: () => pick(k) }, tr(choice.text)),
  );
  const reply = h("p", { class: "gn-reply", "aria-live": "polite" });
  const element = h(
    "div",
    {},
    h("div", { class: "gn-choices", role: "group", "aria-label": tr("Answers") }, ...buttons),
    reply,
  );
  const show = (chosen) => {
    buttons.forEach((button, k) => {
      button.setAttribute("aria-pressed", String(k === chosen));
      button.classList.toggle("gn-right", k === chosen && !choices[k].mistake);
      button.classList.toggle("gn-wrong", k === chosen && Boolean(choices[k].mistake));
    });
    reply.replaceChildren();
    const choice = choices[chosen];
    if (choice) reply.append(h("b", {}, choice.mistake ? tr("Not yet.") : tr("Right.")), " ", tr(choice.reply));
  };
  return { element, show };
}
