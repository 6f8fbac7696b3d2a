// The exit check: eight questions, and at the end a card, and which chapter to read again. Its twin, to be taken before,
// says how many were right, and no more. Both end with a line for a teacher.
// Takes the traits form, questions ([{prompt, choices, page?, again?, see?}]), chosen, first, name; sets the last three.

import { cardOf, dotsMarkup } from "./exit_check/card.js";
import { lineOf, lineText } from "./exit_check/line.js";
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

/** For pages without scripts: all questions; their answers folded, save for those that are asked before. */
export function still({ questions, form }, catalogue) {
  const tr = translator(catalogue);
  const list = questions.map((question) => `<li>${questionStill(question, tr, form !== "entry")}</li>`);
  return {
    html: `<ol class="gn-exit-list">${list.join("")}</ol>`,
    text: tr("{count} questions", { count: questions.length }),
  };
}

/** What is said under the questions: how many are right, and which pages to read again. */
function verdictOf({ tr, el, count, silent }) {
  const element = h("div", { class: "gn-live-text", "aria-live": "polite" });
  const link = ([page, title]) => {
    const href = fromHere(el, `${page}.html`);
    return href ? h("a", { href }, tr(title)) : h("i", {}, tr(title));
  };
  const show = ({ again, answered, right }) => {
    const left = count - answered;
    if (silent && left) element.replaceChildren(tr("{left} to go.", { left }));
    else if (silent) element.replaceChildren(tr("{right} of {count} right. The book tells which.", { right, count }));
    else if (again.length) {
      const list = h("ul", {}, ...again.map((page) => h("li", {}, link(page))));
      element.replaceChildren(tr("{right} of {answered} right. Read again:", { right, answered }), list);
    } else if (!left) element.replaceChildren(tr("All right."));
    else element.replaceChildren(tr("{right} of {answered} right so far, {left} to go.", { right, answered, left }));
  };
  return { element, show };
}

/** @param {import("@anywidget/types").RenderProps} props */
function render(props) {
  const questions = props.model.get("questions");
  const silent = props.model.get("form") === "entry";
  const fits = (list) => list.every((k, i) => k === -1 || questions[i].choices[k]);
  const none = questions.map(() => -1);
  const { tr, state, body, set, run } = picturedByTraits(props, {
    stem: "exit_check",
    title: silent ? N_("Entry check") : N_("Exit check"),
    given: ["questions", "form"],
    traits: { chosen: numbers(questions.length, fits), first: numbers(questions.length, fits) },
    start: { chosen: none, first: none },
  });
  const put = (list, k, choice) => list.map((old, i) => (i === k ? choice : old));
  const rows = questions.map(({ prompt, choices, see }, k) => {
    const pick = (choice) => {
      // What was chosen before the reply was read is what counts; where there is no reply, what stands at the end.
      const first = silent || state.first[k] < 0 ? put(state.first, k, choice) : state.first;
      set({ chosen: put(state.chosen, k, choice), first });
    };
    const answers = answerButtons({ choices, tr, pick, see: fromHere(props.el, see), silent });
    const element = h("li", { "data-gn-question": k }, h("p", { class: "gn-prompt" }, tr(prompt)), answers.element);
    return { answers, element };
  });
  /** @type {[string, string][]} */
  const counted = [
    ["answered", tr("answered")],
    ["right", tr("right")],
  ];
  const counts = facts(silent ? counted.slice(0, 1) : counted);
  const verdict = verdictOf({ tr, el: props.el, count: questions.length, silent });
  const card = cardOf(tr, Boolean(props.el.closest("[data-gn-host]")));
  const line = lineOf(tr);
  const list = h("ol", { class: "gn-exit-list" }, ...rows.map(({ element }) => element));
  const progress = h("div", { class: "gn-dots gn-answered", "aria-hidden": "true" }); // the counts say it in words
  body.append(progress, list, counts.element, card.element, verdict.element, line.element);

  return run(() => {
    for (const [k, { answers }] of rows.entries()) answers.show(state.chosen[k]);
    const found = result(state);
    counts.show(silent ? { answered: found.answered } : { answered: found.answered, right: found.right });
    const all = found.answered === questions.length;
    counts.element.hidden = all;
    progress.hidden = all || silent;
    card.element.hidden = !all || silent;
    const answers = questions.map(({ choices }, k) => (state.chosen[k] < 0 ? null : !choices[state.chosen[k]].mistake));
    progress.innerHTML = dotsMarkup(answers, 16);
    if (all && !silent) card.show(answers);
    verdict.show(found);
    line.show(all ? lineText(state) : "");
  });
}

export default { render };
