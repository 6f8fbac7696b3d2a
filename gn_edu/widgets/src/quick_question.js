// A question with a few answers. Each wrong answer is a known mistake and is answered as such.
// Takes the traits prompt, choices ([{text, reply, mistake?}]; no mistake means right), see, name; sets chosen.

import { whole } from "./shared/address.js";
import { answerButtons, fromHere, questionStill } from "./shared/answers.js";
import { h } from "./shared/dom.js";
import { picturedByTraits } from "./shared/frame.js";
import { N_, translator } from "./shared/i18n.js";

/** What stands in the page without JavaScript: the question, and the answer folded under it. */
export function still(question, catalogue) {
  const tr = translator(catalogue);
  return { html: questionStill(question, tr), text: tr(question.prompt) };
}

/** @param {import("@anywidget/types").RenderProps} props */
function render(props) {
  const { prompt, choices } = { prompt: props.model.get("prompt"), choices: props.model.get("choices") };
  const answer = whole(0, choices.length - 1);
  const { tr, state, root, body, set, run } = picturedByTraits(props, {
    stem: "quick_question",
    title: N_("Quick question"),
    // Before an answer there is nothing to link to.
    traits: { chosen: { ...answer, text: (k) => (k < 0 ? undefined : answer.text(k)) } },
  });
  const answers = answerButtons({
    choices,
    tr,
    pick: (chosen) => set({ chosen }),
    see: fromHere(props.el, props.model.get("see")),
  });
  body.append(h("p", { class: "gn-prompt" }, tr(prompt)), answers.element);
  return run(() => {
    const there = document.activeElement;
    // The tools go: who pressed one of them is led back to the answers.
    if (state.chosen < 0 && root.contains(there) && !body.contains(there)) body.querySelector("button").focus();
    root.toggleAttribute("data-gn-unanswered", state.chosen < 0);
    answers.show(state.chosen);
  });
}

export default { render };
