// The recorded results of four variance formulas, and the numbers that a type can hold around them.

/** @typedef {{ data: any, dtype: "float32" | "float16", offset: number, seed: number }} State */

export const KEYS = ["naive", "two_pass", "welford", "shifted"];
// Digits after the leading one, the smallest step, and the largest number.
const TYPES = {
  float32: { digits: 23, least: 2 ** -149, largest: (2 - 2 ** -23) * 2 ** 127 },
  float16: { digits: 10, least: 2 ** -24, largest: 65504 },
};

/** A recorded number; what is no number stands there as text. */
export const number = (value) =>
  typeof value === "string"
    ? ({ inf: Number.POSITIVE_INFINITY, "-inf": Number.NEGATIVE_INFINITY }[value] ?? Number.NaN)
    : value;

export const largest = (dtype) => TYPES[dtype].largest;

/** How far the next number of the type lies above a positive one, as np.spacing says it; NaN beyond the largest. */
export function spacing(value, dtype) {
  const { digits, least, largest } = TYPES[dtype];
  if (!(value <= largest)) return Number.NaN;
  let power = Math.floor(Math.log2(value));
  if (2 ** power > value)
    power -= 1; // log2 may round up
  else if (2 ** (power + 1) <= value) power += 1;
  return Math.max(least, 2 ** (power - digits));
}

/** All numbers of the type from lo to hi, both positive. */
export function numbersBetween(lo, hi, dtype) {
  const found = [];
  const first = spacing(lo, dtype);
  const end = Math.min(hi, largest(dtype));
  for (let v = Math.ceil(lo / first) * first; v <= end; v += spacing(v, dtype)) found.push(v);
  return found;
}

const OFF = 0.1;
/** Whether a variance is too far from the true one: ten percent or more, or no number. */
export const isOff = (variance, truth) => !(Math.abs(number(variance) / truth - 1) < OFF);

/** What becomes of the output: its standard deviation over the true one, and a word for it. */
export function judge(variance, truth, eps) {
  const size = Math.sqrt((truth + eps) / (number(variance) + eps));
  if (Number.isNaN(size)) return { size, badge: "nan" };
  const badge = size < 0.5 ? "flat" : size > 2 ? "loud" : Math.abs(size - 1) > 1e-3 ? "inaccurate" : "fine";
  return { size, badge };
}

export const offsetsOf = (data, dtype) => [
  ...new Set(data.rows.filter((row) => row.dtype === dtype).map((row) => row.offset)),
];

const STEPS = 10; // as many as the ruler shows at least, once they are coarse
const CLOSE = 2.2; // variances that the ruler is long where its steps are fine

/**
 * Everything that is shown for one dtype, offset and seed. `exact` and `rounded` are E[x^2] and E[x]^2, as they are and
 * as they came out; `from` and `to` the part of the ruler that holds them, the true variance in its middle; `zoom` how
 * many times longer it is than where the steps are fine.
 * @param {State} state
 */
export function view({ data, dtype, offset, seed }) {
  const row = data.rows.find((r) => r.dtype === dtype && r.offset === offset && r.seed === seed);
  const exact = row.true_squares;
  const rounded = row.squares.map(number);
  const step = spacing(exact[0], dtype);
  const places = [...exact, ...rounded.filter(Number.isFinite)];
  const middle = (exact[0] + exact[1]) / 2;
  const farthest = Math.max(...places.map((place) => Math.abs(place - middle)));
  const close = CLOSE * row.true;
  const span = Math.max(close, STEPS * (step || 0), 2 * farthest);
  const naive = number(row.naive);
  return {
    row,
    exact,
    rounded,
    step,
    naive,
    m: data.m,
    from: middle - span / 2,
    to: middle + span / 2,
    zoom: span / close,
    formulas: Object.fromEntries(
      KEYS.map((key) => [key, { variance: row[key], ...judge(row[key], row.true, data.eps) }]),
    ),
  };
}
