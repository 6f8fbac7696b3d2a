// What each symbol of the formula lights up, writes on the cells and says in words (Wu and He 2018, Eq. 1-5 and 7). No DOM.
import { N_ } from "../shared/i18n.js";
import { cellAt, groupOf } from "../shared/maths.js";
import { minus } from "../shared/text.js";
import { shown } from "./model.js";

/**
 * @typedef {import("../shared/i18n.js").Translator} Translator
 * @typedef {import("./model.js").Chosen} Chosen
 * @typedef {ReturnType<typeof import("./model.js").view>} Seen
 */

/**
 * The conditions in each norm's set.
 * @type {Record<string, string[]>}
 */
export const CONDITIONS = {
  batch: ["same_channel"],
  layer: ["same_image"],
  instance: ["same_image", "same_channel"],
  group: ["same_image", "same_group"],
};

const MANY = 6; // a sum of more terms is cut short

/**
 * The symbol that holds: a condition that the norm does not have stands for the whole set.
 * @param {{ lit: string, method: string }} state
 */
export const symbolOf = ({ lit, method }) =>
  lit.startsWith("same_") && !CONDITIONS[method].includes(lit) ? "set" : lit;

/**
 * Whether two channels are in the same group.
 * @param {Chosen} state
 * @param {Seen} seen
 * @param {number} a
 * @param {number} b
 */
const sameGroup = (state, { dims: { channels } }, a, b) => groupOf(a, channels, state) === groupOf(b, channels, state);

/**
 * The cells that a symbol lights up.
 * @param {string} symbol
 * @param {Chosen} state
 * @param {Seen} seen
 */
export function cellsOf(symbol, state, seen) {
  const { dims, set } = seen;
  if (!symbol) return [];
  if (symbol === "cell" || symbol === "x_hat") return [state.focus];
  if (!symbol.startsWith("same_")) return set.members;
  const i = cellAt(dims, state.focus);
  return [...state.values.keys()].filter((cell) => {
    const k = cellAt(dims, cell);
    if (symbol === "same_image") return k.image === i.image;
    if (symbol === "same_channel") return k.channel === i.channel;
    return sameGroup(state, seen, k.channel, i.channel);
  });
}

/**
 * At most two decimals.
 * @param {number} value
 */
const short = (value) => minus(+value.toFixed(2) + 0);
const equals = (/** @type {number} */ value) =>
  `${Math.abs(value - +value.toFixed(2)) < 1e-12 ? "=" : "≈"} ${short(value)}`;
/** A deviation: that of equal values is what ε makes it, not 0. */
const deviationText = (/** @type {number} */ sigma) =>
  sigma > 0 && sigma < 0.005 ? String(+sigma.toPrecision(1)) : short(sigma);
/** As a term of a sum or of a difference. */
const term = (/** @type {number} */ value) => (value < 0 ? `(${short(value)})` : short(value));

/** Values between signs; of many, the first few and the last. */
function joined(/** @type {string[]} */ texts, /** @type {string} */ sign) {
  const cut = texts.length > MANY ? [...texts.slice(0, 3), "…", ...texts.slice(-1)] : texts;
  return cut.join(sign);
}

const squares = (/** @type {Chosen} */ { values }, /** @type {Seen} */ { set }) =>
  set.members.map((k) => (values[k] - set.mean) ** 2);

/**
 * What stands on the cells beside their values, by cell: the count, or the squared distance to the mean.
 * @param {string} symbol
 * @param {Chosen} state
 * @param {Seen} seen
 * @returns {Map<number, string>}
 */
export function badgesOf(symbol, state, seen) {
  const { members } = seen.set;
  if (symbol === "count") return new Map(members.map((cell, k) => [cell, String(k + 1)]));
  const far = symbol === "sigma" ? squares(state, seen) : [];
  return new Map(far.map((square, k) => [members[k], short(square)]));
}

const TEXTS = {
  "": N_("Touch a symbol: the cells that it speaks of light up."),
  cell: N_("xᵢ is the chosen cell: {x}."),
  set: N_("Sᵢ: the {m} cells that are averaged, the chosen one among them."),
  count: N_("m = {m}: the cells of Sᵢ, counted."),
  values: N_("xₖ: the values of Sᵢ, one after another: {list}."),
  mean: N_("μᵢ = ({sum}) / {m} {mean}"),
  sigma: N_("σᵢ = √(({squares}) / {m} + ε) {sigma}. On each cell stands its squared distance to μᵢ."),
  x_hat: N_("x̂ᵢ = ({term} − {mu}) / {deviation} {xHat}: the framed output."),
  same_image: N_("Every cell k in the image of cell i: image {image}."),
  same_channel: N_("Every cell k in the channel of cell i: channel {channel}, in every image."),
  same_group: N_("Every cell k in the group of cell i: channels {channels}, in every image."),
};

/**
 * What a symbol says, with its numbers.
 * @param {string} symbol
 * @param {Chosen} state
 * @param {Seen} seen
 * @param {Translator} tr
 */
export function saidOf(symbol, state, seen, tr) {
  const { dims, set, xHat } = seen;
  const { members, mean, sigma } = set;
  const { image, channel } = cellAt(dims, state.focus);
  const x = state.values[state.focus];
  const group = Array.from({ length: dims.channels }, (_, c) => c).filter((c) => sameGroup(state, seen, c, channel));
  return tr(TEXTS[/** @type {keyof typeof TEXTS} */ (symbol)], {
    m: members.length,
    x: minus(shown(x)),
    list: joined(
      members.map((k) => short(state.values[k])),
      ", ",
    ),
    sum: joined(
      members.map((k) => term(state.values[k])),
      " + ",
    ),
    squares: joined(squares(state, seen).map(short), " + "),
    mean: equals(mean),
    sigma: deviationText(sigma) === short(sigma) ? equals(sigma) : `≈ ${deviationText(sigma)}`,
    term: short(x),
    mu: term(mean),
    deviation: deviationText(sigma),
    xHat: equals(xHat[state.focus]),
    image: image + 1,
    channel: channel + 1,
    channels: group.map((c) => c + 1).join(", "),
  });
}
