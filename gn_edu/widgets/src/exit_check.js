// The exit check: a handful of questions, and at the end a card, and which chapter to read again.
// Takes the traits questions ([{prompt, choices, page, again, see?}]), chosen, name; sets chosen.

import { cardOf, dotsMarkup } from "./exit_check/card.js";
import { numbers } from "./shared/address.js";
import { answerButtons, fromHere, questionStill } from "./shared/answers.js";
import { facts, h } from "./shared/dom.js";
import { picturedByTraits } from "./shared/frame.js";
import { N_, translator } from "./shared/i18n.js";

/** @typedef {{ questions: any[], chosen: number[] }} State */

/**
 * How many are answered, how many of them right, and what to read again, each page once.
 * @param {State} state
 */
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
  return {
    html: `<ol class="gn-exit-list">${list.join("")}</ol>`,
    text: tr("{count} questions", { count: questions.length }),
  };
}

/** @param {import("@anywidget/types").RenderProps} props */
function render(props) {
  const questions = props.model.get("questions");
  const fits = (list) => list.every((k, i) => k === -1 || questions[i].choices[k]);
  const { tr, state, body, set, run } = picturedByTraits(props, {
    stem: "exit_check",
    title: N_("Exit check"),
    given: ["questions"],
    traits: { chosen: numbers(questions.length, fits) },
    start: { chosen: questions.map(() => -1) },
  });
  const rows = questions.map(({ prompt, choices, see }, k) => {
    const pick = (choice) => set({ chosen: state.chosen.map((old, i) => (i === k ? choice : old)) });
    const answers = answerButtons({ choices, tr, pick, see: fromHere(props.el, see) });
    const element = h("li", { "data-gn-question": k }, h("p", { class: "gn-prompt" }, tr(prompt)), answers.element);
    return { answers, element };
  });
  const counts = facts([
    ["answered", tr("answered")],
    ["right", tr("right")],
  ]);
  const verdict = h("div", { class: "gn-live-text", "aria-live": "polite" });
  const card = cardOf(tr, Boolean(props.el.closest("[data-gn-host]")));
  const list = h("ol", { class: "gn-exit-list" }, ...rows.map(({ element }) => element));
  const progress = h("div", { class: "gn-dots gn-progress", "aria-hidden": "true" }); // the counts say it in words
  body.append(progress, list, counts.element, card.element, verdict);

  const link = ([page, title]) => {
    const href = fromHere(props.el, `${page}.html`);
    return href ? h("a", { href }, tr(title)) : h("i", {}, tr(title));
  };
  const conclude = ({ again, answered, right }) => {
    const list = h("ul", {}, ...again.map((page) => h("li", {}, link(page))));
    const left = questions.length - answered;
    if (again.length)
      verdict.replaceChildren(tr("{right} of {answered} right. Read again:", { right, answered }), list);
    else if (!left) verdict.replaceChildren(tr("All right."));
    else verdict.replaceChildren(tr("{right} of {answered} right so far, {left} to go.", { right, answered, left }));
  };
  return run(() => {
    for (const [k, { answers }] of rows.entries()) answers.show(state.chosen[k]);
    const found = result(state);
    counts.show({ answered: found.answered, right: found.right });
    const all = found.answered === questions.length;
    counts.element.hidden = progress.hidden = all;
    card.element.hidden = !all;
    const answers = questions.map(({ choices }, k) => (state.chosen[k] < 0 ? null : !choices[state.chosen[k]].mistake));
    progress.innerHTML = dotsMarkup(answers, 16);
    if (all) card.show(answers);
    conclude(found);
  });
}

export default { render };
