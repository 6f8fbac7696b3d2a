// The accuracy on all test pictures against G: five marks with their intervals, the present one filled.
import { pathOf, svg, tenths, tick } from "../shared/drawing.js";
import { gridLine, mark, numberUnder } from "../shared/lines.js";

const WIDE = 290;
const TALL = 194;
const SIDES = { left: 30, right: 14, top: 20, bottom: 46 };
export const [LEAST, MOST] = [60, 80]; // %
const STEEP = 3; // points from one mark to the next: a line that would go through a number over the mark

/** Where the number of mark k stands: clear of the line from the mark before and to the one after. */
function besideMark(means, k) {
  if (k && means[k - 1] > means[k]) return { dx: 0, over: false, anchor: "middle" };
  if (means[k + 1] > means[k] + STEEP) return { dx: 6, over: true, anchor: "end" };
  return { dx: 0, over: true, anchor: "middle" };
}

/**
 * The chart; `groups` is the G whose mark is filled and has its number.
 * @param {ReturnType<typeof import("./model.js").runAt>[]} runs
 * @param {number} groups
 * @param {number} trained
 * @param {import("../shared/i18n.js").Translator} tr
 */
export function chart(runs, groups, trained, tr) {
  const step = (WIDE - SIDES.left - SIDES.right - 40) / (runs.length - 1);
  const x = (k) => SIDES.left + 20 + k * step;
  const y = (value) => SIDES.top + ((MOST - value) * (TALL - SIDES.top - SIDES.bottom)) / (MOST - LEAST);
  const means = runs.map(({ accuracy }) => accuracy.mean);
  const points = runs.map(({ accuracy }, k) => [x(k), y(accuracy.mean)]);
  const marks = runs.map((run, k) => {
    const { mean, half } = run.accuracy;
    const here = run.groups === groups;
    const [top, low] = [y(mean + half), y(mean - half)].map(tenths);
    const whisker = `<path class="gn-whisker" d="M${tenths(x(k))} ${top}V${low}m-5 0h10M${tenths(x(k) - 5)} ${top}h10"/>`;
    const { dx, over, anchor } = besideMark(means, k);
    const at = over ? y(mean + half) - 7 : y(mean - half) + 18;
    const value = `<text class="gn-lit-value" data-gn-value="accuracy" x="${tenths(x(k) + dx)}" y="${tenths(at)}" text-anchor="${anchor}">${run.accuracy.text} %</text>`;
    return whisker + mark("gn", here ? "n-gn gn-lit" : "n-gn gn-unlit", x(k), y(mean)) + (here ? value : "");
  });
  const under = runs.map((run, k) => numberUnder(x(k), TALL - 24, run.groups));
  const where = tick(tenths(x(runs.findIndex((run) => run.groups === trained))), TALL - 6, tr("as trained"));
  return svg(
    "gn-in",
    WIDE,
    TALL,
    [LEAST, 70, MOST].map((value) => gridLine(SIDES.left, WIDE - SIDES.right, y(value), value)).join("") +
      `<path class="line n-gn" d="${pathOf(points)}"/>${marks.join("")}${under.join("")}${where}` +
      tick(SIDES.left - 6, TALL - 24, "G", "end"),
  );
}
