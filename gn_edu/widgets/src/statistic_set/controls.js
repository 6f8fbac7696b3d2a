// What changes the state: the controls beside the block, and pointer and keyboard on its cells.
import { cellToward, dimsOf, snapGroups, withChosen } from "./model.js";
import { snapNote } from "./texts.js";

/**
 * A live widget: set(change) changes the state, say(note) shows a note, draw() shows what else has changed.
 * @typedef {object} Widget
 * @property {import("./model.js").State} state
 * @property {import("./view.js").Parts} parts
 * @property {import("../shared/i18n.js").Translator} tr
 * @property {import("./view.js").Change} set
 * @property {(note: string) => void} say
 * @property {() => void} draw
 */

const DRAG = 10; // pixels up for a value that is larger by 1

/**
 * Gives the chosen cell another value; not while the game asks, which frames that value.
 * @type {(widget: Widget, value: number) => void}
 */
const change = ({ state, set }, value) => {
  if (!state.game) set({ values: withChosen(state, Math.round(value * 1e6) / 1e6) });
};
const nudge = (/** @type {Widget} */ widget, /** @type {number} */ step) =>
  change(widget, widget.state.values[widget.state.focus] + step);

/** The slider, the buttons, the number line and the formula. */
export function connectControls(/** @type {Widget} */ widget) {
  const { state, parts, tr, set, say, draw } = widget;
  const { channels } = dimsOf(state.shape);
  const { slider } = parts.norm;
  slider.addEventListener("input", () => {
    const wanted = +slider.value;
    const groups = snapGroups(wanted, state.groups, channels);
    set({ groups });
    if (groups !== wanted) say(snapNote(wanted, channels, groups, tr));
  });
  parts.line.moved = (value) => change(widget, value);
  parts.symbols?.connect((lit) => {
    if (!state.game && lit !== state.lit) set({ lit });
  });
  parts.numbers.less.addEventListener("click", () => nudge(widget, -1));
  parts.numbers.more.addEventListener("click", () => nudge(widget, 1));
  parts.block.flatten.addEventListener("click", () => {
    state.flat = !state.flat;
    parts.block.build(state);
    draw();
  });
}

/**
 * Chooses cell i, and gives it the keyboard's focus.
 * @param {Widget} widget
 * @param {number} i
 */
function choose({ state, parts, set }, i) {
  state.preview = null;
  if (i !== state.focus) set({ focus: i });
  parts.block.cells[i].focus();
}

/** The number of the cell under the pointer, or null. */
const cellUnder = (/** @type {PointerEvent} */ event) => {
  const cell = /** @type {Element} */ (event.target).closest(".gn-cell");
  return cell && Number(cell.getAttribute("data-cell"));
};

/** A click or a tap chooses a cell, dragging up or down changes its value, and a passing mouse shows a cell's set. */
export function connectPointer(/** @type {Widget} */ widget) {
  const { state, draw } = widget;
  const { element } = widget.parts.block;
  let drag = /** @type {{ y: number, value: number } | null} */ (null);
  let dragged = false; // the mouse stands where the drag ended, over another cell
  const show = (/** @type {number | null} */ preview) => {
    state.preview = preview;
    draw();
  };
  element.addEventListener("pointerdown", (/** @type {PointerEvent} */ event) => {
    const i = cellUnder(event);
    if (i === null || state.game) return;
    // A finger on a cell that is not chosen may be scrolling the page; on the chosen one it drags the value.
    const scrolls = event.pointerType === "touch" && i !== state.focus;
    drag = scrolls ? null : { y: event.clientY, value: state.values[i] };
    choose(widget, i);
    if (drag) element.setPointerCapture(event.pointerId);
  });
  const holdPage = (/** @type {TouchEvent} */ event) => drag && event.preventDefault();
  element.addEventListener("touchstart", holdPage, { passive: false });
  element.addEventListener("pointermove", (/** @type {PointerEvent} */ event) => {
    if (!drag) return;
    const wanted = drag.value + Math.round((drag.y - event.clientY) / DRAG);
    if (wanted !== state.values[state.focus]) change(widget, wanted);
  });
  for (const end of ["pointerup", "pointercancel"])
    element.addEventListener(end, () => {
      dragged = drag !== null && drag.value !== state.values[state.focus];
      drag = null;
    });
  // Only a click, a tap or a key chooses the cell.
  element.addEventListener("pointerover", (/** @type {PointerEvent} */ event) => {
    const i = cellUnder(event);
    if (i === null || event.pointerType !== "mouse" || event.buttons || dragged || state.game) return;
    show(i);
  });
  element.addEventListener("pointerleave", () => {
    dragged = false;
    show(null);
  });
}

/** Arrow keys choose the next cell, plus and minus change the value. */
export function connectKeyboard(/** @type {Widget} */ widget) {
  const { state, parts } = widget;
  const dims = dimsOf(state.shape);
  parts.block.element.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
    if (state.game) return;
    const next = cellToward(dims, state.focus, event.key);
    if (next !== undefined) choose(widget, next);
    else if (["+", "="].includes(event.key)) nudge(widget, 1);
    else if (event.key === "-") nudge(widget, -1);
    else return;
    event.preventDefault();
  });
}
