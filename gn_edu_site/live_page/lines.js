// Arrange the lines: a program in pieces that are put in order; of two pieces on one card, one is chosen. One list, in
// which lines change places, on a phone and elsewhere. The two of a pair stay together: readers compare what they have
// before their eyes, and look for no line that belongs nowhere.
//
// A line is carried by hand (carry.js); or it is taken by a tap or by Space, and put down by a tap on the line whose place
// it takes, or by arrow keys and Space.
import { ARROWS, h, uniqueName } from "../../gn_edu/widgets/src/shared/dom.js";
import { N_ } from "../../gn_edu/widgets/src/shared/i18n.js";
import { INDENT, keep, kept, offered, openPairs, programOf, startOf } from "./arrangement.js";
import { carriedByHand } from "./carry.js";

/**
 * @typedef {import("./arrangement.js").Line} Line
 * @typedef {import("./arrangement.js").Lines} Lines
 * @typedef {import("./arrangement.js").Block} Block
 * @typedef {import("../../gn_edu/widgets/src/shared/i18n.js").Translator} Translator
 * @typedef {ReturnType<typeof cardOf>} Card
 */

/** Six dots: what a hand takes. */
const DOTS = `<svg viewBox="0 0 10 16" width="10" height="16" aria-hidden="true">${[3, 8, 13]
  .map((y) => `<circle cx="2" cy="${y}" r="1.6"/><circle cx="8" cy="${y}" r="1.6"/>`)
  .join("")}</svg>`;

/** Lines of code. Their indentation is drawn: a line that is too long goes on below its own beginning. */
const rowsOf = (/** @type {string} */ text, indent = 0) =>
  text.split("\n").map((row) => {
    const bare = row.trimStart();
    const steps = indent + (row.length - bare.length) / INDENT;
    return h("code", { class: "gn-step-row", style: `--steps: ${steps}` }, bare);
  });

/**
 * A card with what a block offers, and the handle by which it is taken; show(chosen) checks one of two.
 * @param {Block} block
 * @param {number} first which line of a pair stands above
 * @param {Translator} tr
 * @param {(which: number) => void} choose
 */
function cardOf(block, first, tr, choose) {
  const lines = offered(block);
  const paired = lines.length > 1;
  const name = uniqueName();
  const texts = lines.map(({ text, indent }) => h("span", {}, ...rowsOf(text, indent)));
  const inputs = paired
    ? lines.map((_, which) => h("input", { type: "radio", name, onchange: () => choose(which) }))
    : [];
  const labels = inputs.map((input, which) => h("label", { class: "gn-step-text" }, input, texts[which]));
  const pair = { role: "radiogroup", "aria-label": tr("One of these two") };
  const body = paired
    ? h("div", pair, labels[first], labels[1 - first])
    : h("div", { class: "gn-step-text" }, texts[0]);
  const [line, other] = [lines[first], lines[1 - first]].map((one) => one?.text.replace(/\s+/g, " "));
  const label = paired ? tr("Move {line} or {other}", { line, other }) : tr("Move {line}", { line });
  const handle = h("button", { type: "button", class: "gn-step-handle", "aria-label": label });
  handle.innerHTML = DOTS;
  const error = h("span", { class: "gn-step-error", hidden: true }, tr("The error is here."));
  const element = h("li", { class: "gn-step" }, h("div", {}, body, error), handle);
  const show = (/** @type {number | null} */ chosen, /** @type {boolean} */ taken) => {
    element.classList.toggle("gn-step-taken", taken);
    handle.setAttribute("aria-pressed", String(taken));
    for (const [which, input] of inputs.entries()) {
      input.checked = which === chosen;
      labels[which].classList.toggle("gn-step-left", chosen !== null && which !== chosen);
    }
  };
  const mark = (/** @type {boolean} */ wrong) => {
    element.classList.toggle("gn-step-wrong", wrong);
    error.hidden = !wrong;
  };
  return { element, handle, paired, show, mark };
}

const BY_KEYS = N_(
  "Taken from place {place} of {count}. Arrow keys move it, Space puts it down, Escape puts it back where it was.",
);
const BY_TAP = N_("Taken from place {place} of {count}. Tap the line whose place it takes.");

/**
 * Taps and keys on the list: what they take, move and put down. Numbers are those of blocks.
 * @param {object} options
 * @param {HTMLElement} options.list
 * @param {Card[]} options.cards
 * @param {() => number[]} options.order
 * @param {(k: number, place: number) => void} options.moveTo
 * @param {(order: number[], k: number) => void} options.reorder
 * @param {(message: string, k: number) => void} options.say a message with {place} and {count}, about a block
 * @param {(taken: number | null) => void} options.show
 */
