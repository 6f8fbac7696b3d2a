// One map of the first convolution for all pictures, and what batch norm and group norm make of it in every draw.
import { convolve, filters, input, pixels } from "../neighbours/network.js";
import { moments } from "../shared/maths.js";
import { stream } from "../shared/random.js";

/** @typedef {{ batch: number, draw: number, pixel: number, picture: number, channel: number }} State */

export const DRAWS = 200;
export const SIDE = 16;
const SIZE = SIDE * SIDE;
const EPS = 1e-5;
const GROUP = 2; // maps of one image share group norm's mean

/** A list in a random order. */
const shuffled = (list, seed) => {
  const next = stream(seed >>> 0);
  const left = [...list];
  return list.map(() => left.splice(Math.floor(next() * left.length), 1)[0]);
};

/**
 * All others in the order in which draw `draw` takes them into the batch: a larger batch keeps whom it had. The first
 * comes from a deck, so that everyone is first once in as many draws as there are others; the rest is drawn anew.
 */
export function company(picture, count, draw) {
  const others = Array.from({ length: count }, (_, i) => i).filter((i) => i !== picture);
  const round = Math.floor(draw / others.length);
  const first = shuffled(others, picture * 40503 + round * 97 + 70)[draw % others.length];
  const rest = others.filter((i) => i !== first);
  return [first, ...shuffled(rest, draw * 2654435761 + picture * 40503)];
}

/** Of every picture the two maps that share group norm's mean with `channel`, one after the other. */
function mapsOf(pictures, { block, pixel_mean, pixel_std }, channel) {
  const first = channel - (channel % GROUP);
  const all = filters(block);
  const each = all.length / block.out;
  const few = { out: GROUP, stride: block.stride, filters: all.subarray(first * each, (first + GROUP) * each) };
  const x = input(
    pictures.map((picture) => pixels(picture.pixels)),
    { pixel_mean, pixel_std },
  );
  return convolve(x, pictures.length, 3, 32, few);
}

/** Mean and variance over all values of some maps, from each map's own: they have the same size. */
function together(own) {
  const mean = own.reduce((sum, [m]) => sum + m, 0) / own.length;
  return [mean, own.reduce((sum, [m, v]) => sum + v + (m - mean) ** 2, 0) / own.length];
}

/**
 * view(state) gives all that is shown: batch (numbers of the pictures, first the one that stays), bn and gn (the 256
 * normalized values of its map), dots (batch norm's value of the marked pixel in draws 0 to the one shown), value (what
 * each norm makes of the pixel now), scatter (the standard deviation of the dots).
 */
export function createModel({ pictures }, convolution) {
  const count = pictures.length;
  const known = new Map();
  /** Of a channel: every picture's map, its moments, and those of group norm's sets. */
  const channelOf = (channel) => {
    if (!known.has(channel)) {
      const x = mapsOf(pictures, convolution, channel);
      const maps = Array.from({ length: count }, (_, i) => {
        const at = GROUP * i + (channel % GROUP);
        const group = moments(x, [GROUP * i, GROUP * i + 1], SIZE);
        return { x: x.subarray(at * SIZE, (at + 1) * SIZE), own: moments(x, [at], SIZE), group };
      });
      known.set(channel, maps);
    }
    return known.get(channel);
  };
  /** @param {State} state */
  return function view({ batch, draw, pixel, picture, channel }) {
    const maps = channelOf(channel);
    const { x, group } = maps[picture];
    const batchOf = (d) => [picture, ...company(picture, count, d).slice(0, batch - 1)];
    const shared = (d) => together(batchOf(d).map((i) => maps[i].own));
    const by = (/** @type {number[]} */ [mean, variance], value) => (value - mean) / Math.sqrt(variance + EPS);
    const now = shared(draw);
    const dots = Array.from({ length: draw + 1 }, (_, d) => by(shared(d), x[pixel]));
    return {
      batch: batchOf(draw),
      bn: Array.from(x, (value) => by(now, value)),
      gn: Array.from(x, (value) => by(group, value)),
      dots,
      value: { bn: dots[draw], gn: by(group, x[pixel]) },
      scatter: Math.sqrt(moments(dots, [0], dots.length)[1]),
    };
  };
}
