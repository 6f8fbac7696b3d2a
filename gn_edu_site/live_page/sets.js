// Which numbers share a mean: for group norm, and for the mistakes about sets. The rules of gn_edu/exercises/sets.py.
import { moments } from "../../gn_edu/widgets/src/shared/maths.js";
import { product } from "./arrays.js";

/**
 * In letters, what the cells of a set have in common (n image, g group, k place of the channel in its group, h row,
 * w column); or one of the names below; or a kind of pieces and their number.
 * @typedef {string | [kind: "groups" | "channels", number: number]} Sets
 * @typedef {import("./arrays.js").Values} Values
 */

export const GROUP = "ng";

const FIXED = [2, 4, 8, 32, 16, 3];
/**
 * Mistake -> the sets that it takes, the most common first. What lies elsewhere in memory is not known here.
 * @type {Record<string, Sets[]>}
 */
export const SETS = {
  "over-batch": ["g"],
  "across-samples": ["gkhw"],
  "batch-norm": ["gk"],
  "instance-norm": ["ngk"],
  "layer-norm": ["n"],
  "whole-batch": [""],
  interleaved: ["every G-th"],
  "swapped-G": ["of G channels"],
  "channel-only": ["nghw"],
  "pixel-norm": ["nhw"],
  "over-groups": ["nkhw", "nk"],
  "channels-last-axis": ["last axis"],
  "memory-order": ["pixels first"],
  "fixed-groups": FIXED.flatMap(
    (number) =>
      /** @type {Sets[]} */ ([
        ["groups", number],
        ["channels", number],
      ]),
  ),
  "wrong-axes": "ghw ngw ngh hw nw nh ngkw ngkh nkw nkh gh gw khw kh kw k h w gkh gkw".split(" "),
};

/**
 * A label for each cell of a tensor (n, c, *), in a row; cells with the same label share a mean. null where the axes
 * can't be cut like that.
 * @param {number[]} shape
 * @param {number} groups
 * @param {Sets} [sets]
 * @returns {number[] | null}
 */
export function setLabels(shape, groups, sets = GROUP) {
  const [images, channels, ...rest] = shape;
  const columns = rest.at(-1) ?? 1;
  const rows = product(rest.slice(0, -1));
  const cells = channels * rows * columns; // in an image
  const each = Math.ceil(channels / groups);
  const wide = Math.floor((rest.length ? columns : channels) / groups);
  if (sets === "last axis" && (!wide || cells % (wide * groups))) return null;
  if (typeof sets !== "string" && sets[0] === "groups" && cells % sets[1]) return null;
  return Array.from({ length: images * cells }, (_, i) => {
    const image = Math.floor(i / cells);
    const place = i % cells;
    const channel = Math.floor(place / (rows * columns));
    const row = Math.floor(place / columns) % rows;
    const column = place % columns;
    if (typeof sets !== "string") {
      const [kind, number] = sets;
      return image * cells + Math.floor(kind === "groups" ? (place * number) / cells : channel / number);
    }
    if (sets === "last axis") return image * groups + (Math.floor(place / wide) % groups);
    if (sets === "pixels first") {
      const at = (row * columns + column) * channels + channel;
      return image * groups + Math.floor(at / (rows * columns * each));
    }
    if (sets === "every G-th") return image * groups + (channel % groups);
    if (sets === "of G channels") return image * channels + Math.floor(channel / groups);
    /** @type {Record<string, [at: number, length: number]>} */
    const axes = {
      n: [image, images],
      g: [Math.floor(channel / each), groups],
      k: [channel % each, each],
      h: [row, rows],
      w: [column, columns],
    };
    return [...sets].reduce((label, letter) => label * axes[letter][1] + axes[letter][0], 0);
  });
}

/**
 * The places of the cells that share a mean with cell i.
 * @param {number[]} labels
 * @param {number} i
 */
export const membersOf = (labels, i) => labels.flatMap((label, k) => (label === labels[i] ? [k] : []));

/**
 * Group norm of x over these sets.
 * @param {Values} x
 * @param {number[]} labels
 * @param {{ eps: number, weight?: Values | null, bias?: Values | null }} options
 */
function normalized({ shape, values }, labels, { eps, weight, bias }) {
  const positions = product(shape.slice(2));
  return values.map((value, i) => {
    const [mean, variance] = moments(values, membersOf(labels, i), 1);
    const channel = Math.floor(i / positions) % shape[1];
    const scaled = ((value - mean) / Math.sqrt(variance + eps)) * (weight?.values[channel] ?? 1);
    return scaled + (bias?.values[channel] ?? 0);
  });
}

/**
 * The sets of the first of these mistakes that is one about sets, as labels. Where it can be made in several ways, the one
 * that gives the reader's numbers; null where there is none.
 * @param {string[]} mistakes
 * @param {Values} x
 * @param {number} groups
 * @param {Values} yours
 * @param {{ eps: number, weight?: Values | null, bias?: Values | null }} options
 */
export function labelsOfMistake(mistakes, x, groups, yours, options) {
  const name = mistakes.find((mistake) => mistake in SETS);
  if (!name) return null;
  const ways = SETS[name].map((sets) => setLabels(x.shape, groups, sets));
  if (ways.length === 1) return ways[0];
  const near = (/** @type {number} */ a, /** @type {number} */ b) => Math.abs(a - b) <= 1e-4 * (1 + Math.abs(b));
  const explains = (/** @type {number[] | null} */ labels) =>
    labels && x.values.length > 0 && normalized(x, labels, options).every((value, i) => near(value, yours.values[i]));
  return ways.find(explains) ?? null;
}