function takenByTapsAndKeys({ list, cards, order, moveTo, reorder, say, show }) {
  /** @type {{ k: number, from: number[] } | null} */
  let taken = null;
  const cardAt = (/** @type {Event} */ event) =>
    cards.findIndex(({ element }) => element.contains(/** @type {Node} */ (event.target)));
  const onHandle = (/** @type {Event} */ event) => /** @type {Element} */ (event.target).closest(".gn-step-handle");
  const letGo = () => {
    taken = null;
    show(null);
  };
  const putDown = (/** @type {number} */ k) => {
    letGo();
    say(N_("Put down at place {place} of {count}."), k);
  };
  list.addEventListener("click", (event) => {
    const at = cardAt(event);
    if (at < 0) return;
    if (taken) {
      event.preventDefault(); // this tap chooses nothing
      const { k } = taken;
      moveTo(k, order().indexOf(at));
      putDown(k);
    } else if (onHandle(event) || !cards[at].paired) {
      taken = { k: at, from: order() };
      show(at);
      say(event.detail ? BY_TAP : BY_KEYS, at);
    }
  });
  list.addEventListener("keydown", (event) => {
    const at = onHandle(event) ? cardAt(event) : -1;
    const by = ARROWS[event.key]?.reduce((a, b) => a + b);
    if (event.key === "Escape" && taken) {
      reorder(taken.from, taken.k);
      say(N_("Back at place {place} of {count}."), taken.k);
      letGo();
    } else if (event.key === "Tab" && taken) putDown(taken.k);
    else if (at >= 0 && by) {
      event.preventDefault();
      const place = order().indexOf(taken?.k ?? at) + by;
      if (taken) {
        moveTo(taken.k, place);
        say(N_("Place {place} of {count}."), taken.k);
      } else cards[order()[place]]?.handle.focus();
    }
  });
  return letGo;
}

/**
 * What changes the order of the cards in the page. Card k stays where it is while the others leave and come back: what
 * leaves the page loses the focus.
 * @param {Card[]} cards
 * @param {{ order: number[] }} now
 * @param {() => void} changed
 */
function moves(cards, now, changed) {
  const arrange = (/** @type {number[]} */ order, /** @type {number} */ k) => {
    now.order = order;
    const elements = order.map((other) => cards[other].element);
    cards[k].element.before(...elements.slice(0, order.indexOf(k)));
    cards[k].element.after(...elements.slice(order.indexOf(k) + 1));
  };
  const reorder = (/** @type {number[]} */ order, /** @type {number} */ k) => {
    if (order.every((other, place) => other === now.order[place])) return;
    arrange(order, k);
    changed();
  };
  const moveTo = (/** @type {number} */ k, /** @type {number} */ place) => {
    if (place < 0 || place >= cards.length) return;
    const others = now.order.filter((other) => other !== k);
    reorder([...others.slice(0, place), k, ...others.slice(place)], k);
  };
  return { arrange, reorder, moveTo };
}

/**
 * The lines of a program, to be put in order. source() is the program as they stand; until every pair has its choice, one
 * that is not implemented. mark(line) says that the error is in this line of source(), mark(null) that it is in none.
 * @param {object} options
 * @param {Lines} options.lines
 * @param {string} [options.name] of the exercise, under which this browser keeps the arrangement; "" keeps nothing
 * @param {Translator} options.tr
 * @param {() => void} [options.onChange] after each move and each choice
 */
export function createLines({ lines, name = "", tr, onChange = () => {} }) {
  const start = startOf(lines);
  const now = { ...start, chosen: [...start.chosen], ...kept(name, lines) };
  /** @type {number | null} */
  let taken = null;
  const list = h("ol", { class: "gn-lines-list", role: "list", "aria-label": tr("Lines of the program") });
  const slot = h("div", { class: "gn-lines-slot", hidden: true });
  const said = h("p", { class: "gn-lines-said", role: "status" });
  const lacking = h("p", { class: "gn-lines-lacking", role: "status" });
  const program = () => programOf(lines, now, tr("Choose one line of every pair."));
  const show = () => {
    for (const [k, card] of cards.entries()) card.show(now.chosen[k], taken === k);
    element.classList.toggle("gn-taking", taken !== null);
  };
  const sayLacking = () => {
    const count = openPairs(now);
    lacking.textContent = count ? tr("Pairs without a choice: {count}.", { count }) : "";
  };
  const say = (/** @type {string} */ message, /** @type {number} */ k) => {
    said.textContent = tr(message, { place: now.order.indexOf(k) + 1, count: cards.length });
  };
  const mark = (/** @type {number | null} */ line) => {
    const at = line && program().blockOf[line - 1];
    for (const [k, card] of cards.entries()) card.mark(k === at);
  };
  const changed = () => {
    keep(name, now);
    mark(null);
    onChange();
  };
  const cards = lines.blocks.map((block, k) =>
    cardOf(block, start.first[k], tr, (which) => {
      now.chosen[k] = which;
      show();
      sayLacking();
      changed();
    }),
  );
  const { arrange, moveTo, reorder } = moves(cards, now, changed);
  const letGo = takenByTapsAndKeys({
    list,
    cards,
    order: () => now.order,
    moveTo,
    reorder,
    say,
    show: (k) => {
      taken = k;
      show();
    },
  });
  carriedByHand({
    list,
    slot,
    items: () => now.order.map((k) => cards[k].element),
    handle: ".gn-step-handle",
    begin: letGo,
    drop: (from, to) => {
      const k = now.order[from];
      moveTo(k, to);
      say(N_("Put down at place {place} of {count}."), k);
    },
  });
  const reset = () => {
    letGo();
    now.chosen = [...start.chosen];
    arrange([...start.order], start.order[0]);
    show();
    sayLacking();
    said.textContent = "";
    changed();
  };
  const rule = tr(
    "Put the lines in order: drag a line by its dots, or tap it, then tap the line whose place it takes. Of two lines on one card, choose one.",
  );
  const element = h(
    "div",
    { class: "gn-lines" },
    h("p", { class: "gn-lines-rule" }, rule),
    h("div", { class: "gn-lines-head" }, ...rowsOf(lines.head)),
    h("div", { class: "gn-lines-place" }, list, slot),
    said,
    lacking,
  );
  list.append(...now.order.map((k) => cards[k].element));
  show();
  sayLacking();
  return { element, source: () => program().text, reset, mark };
}
