// The outputs: a table of numbers; buttons while the game asks, and marked after it.
import { h } from "../shared/dom.js";
import { N_ } from "../shared/i18n.js";
import { fixed } from "../shared/text.js";
import { cellName } from "./texts.js";

/**
 * @typedef {import("./model.js").State} State
 *
 * How an output is marked after a game, with the words for it.
 * @type {Record<string, string>}
 */
const MARKS = {
  found: N_("moved, found"),
  missed: N_("moved, missed"),
  still: N_("marked, but it stood still"),
  moved: N_("moved"),
};

/**
 * How output i is marked; "" if it is not.
 * @param {State} state
 * @param {number} i
 */
function markOf({ moved, guessed }, i) {
  if (!moved.includes(i)) return guessed?.has(i) ? "still" : "";
  if (!guessed) return "moved";
  return guessed.has(i) ? "found" : "missed";
}

/**
 * @param {import("./model.js").Dims} dims
 * @param {import("../shared/i18n.js").Translator} tr
 */
export function outputTable(dims, tr) {
  const { images, channels, positions } = dims;
  const element = h("div", { class: "gn-outputs", role: "group", "aria-label": tr("Output y") });
  const cells = /** @type {any[]} */ ([]);
  for (let image = 0; image < images; image++) {
    const grid = h("div", { class: "gn-grid", style: `--columns:${channels}` });
    for (let k = 0; k < positions * channels; k++) {
      const i = (image * channels + (k % channels)) * positions + Math.floor(k / channels);
      const number = h("span", { "data-gn-value": `y[${i}]` });
      cells[i] = h("div", { class: "gn-y", "data-output": i }, number);
      grid.append(cells[i]);
    }
    element.append(h("p", { class: "gn-axis" }, tr("image {n}", { n: image + 1 })), grid);
  }
  /** @type {(state: State, picture: import("./view.js").Picture) => void} */
  const draw = (state, { litOutputs, focus, y }) => {
    const { game, guessed } = state;
    cells.forEach((cell, i) => {
      const mark = markOf(state, i);
      const text = fixed(y[i], 2);
      cell.firstChild.textContent = text;
      cell.classList.toggle("lit", litOutputs.has(i) && !guessed);
      cell.classList.toggle("focus", i === focus);
      if (mark) cell.dataset.mark = mark;
      else delete cell.dataset.mark;
      cell.setAttribute("role", game ? "button" : "img"); // only read, outside of the game
      for (const [name, value] of [
        ["tabindex", game?.at === i ? "0" : "-1"],
        ["aria-pressed", String(game?.guesses.has(i))],
      ])
        if (game) cell.setAttribute(name, value);
        else cell.removeAttribute(name);
      const said = `${cellName(dims, i, tr)}: y = ${text}`;
      cell.setAttribute("aria-label", mark ? `${said}, ${tr(MARKS[mark])}` : said);
    });
  };
  return { element, cells, draw };
}
