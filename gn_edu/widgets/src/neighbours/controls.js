// What a reader changes besides the neighbour: the size of the batch and its draw, the mode, the picture that stays.
import { checkbox, choice, h } from "../shared/dom.js";
import { SIZES } from "./model.js";

/** All pictures as buttons. */
function createPicker(album, tr, pick) {
  const buttons = Array.from({ length: album.count }, (_, i) => {
    const name = tr("{label}, picture {n}", { label: album.labelOf(i), n: i + 1 });
    const picture = album.image(i, "");
    picture.setAttribute("alt", "");
    const button = h("button", { type: "button", "data-gn-picture": i, "aria-label": name }, picture);
    button.addEventListener("click", () => pick(i));
    return button;
  });
  const label = tr("Choose the picture that stays");
  const row = h("div", { class: "gn-album", role: "group", "aria-label": label }, ...buttons);
  const element = h("div", {}, h("p", { class: "gn-part" }, h("b", {}, label)), row);
  const show = (picture) => {
    for (const [i, button] of buttons.entries()) button.setAttribute("aria-pressed", String(i === picture));
  };
  return { element, show };
}

/**
 * set(change) takes a change of the state; redraw() asks for the next draw; choosePicture(i) for another picture.
 * Returns the elements {drive, picker}, and show(state, picture), with the one that stays. What would change nothing is not there: new draws in a batch of
 * two, sizes in evaluation mode, and in the compact form all but the mode.
 */
export function createControls({ album, tr, withModes, set, redraw, choosePicture }) {
  const again = h("button", { type: "button", class: "gn-main", "data-gn-do": "again" }, tr("New neighbours"));
  again.addEventListener("click", redraw);
  const sizes = choice({
    label: tr("pictures in the batch"),
    options: SIZES.map((size) => [size, String(size)]),
    mark: "data-gn-batch",
    pick: (batch) => set({ batch }),
    shown: true,
  });
  const evaluation = checkbox({
    label: tr("evaluation mode"),
    mark: "data-gn-evaluation",
    pick: (on) => set({ evaluation: on }),
  });
  const picker = createPicker(album, tr, choosePicture);
  evaluation.element.hidden = !withModes;
  const show = (state, picture) => {
    again.hidden = state.batch === 2 || state.evaluation;
    sizes.element.hidden = state.evaluation || (state.modes && state.batch === 2);
    picker.element.hidden = state.modes;
    sizes.show(state.batch);
    evaluation.input.checked = state.evaluation;
    picker.show(picture);
  };
  return { drive: [evaluation.element, sizes.element, again], picker: picker.element, show };
}
