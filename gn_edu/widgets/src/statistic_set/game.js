// The prediction game: which outputs will move? It asks before it shows them.
import { cellToward, dimsOf, withChosen } from "./model.js";
import { question, unseenNote, verdict } from "./texts.js";

/**
 * Lets the visitor play.
 * @param {import("./controls.js").Widget} widget
 */
export function connectGame({ state, parts, tr, set, say, draw }) {
  const dims = dimsOf(state.shape);
  const { cells } = parts.outputs;
  const { play, check } = parts.game;

  const start = () => {
    state.game = { guesses: new Set(), at: 0 };
    state.moved = [];
    state.guessed = null;
    say(question(tr));
    cells[0].focus(); // the button that was pressed is gone
  };
  const guess = (/** @type {number} */ i) => {
    if (!state.game) return;
    if (!state.game.guesses.delete(i)) state.game.guesses.add(i);
    state.game.at = i;
    draw();
  };
  /** Arrow keys go from output to output: one stop of the tabulator for all of them. Enter and space mark one. */
  const walk = (/** @type {KeyboardEvent} */ event, /** @type {number} */ i) => {
    if (state.game && ["Enter", " "].includes(event.key)) {
      event.preventDefault();
      return guess(i);
    }
    const next = cellToward(dims, i, event.key);
    if (next === undefined || !state.game) return;
    event.preventDefault();
    state.game.at = next;
    draw();
    cells[next].focus();
  };
  const finish = () => {
    if (!state.game) return;
    const { guesses } = state.game;
    set({ values: withChosen(state, state.values[state.focus] + 1), game: null });
    state.guessed = guesses;
    say([verdict(state, guesses, tr), state.unseen && unseenNote(tr)].filter(Boolean).join(" "));
    parts.live.focus({ preventScroll: true }); // the button that was pressed is gone; here the result stands
  };

  play.addEventListener("click", start);
  check.addEventListener("click", finish);
  for (const [i, cell] of cells.entries()) {
    cell.addEventListener("click", () => guess(i));
    cell.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => walk(event, i));
  }
}
