// The first row in a hand: a box goes up and down with its mean, sideways to another place; a knob sets its spread.
import { setAttributes, svgElement } from "../shared/dom.js";
import { fittedDrawing } from "../shared/fitted.js";
import { createGrip, dragged, holdPage } from "../shared/grip.js";
import { clamp } from "../shared/maths.js";
import { escapeText, minus } from "../shared/text.js";
import { across, BEFORE, beforeMarkup, HEIGHTS } from "./drawing.js";
import { C, LEVEL, SPREAD } from "./model.js";

/** @typedef {import("./model.js").State} State */

const STEP = 0.5;
const KNOB = 25; // from a box's edge to its knob
const SIDEWAYS = 12; // the way after which a drag is one to another place
const REACH = 15; // a thumb meets a box that is thinner

/** The nearest half between two limits. */
const stepped = (value, { least, most }) => clamp(Math.round(value / STEP) * STEP, least, most);

/** A list with one entry replaced. */
export const replaced = (list, at, value) => list.map((old, k) => (k === at ? value : old));

/** The order with a channel at another place, its neighbours closing up; nothing past the ends. */
export function moved(order, channel, to) {
  const others = order.filter((c) => c !== channel);
  others.splice(clamp(to, 0, C - 1), 0, channel);
  return others;
}

/** One channel's box as a slider. */
function createBox(channel, { tr, state, set }, widthNow) {
  const named = { class: "gn-box", tabindex: 0, role: "slider", "data-gn-box": channel };
  const range = { "aria-valuemin": LEVEL.least, "aria-valuemax": LEVEL.most };
  const element = svgElement("g", { ...named, ...range, "aria-orientation": "vertical" });
  element.innerHTML = '<rect class="hit" rx="4"/>';
  const area = /** @type {SVGRectElement} */ (element.firstChild);
  const lift = (mean) => {
    if (!state.centred && mean !== state.means[channel]) set({ means: replaced(state.means, channel, mean) });
  };
  const shift = (place) => {
    const order = moved(state.order, channel, place);
    if (order.join() !== state.order.join()) set({ order });
  };
  const start = { x: 0, y: 0, mean: 0, way: "" };
  const move = ({ x, y }) => {
    const [right, up] = [Math.abs(x - start.x), Math.abs(y - start.y)];
    if (!start.way && right > SIDEWAYS && right > up) start.way = "sideways";
    if (!start.way && up > 3) start.way = "up";
    if (start.way === "sideways") shift(across(widthNow()).placeAt(x));
    if (start.way === "up") lift(stepped(start.mean + (start.y - y) / BEFORE.unit, LEVEL));
  };
  dragged(element, move, ({ x, y }) => {
    Object.assign(start, { x, y, mean: state.means[channel], way: "" });
    if (state.selected !== channel) set({ selected: channel });
  });
  holdPage(element);
  element.addEventListener("focus", () => state.selected !== channel && set({ selected: channel }));
  element.addEventListener("keydown", (event) => {
    const all = LEVEL.most - LEVEL.least;
    const up = { ArrowUp: 1, ArrowDown: -1, PageUp: 6, PageDown: -6, End: all / STEP, Home: -all / STEP }[event.key];
    const right = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (up === undefined && right === undefined) return;
    event.preventDefault();
    if (up) lift(stepped(state.means[channel] + up * STEP, LEVEL));
    if (right) shift(state.order.indexOf(channel) + right);
  });
  const show = (place, k, { column, left }) => {
    const y = BEFORE.at(place.mean);
    const half = Math.max(REACH, Math.min(place.spread * BEFORE.unit, 60));
    const top = Math.max(BEFORE.top, y - half);
    const size = { x: left(k) + 1, y: top, width: column - 2, height: Math.min(BEFORE.bottom, y + half) - top };
    for (const [key, value] of Object.entries(size)) area.setAttribute(key, value.toFixed(1));
    const names = { channel: channel + 1, place: k + 1 };
    const label = tr("Channel {channel}, place {place} of 8: its mean. Left and right move it.", names);
    setAttributes(element, {
      "aria-label": label,
      "aria-valuenow": place.mean,
      "aria-valuetext": minus(place.mean),
    });
    element.classList.toggle("gn-chosen", channel === state.selected);
  };
  return { element, show };
}

/**
 * The first row, live; show(places, common) draws it, with the sets' means if `common`.
 * @param {{ tr: import("../shared/i18n.js").Translator, state: any, set: (change: any) => void }} box
 * @param {string} id
 */
export function createBoxes(box, id) {
  const { tr, state, set } = box;
  const now = { width: 0, places: /** @type {any[]} */ ([]), common: false, taken: false };
  const boxes = Array.from({ length: C }, (_, channel) => createBox(channel, box, () => now.width));
  const side = () => (!state.centred && state.means[state.selected] > 0 ? -1 : 1); // the knob stays in the drawing
  const meanNow = () => (state.centred ? 0 : state.means[state.selected]);
  const knob = createGrip({
    label: tr("Spread of the chosen channel"),
    mark: "spread",
    axis: "y",
    range: { min: SPREAD.least, max: SPREAD.most, step: STEP },
    valueAt: (y) => (side() * (BEFORE.at(meanNow()) - y) - KNOB) / BEFORE.unit,
    move: (spread) => set({ spreads: replaced(state.spreads, state.selected, spread) }),
    look: '<circle class="disc" r="8"/><path class="arrows" d="M-3 -2l3 -3l3 3M-3 2l3 3l3 -3"/>',
  });
  const draw = (width) => {
    now.width = width;
    const { places, common } = now;
    if (!places.length) return { height: HEIGHTS.before, content: "" };
    const columns = across(width);
    const k = places.findIndex(({ channel }) => channel === state.selected);
    const spread = state.spreads[state.selected];
    const edge = BEFORE.at(meanNow()) - side() * spread * BEFORE.unit;
    const x = columns.middle(k);
    const content =
      beforeMarkup(state, places, width, { id, common }) +
      `<path class="stalk" d="M${x} ${edge}v${-side() * KNOB}"/>` +
      (now.taken ? "" : hintMarkup(tr("drag me"), x, k, BEFORE.at(meanNow()), columns.half));
    for (const [at, { channel }] of places.entries()) boxes[channel].show(places[at], at, columns);
    knob.show({ x, y: edge - side() * KNOB, value: spread });
    return { height: HEIGHTS.before, content };
  };
  const label = tr("Eight channels before the norm");
  const drawing = fittedDrawing({ label, draw, grips: [...boxes, knob] });
  for (const event of ["pointerdown", "keydown"])
    drawing.element.addEventListener(event, () => {
      now.taken = true;
    });
  const show = (places, common) => {
    Object.assign(now, { places, common });
    drawing.show();
  };
  return { element: drawing.element, show, stop: drawing.stop };
}

/** The words beside the chosen box, on the side where there is room. */
const hintMarkup = (words, x, k, y, half) =>
  `<text class="gn-hint" x="${x + (k < C / 2 ? half + 8 : -half - 8)}" y="${y + 4}" text-anchor="${k < C / 2 ? "start" : "end"}">${escapeText(words)}</text>`;
