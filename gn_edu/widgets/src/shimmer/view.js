// What is drawn: a map in grey with a marker on it, and the axis with the values so far.
import { bitmap } from "../neighbours/pictures.js";
import { ARROWS, h } from "../shared/dom.js";
import { tenths } from "../shared/drawing.js";
import { N_ } from "../shared/i18n.js";
import { clamp } from "../shared/maths.js";
import { escapeText, fixed, minus } from "../shared/text.js";
import { SIDE } from "./model.js";

const LIMIT = 2.5; // black to white: the same in every draw
export const NORMS = { bn: N_("Batch Norm"), gn: N_("Group Norm") };

const part = (value) => clamp((value / LIMIT + 1) / 2, 0, 1);

/** Normalized values as a picture. */
export const grey = (values) => bitmap(SIDE, (i) => Array(3).fill(Math.round(255 * part(values[i]))));

/** A value as it stands under its map. */
export const valueText = (value) => minus(fixed(value, 2));

const RAMP = 9; // steps of grey in the axis
const LEFT = 84;
export const HEIGHT = 112;

/**
 * Two rows of dots over one axis, which is the scale of grey. Dots that follow each other stand at different heights, so
 * that they don't hide one another.
 */
export function stripMarkup({ dots, value }, tr, width) {
  const long = width - LEFT - 10;
  const xOf = (v) => tenths(LEFT + long * part(v));
  const cloud = (values, y) => values.map((v, k) => `M${xOf(v)} ${y - 3 - ((k * 7) % 23)}h0`).join("");
  const rows = [
    { name: "bn", y: 40, list: dots },
    { name: "gn", y: 80, list: dots.map(() => value.gn) },
  ];
  const drawn = rows.map(
    ({ name, y, list }) =>
      `<text class="name-${name}" x="4" y="${y - 8}">${escapeText(tr(NORMS[name]))}</text>` +
      `<path class="line" d="M${LEFT} ${y}h${long}"/><path class="cloud" d="${cloud(list, y)}"/>` +
      `<path class="mark mark-${name}" d="M${xOf(value[name])} ${y - 32}V${y}"/>`,
  );
  const step = long / RAMP;
  const ramp = Array.from({ length: RAMP }, (_, k) => {
    const level = Math.round((255 * (k + 0.5)) / RAMP);
    return `<rect x="${tenths(LEFT + k * step)}" y="86" width="${tenths(step + 0.3)}" height="8" fill="rgb(${level},${level},${level})"/>`;
  });
  const words =
    `<text x="${LEFT}" y="108">${escapeText(tr("darker"))}</text>` +
    `<text x="${LEFT + long}" y="108" text-anchor="end">${escapeText(tr("lighter"))}</text>`;
  const frame = `<rect class="ramp" x="${LEFT}" y="86" width="${long}" height="8"/>`;
  return drawn.join("") + ramp.join("") + frame + words;
}

const inside = (k) => clamp(k, 0, SIDE - 1);

/** A map with its marker, and the marked value under it. pick(pixel) moves the marker. */
export function createMap(name, state, tr, pick) {
  const image = h("img", { alt: "", draggable: "false" });
  const marker = h("button", { type: "button", class: "gn-marker", "data-gn-marker": name });
  const square = h("div", { class: "gn-square" }, image, marker);
  const number = h("b", { "data-gn-value": name });
  const element = h(
    "div",
    { class: "gn-map", "data-net": name },
    h("p", { class: "gn-part" }, tr(NORMS[name])),
    square,
    h("p", { class: "gn-marked" }, tr("marked pixel"), " ", number),
  );
  const put = (event) => {
    const { left, top, width } = square.getBoundingClientRect();
    const [row, column] = [event.clientY - top, event.clientX - left].map((at) =>
      inside(Math.floor((at / width) * SIDE)),
    );
    if (SIDE * row + column !== state.pixel) pick(SIDE * row + column);
  };
  // A thumb drags the marker, or taps where it is to go; elsewhere it scrolls the page.
  square.addEventListener("pointerdown", (event) => {
    if (event.pointerType !== "mouse" && event.target !== marker) return;
    square.setPointerCapture(event.pointerId);
    put(event);
  });
  square.addEventListener("pointermove", (event) => square.hasPointerCapture(event.pointerId) && put(event));
  square.addEventListener("click", (event) => event.detail && put(event));
  marker.addEventListener("keydown", (event) => {
    if (!(event.key in ARROWS)) return;
    event.preventDefault();
    const [right, below] = ARROWS[event.key];
    pick(SIDE * inside(Math.floor(state.pixel / SIDE) + below) + inside((state.pixel % SIDE) + right));
  });
  const show = (values, value) => {
    const [row, column] = [Math.floor(state.pixel / SIDE), state.pixel % SIDE];
    image.src = grey(values);
    marker.style.left = `${(100 * (column + 0.5)) / SIDE}%`;
    marker.style.top = `${(100 * (row + 0.5)) / SIDE}%`;
    const place = { norm: tr(NORMS[name]), row: row + 1, column: column + 1 };
    marker.setAttribute(
      "aria-label",
      tr("{norm}: the marked pixel, row {row}, column {column}. Arrow keys move it.", place),
    );
    number.textContent = valueText(value);
  };
  return { element, show };
}
