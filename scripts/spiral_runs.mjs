// Runs of the widget train_it without a page: jobs on the standard input, JSON on the output. scripts/record_spiral.py calls it.
//
// A job is {norm, widths, bare, updates, rate, seed}; its reply is the errors in % on both sets of points, for batch norm
// also `anew` on the test points with the statistics of all training points, and `sliced` on training points with those of
// slices as in training. With `start`, it is the weights and the draws from which the run starts instead.
import { readFileSync } from "node:fs";
import { createNetwork, errorOf } from "../gn_edu/widgets/src/train_it/network.js";
import { TEST, TRAINING } from "../gn_edu/widgets/src/train_it/spiral.js";
import { BATCH, batches, trainTogether } from "../gn_edu/widgets/src/train_it/training.js";

/** Where a run starts, for another implementation: the linear layers, and the numbers of the points of each batch. */
function startOf({ updates, seed, norm, widths, bare }) {
  const { layers } = createNetwork({ norm, widths, bare, seed });
  const next = batches(seed);
  const drawn = Array.from({ length: updates }, () => next().numbers.slice());
  const plain = layers.map(({ weight, bias }) => ({ weight: [...weight], bias: [...bias] }));
  return { layers: plain, draws: drawn.map((numbers) => [...numbers]) };
}

function run({ updates, rate, seed, norm, widths, bare }) {
  const network = createNetwork({ norm, widths, bare, seed });
  trainTogether([network], batches(seed), updates, rate);
  const errors = { test: errorOf(network.logits, TEST), training: errorOf(network.logits, TRAINING) };
  if (norm.kind !== "bn") return errors;
  const whole = { ...TRAINING, count: TRAINING.count - (TRAINING.count % BATCH) };
  whole.points = whole.points.slice(0, 2 * whole.count);
  const sliced = errorOf(network.logitsInTraining, whole);
  network.measureAnew(TRAINING.points, TRAINING.count);
  return { ...errors, sliced, anew: errorOf(network.logits, TEST) };
}

const plainSet = ({ points, labels }) => ({ points: [...points], labels: [...labels] });
const { jobs, start } = JSON.parse(readFileSync(0, "utf8"));
const replies = start
  ? { starts: jobs.map(startOf), training: plainSet(TRAINING), test: plainSet(TEST) }
  : jobs.map(run);
process.stdout.write(JSON.stringify(replies));
