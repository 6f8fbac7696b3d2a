// What the widget says.
import { N_ } from "../shared/i18n.js";
import { isClosed, LINE } from "./model.js";

const number = (/** @type {number} */ value) => value.toLocaleString("en-US");
const three = (/** @type {number} */ value) =>
  value >= 999.5 ? number(Math.round(value)) : value.toFixed(value >= 99.95 ? 1 : 2);

/** 20.97 MB: units of a thousand. */
export function sizeText(/** @type {number} */ bytes) {
  if (bytes >= 999_950) return `${three(bytes / 1e6)}\u00a0MB`;
  return bytes >= 1000 ? `${(bytes / 1000).toFixed(1)}\u00a0kB` : `${bytes}\u00a0B`;
}
/** A cache's, and others that are round. */
const roundText = (/** @type {number} */ bytes) => (bytes >= 1e6 ? `${bytes / 1e6}\u00a0MB` : `${bytes / 1e3}\u00a0kB`);
export const timeText = (/** @type {number} */ seconds) =>
  seconds < 0.9995e-3 ? `${three(seconds * 1e6)}\u00a0µs` : `${three(seconds * 1e3)}\u00a0ms`;
export const rateText = (/** @type {number} */ bandwidth) => `${number(bandwidth)}\u00a0GB/s`;

const textsOf = ({ bandwidth }, seen) => ({
  reads: seen.reads,
  writes: seen.writes,
  times: seen.times,
  bytes: sizeText(seen.bytes),
  least: sizeText(seen.leastBytes),
  bandwidth: rateText(bandwidth),
  time: timeText(seen.seconds),
});

/** What the drawing has in words. */
export const drawnTexts = (state, seen, tr) => {
  const texts = textsOf(state, seen);
  return {
    memory: tr("memory"),
    counts: tr("↑ reads: {reads} · ↓ writes: {writes}", texts),
    bytes: texts.bytes,
    times: tr("{times} times x", texts),
    least: tr("least: {least}", texts),
    time: tr("at least {time} at {bandwidth}", texts),
  };
};

export const sentence = (state, seen, tr) => {
  const texts = textsOf(state, seen);
  if (seen.times === 2)
    return tr("One read, one write: {bytes}, 2 times x, the least. At {bandwidth} that takes at least {time}.", texts);
  return tr(
    "Reads: {reads}. Writes: {writes}. Together they move {bytes}, {times} times x. At {bandwidth} that takes at least {time}.",
    texts,
  );
};

const AGAIN = {
  cores: N_("A group has {group}, a core's cache {cache}: − mean reads x again. The least is 3 times x."),
  h200: N_("A group has {group}, a multiprocessor's cache {cache}: − mean reads x again. The least is 3 times x."),
};
const KEPT = N_("A group takes {group} and fits the cache ({cache}): after the statistics, x is still there.");
const PASSING = N_("The group fits no cache, but the mean is known: as x − mean is written, its squares are summed.");
const MERGED = N_("One reading gives both numbers: by merged (Welford) means, not by E[x²] − m².");
const STAYS = N_("What one step gives the next stays in a register: no write, no read.");
const APART = N_("Each step alone is a kernel of its own: what the next one needs goes through memory.");

/** Why a seam saves what it does: of those that are closed, the one that needs words most. */
export function why({ fused, machine }, { group, cache, fits, again, steps }, tr) {
  const texts = { group: sizeText(group), cache: roundText(cache) };
  if (again) return tr(AGAIN[machine], texts);
  if (isClosed(fused, 1)) return tr(fits ? KEPT : PASSING, texts);
  if (isClosed(fused, 0)) return tr(MERGED);
  return tr(fused.slice(0, steps - 1).includes("1") ? STAYS : APART);
}

/** How a group lies in memory. */
export function lies({ memory_format, groups }, { piece }, tr) {
  const texts = { size: sizeText(piece), piece, line: LINE };
  if (memory_format === "contiguous")
    return tr("A group lies in one piece of {size}: a block that reads it uses all of each {line} bytes.", texts);
  if (groups === 1)
    return tr(
      "The one group is the whole image and lies in one piece of {size}: all of each {line} bytes is used.",
      texts,
    );
  if (piece >= LINE)
    return tr("In a pixel, {piece} bytes of a group lie together: a block uses all of each {line} bytes.", texts);
  return tr(
    "In a pixel, {piece} bytes of a group lie together. A block that reads its group alone uses {piece} of each {line} bytes.",
    texts,
  );
}

const WORK = {
  cores: N_("Blocks: {blocks}, {split} a group. {lit} of {workers} cores work."),
  h200: N_("Blocks: {blocks}, {split} a group. {lit} of {workers} multiprocessors work."),
};
export const work = ({ machine, split }, { blocks, lit, workers }, tr) =>
  tr(WORK[machine], { blocks: number(blocks), split, lit, workers });
