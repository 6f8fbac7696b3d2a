// The possible neighbours of the picture that stays, in a batch of two: each with batch norm's verdict.
import { h, uniqueName } from "../shared/dom.js";

/** A tick or a cross, told apart by shape. */
function createMark() {
  const element = h("span", { class: "gn-mark", "aria-hidden": "true" });
  const show = (right) => {
    element.textContent = right ? "✓" : "✗";
    element.dataset.right = String(right);
  };
  return { element, show };
}

/** One possible neighbour: a radio button behind its picture. */
function createNeighbour({ j, group, album, tr, pick }) {
  const input = h("input", { type: "radio", name: group, value: j, "data-gn-neighbour": j });
  input.addEventListener("change", () => pick(j));
  const mark = createMark();
  const picture = album.image(j, "");
  picture.setAttribute("alt", "");
  const element = h("label", { class: "gn-neighbour" }, input, picture, mark.element);
  const show = (chosen, right) => {
    input.checked = chosen;
    mark.show(right);
    const values = { label: album.labelOf(j), n: j + 1 };
    const named = right
      ? tr("{label}, picture {n}: Batch Norm right", values)
      : tr("{label}, picture {n}: Batch Norm wrong", values);
    input.setAttribute("aria-label", named);
  };
  return { element, show };
}

/** What the marks say, in words; `wrong` of them are crosses. */
function legend(wrong, evaluation, tr) {
  if (evaluation) return tr("In evaluation mode Batch Norm is right (✓), whoever is chosen.");
  if (wrong === 0) return tr("Batch Norm is right (✓) beside each of them.");
  return wrong === 1
    ? tr("Batch Norm is wrong (✗) beside one of them, right (✓) beside the others.")
    : tr("Batch Norm is wrong (✗) beside {n} of them, right (✓) beside the others.", { n: wrong });
}

/** Returns {element, show}: show(state) marks all neighbours, the worst company first; it hides in larger batches. */
export function createStrip({ album, record, tr, pick }) {
  const group = uniqueName();
  const neighbours = Array.from({ length: album.count }, (_, j) => createNeighbour({ j, group, album, tr, pick }));
  const row = h("div", { class: "gn-strip", role: "radiogroup", "aria-label": tr("Choose its neighbour") });
  const title = h("b", {}, tr("Choose its neighbour"));
  const words = h("span", {});
  const element = h("div", {}, h("p", { class: "gn-part" }, title, " ", words), row);
  let shownFor = -1;
  const show = ({ picture, neighbour, batch, evaluation }) => {
    element.hidden = batch !== 2;
    const company = record.company(picture);
    for (const j of company) neighbours[j].show(j === neighbour, record.right(picture, j, evaluation));
    words.textContent = legend(company.filter((j) => !record.right(picture, j, false)).length, evaluation, tr);
    // Only where they change: a button that is moved loses the focus.
    if (shownFor !== picture) row.replaceChildren(...company.map((j) => neighbours[j].element));
    shownFor = picture;
  };
  return { element, show };
}
