// What the widget knows and computes: its state, how an address holds it, every number that is shown, and where the
// arrow keys lead. No DOM.
import { N_ } from "../shared/i18n.js";
import { cellAt, divisors, normalize, setOf } from "../shared/maths.js";
import { fixed } from "../shared/text.js";

/** Each method with its label and with its name in a sentence. */
export const METHODS = [
  ["batch", N_("Batch"), N_("batch norm")],
  ["layer", N_("Layer"), N_("layer norm")],
  ["instance", N_("Instance"), N_("instance norm")],
  ["group", N_("Group"), N_("group norm")],
];
/** What Python and the widget both may change. */
export const TRAITS = ["values", "method", "groups", "interleaved", "focus"];
const MOVED = 1e-9;

export const dimsOf = ([images, channels, height, width]) => ({ images, channels, positions: height * width });

/** A value as it is written in a cell. */
export const shown = (value) => (Number.isInteger(value) ? String(value) : fixed(value, 2));

/** What belongs to a visit and to no link: a game under way, a note, what moved, and with what that was compared. */
const untouched = () => ({ game: null, note: "", moved: [], before: null });

/**
 * The state at the start; get(trait) is what Python gave. `focus` is the chosen cell; `preview` the one that a mouse
 * passes over, or null; `game` {guesses: Set of outputs, at: output with the keyboard's focus}, or null.
 */
export function startingState(get, flat = false) {
  const channels = get("shape")[1];
  return {
    values: get("values"),
    method: get("method"),
    groups: get("groups"),
    interleaved: get("interleaved"),
    focus: get("focus"),
    shape: get("shape"),
    eps: get("eps"),
    gamma: Array(channels).fill(1),
    beta: Array(channels).fill(0),
    flat,
    preview: null,
    ...untouched(),
  };
}

/** The state for an address: what was chosen, and the lists that differ from the start. */
export function read(state, start) {
  const { method, groups, focus } = state;
  const lists = ["values", "gamma", "beta"].filter((key) => state[key].some((v, i) => v !== start[key][i]));
  return {
    method,
    groups,
    focus,
    ...(state.interleaved ? { interleaved: 1 } : {}),
    ...Object.fromEntries(lists.map((key) => [key, state[key].join(" ")])),
  };
}

const numbers = (text, fallback) => {
  const list = (text ?? "").split(" ").map(Number);
  return text && list.length === fallback.length && list.every(Number.isFinite) ? list : fallback;
};
const whole = (text, least, most, fallback) =>
  text != null && Number.isInteger(+text) && +text >= least && +text <= most ? +text : fallback;

/** What an address means; whatever it lacks or has wrong is as at the start. */
export function parse(saved, start) {
  return {
    method: METHODS.some(([key]) => key === saved.method) ? saved.method : start.method,
    groups: divisors(start.shape[1]).includes(+saved.groups) ? +saved.groups : start.groups,
    interleaved: saved.interleaved ? saved.interleaved === "1" : start.interleaved,
    focus: whole(saved.focus, 0, start.values.length - 1, start.focus),
    values: numbers(saved.values, start.values),
    gamma: numbers(saved.gamma, start.gamma),
    beta: numbers(saved.beta, start.beta),
    ...untouched(),
  };
}

/** Everything that is shown, from the state alone. */
export function view({ values, shape, method, groups, interleaved, focus, eps, gamma, beta }) {
  const dims = dimsOf(shape);
  const options = { method, groups, interleaved, eps };
  const result = normalize(values, dims, options, gamma, beta);
  const key = setOf(dims, options, focus);
  return { dims, key, set: result.sets.get(key), sets: result.sets, xHat: result.xHat, y: result.y };
}

/** The state as if the cell under the mouse were the chosen one. */
export const previewed = (state) => ({ ...state, focus: state.preview ?? state.focus });

/** The values with another one in the chosen cell. */
export const withChosen = ({ values, focus }, chosen) => values.map((value, i) => (i === focus ? chosen : value));

/** Which outputs differ between two results. */
export const movedBetween = (before, after) =>
  after.map((_y, i) => i).filter((i) => Math.abs(after[i] - before[i]) > MOVED);

/**
 * Compares the outputs with those before the last change of state. Gives {moved, unseen} where values were changed,
 * else null; unseen: some output moved by less than the two decimals shown.
 */
export function compare(state) {
  const { before, values } = state;
  const { y } = view(state);
  state.before = { values, y };
  if (!before || before.values === values) return null;
  const moved = movedBetween(before.y, y);
  return { moved, unseen: moved.some((i) => fixed(before.y[i], 2) === fixed(y[i], 2)) };
}

/** The nearest number of groups that divides the channels, in the direction of the move. */
export function snapGroups(wanted, from, channels) {
  const allowed = divisors(channels);
  if (allowed.includes(wanted)) return wanted;
  return wanted > from ? allowed.find((g) => g > wanted) : allowed.findLast((g) => g < wanted);
}

const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const clamp = (value, least, most) => Math.min(most, Math.max(least, value));

/**
 * The cell next to cell i in the direction of an arrow key; undefined for other keys. Flat: each image stands below
 * the one before; else images further back stand higher.
 */
export function cellToward({ images, channels, positions }, i, key, flat) {
  if (!ARROWS[key]) return undefined;
  const [right, below] = ARROWS[key];
  const at = cellAt({ channels, positions }, i);
  const down = flat ? 1 : -1;
  const [least, most] = flat ? [0, images * positions - 1] : [-(images - 1) * positions, positions - 1];
  const line = clamp(at.position + down * at.image * positions + below, least, most);
  const image = Math.abs(Math.floor(line / positions));
  const channel = clamp(at.channel + right, 0, channels - 1);
  return (image * channels + channel) * positions + line - down * image * positions;
}
