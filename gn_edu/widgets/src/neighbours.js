// Who else is in the batch? Two trained networks answer for one picture while its companions change: batch norm's
// answer follows them, group norm's stays. Takes the traits data (pictures and the record of pairs), nets (weights,
// loaded late), picture, neighbour, batch, draw, modes, evaluation, name; sets picture, neighbour, batch, draw and
// evaluation. The networks run in a worker, and only where the record does not hold the answer: in larger batches, and
// for a picture of the reader's own, which no trait and no address holds.
import { createCompany } from "./neighbours/company.js";
import { createControls } from "./neighbours/controls.js";
import { answerOf, batchOf, createRecord, NO_OWN, traitsOf } from "./neighbours/model.js";
import { createNetworks } from "./neighbours/networks.js";
import { createOwn } from "./neighbours/own.js";
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
const isRecorded = ({ evaluation, batch, ownAs }) => !ownAs && (evaluation || batch === 2);

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
    afresh: () => NO_OWN,
  });
  const networks = createNetworks(() => model.get("nets"), data.pictures);
  const album = createAlbum(data, tr);

  const asBeside = () => (state.ownAs === "beside" ? "beside" : "");
  const choosePicture = (picture) => set({ picture, neighbour: firstNeighbour(picture), draw: 0, ownAs: asBeside() });
  const pick = (j) => set(state.ownAs === "stays" ? { company: j } : { neighbour: j, ownAs: "" });
  const redraw = () => set({ draw: state.draw + 1 });
  const controls = createControls({ album, tr, withModes, set, redraw, choosePicture });
  const strip = createStrip({ album, tr, pick });
  const view = createView(album, tr);
  const why = createWhy({ state, networks, album, tr });
  const answers = h("div", { class: "gn-answers" }, view.scene, view.panels, view.live);
  // What becomes of the reader's own picture is told above the place where it is brought.
  const change = (changed) => {
    set(changed);
    answers.scrollIntoView({ block: "nearest" });
  };
  const own = createOwn({
    root,
    album,
    tr,
    bring(bytes) {
      album.bring(bytes);
      change({ own: bytes, ownAs: state.ownAs || "stays", company: state.company ?? state.neighbour });
    },
    place: (ownAs) => change({ ownAs }),
    remove: () => set(NO_OWN),
  });
  own.element.hidden = state.modes;
  body.append(answers, strip.element, drive(...controls.drive), controls.picker, own.element, why.element);
  root.classList.toggle("gn-compact", state.modes);

  let asked = 0;
  async function answer(batch) {
    const turn = ++asked;
    if (isRecorded(state)) return view.show(state, batch, record.answers(batch[0], batch[1], state.evaluation));
    view.wait(batch);
    try {
      const replies = await networks.ask({ batch, training: !state.evaluation, own: state.own });
      const [bn, gn] = [replies.bn, replies.gn].map(({ probabilities }) => answerOf(probabilities));
      if (turn === asked) view.show(state, batch, { bn, gn });
    } catch {
      if (turn === asked) view.fail();
    }
  }
  const showStrip = (batch) => {
    strip.element.hidden = state.batch !== 2;
    if (state.batch === 2) strip.show(batch[1], company.of(batch[0], state));
  };
  const company = createCompany({ networks, record, album, tr, came: () => showStrip(batchOf(state, album.count)) });
  const stop = await run(() => {
    // Python may set the picture alone.
    if (state.neighbour === null || state.neighbour === state.picture) state.neighbour = firstNeighbour(state.picture);
    const batch = batchOf(state, album.count);
    controls.show(state, batch[0]);
    showStrip(batch);
    own.show(state);
    answer(batch);
    why.show(batch);
  });
  return () => {
    stop();
    networks.stop();
  };
}

export default { render };
