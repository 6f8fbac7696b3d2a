// The record of pairs (gn_edu/widgets/neighbours_pairs.json): what the two networks of the landing page say about each of
// its pictures, with each as its only companion, so that a page shows it without the networks.

/** @typedef {{ top: number, percent: number[] }} Answer The class that is named; the whole per cent of all ten. */
/** @typedef {{ batch_norm: string[], batch_norm_evaluation: string, group_norm: string }} Recorded */
/** @typedef {{ batch_norm: Answer[][], batch_norm_evaluation: Answer[], group_norm: Answer[] }} Pairs */

/** "90 10 0": per cent by class. Where two round to the same largest number, a star marks the class that is named. */
function answer(text) {
  const parts = text.split(" ");
  const percent = parts.map((part) => Number.parseInt(part, 10));
  const starred = parts.findIndex((part) => part.endsWith("*"));
  return { top: starred < 0 ? percent.indexOf(Math.max(...percent)) : starred, percent };
}

const answers = (line) => line.split(",").map(answer);

/**
 * Read the record. batch_norm[i][j]: training mode, picture i with picture j as its only companion; [i][i]: with an
 * exact copy. batch_norm_evaluation[i] and group_norm[i] depend on no companion.
 * @param {Recorded} recorded
 * @returns {Pairs}
 */
export const readPairs = (recorded) => ({
  batch_norm: recorded.batch_norm.map(answers),
  batch_norm_evaluation: answers(recorded.batch_norm_evaluation),
  group_norm: answers(recorded.group_norm),
});
