// The drawing in a page: cells that light up in all three views, a ribbon to slide along, scissors to drag, and cells that
// fly to their new places.
import { ARROWS, svgElement, uniqueName } from "../shared/dom.js";
import { tenths } from "../shared/drawing.js";
import { fittedDrawing } from "../shared/fitted.js";
import { createGrip, dragged } from "../shared/grip.js";
import { clamp } from "../shared/maths.js";
import { cutsOf, layoutOf } from "./layout.js";
import { matesOf, view } from "./model.js";
import { isCut, markup, overMarkup, threadMarkup } from "./view.js";

const FLIGHT = 380; // milliseconds from one view to the next
const LEAST = 11; // pixels of type
const SCISSORS =
  '<circle class="disc" r="13"/><g class="arrows"><circle cx="-4" cy="-5.5" r="2.6"/><circle cx="4" cy="-5.5" r="2.6"/>' +
  '<path d="M-3 -3.2L3.6 8M3 -3.2L-3.6 8"/></g>';

/** The scissors: they stand where the first row of the ribbon ends, and are grey where no cut goes through it. */
function createScissors({ tr, state, set }, widthOf) {
  const cuts = cutsOf(state.shape);
  const nearest = (place) => {
    const off = cuts.map(({ m }) => Math.abs(m * widthOf() - place));
    return off.indexOf(Math.min(...off));
  };
  const size = state.shape.reduce((a, b) => a * b);
  const now = () => cuts.findIndex(({ groups }) => groups === state.groups);
  const grip = createGrip({
    label: tr("Scissors: the end of the first row"),
    mark: "cut",
    axis: "x",
    range: { min: 0, max: cuts.length - 1, step: 1 },
    valueAt: nearest,
    move: (k) => set({ groups: cuts[k].groups }),
    hint: tr("drag me"),
    look: SCISSORS,
    side: cuts[now()].m > size / 2 ? -1 : 1,
  });
  const show = ({ gripAt }, cutting) => {
    const k = now();
    grip.element.classList.toggle("idle", !cutting);
    const text = tr("number of groups: {n}", { n: state.groups });
    grip.show({ x: cuts[k].m * widthOf() - 1.5, y: gripAt, value: k, text, hidden: cuts.length < 2 });
  };
  return { element: grip.element, show };
}

/** What takes a finger, the mouse or keys along the ribbon: a slider over the addresses. */
function createTrack({ tr, state, set }, look, widthOf) {
  const last = state.shape.reduce((a, b) => a * b) - 1;
  const range = { "aria-valuemin": 0, "aria-valuemax": last };
  const named = { class: "track", tabindex: 0, role: "slider", "aria-label": tr("along the memory") };
  const element = svgElement("rect", { ...named, ...range });
  const cells = () => view(state).cells;
  const valueAt = (address) => cells().findIndex((cell) => cell.address === clamp(address, 0, last));
  const partAt = (/** @type {PointerEvent} */ { clientX }) => {
    const { left, width } = element.getBoundingClientRect();
    return (clientX - left) / width;
  };
  const choose = (i) => i !== state.focus && set({ focus: i });
  dragged(element, ({ x }) => choose(valueAt(Math.floor(x / widthOf()))));
  element.addEventListener("pointermove", (event) => {
    if (event.pointerType === "mouse" && !event.buttons) look(valueAt(Math.floor(partAt(event) * (last + 1))));
  });
  element.addEventListener("keydown", (event) => {
    const [right, below] = ARROWS[event.key] ?? [];
    const to = { Home: 0, End: last }[event.key] ?? cells()[state.focus].address + right - below;
    if (Number.isNaN(to)) return;
    event.preventDefault();
    choose(valueAt(to));
  });
  const show = ({ width, views: { memory } }) => {
    const { address } = cells()[state.focus];
    const box = { x: 0, y: memory.top - 1, width: Math.min(width, memory.wide * (last + 1)), height: memory.tall + 4 };
    for (const [key, value] of Object.entries(box)) element.setAttribute(key, tenths(value));
    element.setAttribute("aria-valuenow", String(address));
    element.setAttribute("aria-valuetext", tr("address {address}: value {i}", { address, i: state.focus }));
  };
  return { element, show };
}

