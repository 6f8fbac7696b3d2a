// What a reader changes: the draw, the size of the batch, the mode, and the picture that stays.
import { checkbox, choice, drive, h } from "../shared/dom.js";
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
  const element = h("div", { class: "gn-album", role: "group", "aria-label": label }, ...buttons);
  const show = (picture) => {
    for (const [i, button] of buttons.entries()) button.setAttribute("aria-pressed", String(i === picture));
  };
  return { element, show };
}

/**
 * set(change) takes a change of the state; redraw() asks for the next draw.
 * Returns the elements {drive, picker}, and show(state).
 */
export function createControls({ album, tr, set, redraw }) {
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
  const row = drive(again, sizes.element, evaluation.element);
  const picker = createPicker(album, tr, (picture) => set({ picture }));
  const show = (state) => {
    sizes.show(state.batch);
    evaluation.input.checked = state.evaluation;
    picker.show(state.picture);
  };
  return { drive: row, picker: picker.element, show };
}
