// Any number of values: a row of bars for g, whose ends are grips, one for each part, and one for dx.
import { pathOf, tenths, tick } from "../shared/drawing.js";
import { fittedDrawing } from "../shared/fitted.js";
import { createGrip } from "../shared/grip.js";
import { clamp } from "../shared/maths.js";
import { escapeText, fixed, minus } from "../shared/text.js";
import { view } from "./model.js";
import { followed, PARTS, vectors } from "./texts.js";

const SIGNS = ["", "− ", "− ", "= "]; // g less both parts, over σ, is dx
const TITLE = 26;
const LEFT = 26;
const GAP = 4;
const ROW = 92; // px for the values from -reach to reach
export const HEIGHT = PARTS.length * (TITLE + ROW + GAP);

/** The bars go from -reach to reach: a whole number, so that it stands beside a line. */
export const reachOf = (g) => Math.max(1, Math.ceil(Math.max(...g.map(Math.abs))));
const zeroOf = (row) => row * (TITLE + ROW + GAP) + TITLE + ROW / 2;
const middleOf = (i, m, width) => LEFT + ((i + 0.5) * (width - LEFT)) / m;

/** A bar from 0 to a value; one that is too long for its row ends in a point. */
function bar(key, x, half, row, value, reach) {
  const zero = zeroOf(row);
  const end = zero - (clamp(value / reach, -1, 1) * ROW) / 2;
  const long = Math.abs(value) > reach ? 7 * Math.sign(value) : 0;
  const outline = [
    [x - half, zero],
    [x - half, end + long],
    [x, end],
    [x + half, end + long],
    [x + half, zero],
  ];
  return `<path class="bar b-${key}" d="${pathOf(outline)}Z"/>`;
}

/** What stands dashed behind a row's bars: x̂, along which a part is taken away; and what is left before it is divided. */
const behind = ({ xHat, parts, sigma }, tr) => ({
  along: [tr("dashed: x̂"), xHat],
  dx: [tr("dashed: before it is divided by σ"), parts.dx.map((v) => v * sigma)],
});

/** All rows as SVG. */
export function barsMarkup(seen, reach, width, tr) {
  const { parts } = seen;
  const m = parts.g.length;
  const dashed = behind(seen, tr);
  const half = Math.min(16, (width - LEFT) / m / 3);
  return PARTS.map(([key, label], row) => {
    const zero = zeroOf(row);
    const lines = [-reach, 0, reach].map((value) => {
      const y = tenths(zero - (value / reach) * (ROW / 2));
      const line = `<path class="${value ? "far" : "zero"}" d="M${LEFT} ${y}H${width}"/>`;
      return value < 0 ? line : line + tick(LEFT - 6, +y + 4, value, "end");
    });
    const title = `<text class="title t-${key}" x="0" y="${zero - ROW / 2 - 14}">${SIGNS[row]}${escapeText(tr(label))}</text>`;
    const [words, values] = dashed[key] ?? ["", []];
    const outlines = values.map((v, i) => bar("behind", middleOf(i, m, width), half + 2, row, v, reach));
    const said = words && tick(width, zero + ROW / 2 - 5, words, "end");
    const bars = [...parts[key]].map((v, i) => {
      const x = middleOf(i, m, width);
      const drawn = bar(key, x, half, row, v, reach);
      // Its number stands across the line from a bar; the bars of g have their grips.
      return row ? drawn + tick(tenths(x), zero + (v < 0 ? -6 : 15), minus(fixed(v, 2))) : drawn;
    });
    return title + said + lines.join("") + outlines.join("") + bars.join("");
  }).join("");
}

/** The rows, with a grip on the end of each bar of g. */
export function createBars({ tr, state, first, set }) {
  const m = state.g.length;
  const reach = reachOf(first.g);
  const grips = first.g.map((_, i) =>
    createGrip({
      label: tr("g{i}, what arrives at value {i}", { i: i + 1 }),
      mark: `g${i + 1}`,
      axis: "y",
      range: { min: -reach, max: reach, step: 0.1 },
      valueAt: (y) => ((zeroOf(0) - y) * 2 * reach) / ROW,
      move: (value) => set({ g: state.g.map((old, k) => (k === i ? value : old)) }),
      hint: i ? "" : tr("drag me"),
    }),
  );
  const drawing = fittedDrawing({ most: 460, draw, grips });
  drawing.element.classList.add("gn-rows");
  function draw(width) {
    const seen = view(state);
    for (const [i, grip] of grips.entries()) {
      const value = clamp(state.g[i], -reach, reach);
      const y = zeroOf(0) - (value / reach) * (ROW / 2);
      grip.show({ x: middleOf(i, m, width), y, value, text: followed("g", state.g, seen) });
    }
    drawing.element.setAttribute("aria-label", vectors(seen, tr));
    return { height: HEIGHT, content: barsMarkup(seen, reach, width, tr) };
  }
  return { element: drawing.element, show: drawing.show };
}