/** The cells of tensor and rows choose by a press, and light up under a mouse or a finger; arrow keys walk the tensor. */
function listen(drawn, { state, set }, look) {
  const [, channels, height, width] = state.shape;
  const size = state.shape[0] * channels * height * width;
  const cellOf = (/** @type {Element | null} */ target) => {
    const cell = target?.closest(".gn-piece");
    return cell && drawn.contains(cell) ? Number(cell.getAttribute("data-cell")) : undefined;
  };
  drawn.addEventListener("click", (event) => {
    const i = cellOf(event.target);
    if (i !== undefined) set({ focus: i });
  });
  drawn.addEventListener("pointermove", (event) => {
    const i = cellOf(document.elementFromPoint(event.clientX, event.clientY));
    if (i === undefined) return;
    if (event.pointerType === "mouse" && !event.buttons) look(i);
    else if (i !== state.focus) set({ focus: i });
  });
  drawn.addEventListener("keydown", (event) => {
    if (!(event.key in ARROWS)) return;
    event.preventDefault();
    const [right, below] = ARROWS[event.key];
    set({ focus: clamp(state.focus + right + below * height * width, 0, size - 1) });
    drawn.querySelector(`[data-view=tensor][data-cell="${state.focus}"]`).focus();
  });
}

/** Send cells from where they stood to where they stand; they are seen when they set out. */
function fly(drawn, kind, from, to, delay) {
  const css = ({ x, y }) => `translate(${tenths(x)}px, ${tenths(y)}px)`;
  const timing = /** @type {const} */ ({ duration: FLIGHT, easing: "ease-in-out", fill: "backwards" });
  for (const cell of drawn.querySelectorAll(`[data-view=${kind}]`)) {
    const i = Number(cell.getAttribute("data-cell"));
    const path = [
      { transform: css(from[i]), opacity: 0 },
      { opacity: 1, offset: 0.2 },
      { transform: css(to[i]), opacity: 1 },
    ];
    cell.animate(path, { ...timing, delay: delay + (i * FLIGHT) / (2 * to.length) });
  }
}

/** One value and its group stand out in all three views. */
function lightUp(drawn, seen, i) {
  const mates = matesOf(seen, i);
  for (const cell of drawn.querySelectorAll(".gn-piece")) {
    const k = Number(cell.getAttribute("data-cell"));
    cell.classList.toggle("gn-lit", k === i);
    cell.classList.toggle("gn-mate", mates.includes(seen.cells[k]));
  }
}

/** The chosen cell of the tensor is what the Tab key reaches. */
function choose(drawn, focus) {
  for (const cell of drawn.querySelectorAll("[data-view=tensor]")) {
    const chosen = Number(cell.getAttribute("data-cell")) === focus;
    cell.setAttribute("tabindex", chosen ? "0" : "-1");
    cell.setAttribute("aria-pressed", String(chosen));
  }
}

const PARTS = ["groups", "memory_format", "cut"];

/**
 * Returns {element, show, stop}; show() draws the state. say(i) is called with the value that is lit: the chosen one, or
 * one under the mouse.
 */
export function createDrawing(box, say) {
  const { state, tr } = box;
  const name = uniqueName();
  let layout = /** @type {any} */ (undefined);
  let seen = view(state);
  let drawnFor = /** @type {any} */ ({});
  const widthOf = () => layout.views.memory.wide;
  const scissors = createScissors(box, widthOf);
  const track = createTrack(box, look, widthOf);

  function draw(width) {
    const unit = picture.drawing.clientWidth / width || 1;
    layout = layoutOf(state, seen, width, LEAST / unit);
    scissors.show(layout, isCut(state, seen));
    track.show(layout);
    return { height: layout.height, content: markup(state, seen, layout, tr, name) };
  }

  const label = tr("The tensor, the memory, and the rows after the cut");
  const picture = fittedDrawing({ label, draw, grips: [track, scissors] });
  const drawn = /** @type {SVGGElement} */ (picture.drawing.querySelector(".drawn"));

  /** Light one value up in all three views. */
  function look(i) {
    lightUp(drawn, seen, i);
    const marks = { under: threadMarkup(layout, i), over: overMarkup(seen, layout, i, tr) };
    for (const [place, content] of Object.entries(marks)) drawn.getElementsByClassName(place)[0].innerHTML = content;
    say(i);
  }

  /** Cells fly where the memory format, the groups or the cut changed, unless motion is unwanted. */
  function move() {
    if (drawnFor.groups === undefined || matchMedia("(prefers-reduced-motion: reduce)").matches) return;
    const { tensor, memory, rows } = layout.places;
    const again = drawnFor.memory_format !== state.memory_format;
    if (again) fly(drawn, "memory", tensor, memory, 0);
    fly(drawn, "rows", memory, rows, again ? 1.5 * FLIGHT : 0);
  }

  function show() {
    if (PARTS.some((key) => drawnFor[key] !== state[key])) {
      seen = view(state);
      picture.show();
      move();
      drawnFor = Object.fromEntries(PARTS.map((key) => [key, state[key]]));
    }
    choose(drawn, state.focus);
    track.show(layout);
    look(state.focus);
  }

  listen(drawn, box, look);
  picture.element.addEventListener("pointerleave", () => look(state.focus));
  return { element: picture.element, show, stop: picture.stop };
}
