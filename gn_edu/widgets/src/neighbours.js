// Who else is in the batch? Two trained networks answer for one picture while its companions change: batch norm's
// answer follows them, group norm's stays. Takes the traits data (pictures and the record of pairs), nets (weights,
// loaded late), picture, neighbour, batch, draw, modes, evaluation, name; sets picture, neighbour, batch, draw and
// evaluation. The networks run in a worker, and only where the record does not hold the answer.
import { createControls } from "./neighbours/controls.js";
import { answerOf, batchOf, createRecord, traitsOf } from "./neighbours/model.js";
import { createNetworks } from "./neighbours/networks.js";
import { createAlbum } from "./neighbours/pictures.js";
import { createStrip } from "./neighbours/strip.js";
import { createView } from "./neighbours/view.js";
import { createWhy } from "./neighbours/why.js";
import { drive, h } from "./shared/dom.js";
import { picturedByTraits } from "./shared/frame.js";
import { N_ } from "./shared/i18n.js";

export { companions } from "./neighbours/model.js";
export { still } from "./neighbours/still.js";

/** Is an answer to `state` in the record of pairs? */
const isRecorded = (state) => state.evaluation || state.batch === 2;

/** Where the widget starts, and how the reader's address holds it. */
function beginning(model, record) {
  const [picture, given, modes] = ["picture", "neighbour", "modes"].map((key) => model.get(key));
  const firstNeighbour = (i) => (i === picture && given !== null ? given : record.company(i).at(modes ? 0 : -1));
  const withModes = modes || model.get("evaluation");
  const traits = traitsOf({ count: model.get("data").pictures.length, firstNeighbour, modes: withModes });
  return { firstNeighbour, withModes, traits, start: { neighbour: firstNeighbour(picture) } };
}

/** @param {import("@anywidget/types").RenderProps} props */
async function render(props) {
  const { model } = props;
  const data = model.get("data");
  const record = createRecord(data);
  const { firstNeighbour, withModes, traits, start } = beginning(model, record);
  const title = N_("Who else is in the batch?");
  const given = withModes ? ["modes"] : ["modes", "evaluation"];
  const { tr, state, root, body, set, run } = picturedByTraits(props, {
    stem: "neighbours",
    title,
    traits,
    given,
    start,
  });
  const networks = createNetworks(() => model.get("nets"), data.pictures);
  const album = createAlbum(data, tr);

  const choosePicture = (picture) => set({ picture, neighbour: firstNeighbour(picture), draw: 0 });
  const redraw = () => set({ draw: state.draw + 1 });
  const controls = createControls({ album, tr, withModes, set, redraw, choosePicture });
  const strip = createStrip({ album, record, tr, pick: (neighbour) => set({ neighbour }) });
  const view = createView(album, tr);
  const why = createWhy({ state, networks, album, tr });
  const answers = h("div", { class: "gn-answers" }, view.scene, view.panels, view.live);
  body.append(answers, strip.element, drive(...controls.drive), controls.picker, why.element);
  root.classList.toggle("gn-compact", state.modes);

  let asked = 0;
  async function answer(batch) {
    const turn = ++asked;
    if (isRecorded(state)) return view.show(state, batch, record.answers(batch[0], batch[1], state.evaluation));
    view.wait(batch);
    try {
      const replies = await networks.ask(batch, true);
      const [bn, gn] = [replies.bn, replies.gn].map(({ probabilities }) => answerOf(probabilities));
      if (turn === asked) view.show(state, batch, { bn, gn });
    } catch {
      if (turn === asked) view.fail();
    }
  }
  const stop = await run(() => {
    // Python may set the picture alone.
    if (state.neighbour === null || state.neighbour === state.picture) state.neighbour = firstNeighbour(state.picture);
    const batch = batchOf(state, album.count);
    controls.show(state);
    strip.show(state);
    answer(batch);
    why.show(batch);
  });
  return () => {
    stop();
    networks.stop();
  };
}

export default { render };
