// The images that all batches come from, and the statistics of every batch.
import { meanOf } from "../shared/maths.js";
import { normal, stream } from "../shared/random.js";

/** @typedef {{ batch: number, correlation: number, mode: "training" | "evaluation", draw: number }} State */

export const BATCHES = [1, 2, 4, 8, 16, 32, 64];
const IMAGES = 256;
const PIXELS = 32;
const DRAWS = 2000;
export const CLOUD = 200;
const EPS = 1e-5;

/**
 * The 256 images that all batches come from. An image has two channels; a value is
 * sqrt(correlation) * level + sqrt(1 - correlation) * own, with one level an image and channel and one `own` a pixel.
 */
export function population(seed = 9) {
  const next = stream(seed);
  return Array.from({ length: IMAGES }, () =>
    Array.from({ length: 2 }, () => ({ level: normal(next), own: Array.from({ length: PIXELS }, () => normal(next)) })),
  );
}

/** Row d lists the images of batch d. */
export function batches(seed = 5) {
  const next = stream(seed);
  const most = Math.max(...BATCHES);
  return Array.from({ length: DRAWS }, () => Uint8Array.from({ length: most }, () => Math.floor(next() * IMAGES)));
}

export const all = population();
const rows = batches();
// The sums that the statistics of any correlation need, so that a batch of 64 costs 64 additions and not 2048.
const sums = all.map(([{ level, own }]) => ({
  level,
  own: own.reduce((a, b) => a + b, 0),
  squares: own.reduce((a, b) => a + b * b, 0),
}));

const parts = (correlation) => [Math.sqrt(correlation), Math.sqrt(1 - correlation)];
export const valuesOf = ({ level, own }, correlation) => {
  const [a, b] = parts(correlation);
  return own.map((v) => a * level + b * v);
};
const momentsOf = (images, correlation) => {
  const [a, b] = parts(correlation);
  const m = images.length * PIXELS;
  let sum = 0;
  let squares = 0;
  for (const k of images) {
    const { level, own, squares: own2 } = sums[k];
    sum += PIXELS * a * level + b * own;
    squares += PIXELS * a * a * level * level + 2 * a * b * level * own + b * b * own2;
  }
  const mean = sum / m; // values of size 1, in float64: the difference loses nothing that is shown
  return { mean, variance: Math.max(0, squares / m - mean * mean), m };
};
const spread = (list) => {
  const mean = meanOf(list);
  return { mean, sd: Math.sqrt(meanOf(list.map((v) => (v - mean) ** 2))) };
};
export const PINNED = 0;
const PIXEL = 0;

/**
 * Everything that is shown.
 * @param {State} state
 */
export function view({ batch, correlation, mode, draw }) {
  const x = all[PINNED].map((channel) => valuesOf(channel, correlation));
  const pixel = x[0][PIXEL];
  const companions = (d) => [PINNED, ...rows[d].subarray(1, batch)];
  const now = momentsOf(companions(draw), correlation);
  const seen = (moments) => (pixel - moments.mean) / Math.sqrt(moments.variance + EPS);
  const cloud = Array.from({ length: CLOUD }, (_, d) => seen(momentsOf(companions(d), correlation)));
  const truth = momentsOf(
    all.map((_, k) => k),
    correlation,
  );
  const drawn = rows.map((row) => momentsOf(row.subarray(0, batch), correlation));
  const inverse = spread(drawn.map((s) => 1 / Math.sqrt(s.variance + EPS)));
  const means = spread(drawn.map((s) => s.mean));
  const variance = spread(drawn.map((s) => s.variance)).mean;
  const m = batch * PIXELS;
  // Where running statistics settle: the mean of the means, and of the unbiased variances.
  const running = { mean: means.mean, variance: (variance * m) / (m - 1) };
  const group = x.flat();
  const own = spread(group);
  const used = mode === "training" ? now : running;
  const sigma = Math.sqrt(used.variance + EPS);
  return {
    x,
    cloud,
    images: companions(draw),
    pixel,
    bn: x.map((channel, c) => (c ? null : channel.map((v) => (v - used.mean) / sigma)))[0],
    gn: x[0].map((v) => (v - own.mean) / Math.sqrt(own.sd ** 2 + EPS)),
    flat: used.variance < 1e-12,
    numbers: {
      mean: used.mean,
      inverse_sigma: 1 / sigma,
      bn: (pixel - used.mean) / sigma,
      gn: (pixel - own.mean) / Math.sqrt(own.sd ** 2 + EPS),
      typical: spread(cloud).mean,
      cloud_sd: spread(cloud).sd,
      frozen: seen(running),
      mean_noise: means.sd / Math.sqrt(truth.variance),
      inverse_noise: inverse.sd / inverse.mean,
      ratio: variance / truth.variance,
    },
  };
}
