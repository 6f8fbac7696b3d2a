// Who makes Batch Norm say a wrong name? Every picture beside every other one in a batch of two, as both networks of the
// landing page answered. Takes the traits album (pictures, classes), pairs (the record), row, column, twins, name; sets row,
// column and twins.
import { createAlbum } from "./neighbours/pictures.js";
import { createModel, NORMS } from "./pair_matrix/model.js";
import { sentences, title } from "./pair_matrix/texts.js";
import { copyMarks, cursor, definitions, EDGE, matrix, sideOf, TILE, tiles, twinMarks } from "./pair_matrix/view.js";
import { flag, whole } from "./shared/address.js";
import { ARROWS, checkbox, drive, h, uniqueName } from "./shared/dom.js";
import { picturedByTraits } from "./shared/frame.js";
import { N_ } from "./shared/i18n.js";
import { clamp } from "./shared/maths.js";

export { createModel } from "./pair_matrix/model.js";
export { still } from "./pair_matrix/still.js";

/** One network's matrix: a finger, the mouse or the arrow keys move the tile that is read. */
function createMatrix({ norm, model, box: { tr, state, set } }) {
  const name = uniqueName();
  const field = h("div", {
    class: "gn-matrix",
    tabindex: "0",
    role: "application",
    "data-gn-matrix": norm,
    "aria-label": tr("{title}. Arrow keys move the pair that is read.", { title: title(norm, model, tr) }),
  });
  field.innerHTML = matrix(
    model,
    `${definitions(state.album.pictures, name)}${tiles(model, norm, name)}${copyMarks(model)}<g class="marks"></g>`,
    "gn-in",
  );
  const marks = field.querySelector(".marks");
  const inside = (k) => clamp(k, 0, model.count - 1);
  const read = (event) => {
    const { left, top, width } = field.firstChild.getBoundingClientRect();
    const at = (from, to) => inside(Math.floor((((to - from) / width) * sideOf(model.count) - EDGE) / TILE));
    const [row, column] = [at(top, event.clientY), at(left, event.clientX)];
    if (row !== state.row || column !== state.column) set({ row, column });
  };
  field.addEventListener("pointerdown", (event) => {
    if (event.pointerType === "mouse") field.setPointerCapture(event.pointerId);
    read(event);
  });
  field.addEventListener("pointermove", (event) => event.buttons && read(event));
  field.addEventListener("keydown", (event) => {
    if (!(event.key in ARROWS)) return;
    event.preventDefault();
    const [right, below] = ARROWS[event.key];
    set({ row: inside(state.row + below), column: inside(state.column + right) });
  });
  const show = () => {
    marks.innerHTML = (state.twins ? twinMarks(model) : "") + cursor(state.row, state.column);
  };
  const heading = h("p", { class: "gn-part" }, title(norm, model, tr));
  return { element: h("div", { class: "gn-half", "data-net": norm }, heading, field), show };
}

/** A sentence, its verdict's sign in the verdict's colour. */
const signed = (text) =>
  text
    .split(/([✓✗])/)
    .filter(Boolean)
    .map(
      (part) => ({ "✓": h("span", { class: "gn-yes" }, part), "✗": h("span", { class: "gn-no" }, part) })[part] ?? part,
    );

/** The pair that is read: both photographs, and what is said of them. */
function createReading(album, model, tr) {
  const photos = h("div", { class: "gn-pair-photos" });
  const live = h("p", { class: "gn-live-text", "aria-live": "polite" });
  const show = (state) => {
    const [asked, companion] = [state.row, state.column].map((i) => album.image(i, "gn-photo"));
    photos.replaceChildren(asked, companion);
    const said = sentences(state, model, album.label, tr);
    live.replaceChildren(
      ...said.flatMap(([kind, text]) => [h("span", { class: `gn-said-${kind}` }, ...signed(text)), " "]),
    );
  };
  return { element: h("div", { class: "gn-reading" }, photos, live), show };
}

/** @param {import("@anywidget/types").RenderProps} props */
function render(props) {
  const box = picturedByTraits(props, {
    stem: "pair_matrix",
    title: N_("Who makes Batch Norm say a wrong name?"),
    given: ["album", "pairs"],
    traits: { row: whole(0, 19), column: whole(0, 19), twins: flag },
  });
  const { tr, state, set } = box;
  const model = createModel(state.album, state.pairs);
  const album = createAlbum(state.album, tr);
  const twins = checkbox({
    label: tr("outline its twin: the other picture of its class"),
    mark: "data-gn-twins",
    pick: (on) => set({ twins: on }),
  });
  const copy = h("button", { type: "button", "data-gn-do": "copy-as-companion" }, tr("An exact copy as companion"));
  copy.addEventListener("click", () => set({ column: state.row }));
  const halves = NORMS.map((norm) => createMatrix({ norm, model, box }));
  const reading = createReading(album, model, tr);
  const first = tr("Slide over the tiles. A row is the picture you ask about, a column its only companion.");
  const key = tr(
    "Cross: a wrong name. Stronger colour: surer of the right one. Ring: an exact copy as companion, not counted.",
  );
  box.body.append(
    h("p", { class: "gn-first" }, first),
    h("p", { class: "gn-part" }, key),
    reading.element,
    h("div", { class: "gn-halves" }, ...halves.map(({ element }) => element)),
    drive(copy, twins.element),
  );
  return box.run(() => {
    twins.input.checked = state.twins;
    for (const half of halves) half.show();
    reading.show(state);
  });
}

export default { render };
