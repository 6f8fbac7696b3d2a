// The exit check: a handful of questions, and at the end which chapter to read again.
// Takes the traits questions ([{prompt, choices, page, again}]), chosen, name; sets chosen.
import { answerButtons, questionStill } from "./shared/answers.js";
import { h, pictured, translator } from "./shared/frame.js";

/** @typedef {{ questions: any[], chosen: number[] }} State */

/** How many are answered, how many of them right, and what to read again, each page once. */
export function result({ questions, chosen }) {
  const answered = questions.filter((_, k) => chosen[k] >= 0);
  const wrong = questions.filter(({ choices }, k) => chosen[k] >= 0 && choices[chosen[k]].mistake);
  const again = [...new Map(wrong.map(({ page, again }) => [page, again]))];
  return { answered: answered.length, right: answered.length - wrong.length, again };
}

/** For pages without scripts: all questions, their answers folded. */
export function still({ questions }, catalogue) {
  const tr = translator(catalogue);
  const list = questions.map((question) => `<li>${questionStill(question, tr)}</li>`);
  return { html: `<ol class="gn-exit-list">${list.join("")}</ol>`, text: tr("Eight questions") };
}

/** @param {import("@anywidget/types").RenderProps} props */
async function render({ model, el }) {
  const tr = translator(model.get("_catalogue"));
  const questions = model.get("questions");
  const onSite = el.closest("[data-gn-host]");
  const start = { chosen: questions.map(() => -1) };
  const state = /** @type {State} */ ({ questions, ...start });
  const box = pictured({
    model,
    el,
    stem: "exit_check",
    title: tr("Exit check"),
    tr,
    traits: ["chosen"],
    state,
    read,
    parse,
    draw,
  });

  const rows = questions.map(({ prompt, choices }, k) => {
    const answers = answerButtons({
      choices,
      tr,
      pick: (choice) => box.set({ chosen: state.chosen.map((old, i) => (i === k ? choice : old)) }),
    });
    return {
      answers,
      element: h("li", { "data-gn-question": k }, h("p", { class: "gn-prompt" }, tr(prompt)), answers.element),
    };
  });
  const right = h("b", { "data-gn-value": "right" });
  const answered = h("b", { "data-gn-value": "answered" });
  const verdict = h("p", { class: "gn-live-text", "aria-live": "polite" });
  const facts = h(
    "dl",
    { class: "gn-facts" },
    ...[
      [tr("answered"), answered],
      [tr("right"), right],
    ].map(([label, value]) => h("div", {}, h("dt", {}, label), h("dd", {}, value))),
  );
  box.body.append(h("ol", { class: "gn-exit-list" }, ...rows.map(({ element }) => element)), facts, verdict);

  function read() {
    return { chosen: state.chosen.join(" ") };
  }
  function parse(saved) {
    const list = (saved.chosen ?? "").split(" ").map(Number);
    const fits =
      saved.chosen && list.length === questions.length && list.every((k, i) => k === -1 || questions[i].choices[k]);
    return { chosen: fits ? list : start.chosen };
  }
  function draw() {
    for (const [k, { answers }] of rows.entries()) answers.show(state.chosen[k]);
    const found = result(state);
    const all = questions.length;
    right.textContent = found.right;
    answered.textContent = found.answered;
    const link = ([page, title]) => (onSite ? h("a", { href: `../${page}.html` }, tr(title)) : h("i", {}, tr(title)));
    const list = found.again.flatMap((page, k) => [k ? ", " : " ", link(page)]);
    if (list.length) verdict.replaceChildren(tr("{right} of {answered} right. Read again:", found), ...list, ".");
    else if (found.answered === all)
      verdict.replaceChildren(tr("All right. You know the layer; chapters 5 and 6 go deeper."));
    else
      verdict.replaceChildren(
        tr("{right} of {answered} right so far, {left} to go.", { ...found, left: all - found.answered }),
      );
  }
  return box.run();
}

export default { render };
