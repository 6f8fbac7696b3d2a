// What is said of a value and of the cut, for the widget and for its still picture.
import { view } from "./model.js";

/** What cutting the memory does; else where a group lies, and what follows for view and reshape. */
function verdict({ cut }, { cells, wrong, viewable, runs }, tr) {
  if (cut === "memory" && wrong)
    return tr("Cutting the memory puts {wrong} values into a row that is not their group's.", { wrong });
  if (cut === "memory")
    return cells.some(({ address }, i) => address !== i)
      ? tr("Cutting the memory puts each value into its group's row, in another order.")
      : tr("Cutting the memory puts each value into its group's row.");
  if (runs === 1)
    return viewable
      ? tr("Each group is one piece of memory: view works, and reshape copies nothing.")
      : tr("Each group is one piece of memory, in another order: view refuses, reshape copies and is right.");
  return viewable
    ? tr("Each group lies in {runs} pieces of memory, equal steps apart: view works, and reshape copies nothing.", {
        runs,
      })
    : tr("Each group lies in {runs} pieces of memory: view refuses, reshape copies and is right.", { runs });
}

/** The value `state.focus`, and the cut. */
export function sentence(state, tr) {
  const now = view(state);
  const { address, place } = now.at;
  const where = tr("Value {i} lies at address {address} and goes to the row n {n}, g {g}.", {
    i: state.focus,
    address,
    n: place.n,
    g: place.g,
  });
  return `${where} ${verdict(state, now, tr)}`;
}

/** All numbers about a value and the cut, by the names of factRows. */
export const factTexts = ({ at, strides, runs, viewable, wrong }, tr) => ({
  index: `(${at.index.join(", ")})`,
  strides: `(${strides.join(", ")})`,
  address: at.address,
  place: `(${at.place.n}, ${at.place.g}, ${at.place.j})`,
  runs,
  view: viewable ? tr("yes") : tr("no"),
  wrong,
});

/** @returns {[string, string][]} */
export const factRows = (tr) => [
  ["index", tr("index (n, c, h, w)")],
  ["strides", tr("strides")],
  ["address", tr("address")],
  ["place", tr("row and place (n, g, j)")],
  ["runs", tr("pieces of memory a group")],
  ["view", tr("does view work?")],
  ["wrong", tr("values in a wrong row")],
];

/** The words over the three views. */
export const heads = (groups, tr) => ({
  tensor: tr("the tensor: a row a channel"),
  memory: tr("the memory, in order of address"),
  rows: tr("after the cut: a row a group, G = {groups}", { groups }),
});
