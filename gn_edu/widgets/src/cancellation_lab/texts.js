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
  fine: N_("Near {square}, {dtype} numbers are {step} apart: fine for a variance of {truth}."),
  wrong: N_("Near {square}, {dtype} numbers are {step} apart, and many roundings add up."),
  coarse: N_("Near {square}, {dtype} numbers are {step} apart, more than the whole variance."),
  inf: N_("{dtype} ends at {largest}. The sum of the squares passes it."),
  nan: N_("{dtype} ends at {largest}. Both squares lie beyond: ∞ − ∞ is no number, NaN."),
};

/** Which of them holds. */
function outcome({ naive, row, step }) {
  if (Number.isNaN(naive)) return "nan";
  if (!Number.isFinite(naive)) return "inf";
  if (Math.abs(naive / row.true - 1) < 0.01) return "fine";
  return step > row.true ? "coarse" : "wrong";
}

/** What the numbers of the type are like where the squares lie. */
export function sentence(seen, { dtype }, tr) {
  return tr(SAYS[outcome(seen)], {
    square: digits(seen.exact[0], 2), // where the step is taken
    dtype: tr(TYPES[dtype]),
    step: stepText(seen.step),
    truth: digits(seen.row.true, 2),
    largest: grouped(largest(dtype)),
  });
}

/** What a formula gives, and what would be right unless it reads the same. */
export function answerOf({ row, formulas }, key, tr) {
  const [answer, truth] = [digits(row[key], 2), digits(row.true, 2)];
  if (answer === truth) return answer;
  const rootless = formulas[key].badge === "nan" && row[key] < 0;
  return rootless
    ? tr("{answer} instead of {truth}: its root is NaN", { answer, truth })
    : tr("{answer} instead of {truth}", { answer, truth });
}

/** The answers of the two formulas that are drawn. */
export const answersOf = (seen, tr) => [
  `${FORMULAS.naive} = ${answerOf(seen, "naive", tr)}`,
  tr("two passes: {answer}", { answer: answerOf(seen, "two_pass", tr) }),
];

/** All that is drawn, for who can't see it. */
export const heard = (seen, state, tr) => `${sentence(seen, state, tr)} ${answersOf(seen, tr).join("; ")}.`;
