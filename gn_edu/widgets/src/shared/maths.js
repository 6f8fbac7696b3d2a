// The book's arithmetic in float64. A tensor is a flat array in the order (image, channel, position), with
// dims = {images, channels, positions}; options = {method, groups, interleaved, eps}. Wu and He (2018), Eq. 1-7.

/**
 * @typedef {{ images: number, channels: number, positions: number }} Dims
 * @typedef {{ groups: number, interleaved: boolean }} Groups
 * @typedef {{ method: string, groups: number, interleaved?: boolean, eps: number }} Options
 * @typedef {ArrayLike<number>} Values
 * @typedef {{ members: number[], mean: number, variance: number, sigma: number }} Statistics
 */

/**
 * Where flat index i lies.
 * @param {{ channels: number, positions: number }} dims
 * @param {number} i
 */
export const cellAt = ({ channels, positions }, i) => ({
  image: Math.floor(i / (channels * positions)),
  channel: Math.floor(i / positions) % channels,
  position: i % positions,
});

/**
 * Group of a channel: runs of adjacent channels (Eq. 7), or every G-th channel, a different layer.
 * @param {number} channel
 * @param {number} channels
 * @param {{ groups: number, interleaved?: boolean }} options
 */
export const groupOf = (channel, channels, { groups, interleaved }) =>
  interleaved ? channel % groups : Math.floor((channel * groups) / channels);

/**
 * The number of the set S_i that holds flat index i.
 * @param {Dims} dims
 * @param {Options} options
 * @param {number} i
 */
export function setOf(dims, options, i) {
  const { image, channel } = cellAt(dims, i);
  if (options.method === "batch") return channel;
  if (options.method === "layer") return image;
  if (options.method === "instance") return image * dims.channels + channel;
  return image * options.groups + groupOf(channel, dims.channels, options);
}

/** The nearest number from least to most. */
export const clamp = (/** @type {number} */ value, /** @type {number} */ least, /** @type {number} */ most) =>
  Math.max(least, Math.min(most, value));

/** The mean of a list. */
export const meanOf = (/** @type {Values} */ values) => {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i];
  return sum / values.length;
};

/**
 * Mean and biased variance of the stretches of `size` values of x that start at size * k, for k in `at`; two passes.
 * @param {Values} x
 * @param {number[]} at
 * @param {number} size
 */
export function moments(x, at, size) {
  const m = at.length * size;
  let sum = 0;
  let squares = 0;
  for (const k of at) for (let i = k * size; i < (k + 1) * size; i++) sum += x[i];
  const mean = sum / m;
  for (const k of at) for (let i = k * size; i < (k + 1) * size; i++) squares += (x[i] - mean) ** 2;
  return [mean, squares / m];
}

/**
 * Every set's members, mean and biased variance; the variance is taken after the mean is subtracted.
 * @param {Values} x
 * @param {Dims} dims
 * @param {Options} options
 */
export function statistics(x, dims, options) {
  const sets = new Map();
  for (let i = 0; i < x.length; i++) {
    const key = setOf(dims, options, i);
    if (!sets.has(key)) sets.set(key, { members: [] });
    sets.get(key).members.push(i);
  }
  for (const set of sets.values()) {
    [set.mean, set.variance] = moments(x, set.members, 1);
    set.sigma = Math.sqrt(set.variance + options.eps);
  }
  return sets;
}

/**
 * y = gamma * x_hat + beta (Eq. 6), with gamma and beta per channel.
 * @param {Values} x
 * @param {Dims} dims
 * @param {Options} options
 * @param {Values} gamma
 * @param {Values} beta
 */
export function normalize(x, dims, options, gamma, beta) {
  const sets = statistics(x, dims, options);
  const xHat = /** @type {number[]} */ (new Array(x.length));
  const y = /** @type {number[]} */ (new Array(x.length));
  for (const set of sets.values()) {
    for (const i of set.members) {
      const { channel } = cellAt(dims, i);
      xHat[i] = (x[i] - set.mean) / set.sigma;
      y[i] = gamma[channel] * xHat[i] + beta[channel];
    }
  }
  return { sets, xHat, y };
}

/**
 * The gradient with respect to the x of one set, from g, the gradient with respect to its x_hat:
 * (g - mean(g) - x_hat * mean(g * x_hat)) / sigma. Also its two means.
 * @param {any} g an array or a Float64Array; dx is of the same kind
 * @param {Values} xHat
 * @param {number} sigma
 */
export function backward(g, xHat, sigma) {
  const m = g.length;
  const mean = meanOf(g);
  let along = 0;
  for (let i = 0; i < m; i++) along += g[i] * xHat[i];
  along /= m;
  return {
    mean,
    along,
    dx: g.map((/** @type {number} */ v, /** @type {number} */ i) => (v - mean - xHat[i] * along) / sigma),
  };
}

/** The numbers that divide c. */
export const divisors = (/** @type {number} */ c) =>
  Array.from({ length: c }, (_, k) => k + 1).filter((g) => c % g === 0);
