// Two rows of bars, a column a token: before the norm, in frames that hold what is averaged together, and after it.
import { light } from "../../../palette.json";
import { svg, tenths, tick } from "../shared/drawing.js";
import { fixed } from "../shared/text.js";
import { C, isStill, REACH, T, TIP } from "./model.js";

/** @typedef {ReturnType<typeof import("./model.js").view>} Seen */

const HEAD = 24; // the words over the bars
const BEFORE = { top: HEAD, tall: 172, most: REACH.most };
const AFTER = { top: HEAD + BEFORE.tall + 34, tall: 124, most: 4 };
export const HEIGHT = AFTER.top + AFTER.tall + 40;

const heightOf = ({ top, tall, most }, value) => top + tall / 2 - (value / most) * (tall / 2 - 4);

/** Where columns and bars stand in a drawing of this width. */
export const placesIn = (width) => {
  const column = width / T;
  const bar = Math.min(20, (column - 12) / C);
  const barAt = (t, c) => column * (t + 0.5) + bar * (c - (C - 1) / 2);
  return {
    column,
    bar,
    barAt,
    tip: (t, value) => ({ x: barAt(t, TIP), y: heightOf(BEFORE, value) }),
    valueAt: (y) => ((BEFORE.top + BEFORE.tall / 2 - y) / (BEFORE.tall / 2 - 4)) * BEFORE.most,
  };
};

const rect = (name, x, y, width, height) =>
  `<rect class="${name}" x="${tenths(x)}" y="${tenths(y)}" width="${tenths(width)}" height="${tenths(height)}"/>`;

/** A token's bars in one of the rows. */
function barsMarkup(row, values, t, { bar, barAt }, name) {
  const zero = heightOf(row, 0);
  return values
    .map((value, c) => {
      const y = heightOf(row, value);
      return rect(name, barAt(t, c) - bar / 2 + 1, Math.min(y, zero), bar - 2, Math.max(1, Math.abs(y - zero)));
    })
    .join("");
}

/** What is averaged together lies in one frame. */
function framesMarkup({ over }, { column }) {
  const { top, tall } = BEFORE;
  if (over === "time") return rect("frame", 2, top, column * T - 4, tall);
  return Array.from({ length: T }, (_, t) => rect("frame", column * t + 2, top, column - 4, tall)).join("");
}

/** The mean of a frame is a line through it. */
const meansMarkup = (means, { column }) =>
  means
    .map(
      (mean, t) =>
        `<path class="mean" d="M${tenths(column * t + 3)} ${tenths(heightOf(BEFORE, mean))}h${tenths(column - 6)}"/>`,
    )
    .join("");

/**
 * All but the grips.
 * @param {any} state
 * @param {Seen} seen
 * @param {number} width
 * @param {{ words: string[], heads: string[], hint?: string }} texts the tokens' words; what stands over and under the
 *   second row; and what invites the hand, until something is changed
 */
export function drawingMarkup(state, seen, width, { words, heads, hint = "" }) {
  const places = placesIn(width);
  const { column } = places;
  const columns = words.map((word, t) => {
    const middle = tenths(column * (t + 0.5));
    const heard = seen.hear.includes(t);
    const still = isStill(seen.moved[t]);
    const kind = still ? "still-bar" : heard ? "hear" : "bar";
    const amount = `<text class="tick${heard ? " hear" : ""}" data-gn-value="moved[${t}]" x="${middle}" y="${AFTER.top + AFTER.tall + 16}" text-anchor="middle">${fixed(seen.moved[t], 2)}</text>`;
    return (
      `<text class="name" x="${middle}" y="15" text-anchor="middle">${word}</text>` +
      barsMarkup(BEFORE, seen.before[t], t, places, "bar") +
      barsMarkup(AFTER, seen.after[t], t, places, kind) +
      (still ? "" : barsMarkup(AFTER, seen.first[t], t, places, "ghost")) +
      amount
    );
  });
  const zeros = [BEFORE, AFTER].map((row) => `<path class="zero" d="M2 ${tenths(heightOf(row, 0))}h${width - 4}"/>`);
  const said = [tick(2, AFTER.top - 8, heads[0], "start"), tick(2, HEIGHT - 6, heads[1], "start")];
  if (hint && !seen.changed.length) {
    const { x, y } = places.tip(T - 1, seen.before[T - 1][TIP]);
    said.push(`<text class="gn-hint" x="${tenths(x + 4)}" y="${tenths(y - 14)}" text-anchor="end">${hint} ↓</text>`);
  }
  return (
    framesMarkup(state, places) + meansMarkup(seen.means, places) + zeros.join("") + columns.join("") + said.join("")
  );
}

export const STILL_STYLE =
  "text{font:13px system-ui,sans-serif;fill:#333}.name{font-weight:650}path,.frame,.ghost{fill:none}" +
  `.mean{stroke:${light.ink};stroke-width:2}.zero,.frame{stroke:${light.line}}.bar{fill:${light.ink}}.still-bar{fill:${light.quiet}}` +
  `rect.hear{fill:${light.bad}}text.hear{fill:${light.bad};font-weight:650}.ghost{stroke:${light.quiet};stroke-dasharray:2 2}`;

/** For pages without scripts. */
export const stillDrawing = (state, seen, texts) => svg("still", 480, HEIGHT, drawingMarkup(state, seen, 480, texts));
