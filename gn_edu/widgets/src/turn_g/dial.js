// The dial: five stops on half a circle, a grip that goes along it, and the channels of the first layer as G cuts them.
import { svgElement } from "../shared/dom.js";
import { tenths } from "../shared/drawing.js";
import { fittedDrawing } from "../shared/fitted.js";
import { createGrip, dragged, holdPage } from "../shared/grip.js";
import { clamp } from "../shared/maths.js";

const MOST = 320; // its greatest width
const RADIUS = { near: 46, face: 76, stops: 96, labels: 118, hand: 132 }; // at a width of 280
const ENDS = 12; // degrees between the ground and the first stop

/**
 * Where the parts of a dial of this width lie.
 * @typedef {ReturnType<typeof placesOf>} Places
 */
function placesOf(/** @type {number} */ width) {
  const scale = width / 280;
  const radius = Object.fromEntries(Object.entries(RADIUS).map(([name, length]) => [name, length * scale]));
  const hub = { x: width / 2, y: radius.labels + 18 };
  const cell = 15 * scale;
  return { width, radius, hub, cell, strip: hub.y + 24, height: hub.y + 32 + 22 * scale };
}

/** The point of stop k of n at a distance from the hub. */
function pointAt(k, n, hub, radius) {
  const angle = ((180 - ENDS - (k * (180 - 2 * ENDS)) / (n - 1)) * Math.PI) / 180;
  return { x: hub.x + radius * Math.cos(angle), y: hub.y - radius * Math.sin(angle) };
}

/** The stop, from 0 to n - 1, whose direction a point has; between stops a fraction. */
function stopAt({ x, y }, n, hub) {
  // Under the ground the nearer end holds.
  const degrees = y > hub.y ? (x < hub.x ? 180 : 0) : (Math.atan2(hub.y - y, x - hub.x) * 180) / Math.PI;
  return clamp(((180 - ENDS - degrees) * (n - 1)) / (180 - 2 * ENDS), 0, n - 1);
}

const halfDisc = (/** @type {{ x: number, y: number }} */ { x, y }, /** @type {number} */ radius) =>
  `M${tenths(x - radius)} ${tenths(y)}a${tenths(radius)} ${tenths(radius)} 0 0 1 ${tenths(2 * radius)} 0z`;

/** The channels of the first layer: a frame a group, a line between two of its channels. */
function channelsMarkup({ width, cell, strip }, channels, groups) {
  const [left, each, height] = [(width - cell * channels) / 2, channels / groups, (cell * 22) / 15];
  const frames = Array.from({ length: groups }, (_, g) => {
    const x = tenths(left + g * each * cell + 1.5);
    const size = `width="${tenths(each * cell - 3)}" height="${tenths(height)}"`;
    return `<rect class="gn-group" x="${x}" y="${tenths(strip)}" ${size} rx="3"/>`;
  });
  const lines = Array.from({ length: channels - 1 }, (_, c) =>
    (c + 1) % each ? `M${tenths(left + (c + 1) * cell)} ${tenths(strip + 5)}v${tenths(height - 10)}` : "",
  );
  return `${frames.join("")}<path class="gn-between" d="${lines.join("")}"/>`;
}

/** What is drawn under the grip when stop k holds. */
function dialMarkup(/** @type {Places} */ places, options, k, channels) {
  const { hub, radius } = places;
  const at = (i, distance) => pointAt(i, options.length, hub, distance);
  const [from, to] = [at(0, radius.stops), at(options.length - 1, radius.stops)];
  const round = tenths(radius.stops);
  const track = `<path class="gn-track-line" d="M${tenths(from.x)} ${tenths(from.y)}A${round} ${round} 0 0 1 ${tenths(to.x)} ${tenths(to.y)}"/>`;
  const stops = options.map((groups, i) => {
    const [dot, label] = [at(i, radius.stops), at(i, radius.labels)];
    return (
      `<circle class="gn-stop" cx="${tenths(dot.x)}" cy="${tenths(dot.y)}" r="4"/>` +
      `<text class="${i === k ? "gn-now" : ""}" x="${tenths(label.x)}" y="${tenths(label.y + 5)}" text-anchor="middle">${groups}</text>`
    );
  });
  const [near, far] = [at(k, radius.near), at(k, radius.stops)];
  const hand = `<path class="gn-hand" d="M${tenths(near.x)} ${tenths(near.y)}L${tenths(far.x)} ${tenths(far.y)}"/>`;
  const value = `<text class="gn-value" x="${tenths(hub.x)}" y="${tenths(hub.y - 10)}" text-anchor="middle">G = ${options[k]}</text>`;
  const face = `<path class="gn-face" d="${halfDisc(hub, radius.face)}"/>`;
  return track + stops.join("") + face + hand + value + channelsMarkup(places, channels, options[k]);
}

/**
 * The dial in a page; turn(groups) is called when a hand moves it. Returns {element, show, stop}: show(groups). The hint
 * stands at the G of rest, where there is room for it.
 * @param {{ options: number[], rest: number, channels: number, tr: import("../shared/i18n.js").Translator,
 *   turn: (groups: number) => void }} parts
 */
export function createDial({ options, rest, channels, tr, turn }) {
  const n = options.length;
  let [now, places] = [options[0], placesOf(MOST)];
  const grip = createGrip({
    label: tr("G, the number of groups"),
    mark: "groups",
    axis: "x",
    range: { min: 0, max: n - 1, step: 1 },
    valueAt: (_, point) => stopAt(point, n, places.hub),
    move: (k) => turn(options[k]),
    hint: tr("drag me"),
    side: -1,
  });
  // The face and the numbers around it can be taken, too.
  const area = svgElement("path", { class: "gn-dial-area" });
  dragged(area, (point) => {
    grip.element.classList.add("gn-by-hand");
    grip.element.focus({ preventScroll: true });
    const groups = options[Math.round(stopAt(point, n, places.hub))];
    if (groups !== now) turn(groups);
  });
  holdPage(area);
  const draw = (/** @type {number} */ width) => {
    places = placesOf(width);
    const { hub, radius, height } = places;
    const k = options.indexOf(now);
    area.setAttribute("d", halfDisc(hub, radius.hand));
    grip.show({ ...pointAt(k, n, hub, radius.stops), value: k, text: `G = ${now}` });
    return { height, content: dialMarkup(places, options, k, channels) };
  };
  const label = tr("A dial: G, and the channels of the first layer in their groups");
  const drawing = fittedDrawing({ label, most: MOST, draw, grips: [{ element: area }, grip] });
  const show = (/** @type {number} */ groups) => {
    now = groups;
    if (groups !== rest) grip.letGo();
    drawing.show();
  };
  return { element: drawing.element, show, stop: drawing.stop };
}
