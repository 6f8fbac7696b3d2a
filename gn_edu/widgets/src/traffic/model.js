// The bytes that group norm and an activation move: six steps, and the seams between them that are closed. Counted are
// tensors of x's size; means and variances, a number a group, and γ and β, a number a channel, are not.

/**
 * @typedef {{ shape: string, groups: number, dtype: "float32" | "bfloat16", memory_format: "contiguous" | "channels_last",
 *   act: "silu" | "relu" | "none", machine: "cores" | "h200", bandwidth: number, split: number, fused: string }} State
 * `fused` has a 1 for each closed seam.
 */

export const SHAPES = ["8x64x32x32", "128x64x32x32", "1x128x512x512", "256x64x15x15"];
export const BYTES = { float32: 4, bfloat16: 2 };
/** GB/s, and bytes of the cache of one worker. */
export const MACHINES = {
  cores: { bandwidth: 10, workers: 2, cache: 2e6 },
  h200: { bandwidth: 4800, workers: 132, cache: 228e3 },
};
export const BANDWIDTHS = [10, 20, 50, 100, 200, 500, 1000, 2000, 4800];
export const SPLITS = [1, 2, 4, 8];
export const LINE = 64; // bytes that memory hands over at a time
export const SEAMS = 5;
export const MOST = 10; // times x, when no seam is closed
const [VARIANCE, CENTRE] = [1, 2]; // steps; the mean is 0, and those after CENTRE take what the one before them gave

export const sizesOf = (/** @type {string} */ shape) => shape.split("x").map(Number);
export const stepsOf = (/** @type {State["act"]} */ act) => (act === "none" ? SEAMS : SEAMS + 1);
/** Whether the seam after a step is closed. */
export const isClosed = (/** @type {string} */ fused, /** @type {number} */ seam) => fused[seam] === "1";

/** The first and the last step of each kernel. */
export function kernelsOf(/** @type {string} */ fused, /** @type {number} */ steps) {
  const kernels = [[0, 0]];
  for (let step = 1; step < steps; step++) {
    if (isClosed(fused, step - 1)) kernels[kernels.length - 1][1] = step;
    else kernels.push([step, step]);
  }
  return kernels;
}

/**
 * Whether `− mean` fetches x although the variance, in its kernel, has just read it: the group is no longer in the cache.
 * With the mean known and the difference written, one reading does both; a σ that is needed at once, or a mean that is
 * not known yet, needs a second one.
 */
const again = (/** @type {number[][]} */ kernels, /** @type {boolean} */ fits) =>
  !fits && kernels.some(([first, last]) => first <= VARIANCE && last >= CENTRE && (first < VARIANCE || last > CENTRE));

/** What each step reads and writes, and would if it were alone. */
function arrowsOf(/** @type {string} */ fused, /** @type {number} */ steps, /** @type {boolean} */ reread) {
  return Array.from({ length: steps }, (_, step) => {
    const open = (/** @type {number} */ seam) => !isClosed(fused, seam);
    return {
      read: step === 0 || open(step - 1) || (step === CENTRE && reread),
      again: step === CENTRE && reread,
      write: step >= CENTRE && (step === steps - 1 || open(step)),
      writes: step >= CENTRE,
    };
  });
}

/**
 * All that is shown.
 * @param {State} state
 */
export function view({ shape, groups, dtype, memory_format, act, machine, bandwidth, split, fused }) {
  const [n, c, h, w] = sizesOf(shape);
  const { workers, cache } = MACHINES[machine];
  const x = n * c * h * w * BYTES[dtype];
  const group = x / (n * groups);
  const fits = group <= cache;
  const steps = stepsOf(act);
  const kernels = kernelsOf(fused, steps);
  const reread = again(kernels, fits);
  const arrows = arrowsOf(fused, steps, reread);
  const reads = arrows.filter(({ read }) => read).length;
  const writes = arrows.filter(({ write }) => write).length;
  const times = reads + writes;
  const least = fits ? 2 : 3;
  const blocks = n * groups * split;
  return {
    steps,
    kernels,
    arrows,
    reads,
    writes,
    times,
    least,
    again: reread,
    bytes: times * x,
    leastBytes: least * x,
    seconds: (times * x) / (bandwidth * 1e9),
    group,
    fits,
    cache,
    blocks,
    workers,
    lit: Math.min(blocks, workers),
    /** Bytes of a group that lie together. */
    piece: memory_format === "contiguous" || groups === 1 ? group : (c / groups) * BYTES[dtype],
  };
}

/**
 * The seams after a hand took a step and went so many steps sideways (a part of one counts from `near` on): it closes
 * the open ones on its way, one a step. Where none is open there, it pulls the step off the one behind it.
 * @param {string} fused as it took it
 * @param {{ step: number, by: number, near: number, steps: number }} hand
 */
export function pulled(fused, { step, by, near, steps }) {
  if (Math.abs(by) < near) return fused;
  const left = by < 0;
  const ahead = left
    ? Array.from({ length: step }, (_, k) => step - 1 - k)
    : Array.from({ length: steps - 1 - step }, (_, k) => step + k);
  const open = ahead.filter((seam) => !isClosed(fused, seam));
  if (open.length) return put(fused, open.slice(0, 1 + Math.floor(Math.abs(by))), true);
  const behind = left ? step : step - 1;
  return behind >= 0 && behind < steps - 1 ? put(fused, [behind], false) : fused;
}

/** The same with some seams closed, or open. */
export const put = (/** @type {string} */ fused, /** @type {number[]} */ seams, /** @type {boolean} */ closed) =>
  [...fused].map((now, seam) => (seams.includes(seam) ? String(+closed) : now)).join("");
