// Steps over a band of memory, an arrow up for each tensor that a step reads and one down for each that it writes; below,
// what they move together, as a bar over the least. And the machine's workers.
import { light } from "../../../palette.json";
import { svg, tenths, tick } from "../shared/drawing.js";
import { escapeText } from "../shared/text.js";
import { isClosed, MOST, SPLITS } from "./model.js";

/** @typedef {ReturnType<typeof import("./model.js").view>} Seen */

const BOX = { top: 26, tall: 42 };
const MEMORY = { top: 164, tall: 34 };
const READ_OUT = MEMORY.top + MEMORY.tall + 34; // the baseline of the large numbers
const BAR = { top: READ_OUT + 12, tall: 18 };
const LEAST = { top: BAR.top + BAR.tall + 6, tall: 8 };
const HEIGHT = LEAST.top + LEAST.tall + 30;
const NARROW = 520;
const CRAMPED = 300; // a phone, in large type

/** Where the steps stand in a drawing of this width. */
export function placesIn(width, steps) {
  const narrow = width < NARROW;
  const cramped = width < CRAMPED;
  const gap = narrow ? 6 : 34;
  const box = (width - 2 - gap * (steps - 1)) / steps;
  const pitch = box + gap;
  const left = (step) => 1 + pitch * step;
  return {
    narrow,
    cramped,
    gap,
    box,
    pitch,
    left,
    middle: (step) => left(step) + box / 2,
    between: (seam) => left(seam + 1) - gap / 2,
    ...BOX,
  };
}

const rect = (name, x, y, width, height, more = "") =>
  `<rect class="${name}" x="${tenths(x)}" y="${tenths(y)}" width="${tenths(Math.max(0, width))}" height="${tenths(height)}"${more}/>`;

/** An arrow between a step and the memory; the tip of one that reads is up. */
function arrow(name, x, up, shaft) {
  const [from, to] = [MEMORY.top - 1, BOX.top + BOX.tall + 5];
  const [tail, tip] = up ? [from, to] : [to - 4, from - 4];
  const neck = tip + (up ? 13 : -13);
  const [half, wing] = [shaft / 2, shaft];
  return (
    `<path class="${name}" d="M${tenths(x - half)} ${tail}V${neck}H${tenths(x - wing)}L${tenths(x)} ${tip}` +
    `L${tenths(x + wing)} ${neck}H${tenths(x + half)}V${tail}Z"/>`
  );
}

/** Those of all steps; where one has gone its outline stays. */
function arrowsMarkup({ arrows }, { middle, narrow }) {
  const [apart, shaft] = narrow ? [10, 7] : [17, 10];
  return arrows
    .map(({ read, again, write, writes }, step) => {
      const x = middle(step);
      const reading = arrow(read ? (again ? "again" : "goes") : "gone", x - (writes ? apart : 0), true, shaft);
      return reading + (writes ? arrow(write ? "goes back" : "gone", x + apart, false, shaft) : "");
    })
    .join("");
}

/** What a closed seam hands on: a value, or before `− mean` the x that both of its steps see. */
function joint(seam, x, narrow) {
  const y = BOX.top + BOX.tall / 2;
  const half = narrow ? 3.5 : 9;
  const way =
    seam < 2 ? `M${tenths(x)} ${y - 9}v18` : `M${tenths(x - half)} ${y}h${2 * half}m-3.5 -3.5l3.5 3.5l-3.5 3.5`;
  return `<path class="joint" d="${way}"/>`;
}

/** What stands for the first steps where words have no room: in some languages they are long. */
const SYMBOLS = ["μ", "σ²", "− μ"];

/** Kernels of several steps are one block. A hand that holds a step has it moved `by` so much. */
function stepsMarkup({ kernels }, places, names, held) {
  const { left, middle, box, between, narrow, cramped } = places;
  const size = cramped ? " tiny" : narrow ? " small" : "";
  const blocks = kernels.map(([first, last]) => {
    const shift = held && held.step >= first && held.step <= last ? held.by : 0;
    const width = left(last) + box - left(first);
    const name = first === last ? "step" : "kernel";
    const shown = narrow ? names.map((name, k) => SYMBOLS[k] ?? name) : names;
    const words = shown.slice(first, last + 1).map((word, k) => {
      const x = tenths(middle(first + k) + shift);
      return `<text class="word ${name}-word${size}" x="${x}" y="${BOX.top + BOX.tall / 2 + 5}" text-anchor="middle">${escapeText(word)}</text>`;
    });
    const joints = words.slice(1).map((_, k) => joint(first + k, between(first + k) + shift, narrow));
    return rect(name, left(first) + shift, BOX.top, width, BOX.tall, ' rx="7"') + words.join("") + joints.join("");
  });
  return blocks.join("");
}

/** Open seams are dotted lines; where there is room, a knob says that they close. */
function seamsMarkup({ fused }, { steps }, { between, narrow }) {
  const y = BOX.top + BOX.tall / 2;
  return Array.from({ length: steps - 1 }, (_, seam) => {
    if (isClosed(fused, seam)) return "";
    const x = between(seam);
    const line = `<path class="seam" d="M${tenths(x)} ${BOX.top + 2}v${BOX.tall - 4}"/>`;
    if (narrow) return line;
    const towards = `M${tenths(x - 5)} ${y - 3}l3 3l-3 3M${tenths(x + 5)} ${y - 3}l-3 3l3 3`;
    return `${line}<circle class="press" cx="${tenths(x)}" cy="${y}" r="9"/><path class="close" d="${towards}"/>`;
  }).join("");
}

