// What the picture shows, in words.
import { N_ } from "../shared/i18n.js";
import { fixed } from "../shared/text.js";

export const PARTS = [
  ["g", N_("g, what arrives")],
  ["mean", N_("its part along 1")],
  ["along", N_("taken away along x̂")],
  ["dx", N_("dx, what is left, over σ")],
];

const listed = (values) => values.map((v) => fixed(v, 2)).join(", ");

/** All the vectors, for those who do not see them. */
export const vectors = ({ xHat, parts, numbers }, tr) =>
  tr("x̂ = ({x_hat}), g = ({g}): dx = ({dx}). Σdx = {sum}, Σdx·x̂ = {along}.", {
    x_hat: listed(xHat),
    g: listed(parts.g),
    dx: listed(parts.dx),
    sum: fixed(numbers.sum_dx, 3),
    along: fixed(numbers.sum_dx_x_hat, 3),
  });

/** A vector, and what dx is meanwhile: said of a grip. */
export const followed = (name, values, { parts }) => `${name} = (${listed(values)}); dx = (${listed(parts.dx)})`;

const ALL_GONE = {
  none: N_("g is 0: nothing arrives."),
  ones: N_("g lies along 1: all of it is taken away, and dx is 0."),
  x_hat: N_("g lies along x̂: all of it is taken away, and dx is 0."),
  both: N_("g is a part along 1, a part along x̂, and nothing else: all of it is taken away, and dx is 0."),
};
const BOTH_GONE = N_(
  "g has length {g}. Without its parts along 1 and x̂, and over σ, it is dx: length {dx}, at right angles to both.",
);
const LEFT = {
  x_hat: N_("g lies along x̂. With ε = {eps} not all of it is taken away: dx has length {dx}."),
  both: N_("g is a part along 1 and a part along x̂. With ε = {eps} some of the second is left: dx has length {dx}."),
  beside: N_("g has no part along x̂: ε only makes σ larger. dx has length {dx}."),
  more: N_("g has length {g}, dx has length {dx}. With ε = {eps} some of g's part along x̂ is left in it."),
};

/** A length with two decimals, or the first digit of a small one. */
const lengthOf = (value) => (value > 1e-7 && value < 0.005 ? value.toPrecision(1) : fixed(value, 2));

/** What is left of g, and why. */
export function sentence({ lies, numbers }, eps, tr) {
  const values = { g: lengthOf(numbers.length_g), dx: lengthOf(numbers.length_dx), eps };
  if (eps > 0 && LEFT[lies]) return tr(LEFT[lies], values);
  return tr(ALL_GONE[lies] ?? BOTH_GONE, values);
}
