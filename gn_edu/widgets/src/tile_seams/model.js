// A photograph's group norm, G = 1: mean and standard deviation over three colours and all pixels of a tile.
// Values go from 0 to 1. All that is said of them follows from whole numbers, sums over each column, without loss.

/** @typedef {{ webp: string, sum: number[], squares: number[], steps: number[], least: number[], most: number[] }} Photo */
/** @typedef {{ photo: Photo, border: number, statistics: "whole" | "own" | "mean" }} State */
/** @typedef {{ mean: number, variance: number, sigma: number }} Statistics */

export const COLUMNS = 320;
export const ROWS = 192;
export const LEAST = 32;
const EACH = 3 * ROWS; // values in a column
const FULL = 255;
const EPS = 1e-5;

const statisticsOf = (mean, variance) => ({ mean, variance, sigma: Math.sqrt(variance + EPS) });

/** @returns {Statistics} of the columns from one to before another */
function momentsOf({ sum, squares }, from, to) {
  const n = EACH * (to - from);
  const total = (values) => values.slice(from, to).reduce((all, value) => all + value, 0);
  const [first, second] = [total(sum), total(squares)];
  // Below 2^53: the difference of the two products is exact.
  return statisticsOf(first / n / FULL, (second * n - first * first) / n / n / FULL / FULL);
}

/** The root of the mean square of the output's step from the last column of the left tile to the first of the right. */
function stepOf({ sum, squares, steps }, border, left, right) {
  const [l, r] = [border - 1, border];
  const [a, b] = [1 / (FULL * left.sigma), 1 / (FULL * right.sigma)];
  const shift = left.mean / left.sigma - right.mean / right.sigma;
  const product = (squares[l] + squares[r] - steps[l]) / 2;
  const square = b * b * squares[r] + a * a * squares[l] - 2 * a * b * product;
  return Math.sqrt(Math.max(0, square + 2 * shift * (b * sum[r] - a * sum[l]) + EACH * shift * shift) / EACH);
}

/** How far the output of a tile lies from what the whole's statistics give, at most. */
function farthest({ least, most }, [from, to], used, whole) {
  const apart = (value) => Math.abs((value - used.mean) / used.sigma - (value - whole.mean) / whole.sigma);
  const ends = [Math.min(...least.slice(from, to)), Math.max(...most.slice(from, to))];
  return Math.max(...ends.map((value) => apart(value / FULL)));
}

/**
 * How each tile is drawn, and the numbers. A tile's output is (x - mean) / sigma; for the eye it is drawn times the
 * whole's sigma plus its mean, so as slope * x + intercept.
 * @param {State} state
 */
export function view({ photo, border, statistics }) {
  const whole = momentsOf(photo, 0, COLUMNS);
  const left = momentsOf(photo, 0, border);
  const right = momentsOf(photo, border, COLUMNS);
  const mean = statisticsOf((left.mean + right.mean) / 2, (left.variance + right.variance) / 2);
  const [a, b] = { whole: [whole, whole], own: [left, right], mean: [mean, mean] }[statistics];
  const drawn = [a, b].map((used) => {
    const slope = whole.sigma / used.sigma;
    return { slope, intercept: whole.mean - used.mean * slope };
  });
  const step = stepOf(photo, border, a, b);
  const step_whole = stepOf(photo, border, whole, whole);
  const largest = Math.max(farthest(photo, [0, border], a, whole), farthest(photo, [border, COLUMNS], b, whole));
  const used = { mean_left: a.mean, sigma_left: a.sigma, mean_right: b.mean, sigma_right: b.sigma };
  return { drawn, numbers: { ...used, times: step / step_whole, step, step_whole, largest } };
}
