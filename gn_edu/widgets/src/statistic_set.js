// Averaged with whom? A block of images x channels x positions; the cells that share a mean and a variance with
// the chosen cell light up. Takes the traits values, shape, method, groups, interleaved, focus, eps, name; sets method,
// groups, interleaved, focus and values. The prediction game asks which outputs move before it shows them.
import { pictured } from "./shared/frame.js";
import { translator } from "./shared/i18n.js";
import { stillBlock } from "./statistic_set/block.js";
import { connectControls, connectKeyboard, connectPointer } from "./statistic_set/controls.js";
import { connectGame } from "./statistic_set/game.js";
import { compare, parse, read, startingState, TRAITS } from "./statistic_set/model.js";
import { editNote, sentence } from "./statistic_set/texts.js";
import { makeParts } from "./statistic_set/view.js";

export { movedBetween, snapGroups, view } from "./statistic_set/model.js";

const NARROW = 480; // pixels; below that, the block begins flat

/** The picture that stands in the page until the widget is alive, and where it never will be. */
export function still(traits, catalogue) {
  const tr = translator(catalogue);
  const state = startingState((trait) => traits[trait]);
  return { svg: stillBlock(state, tr), text: sentence(state, tr) };
}

async function render({ model, el }) {
  const tr = translator(model.get("_catalogue"));
  const start = startingState((trait) => model.get(trait), el.clientWidth > 0 && el.clientWidth < NARROW);
  const state = { ...start };
  const { body, set, run } = pictured({
    model,
    el,
    stem: "statistic_set",
    title: tr("Averaged with whom?"),
    tr,
    traits: TRAITS,
    state,
    read: () => read(state, start),
    parse: (saved) => parse(saved, start),
    draw: update,
  });
  const parts = makeParts(state, tr, (method) => set({ method }));
  body.append(...parts.elements);

  function draw() {
    body.parentElement.dataset.method = state.method; // the whole widget has the norm's colour
    parts.draw(state);
  }
  /** After every change of state, also by Python: says what a change of values moved. */
  function update() {
    const edit = compare(state);
    state.moved = edit ? edit.moved : [];
    state.note = edit && !state.game ? editNote(edit, state, tr) : "";
    draw();
  }
  const say = (note) => {
    state.note = note;
    draw();
  };
  const widget = { state, parts, tr, set, say, draw };
  connectControls(widget);
  connectPointer(widget);
  connectKeyboard(widget);
  connectGame(widget);
  return run();
}

export default { render };
