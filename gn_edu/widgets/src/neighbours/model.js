// What is asked of the two networks and what they answer, without a page.
import { flag, oneOf, whole } from "../shared/address.js";
import { N_ } from "../shared/i18n.js";
import { readPairs } from "../shared/pairs.js";
import { stream } from "../shared/random.js";

/**
 * @typedef {{ picture: number, neighbour: number, batch: number, draw: number, evaluation: boolean }} State in Python, too
 * @typedef {{ own: Uint8Array | null, ownAs: "" | "stays" | "beside", company: number | null }} Own the reader's picture,
 *   what it is, and which picture is its only neighbour where it stays
 * @typedef {import("../shared/pairs.js").Answer} Answer
 * @typedef {Record<"bn" | "gn", Answer>} Answers by network
 */

export const NETWORKS = {
  bn: { says: N_("Batch Norm says"), called: N_("network with Batch Norm") },
  gn: { says: N_("Group Norm says"), called: N_("network with Group Norm") },
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

/** No picture of the reader's. */
export const NO_OWN = { own: null, ownAs: "", company: null };

/** The numbers of the pictures in the batch, first the one that stays. The reader's own has the number `count`. */
export function batchOf({ picture, neighbour, batch, draw, ownAs, company }, count) {
  const [first, second] = { stays: [count, company], beside: [picture, count] }[ownAs] ?? [picture, neighbour];
  if (batch === 2) return [first, second];
  const others = companions(first, count, batch - 1, draw);
  return [first, ...(ownAs === "beside" ? [count, ...others.slice(1)] : others)];
}

/** The record of pairs, asked about pictures. Returns what the functions below say. */
export function createRecord({ pictures, pairs }) {
  const recorded = readPairs(pairs);
  const truth = (i) => pictures[i].label;
  /** What both networks say about picture i in training mode with picture j alone, or in evaluation mode. */
  const answers = (i, j, evaluation) => ({
    bn: evaluation ? recorded.batch_norm_evaluation[i] : recorded.batch_norm[i][j],
    gn: recorded.group_norm[i],
  });
  const right = (i, j, evaluation) => answers(i, j, evaluation).bn.top === truth(i);
  /** All other pictures, the worst company first: those that make batch norm wrong, then by what it gives the truth. */
  function company(i) {
    const given = (j) => (right(i, j, false) ? 1000 : 0) + answers(i, j, false).bn.percent[truth(i)];
    const others = pictures.map((_, j) => j).filter((j) => j !== i);
    return others.sort((a, b) => given(a) - given(b));
  }
  return { answers, right, company };
}

/**
 * How an address holds the state.
 * @param {object} options
 * @param {number} options.count how many pictures exist
 * @param {(picture: number) => number} options.firstNeighbour who is beside a picture until the reader chooses
 * @param {boolean} options.modes is evaluation mode offered?
 */
export function traitsOf({ count, firstNeighbour, modes }) {
  const neighbour = {
    parse: (text, { picture }) => (+text === picture ? undefined : whole(0, count - 1).parse(text, {})),
    text: String,
    otherwise: ({ picture }) => firstNeighbour(picture),
  };
  const traits = { picture: whole(0, count - 1), neighbour, batch: oneOf(SIZES), draw: whole(0, 999_999) };
  return modes ? { ...traits, evaluation: flag } : traits;
}

/** Probabilities as an answer: the class that is named, whole per cent. */
export const answerOf = (probabilities) => ({
  top: probabilities.indexOf(Math.max(...probabilities)),
  percent: probabilities.map((p) => Math.round(100 * p)),
});

/** An answer in words; label(k) names class k. */
export const answerText = ({ top, percent }, label) => `${label(top)} ${percent[top]}\u00a0%`;

/** Is the mean of `channel` taken over map number `map` of the picture in this row of the batch, too? */
export const sharesMean = (name, row, map, channel, evaluation) =>
  name === "bn" ? map === channel && !evaluation : row === 0 && Math.floor(map / GROUP) === Math.floor(channel / GROUP);

/** What both networks say about the reader's own picture. */
function sentenceOfOwn({ batch, evaluation }, values, tr) {
  if (evaluation) return tr("Your picture in evaluation mode: Batch Norm says {bn}, Group Norm {gn}.", values);
  if (batch === 2) return tr("Your picture beside the {other}: Batch Norm says {bn}, Group Norm {gn}.", values);
  return tr("Your picture in a batch of {n}: Batch Norm says {bn}, Group Norm {gn}.", values);
}

/** What both networks say, for whoever does not see the panels. */
export function sentence(state, [picture, neighbour], answers, { label, labelOf }, tr) {
  const { batch, evaluation, ownAs } = state;
  const say = (name) => answerText(answers[name], label);
  const values = { truth: labelOf(picture), n: batch, bn: say("bn"), gn: say("gn"), other: labelOf(neighbour) };
  if (ownAs === "stays") return sentenceOfOwn(state, values, tr);
  if (evaluation) return tr("The {truth} in evaluation mode: Batch Norm says {bn}, Group Norm {gn}.", values);
  if (batch === 2 && ownAs === "beside")
    return tr("The {truth} beside your picture: Batch Norm says {bn}, Group Norm {gn}.", values);
  if (batch === 2 && values.truth === values.other)
    return tr("The {truth} beside another {truth}: Batch Norm says {bn}, Group Norm {gn}.", values);
  if (batch === 2) return tr("The {truth} beside the {other}: Batch Norm says {bn}, Group Norm {gn}.", values);
  return tr("The {truth} in a batch of {n}: Batch Norm says {bn}, Group Norm {gn}.", values);
}
