// The dial: five stops on half a circle, a grip that goes along it, and the channels of the first layer as G cuts them.
import { tenths } from "../shared/drawing.js";
import { createGrip, dragged, grippedDrawing } from "../shared/grip.js";
import { clamp } from "../shared/maths.js";

const WIDE = 280;
const TALL = 190;
const HUB = { x: WIDE / 2, y: 136 };
const RADIUS = { face: 76, stops: 96, labels: 118, hand: 132 };
const ENDS = 12; // degrees between the ground and the first stop
const CELL = 15;
const STRIP = 160; // the top of the channels

/** The point of stop k of n at a distance from the hub. */
function pointAt(k, n, radius) {
  const angle = ((180 - ENDS - (k * (180 - 2 * ENDS)) / (n - 1)) * Math.PI) / 180;
  return { x: HUB.x + radius * Math.cos(angle), y: HUB.y - radius * Math.sin(angle) };
}

/** The stop, from 0 to n - 1, whose direction a point has; between stops a fraction. */
export function stopAt({ x, y }, n) {
  // Under the ground the nearer end holds.
  const degrees = y > HUB.y ? (x < HUB.x ? 180 : 0) : (Math.atan2(HUB.y - y, x - HUB.x) * 180) / Math.PI;
  return clamp(((180 - ENDS - degrees) * (n - 1)) / (180 - 2 * ENDS), 0, n - 1);
}

const halfDisc = (/** @type {number} */ radius) =>
  `M${HUB.x - radius} ${HUB.y}a${radius} ${radius} 0 0 1 ${2 * radius} 0z`;

/** The channels of the first layer: a frame a group, a line between two of its channels. */
function strip(channels, groups) {
  const [left, each] = [(WIDE - CELL * channels) / 2, channels / groups];
  const frames = Array.from({ length: groups }, (_, g) => {
    const x = left + g * each * CELL + 1.5;
    return `<rect class="gn-group" x="${x}" y="${STRIP}" width="${each * CELL - 3}" height="22" rx="3"/>`;
  });
  const lines = Array.from({ length: channels - 1 }, (_, c) =>
    (c + 1) % each ? `M${left + (c + 1) * CELL} ${STRIP + 5}v12` : "",
  );
  return `${frames.join("")}<path class="gn-between" d="${lines.join("")}"/>`;
}

/** What is drawn under the grip when stop k holds. */
export function dialMarkup(options, k, channels) {
  const n = options.length;
  const [from, to] = [pointAt(0, n, RADIUS.stops), pointAt(n - 1, n, RADIUS.stops)];
  const track = `<path class="gn-track-line" d="M${tenths(from.x)} ${tenths(from.y)}A${RADIUS.stops} ${RADIUS.stops} 0 0 1 ${tenths(to.x)} ${tenths(to.y)}"/>`;
  const stops = options.map((groups, i) => {
    const [dot, label] = [pointAt(i, n, RADIUS.stops), pointAt(i, n, RADIUS.labels)];
    return (
      `<circle class="gn-stop" cx="${tenths(dot.x)}" cy="${tenths(dot.y)}" r="4"/>` +
      `<text class="${i === k ? "gn-now" : ""}" x="${tenths(label.x)}" y="${tenths(label.y + 4)}" text-anchor="middle">${groups}</text>`
    );
  });
  const [near, far] = [pointAt(k, n, 46), pointAt(k, n, RADIUS.stops)];
  const hand = `<path class="gn-hand" d="M${tenths(near.x)} ${tenths(near.y)}L${tenths(far.x)} ${tenths(far.y)}"/>`;
  const value = `<text class="gn-value" x="${HUB.x}" y="${HUB.y - 10}" text-anchor="middle">G = ${options[k]}</text>`;
  const face = `<path class="gn-face" d="${halfDisc(RADIUS.face)}"/>`;
  return track + stops.join("") + face + hand + value + strip(channels, options[k]);
}

/**
 * The dial in a page; turn(groups) is called when a hand moves it. Returns {element, show}: show(groups). The hint stands
 * at the G of rest, where there is room for it.
 * @param {{ options: number[], rest: number, channels: number, tr: import("../shared/i18n.js").Translator,
 *   turn: (groups: number) => void }} parts
 */
export function createDial({ options, rest, channels, tr, turn }) {
  const n = options.length;
  const grip = createGrip({
    label: tr("G, the number of groups"),
    mark: "groups",
    axis: "x",
    range: { min: 0, max: n - 1, step: 1 },
    valueAt: (_, point) => stopAt(point, n),
    move: (k) => turn(options[k]),
    hint: tr("drag me"),
    side: -1,
  });
  // The face and the numbers around it can be taken, too.
  const area = document.createElementNS("http://www.w3.org/2000/svg", "path");
  area.setAttribute("class", "gn-dial-area");
  area.setAttribute("d", halfDisc(RADIUS.hand));
  dragged(area, (point) => {
    grip.element.focus({ preventScroll: true });
    const groups = options[Math.round(stopAt(point, n))];
    if (groups !== now) turn(groups);
  });
  area.addEventListener("touchstart", (event) => event.preventDefault(), { passive: false });
  const figure = grippedDrawing(
    { label: tr("A dial: G, and the channels of the first layer in their groups"), width: WIDE, height: TALL },
    { element: area },
    grip,
  );
  let now = options[0];
  const show = (/** @type {number} */ groups) => {
    now = groups;
    const k = options.indexOf(groups);
    if (groups !== rest) grip.element.querySelector(".gn-hint")?.remove();
    figure.show(dialMarkup(options, k, channels));
    grip.show({ ...pointAt(k, n, RADIUS.stops), value: k, text: `G = ${groups}` });
  };
  return { element: figure.element, show };
}