const big = (key, x, text, anchor) =>
  `<text class="big" data-gn-value="${key}" x="${x}" y="${READ_OUT}" text-anchor="${anchor}">${escapeText(text)}</text>`;

/** What is moved, as a bar: what goes beyond one read and one write has another colour. Below it the least. */
function totalMarkup({ times, least }, width, texts) {
  const cramped = width < CRAMPED;
  const unit = (width - 2) / MOST;
  const cuts = Array.from({ length: times - 1 }, (_, k) => `M${tenths(1 + unit * (k + 1))} ${BAR.top}v${BAR.tall}`);
  const y = LEAST.top + LEAST.tall;
  return (
    big("bytes", 1, texts.bytes, "start") +
    big("times", width - 1, texts.times, "end") +
    rect("room", 1, BAR.top, width - 2, BAR.tall, ' rx="3"') +
    rect("needed", 1, BAR.top, unit * 2, BAR.tall, ' rx="3"') +
    rect("more", 1 + unit * 2, BAR.top, unit * (times - 2), BAR.tall, ' rx="3"') +
    `<path class="cut" d="${cuts.join("")}"/>` +
    rect("least", 1, LEAST.top, unit * least, LEAST.tall, ' rx="2"') +
    tick(1, y + 19, texts.least, "start") +
    tick(cramped ? 1 : width - 1, y + (cramped ? 37 : 19), texts.time, cramped ? "start" : "end", "time")
  );
}

/**
 * All of it.
 * @param {any} state
 * @param {Seen} seen
 * @param {number} width
 * @param {{ names: string[], texts: ReturnType<typeof import("./told.js").drawnTexts>, hint?: string,
 *   held?: { step: number, by: number } | null }} words `hint` invites the hand; `held` is the step in it
 */
export function drawingMarkup(state, seen, width, { names, texts, hint = "", held = null }) {
  const places = placesIn(width, seen.steps);
  const y = MEMORY.top + MEMORY.tall / 2 + 5;
  const invites = hint
    ? `<text class="gn-hint" x="${tenths(width - 2)}" y="16" text-anchor="end">← ${escapeText(hint)}</text>`
    : "";
  return {
    height: HEIGHT + (places.cramped ? 18 : 0),
    content:
      invites +
      rect("memory", 1, MEMORY.top, width - 2, MEMORY.tall, ' rx="5"') +
      `<text class="name" x="12" y="${y}">${escapeText(texts.memory)}</text>` +
      tick(tenths(width - 12), y, texts.counts, "end", places.cramped ? "counts small" : "counts") +
      arrowsMarkup(seen, places) +
      seamsMarkup(state, seen, places) +
      stepsMarkup(seen, places, names, held) +
      totalMarkup(seen, width, texts),
  };
}

const CELLS = 44; // the height of all of them
const TRACK = CELLS + 46;

/** Where the knob of the split stands. */
export function railIn(width) {
  const [from, to] = [12, Math.min(width - 12, 320)];
  const step = (to - from) / (SPLITS.length - 1);
  return { x: (k) => from + step * k, y: TRACK, placeAt: (x) => (x - from) / step };
}

/** The machine's workers: those with a block are filled. And the track of the split. */
export function workersMarkup({ workers, lit }, width, words) {
  const columns = workers === 2 ? 2 : width < NARROW ? 33 : 44;
  const across = Math.min(width / columns, 96);
  const down = CELLS / Math.ceil(workers / columns);
  const space = workers === 2 ? 6 : 2;
  const cells = Array.from({ length: workers }, (_, k) => {
    const [x, y] = [across * (k % columns) + space / 2, down * Math.floor(k / columns) + space / 2];
    return rect(k < lit ? "works" : "waits", x, y, across - space, down - space, ' rx="1.5"');
  });
  const track = railIn(width);
  const stops = SPLITS.map(
    (split, k) =>
      `<circle class="stop" cx="${tenths(track.x(k))}" cy="${TRACK}" r="3"/>` +
      tick(tenths(track.x(k)), TRACK + 27, split),
  );
  const line = `<path class="track" d="M${track.x(0)} ${TRACK}H${tenths(track.x(SPLITS.length - 1))}"/>`;
  const content = `${cells.join("")}${tick(1, CELLS + 22, words, "start")}${line}${stops.join("")}`;
  return { height: TRACK + 34, content };
}

export const STILL_STYLE =
  `text{font:13px system-ui,sans-serif;fill:${light.ink}}.name,.word{font-weight:650}.small{font-size:11px}.big{font-size:21px;font-weight:700}` +
  `.step{fill:#fff;stroke:${light.ink};stroke-width:1.5}.kernel{fill:${light.ink}}.kernel-word{fill:#fff}.seam{stroke:${light.line};stroke-dasharray:2 3}` +
  `.press{fill:#fff;stroke:${light.line}}.close{stroke:${light.ink};fill:none}.joint{fill:none;stroke:#fff;stroke-width:1.6}.memory,.room{fill:${light.shade};stroke:${light.line}}.goes,.needed{fill:${light.ink}}.back{fill:${light.quiet}}` +
  `.again,.more{fill:${light.bad}}.gone{fill:none;stroke:${light.line};stroke-dasharray:2 3}.cut{stroke:#fff}.least{fill:${light.quiet}}`;

/** For pages without scripts. */
export function stillDrawing(state, seen, words) {
  const { height, content } = drawingMarkup(state, seen, 560, words);
  return svg("still", 560, height, content);
}
