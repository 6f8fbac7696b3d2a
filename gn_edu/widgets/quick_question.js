// A question with a few answers. Each wrong answer is a known mistake and is answered as such.
// Takes the traits prompt, choices ([{text, reply, mistake?}]; no mistake means right), name; sets chosen.
import { escapeText, frame, h, translator } from "./frame.js";

/** What stands in the page without JavaScript: the question, and the answer folded under it. */
export function still({ prompt, choices }, catalogue) {
  const tr = translator(catalogue), text = (message) => escapeText(tr(message));
  const right = choices.find((choice) => !choice.mistake);
  const html =
    `<div class="gn-question-still"><p><b>${text(prompt)}</b></p><ul>` +
    choices.map((choice) => `<li>${text(choice.text)}</li>`).join("") +
    `</ul><details><summary>${escapeText(tr("Answer"))}</summary><p>${text(right.text)}. ${text(right.reply)}</p></details></div>`;
  return { html, text: tr(prompt) };
}

async function render({ model, el }) {
  const tr = translator(model.get("_catalogue"));
  const choices = model.get("choices");
  let chosen = -1;
  const read = () => (chosen < 0 ? {} : { chosen });
  const write = (saved) => {
    chosen = choices[saved.chosen] ? Number(saved.chosen) : -1;
    draw();
  };
  const box = frame({ model, el, stem: "quick_question", title: tr("Quick question"), tr, read, write });
  const buttons = choices.map((choice, k) =>
    h("button", { type: "button", "data-gn-choice": k, onclick: () => choose(k) }, tr(choice.text)),
  );
  const reply = h("p", { class: "gn-reply", "aria-live": "polite" });
  box.body.append(
    h("p", { class: "gn-prompt" }, tr(model.get("prompt"))),
    h("div", { class: "gn-choices", role: "group", "aria-label": tr("Answers") }, ...buttons),
    reply,
  );
  function choose(k) {
    chosen = k;
    draw();
    box.changed();
    model.set("chosen", k);
    model.save_changes();
  }
  function draw() {
    buttons.forEach((button, k) => {
      button.setAttribute("aria-pressed", String(k === chosen));
      button.classList.toggle("gn-right", k === chosen && !choices[k].mistake);
      button.classList.toggle("gn-wrong", k === chosen && Boolean(choices[k].mistake));
    });
    const choice = choices[chosen];
    reply.replaceChildren();
    if (!choice) return;
    const verdict = choice.mistake ? tr("Not yet.") : tr("Right.");
    reply.append(h("b", {}, verdict), " ", tr(choice.reply));
  }
  const listen = () => write({ chosen: model.get("chosen") });
  model.on("change:chosen", listen);
  await box.start();
  return () => {
    model.off("change:chosen", listen);
    box.stop();
  };
}

export default { render };
