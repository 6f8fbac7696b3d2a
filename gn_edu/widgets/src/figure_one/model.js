// What Figure 1's explorer shows, and how it is said.
import { N_ } from "../shared/i18n.js";
import { meanOf } from "../shared/maths.js";
import { fixed, minus } from "../shared/text.js";

/**
 * @typedef {"paper" | "cause" | "protocol"} Figure
 * @typedef {{ figures: any, shown: Figure, size: number, relative: boolean, ws: boolean, anew: boolean }} State
 */

export const SIZES = [32, 16, 8, 4, 2]; // from the left, as in the paper
export const FIGURES = { paper: N_("The paper"), cause: N_("Ours, one change"), protocol: N_("Ours, the paper's way") };
export const NAMES = { bn: N_("Batch Norm"), gn: N_("Group Norm") };
export const WS = N_("+ WS");
export const ANEW = N_("anew");

/**
 * What is shown: Batch Norm and Group Norm alike, their means, and the gap between them at the chosen size.
 * @param {State} state
 */
export function view({ figures, shown, size, ws, anew }) {
  const given = figures[shown].lines;
  const withWs = ws && given.some((line) => line.ws);
  const lines = given
    .filter((line) => line.ws === withWs && (anew || !line.anew))
    .map((line) => ({
      ...line,
      points: line.points.map((point) => {
        const all = Object.values(point.errors);
        return { ...point, all, mean: meanOf(all) };
      }),
    }));
  const at = (name) => lines.find(({ norm, anew }) => norm === name && !anew).points.find(({ x }) => x === size).mean;
  // Ours have two decimals, the paper one. The gap is that of the numbers as they are shown.
  const digits = shown === "paper" ? 1 : 2;
  const [bn, gn] = [at("bn"), at("gn")].map((mean) => +mean.toFixed(digits));
  const again = lines.find((line) => line.anew)?.points.find(({ x }) => x === size).mean; // undefined: not shown
  return { lines, withWs, digits, bn, gn, again, points: gn - bn, percent: (100 * (gn - bn)) / bn };
}

const nameOf = ({ norm, ws }, tr) => (ws ? `${tr(NAMES[norm])} ${tr(WS)}` : tr(NAMES[norm]));

/** The gap, short as it stands in the chart, or with what it is a part of. */
export function gapText({ percent, points, digits }, relative, tr, short = false) {
  if (!relative) return tr("{gap} points", { gap: minus(fixed(points, digits)) });
  const gap = minus(fixed(percent, 1));
  return short ? `${gap} %` : tr("{gap} % of Batch Norm's error", { gap });
}

export function sentence(state, tr) {
  const found = view(state);
  const [base, best] = ["bn", "gn"].map((norm) => nameOf({ norm, ws: found.withWs }, tr));
  const said = tr("{figure}, {size} images: {base} {bn} %, {best} {gn} %. {best} minus {base}: {gap}.", {
    figure: tr(FIGURES[state.shown]),
    size: state.size,
    base,
    best,
    bn: fixed(found.bn, found.digits),
    gn: fixed(found.gn, found.digits),
    gap: gapText(found, state.relative, tr),
  });
  if (found.again === undefined) return said;
  const again = tr("With statistics measured anew, {base} has {error} %.", {
    base,
    error: fixed(found.again, found.digits),
  });
  return `${said} ${again}`;
}
