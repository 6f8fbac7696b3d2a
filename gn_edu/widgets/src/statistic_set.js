// Averaged with whom? A block of images x channels x positions; the cells that share a mean and a variance with
// the chosen cell light up, or, where the formula stands over them, those that one of its symbols speaks of. Takes the traits
// values, shape, method, groups, interleaved, focus, lit, eps, plain, formula and name; sets values, method, groups,
// interleaved, focus and lit. The prediction game asks which outputs move before it shows them.
import { picturedByTraits } from "./shared/frame.js";
import { N_, translator } from "./shared/i18n.js";
import { stillBlock } from "./statistic_set/block.js";
import { connectControls, connectKeyboard, connectPointer } from "./statistic_set/controls.js";
import { connectGame } from "./statistic_set/game.js";
import { affineOf, compare, traitsOf, unscaled, untouched } from "./statistic_set/model.js";
import { editNote, sentence } from "./statistic_set/texts.js";
import { makeParts } from "./statistic_set/view.js";

export { movedBetween, snapGroups, view } from "./statistic_set/model.js";

const NARROW = 480; // pixels; below that, the block begins flat

/** The picture that stands in the page until the widget is alive, and where it never will be. */
export function still(traits, catalogue) {
  const tr = translator(catalogue);
  const state = { ...traits, ...unscaled(traits.shape) };
  return { svg: stillBlock(state, tr), text: sentence(state, tr) };
}

/** @param {import("@anywidget/types").RenderProps} props */
function render(props) {
  const { model, el } = props;
  const [values, shape] = [model.get("values"), model.get("shape")];
  const flat = el.clientWidth > 0 && el.clientWidth < NARROW;
  const box = picturedByTraits(props, {
    stem: "statistic_set",
    title: N_("Averaged with whom?"),
    given: ["shape", "eps", "plain", "formula"],
    traits: traitsOf({ values, shape }),
    own: affineOf(shape),
    start: { ...unscaled(shape), flat, preview: null },
    afresh: untouched,
  });
  const { tr, root, set } = box;
  const state = /** @type {import("./statistic_set/model.js").State} */ (box.state);
  const parts = makeParts(state, tr, set);
  box.body.append(...parts.elements);

  const draw = () => {
    root.dataset.method = state.method; // the whole widget has the norm's colour
    parts.draw(state);
  };
  const say = (/** @type {string} */ note) => {
    state.note = note;
    draw();
  };
  const widget = { state, parts, tr, set, say, draw };
  connectControls(widget);
  connectPointer(widget);
  connectKeyboard(widget);
  connectGame(widget);
  // Also after a change by Python: says what a change of values moved.
  return box.run(() => {
    const edit = compare(state);
    if (edit) parts.block.moved = true;
    state.moved = edit ? edit.moved : [];
    state.guessed = null;
    state.unseen = Boolean(edit?.unseen);
    state.note = edit && !state.game ? editNote(edit, state, tr) : "";
    draw();
  });
}

export default { render };
