// The possible neighbours of the picture that stays, in a batch of two: each with what batch norm makes of it.
import { h, uniqueName } from "../shared/dom.js";

/** One possible neighbour: a radio button behind its picture. */
function createNeighbour({ j, group, album, pick }) {
  const input = h("input", { type: "radio", name: group, value: j, "data-gn-neighbour": j });
  input.addEventListener("change", () => pick(j));
  const mark = h("span", { class: "gn-mark", "aria-hidden": "true" }); // told apart by shape
  const picture = album.image(j, "");
  picture.setAttribute("alt", "");
  const element = h("label", { class: "gn-neighbour" }, input, picture, mark);
  const show = (chosen, sign, said) => {
    input.checked = chosen;
    mark.textContent = sign;
    mark.dataset.sign = sign;
    input.setAttribute("aria-label", said);
  };
  return { element, show };
}

/** Returns {element, show}: show(neighbour, company) marks all of them. */
export function createStrip({ album, tr, pick }) {
  const group = uniqueName();
  const neighbours = Array.from({ length: album.count }, (_, j) => createNeighbour({ j, group, album, pick }));
  const row = h("div", { class: "gn-strip", role: "radiogroup", "aria-label": tr("Choose its neighbour") });
  const title = h("b", {}, tr("Choose its neighbour"));
  const words = h("span", {});
  const element = h("div", {}, h("p", { class: "gn-part" }, title, " ", words), row);
  let shownOrder = "";
  const show = (neighbour, { order, mark, said, legend }) => {
    for (const j of order) neighbours[j].show(j === neighbour, mark(j), said(j));
    words.textContent = legend;
    // Only where they change: a button that is moved loses the focus.
    if (shownOrder !== order.join()) row.replaceChildren(...order.map((j) => neighbours[j].element));
    shownOrder = order.join();
  };
  return { element, show };
}
