// What was recorded of the network at each G (scripts/record_turn_g.py), and what is counted in it.

/**
 * @typedef {{ groups: number, right: number, gained: number, lost: number, named: number[] }} Run
 * @typedef {{ trained: number, channels: number[], runs: Run[], tested: number }} Record
 * @typedef {{ classes: string[], pictures: { label: number, pixels: string }[] }} Pictures
 */

const NORMAL = 1.96; // standard deviations on either side hold 95 % of a normal distribution

/** Half of the 95 % interval of a mean over n pictures, in points: its square is expected to be `square`. */
const half = (/** @type {number} */ mean, /** @type {number} */ square, /** @type {number} */ n) =>
  100 * NORMAL * Math.sqrt((square - mean ** 2) / n);

/** A share in per cent or points, to a tenth; halves go up. */
export const percent = (/** @type {number} */ part, /** @type {number} */ all) =>
  (Math.round((1000 * part) / all) / 10).toFixed(1);

/**
 * One run, counted: wrong[i] whether picture i gets a wrong name; `right` how many get the right one; `accuracy` in per
 * cent of the test pictures, and half of its 95 % interval; `apart`, in points, from the accuracy with the G of the
 * training, paired over the pictures, and half of its interval.
 * @param {Pictures} album
 * @param {Record} record
 * @param {number} groups
 */
export function runAt({ pictures }, { runs, tested }, groups) {
  const run = /** @type {Run} */ (runs.find((each) => each.groups === groups));
  const wrong = pictures.map(({ label }, i) => run.named[i] !== label);
  const share = run.right / tested;
  const apart = (run.gained - run.lost) / tested;
  return {
    groups,
    named: run.named,
    wrong,
    right: wrong.filter((is) => !is).length,
    count: pictures.length,
    tested: run.right,
    accuracy: { mean: 100 * share, half: half(share, share, tested), text: percent(run.right, tested) },
    apart: { mean: 100 * apart, half: half(apart, (run.gained + run.lost) / tested, tested) },
  };
}

/**
 * The sentence under the dial.
 * @param {ReturnType<typeof runAt>} run
 * @param {Record} record
 * @param {import("../shared/i18n.js").Translator} tr
 */
export function sentence({ groups, right, count, accuracy }, { trained, tested }, tr) {
  const numbers = { groups, right, count, percent: accuracy.text, tested: tested.toLocaleString("en") };
  return groups === trained
    ? tr("G = {groups}, as in training: {right} of {count} right. Of all {tested} test pictures: {percent} %.", numbers)
    : tr("G = {groups}: {right} of {count} right. Of all {tested} test pictures: {percent} %.", numbers);
}
