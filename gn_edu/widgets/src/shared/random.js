// Random numbers that are the same in every language: integers of 32 bits, and sums that float64 holds exactly.

/** mulberry32: a stream of numbers in [0, 1). */
export const stream = (/** @type {number} */ seed) => {
  let a = seed;
  return () => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
};

/** A nearly normal number: twelve of the stream, less 6. Mean 0, variance 1. */
export const normal = (/** @type {() => number} */ next) => {
  let sum = -6;
  for (let k = 0; k < 12; k++) sum += next();
  return sum;
};
