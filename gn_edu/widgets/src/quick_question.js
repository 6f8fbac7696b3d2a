// A question with a few answers. Each wrong answer is a known mistake and is answered as such.
// Takes the traits prompt, choices ([{text, reply, mistake?}]; no mistake means right), name; sets chosen.
import { answerButtons, questionStill } from "./shared/answers.js";
import { frame, h, translator } from "./shared/frame.js";

/** What stands in the page without JavaScript: the question, and the answer folded under it. */
export function still(question, catalogue) {
  const tr = translator(catalogue);
  return { html: questionStill(question, tr), text: tr(question.prompt) };
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
  const answers = answerButtons({ choices, tr, pick: choose });
  box.body.append(h("p", { class: "gn-prompt" }, tr(model.get("prompt"))), answers.element);
  function choose(k) {
    chosen = k;
    draw();
    box.changed();
    model.set("chosen", k);
    model.save_changes();
  }
  function draw() {
    answers.show(chosen);
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
