// What the widget says in words.
import { N_ } from "../shared/i18n.js";
import { cellAt } from "../shared/maths.js";
import { fixed } from "../shared/text.js";
import { dimsOf, METHODS, previewed, shown, view } from "./model.js";

/**
 * @typedef {import("../shared/i18n.js").Translator} Translator
 * @typedef {import("./model.js").Chosen} Chosen
 * @typedef {import("./model.js").State} State
 */

const INTERLEAVED = N_("the interleaved layer");

/**
 * @param {import("./model.js").Dims} dims
 * @param {number} i
 * @param {Translator} tr
 */
export function cellName(dims, i, tr) {
  const { image, channel, position } = cellAt(dims, i);
  return tr("image {n}, channel {c}, pixel {p}", { n: image + 1, c: channel + 1, p: position + 1 });
}

/**
 * One sentence that says what the picture shows, with its numbers.
 * @param {Chosen & { plain: boolean }} state
 * @param {Translator} tr
 */
export function sentence(state, tr) {
  const { set, dims, xHat, y } = view(state);
  const { image, channel } = cellAt(dims, state.focus);
  const interleaved = state.method === "group" && state.interleaved;
  const values = {
    method: tr(interleaved ? INTERLEAVED : METHODS[state.method].name),
    m: set.members.length,
    all: state.values.length,
    image: image + 1,
    channel: channel + 1,
    mean: fixed(set.mean),
    sigma: fixed(state.plain ? Math.sqrt(set.variance) : set.sigma),
    x: shown(state.values[state.focus]),
    xHat: fixed(xHat[state.focus]),
    y: fixed(y[state.focus]),
  };
  if (values.y !== values.xHat)
    return tr(
      "Image {image}, channel {channel}: {method} averages {m} of {all} values. Mean {mean}, σ {sigma}, so x̂ is {xHat}; γ and β make it {y}.",
      values,
    );
  return tr(
    "Image {image}, channel {channel}: {method} averages {m} of {all} values. Mean {mean}, σ {sigma}, so {x} becomes {xHat}.",
    values,
  );
}

/**
 * That group norm with the fewest or the most groups is another norm; else nothing.
 * @param {Chosen} state
 * @param {Translator} tr
 */
function sameNorm({ method, groups, shape }, tr) {
  if (method !== "group") return "";
  if (groups === 1) return tr("G = 1: one group holds all channels, the same set as layer norm.");
  if (groups === dimsOf(shape).channels) return tr("G = C: every channel is alone, the same set as instance norm.");
  return "";
}

/**
 * The text under the picture. While the game asks, only its question.
 * @param {State} state
 * @param {Translator} tr
 */
export function textUnder(state, tr) {
  if (state.game) return state.note;
  return [state.note, sentence(previewed(state), tr), sameNorm(state, tr)].filter(Boolean).join(" ");
}

/**
 * What a change of values did.
 * @param {NonNullable<ReturnType<typeof import("./model.js").compare>>} edit
 * @param {State} state
 * @param {Translator} tr
 */
export function editNote({ moved, unseen }, state, tr) {
  const note = tr("This change moved {k} of {all} outputs.", { k: moved.length, all: state.values.length });
  return unseen ? `${note} ${unseenNote(tr)}` : note;
}

export const unseenNote = (/** @type {Translator} */ tr) => tr("Some moved by less than the two decimals shown.");

/** @type {(wanted: number, channels: number, groups: number, tr: Translator) => string} */
export const snapNote = (wanted, channels, groups, tr) =>
  tr("{wanted} does not divide {channels} channels into equal groups, so G goes to {groups}.", {
    wanted,
    channels,
    groups,
  });

export const question = (/** @type {Translator} */ tr) =>
  tr("The framed input will grow by 1. Tap every output that you think will move, then check.");

/** Names in a row: "1", "1 and 2", "1, 2 and 3". */
function listed(/** @type {(string | number)[]} */ parts, /** @type {Translator} */ tr) {
  if (parts.length < 2) return parts.join("");
  return tr("{list} and {last}", { list: parts.slice(0, -1).join(", "), last: parts[parts.length - 1] });
}

/**
 * Where outputs stand, in few words: "image 1, channels 1 and 2".
 * @param {number[]} outputs
 * @param {import("./model.js").Dims} dims
 * @param {Translator} tr
 */
function placesOf(outputs, { images, channels, positions }, tr) {
  const named = (/** @type {number} */ image) => {
    const count = Array(channels).fill(0);
    for (const i of outputs) {
      const at = cellAt({ channels, positions }, i);
      if (at.image === image) count[at.channel]++;
    }
    const touched = [...count.keys()].filter((c) => count[c]);
    if (!touched.length) return "";
    const parts = touched.map((c) => (count[c] === positions ? c + 1 : tr("{c} (in part)", { c: c + 1 })));
    if (parts.length === channels && count.every((k) => k === positions)) return tr("every channel");
    return tr(parts.length > 1 ? N_("channels {list}") : N_("channel {list}"), { list: listed(parts, tr) });
  };
  const groups = /** @type {Map<string, number[]>} */ (new Map());
  for (let image = 0; image < images; image++) {
    const name = named(image);
    if (name) groups.set(name, [...(groups.get(name) ?? []), image + 1]);
  }
  const texts = [...groups].map(([name, which]) =>
    tr(which.length > 1 ? N_("images {list}, {channels}") : N_("image {list}, {channels}"), {
      list: listed(which, tr),
      channels: name,
    }),
  );
  return texts.join("; ");
}

/**
 * What moved in the game, and how good the guesses were; the signs are those on the outputs.
 * @param {State} state
 * @param {Set<number>} guesses
 * @param {Translator} tr
 */
export function verdict({ moved, shape }, guesses, tr) {
  if (!moved.length) return tr("Nothing moved.");
  const hit = moved.filter((i) => guesses.has(i)).length;
  const extra = guesses.size - hit;
  const said = { where: placesOf(moved, dimsOf(shape), tr), all: moved.length, hit, missed: moved.length - hit, extra };
  if (hit === moved.length && extra === 0) return tr("Right: exactly these {all} outputs moved: {where}.", said);
  return tr("Moved: {where}. ✓ {hit} of {all} found, ○ {missed} missed, ✗ {extra} marked that stood still.", said);
}
