// Who else is in the batch? Two trained networks answer for one picture while its companions change: batch norm's
// answer follows them, group norm's stays. Takes the traits data (pictures and weights), picture, batch, draw,
// evaluation, name; sets picture, batch, draw and evaluation. The networks run in a worker.
import { createControls } from "./neighbours/controls.js";
import { createPredictions, traitsOf } from "./neighbours/model.js";
import { createAlbum } from "./neighbours/pictures.js";
import { createView } from "./neighbours/view.js";
import { createWhy } from "./neighbours/why.js";
import { meant, written } from "./shared/address.js";
import { frame, twoWay } from "./shared/frame.js";
import { translator } from "./shared/i18n.js";

export { companions } from "./neighbours/model.js";
export { still } from "./neighbours/still.js";

/** @param {import("@anywidget/types").RenderProps} props */
async function render({ model, el }) {
  const tr = translator(model.get("_catalogue"));
  const data = model.get("data");
  const forms = traitsOf(data.pictures.length);
  const traits = Object.keys(forms);
  const start = Object.fromEntries(traits.map((key) => [key, model.get(key)]));
  const state = /** @type {import("./neighbours/model.js").State} */ ({ ...start });
  const predictions = createPredictions(data, state);
  const album = createAlbum(data, tr);

  const title = tr("Who else is in the batch?");
  const box = frame({ model, el, stem: "neighbours", title, tr, read: () => written(forms, state, start), write });
  const controls = createControls({ album, tr, set: setAfresh, redraw: () => set({ draw: state.draw + 1 }) });
  const view = createView(album, tr);
  const why = createWhy({ state, predictions, album, tr });
  box.body.append(view.scene, controls.drive, view.panels, view.live, controls.picker, why.element);

  // Not `picturedByTraits`: a picture comes after its replies, and new neighbours add to the answers so far.
  async function draw() {
    if (!(await predictions.update())) return;
    view.show(state, predictions);
    controls.show(state);
    why.show();
  }
  function write(saved) {
    Object.assign(state, meant(forms, saved, start));
    predictions.clearAnswers();
    python.push();
    return draw();
  }
  function set(change) {
    Object.assign(state, change);
    draw();
    box.changed();
    python.push();
  }
  function setAfresh(change) {
    predictions.clearAnswers();
    set(change);
  }
  const python = twoWay(model, traits, state, setAfresh);
  await box.start();
  return () => {
    python.stop();
    box.stop();
    predictions.stop();
  };
}

export default { render };
