// Numbers as the lab shows them, and what it says.
import { N_ } from "../shared/i18n.js";
import { minus } from "../shared/text.js";
import { largest } from "./model.js";

export const TYPES = { float32: N_("float32"), float16: N_("float16") };
export const FORMULAS = {
  naive: "E[x²] − E[x]²",
  two_pass: N_("two passes"),
  welford: N_("Welford"),
  shifted: N_("shifted by the first value"),
};
export const BADGES = {
  fine: N_("fine"),
  inaccurate: N_("inaccurate"),
  nan: "NaN",
  flat: N_("too flat, in silence"),
  loud: N_("blown up, in silence"),
};

/** A whole number with commas between its thousands. */
export const grouped = (value) => minus(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, ",");

const POWERS = "⁰¹²³⁴⁵⁶⁷⁸⁹";
/** A step: as it is, or its first digit and a power of ten. */
export function stepText(step) {
  if (step >= 1000) return grouped(step);
  if (!(step < 1e-3)) return String(+step.toPrecision(3));
  const [digit, power] = step.toExponential(0).split("e-");
  return `${digit}·10⁻${[...power].map((d) => POWERS[+d]).join("")}`;
}

/** A variance, however it came out. */
export function digits(value, decimals = 4) {
  const known = { nan: "NaN", inf: "∞", "-inf": "−∞" };
  if (typeof value === "string") return known[value];
  return Math.abs(value) >= 1000 ? grouped(value) : minus(value.toFixed(Number.isInteger(value) ? 0 : decimals));
}

const SAYS = {
  fine: N_(
    "Near {square}, {dtype} numbers are {step} apart: fine for a variance of {truth}. E[x²] − E[x]² gives {naive}.",
  ),
  wrong: N_(
    "Near {square}, {dtype} numbers are {step} apart, and the variance is {truth}. E[x²] − E[x]² gives {naive}.",
  ),
  zero: N_(
    "Near {square}, {dtype} numbers are {step} apart, and the variance is {truth}. E[x²] − E[x]² gives 0: none at all.",
  ),
  negative: N_(
    "Near {square}, {dtype} numbers are {step} apart, and the variance is {truth}. E[x²] − E[x]² gives {naive}: a negative variance.",
  ),
  inf: N_(
    "{dtype} ends at {largest}. The sum of the squares passes it: E[x²] − E[x]² gives ∞. The variance is {truth}.",
  ),
  nan: N_("{dtype} ends at {largest}. Both squares lie beyond: ∞ − ∞ is no number, NaN. The variance is {truth}."),
};

/** Which of them holds. */
export function outcome({ naive, row }) {
  if (Number.isNaN(naive)) return "nan";
  if (!Number.isFinite(naive)) return "inf";
  if (naive <= 0) return naive < 0 ? "negative" : "zero";
  return Math.abs(naive / row.true - 1) < 0.01 ? "fine" : "wrong";
}

export function sentence(seen, { dtype }, tr) {
  return tr(SAYS[outcome(seen)], {
    square: digits(seen.exact[0], 2), // where the step is taken
    dtype: tr(TYPES[dtype]),
    step: stepText(seen.step),
    truth: digits(seen.row.true, 2),
    naive: digits(seen.row.naive, 2),
    largest: grouped(largest(dtype)),
  });
}
