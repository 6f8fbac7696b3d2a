// Eight channels before a norm, after it, alone, and what a ReLU lets through; and the question about a channel and its partner.
import { N_ } from "../shared/i18n.js";
import { meanOf, normalize } from "../shared/maths.js";
import { fixed, minus } from "../shared/text.js";

/** @typedef {{ quantiles: number[], means: number[], spreads: number[], beta: number[], order: number[], norm: string,
 *   centred: boolean, selected: number }} State */

const EPS = 1e-5;
export const C = 8;
export const LEVEL = { least: -10, most: 10 };
export const SPREAD = { least: 0.5, most: 6 };
export const NORMS = { 1: "G = 1", 2: "G = 2", 4: "G = 4", 8: "G = 8", batch: "BN" };
export const NORM_WORDS = {
  1: N_("Layer Norm: all channels share their mean and spread."),
  2: N_("Group Norm: four channels share their mean and spread."),
  4: N_("Group Norm: pairs of channels share their mean and spread."),
  8: N_("Instance Norm: every channel has its own mean and spread."),
  batch: N_(
    "Batch Norm: every channel has its own mean and spread, over all images of the batch, drawn as if every image looked like this one.",
  ),
};

/** The channels' values, by place, after a norm; and its sets. */
function normed({ quantiles, beta, order }, at, method, groups) {
  const n = quantiles.length;
  const { sets, y } = normalize(
    at.flatMap(({ mean, spread }) => quantiles.map((q) => mean + spread * q)),
    { images: 1, channels: C, positions: n },
    { method, groups, eps: EPS },
    Array(C).fill(1),
    order.map((c) => beta[c]),
  );
  const channels = at.map((_, k) => {
    const values = y.slice(k * n, (k + 1) * n);
    const after = meanOf(values);
    const sd = Math.sqrt(meanOf(values.map((v) => (v - after) ** 2)));
    return { after, sd, active: values.filter((v) => v > 0).length / n };
  });
  return { sets, channels };
}

/**
 * For every place in the order: the channel there, its numbers before and after, its set's mean, the share that a ReLU
 * passes; and `alone`, what the norm would make of the channel in a set of its own.
 * @param {State} state
 */
export function view(state) {
  const { means, spreads, order, norm, centred } = state;
  const at = order.map((c) => ({ channel: c, mean: centred ? 0 : means[c], spread: spreads[c] }));
  const groups = norm === "batch" ? C : +norm;
  const { sets, channels } = normed(state, at, norm === "batch" ? "batch" : "group", groups);
  const own = groups === C ? channels : normed(state, at, "group", C).channels;
  return at.map((place, k) => {
    const group = Math.floor((k * groups) / C);
    const { mean: common, sigma: deviation } = sets.get(group);
    return { ...place, group, common, deviation, ...channels[k], alone: own[k] };
  });
}

/** @typedef {ReturnType<typeof view>} Places */

const NEVER = 0.001;
/** What a ReLU makes of a channel: it is never on, always, or for some of its values. */
export const fateOf = ({ active }) => (active <= NEVER ? "never" : active >= 1 - NEVER ? "always" : "some");
export const isExtreme = (place) => fateOf(place) !== "some";

// ---- the question

const FATES = { never: N_("nothing"), always: N_("all"), some: N_("some") };
const PAIRS = ["never always", "never never", "never some", "some some"];
const SINGLES = ["never", "always", "some"];

/** The selected channel and, where it shares its set, the neighbour in it. */
function asked({ selected }, places) {
  const k = places.findIndex(({ channel }) => channel === selected);
  const partner = [places[k - 1], places[k + 1]].find((place) => place?.group === places[k].group);
  return partner ? [places[k], partner] : [places[k]];
}

/** Why the right answer is right: the numbers of the norm, and where and how wide the channels then lie. */
function reasonOf(channels, names, number, tr) {
  const [one, other] = channels;
  const told = { ...names, deviation: number(one.deviation), y: number(one.after, 1), spread: number(one.sd, 1) };
  if (!other)
    return tr(
      "The norm takes the channel's own mean off, here {common}, and divides by its deviation, {deviation}. Channel {a} ends up around {y} with a spread of {spread}, so the ReLU leaves {left}.",
      told,
    );
  const both = { ...told, z: number(other.after, 1), wide: number(other.sd, 1) };
  return both.wide === both.spread
    ? tr(
        "The norm takes one mean off both, {common}, and divides by one deviation, {deviation}. Channel {a} ends up around {y}, channel {b} around {z}, both with a spread of {spread}, so the ReLU leaves {left}.",
        both,
      )
    : tr(
        "The norm takes one mean off both, {common}, and divides by one deviation, {deviation}. Channel {a} ends up around {y} with a spread of {spread}, channel {b} around {z} with one of {wide}, so the ReLU leaves {left}.",
        both,
      );
}

/**
 * What is asked on the cover, with its answers; right(answer) knows by computing. The reason holds in any state.
 * @param {State} state
 * @param {Places} places
 * @param {import("../shared/i18n.js").Translator} tr
 */
export function questionOf(state, places, tr) {
  const channels = asked(state, places);
  const [one, other] = channels;
  const right = channels.map(fateOf).join(" ");
  const usual = other ? PAIRS : SINGLES;
  const answers = usual.includes(right) ? usual : [...usual.slice(0, -1), right];
  const [a, b] = channels.map(({ channel }) => channel + 1);
  const number = (value, digits = 2) => minus(fixed(value, digits).replace(/\.?0+$/, ""));
  const names = { a, b, level: number(one.mean), common: number(one.common) };
  const textOf = (answer) => {
    const [x, y] = answer.split(" ").map((fate) => tr(FATES[fate]));
    return other ? tr("{x} of {a}, {y} of {b}", { ...names, x, y }) : tr("{x} of it", { x });
  };
  const prompt = other
    ? tr(
        "Channel {a} lies at {level}. Next come the norm and a ReLU, which lets through what is above 0. What is left of channel {a}, and of channel {b} in its group?",
        names,
      )
    : tr(
        "Channel {a} lies at {level}. Next come the norm and a ReLU, which lets through what is above 0. What is left of it?",
        names,
      );
  const reason = reasonOf(channels, { ...names, left: textOf(right) }, number, tr);
  return { prompt, answers: answers.map((answer) => ({ text: textOf(answer), right: answer === right })), reason };
}
