// What the widget knows and computes: its state, how an address holds it, every number that is shown, and where the
// arrow keys lead. No DOM.
import { flag, numbers, oneOf, unlessFirst, whole } from "../shared/address.js";
import { ARROWS } from "../shared/dom.js";
import { N_ } from "../shared/i18n.js";
import { cellAt, clamp, divisors, normalize, setOf } from "../shared/maths.js";
import { fixed } from "../shared/text.js";

/**
 * @typedef {import("../shared/maths.js").Dims} Dims
 * @typedef {import("../shared/maths.js").Statistics} Statistics
 * @typedef {"batch" | "layer" | "instance" | "group"} Method
 * @typedef {[images: number, channels: number, height: number, width: number]} Shape
 *
 * What is computed from: the traits, and gamma and beta of each channel; `focus` is the chosen cell.
 * @typedef {{ values: number[], shape: Shape, method: Method, groups: number, interleaved: boolean, focus: number,
 *   eps: number, gamma: number[], beta: number[] }} Chosen
 *
 * What belongs to a visit and to no link: a game under way (`at` is the output with the keyboard's focus), what was guessed
 * in the one that has just ended, a note, which outputs moved, and with what that was compared.
 * @typedef {{ game: { guesses: Set<number>, at: number } | null, guessed: Set<number> | null, note: string,
 *   moved: number[], unseen: boolean, before: { values: number[], y: number[] } | null }} Visit
 *
 * `plain`: words for symbols, and no γ and β; `formula`: symbols that can be touched, `lit` is the one that is; `flat`: the
 * block without depth; `preview`: the cell that a mouse passes over.
 * @typedef {Chosen & Visit & { plain: boolean, formula: boolean, lit: string, flat: boolean, preview: number | null }} State
 */

/**
 * Each method with its label and with its name in a sentence.
 * @type {Record<Method, { label: string, name: string }>}
 */
export const METHODS = {
  batch: { label: N_("Batch"), name: N_("batch norm") },
  layer: { label: N_("Layer"), name: N_("layer norm") },
  instance: { label: N_("Instance"), name: N_("instance norm") },
  group: { label: N_("Group"), name: N_("group norm") },
};
const MOVED = 1e-9;

/** The symbols of the formula that can be touched, and the conditions in its sets, by the names that `lit` has. */
export const SYMBOLS = [
  ...["cell", "set", "count", "mean", "values", "sigma", "x_hat"],
  ...["same_image", "same_channel", "same_group"],
];

/**
 * @param {Shape} shape
 * @returns {Dims}
 */
export const dimsOf = ([images, channels, height, width]) => ({ images, channels, positions: height * width });

/** A value as it is written in a cell. */
export const shown = (/** @type {number} */ value) => (Number.isInteger(value) ? String(value) : fixed(value, 2));

/**
 * How an address holds what Python and the widget both may change.
 * @param {{ values: number[], shape: Shape }} given
 */
export const traitsOf = ({ values, shape }) => ({
  values: unlessFirst(numbers(values.length)),
  method: oneOf(Object.keys(METHODS)),
  groups: oneOf(divisors(shape[1])),
  interleaved: unlessFirst(flag),
  focus: whole(0, values.length - 1),
  lit: unlessFirst(oneOf(["", ...SYMBOLS])),
});

/**
 * And what only the widget may.
 * @param {Shape} shape
 */
export function affineOf([, channels]) {
  const form = unlessFirst(numbers(channels));
  return { gamma: form, beta: form };
}

/**
 * Where the latter starts.
 * @param {Shape} shape
 */
export const unscaled = ([, channels]) => ({ gamma: Array(channels).fill(1), beta: Array(channels).fill(0) });

/** @returns {Visit} */
export const untouched = () => ({ game: null, guessed: null, note: "", moved: [], unseen: false, before: null });

/**
 * Everything that is shown, from the state alone.
 * @param {Chosen} state
 */
export function view({ values, shape, method, groups, interleaved, focus, eps, gamma, beta }) {
  const dims = dimsOf(shape);
  const options = { method, groups, interleaved, eps };
  const result = normalize(values, dims, options, gamma, beta);
  const set = /** @type {Statistics} */ (result.sets.get(setOf(dims, options, focus)));
  return { dims, set, ...result };
}

/**
 * The state as if the cell under the mouse were the chosen one.
 * @param {State} state
 */
export const previewed = (state) => ({ ...state, focus: state.preview ?? state.focus });

/**
 * The values with another one in the chosen cell.
 * @param {Chosen} state
 * @param {number} chosen
 */
export const withChosen = ({ values, focus }, chosen) => values.map((value, i) => (i === focus ? chosen : value));

/**
 * Which outputs differ between two results.
 * @param {number[]} before
 * @param {number[]} after
 */
export const movedBetween = (before, after) =>
  after.map((_y, i) => i).filter((i) => Math.abs(after[i] - before[i]) > MOVED);

/**
 * Compares the outputs with those before the last change of state. Gives {moved, unseen} where values were changed,
 * else null; unseen: some output moved by less than the two decimals shown.
 * @param {State} state
 */
export function compare(state) {
  const { before, values } = state;
  const { y } = view(state);
  state.before = { values, y };
  if (!before || before.values === values) return null;
  const moved = movedBetween(before.y, y);
  return { moved, unseen: moved.some((i) => fixed(before.y[i], 2) === fixed(y[i], 2)) };
}

/**
 * The nearest number of groups that divides the channels, in the direction of the move.
 * @param {number} wanted
 * @param {number} from
 * @param {number} channels
 */
export function snapGroups(wanted, from, channels) {
  const allowed = divisors(channels);
  if (allowed.includes(wanted)) return wanted;
  return (wanted > from ? allowed.find((g) => g > wanted) : allowed.findLast((g) => g < wanted)) ?? from;
}

/**
 * The cell next to cell i in the direction of an arrow key, or i itself at the edge; undefined for other keys. Each image
 * stands below the one before.
 * @param {Dims} dims
 * @param {number} i
 * @param {string} key
 */
export function cellToward(dims, i, key) {
  if (!ARROWS[key]) return undefined;
  const [right, below] = ARROWS[key];
  const { images, channels, positions } = dims;
  const at = cellAt(dims, i);
  const line = clamp(at.image * positions + at.position + below, 0, images * positions - 1);
  const channel = clamp(at.channel + right, 0, channels - 1);
  return (Math.floor(line / positions) * channels + channel) * positions + (line % positions);
}
