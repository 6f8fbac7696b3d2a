// What is asked of the two networks and what they answer, without a page.
import { flag, oneOf, unlessFirst, whole } from "../shared/address.js";
import { N_ } from "../shared/i18n.js";
import { stream } from "../shared/random.js";
import { fixed } from "../shared/text.js";
import { readied } from "./network.js";
import workerScript from "./worker.js?worker";

/** @typedef {{ picture: number, batch: number, draw: number, evaluation: boolean }} State */
/** @typedef {{ probabilities: number[], maps: number[][], means: number[] }} Reply */

export const NETWORKS = {
  bn: { says: N_("Batch Norm says"), called: N_("network with batch norm") },
  gn: { says: N_("Group Norm says"), called: N_("network with group norm") },
};
export const SIZES = [2, 4, 8];
export const CHANNELS = 16; // of the first convolution
const GROUP = 2; // of these channels share a mean in the network with group norm

/** The companions of a picture at one draw: `size` different others, the same on every machine. */
export function companions(picture, count, size, draw) {
  const next = stream((draw * 2654435761 + picture * 40503 + size) >>> 0);
  const others = Array.from({ length: count }, (_, i) => i).filter((i) => i !== picture);
  return Array.from({ length: size }, () => others.splice(Math.floor(next() * others.length), 1)[0]);
}

/**
 * How an address holds the state.
 * @param {number} count how many pictures exist
 */
export const traitsOf = (count) => ({
  picture: whole(0, count - 1),
  batch: oneOf(SIZES),
  draw: whole(0, 999_999),
  evaluation: unlessFirst(flag),
});

/** The networks at work: ask(batch, training) -> replies, in a worker, or here where none may be started. */
function startNetworks(data) {
  let worker;
  let address;
  try {
    address = URL.createObjectURL(new Blob([workerScript], { type: "text/javascript" }));
    worker = new Worker(address);
  } catch {
    const here = readied(data);
    return { ask: async (batch, training) => here(batch, training), stop() {} };
  }
  const waiting = new Map();
  let id = 0;
  worker.onmessage = ({ data: message }) => {
    waiting.get(message.id)(message.replies);
    waiting.delete(message.id);
  };
  worker.postMessage({ data });
  const ask = (batch, training) =>
    new Promise((done) => {
      waiting.set(++id, done);
      worker.postMessage({ id, batch, training });
    });
  const stop = () => {
    worker.terminate();
    URL.revokeObjectURL(address);
  };
  return { ask, stop };
}

/**
 * What the networks say about `state`. update() asks them about the state as it is, and resolves to whether their
 * replies stand, that is, whether no newer question was asked meanwhile. batch: the numbers of the pictures, first the
 * one that stays; replies: by network; answers: by network, the classes said since the last clearAnswers().
 * @param {any} data
 * @param {State} state
 */
export function createPredictions(data, state) {
  const networks = startNetworks(data);
  let asked = 0;
  const predictions = {
    batch: /** @type {number[]} */ ([]),
    replies: /** @type {Record<string, Reply> | null} */ (null),
    answers: /** @type {Record<string, number[]>} */ ({}),
    clearAnswers() {
      predictions.answers = { bn: [], gn: [] };
    },
    async update() {
      const turn = ++asked;
      const others = companions(state.picture, data.pictures.length, state.batch - 1, state.draw);
      const batch = [state.picture, ...others];
      const replies = await networks.ask(batch, !state.evaluation);
      if (turn !== asked) return false;
      Object.assign(predictions, { batch, replies });
      for (const name of Object.keys(NETWORKS)) predictions.answers[name].push(best(replies[name].probabilities));
      return true;
    },
    stop: networks.stop,
  };
  predictions.clearAnswers();
  return predictions;
}

export const best = (probabilities) => probabilities.indexOf(Math.max(...probabilities));
export const percent = (p) => fixed(100 * p, 2);

/** An answer in words; label(k) names class k. */
export const answerText = (probabilities, label) =>
  `${label(best(probabilities))} ${percent(Math.max(...probabilities))} %`;

/** How often each class was said, most often first. */
export function tally(answers, label) {
  const counts = new Map();
  for (const k of answers) counts.set(k, (counts.get(k) ?? 0) + 1);
  return [...counts]
    .sort((a, b) => b[1] - a[1])
    .map(([k, n]) => `${label(k)} ${n}`)
    .join(", ");
}

/** Is the mean of `channel` taken over map number `map` of the picture in this row of the batch, too? */
export const sharesMean = (name, row, map, channel, evaluation) =>
  name === "bn" ? map === channel && !evaluation : row === 0 && Math.floor(map / GROUP) === Math.floor(channel / GROUP);

/** What both networks say, for whoever does not see the panels. */
export function sentence({ picture, batch, evaluation }, replies, { label, labelOf }, tr) {
  const say = (name) => answerText(replies[name].probabilities, label);
  const values = { truth: labelOf(picture), n: batch, bn: say("bn"), gn: say("gn") };
  if (evaluation)
    return tr(
      "The {truth}, in evaluation mode: batch norm says {bn}, group norm {gn}. Batch norm now uses stored statistics, so the neighbours no longer matter.",
      values,
    );
  return tr("The {truth} in a batch of {n}, in training mode: batch norm says {bn}, group norm {gn}.", values);
}
