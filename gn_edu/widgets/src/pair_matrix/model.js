// The answers of both networks for every pair of pictures, and what is counted in them.
import { readPairs } from "../shared/pairs.js";

export const NORMS = /** @type {const} */ (["bn", "gn"]);

/**
 * Returns count (of pictures), answer(norm, row, column) = {top, sure, wrong}: the class that is named, the per cent of
 * the true one, and whether the name is wrong; wrong(norm) in how many pairs of different pictures; twinOf(row); and
 * twins = {worst, among}: for how many pictures the twin leaves the true class less likely than every other companion,
 * and for how many only two others leave it as little.
 */
export function createModel({ pictures }, pairs) {
  const read = readPairs(pairs);
  const label = (i) => pictures[i].label;
  const all = pictures.map((_, i) => i);
  const answer = (norm, row, column) => {
    const { top, percent } = norm === "bn" ? read.batch_norm[row][column] : read.group_norm[row];
    return { top, sure: percent[label(row)], wrong: top !== label(row) };
  };
  const others = (row) => all.filter((column) => column !== row);
  const wrong = (norm) => all.flatMap((row) => others(row).filter((column) => answer(norm, row, column).wrong)).length;
  const twinOf = (row) => others(row).find((column) => label(column) === label(row));
  /** How many companions but the twin leave the true class no likelier than the twin does. */
  const worseThanTwin = all.map((row) => {
    const twin = twinOf(row);
    const limit = answer("bn", row, twin).sure;
    return others(row).filter((column) => column !== twin && answer("bn", row, column).sure <= limit).length;
  });
  const twins = {
    worst: worseThanTwin.filter((n) => n === 0).length,
    among: worseThanTwin.filter((n) => n < 3).length,
  };
  return { count: all.length, label, answer, wrong, twinOf, twins };
}
