// The card at the end of the exit check: a dot a question, the score, the block of the first page, and a link to copy.
import { h } from "../shared/dom.js";
import { svg } from "../shared/drawing.js";
import { copyLink } from "../shared/frame.js";

/** Right is a disc with a tick, wrong an empty square with a cross: the shape says it without its colour. */
const DOTS = {
  right: '<circle class="right" cx="13" cy="13" r="11"/><path class="tick-mark" d="M8 13.5l3.5 3.5 7-8"/>',
  wrong: '<rect class="wrong" x="3" y="3" width="20" height="20" rx="3"/><path class="cross" d="M9 9l8 8M17 9l-8 8"/>',
};

/** A dot a question: right, wrong, or open where it is not answered. */
export const dotsMarkup = (/** @type {(boolean | null)[]} */ answers, side = 26) => {
  const open = '<circle class="open" cx="13" cy="13" r="10"/>';
  const drawn = (/** @type {boolean | null} */ good) => (good === null ? open : good ? DOTS.right : DOTS.wrong);
  return answers.map((good) => svg("gn-dot", 26, 26, drawn(good), side / 26)).join("");
};

/** One image, four channels of two pixels, in two groups: the first holds 2, 2, 6, 6. */
const CHANNELS = [
  [2, 2],
  [6, 6],
  [0, 2],
  [2, 8],
];
const SIDE = 44;
const RAISED = 10;

/** The block with its first group raised. */
function block() {
  const cells = CHANNELS.flatMap((values, channel) =>
    values.map((value, pixel) => {
      const lit = channel < 2;
      const x = 2 + channel * SIDE + (lit ? 0 : 26);
      const y = 14 + pixel * SIDE;
      const face = `<rect class="${lit ? "lit" : "plain"}" x="${x}" y="${y}" width="${SIDE}" height="${SIDE}"/>`;
      return `${face}<text class="${lit ? "on" : "off"}" x="${x + SIDE / 2}" y="${y + 28}" text-anchor="middle">${value}</text>`;
    }),
  );
  const [wide, tall] = [2 * SIDE, 2 * SIDE];
  const side = `<path class="side" d="M2 14l${RAISED} ${-RAISED}h${wide}v${tall}l${-RAISED} ${RAISED}z"/>`;
  return svg("gn-in", 208, 106, side + cells.join(""));
}

/**
 * The card; show(answers) fills it with whether each answer is right.
 * @param {import("../shared/i18n.js").Translator} tr
 * @param {boolean} linked whether the page is published, so that its address can be handed on
 */
export function cardOf(tr, linked) {
  const dots = h("div", { class: "gn-dots", role: "img" });
  const score = h("p", { class: "gn-score" });
  const picture = h("div", { class: "gn-block", role: "img", "aria-label": tr("A group of four values: 2, 2, 6, 6") });
  picture.innerHTML = block();
  const caption = h("p", { class: "gn-part" }, tr("One group: mean 4, standard deviation 2."));
  const said = h("span", { class: "gn-said", role: "status" });
  // Without the answers: whoever follows the link begins anew.
  const copy = () => copyLink(location.href.split("#")[0], said, tr);
  const button = h("button", { type: "button", "data-gn-do": "share", onclick: copy }, tr("Copy a link to this page"));
  const element = h(
    "section",
    { class: "gn-card", hidden: true, "aria-label": tr("Your card") },
    h("div", {}, score, dots, ...(linked ? [button, said] : [])),
    h("figure", {}, picture, caption),
  );
  const show = (/** @type {boolean[]} */ answers) => {
    const right = answers.filter(Boolean).length;
    score.textContent = tr("{right} of {count} right", { right, count: answers.length });
    dots.innerHTML = dotsMarkup(answers);
    const words = answers.map((good, k) => `${k + 1}: ${good ? tr("right") : tr("wrong")}`);
    dots.setAttribute("aria-label", words.join(", "));
  };
  return { element, show };
}
