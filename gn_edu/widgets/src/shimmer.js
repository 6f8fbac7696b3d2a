// One map of a trained network, after batch norm and after group norm, while the companions of its picture change.
// Takes the traits album (pictures, classes), convolution (the first of a network), batch, draw, pixel, picture, channel,
// name; sets batch, draw, pixel, picture and channel.
import { createAlbum } from "./neighbours/pictures.js";
import { whole } from "./shared/address.js";
import { drive, h, liveText, slider } from "./shared/dom.js";
import { fittedDrawing } from "./shared/fitted.js";
import { picturedByTraits } from "./shared/frame.js";
import { N_ } from "./shared/i18n.js";
import { createPlayer } from "./shared/player.js";
import { fixed } from "./shared/text.js";
import { createModel, DRAWS, SIDE } from "./shimmer/model.js";
import { createMap, HEIGHT, stripMarkup } from "./shimmer/view.js";

export { company, createModel } from "./shimmer/model.js";
export { still } from "./shimmer/still.js";

const STRIP = 700; // as wide as both maps
const BEAT = 240; // milliseconds a draw, less than the address waits for the view to rest

export function sentence(state, { scatter }, tr) {
  if (!state.draw) return tr("One draw so far. Take new companions: which of the two maps changes?");
  return tr(
    "In {n} draws the picture never changed. After Batch Norm its marked pixel scatters with a standard deviation of {sd}; after Group Norm it stays.",
    { n: state.draw + 1, sd: fixed(scatter, 2) },
  );
}

/** The picture that stays, and its companions. */
function createBatch(album, tr) {
  const pictures = h("div", { class: "gn-company" });
  const show = (/** @type {number[]} */ [picture, ...others]) =>
    pictures.replaceChildren(
      h("div", {}, h("p", { class: "gn-part" }, tr("This picture stays")), album.image(picture, "gn-photo")),
      h(
        "div",
        {},
        h("p", { class: "gn-part" }, tr("Its companions change")),
        h("div", { class: "gn-others" }, ...others.map((i) => album.image(i, "gn-photo"))),
      ),
    );
  return { element: pictures, show };
}

/** Play, step, and the size of the batch; where motion is unwanted, no play. */
function createControls({ tr, state, set }, live) {
  const step = h("button", { type: "button", class: "gn-main", "data-gn-do": "step" }, tr("New companions"));
  const play = h("button", { type: "button", "data-gn-do": "play" });
  const player = createPlayer(
    BEAT,
    () => {
      if (state.draw < DRAWS - 1) set({ draw: state.draw + 1 });
      return state.draw < DRAWS - 1;
    },
    () => {
      play.textContent = player.playing() ? tr("Stop") : tr("Play");
      live.setAttribute("aria-live", player.playing() ? "off" : "polite");
    },
  );
  play.textContent = tr("Play");
  const next = () => set({ draw: (state.draw + 1) % DRAWS });
  step.addEventListener("click", () => {
    if (player.playing()) player.stop();
    next();
  });
  play.addEventListener("click", () => {
    if (!player.playing()) next(); // the first draw comes with the press
    player.toggle();
  });
  const unwanted = matchMedia("(prefers-reduced-motion: reduce)");
  const follow = () => {
    play.hidden = unwanted.matches;
    if (unwanted.matches && player.playing()) player.stop();
  };
  unwanted.addEventListener("change", follow);
  follow();
  const batch = slider({
    label: [tr("pictures in the batch")],
    mark: "data-gn-batch",
    value: "batch",
    range: { min: 2, max: 8, step: 1 },
    pick: (size) => set({ batch: size }),
  });
  const stop = () => {
    player.stop();
    unwanted.removeEventListener("change", follow);
  };
  const show = () => batch.show(state.batch, String(state.batch));
  return { element: drive(step, play, batch.element), show, stop };
}

/** @param {import("@anywidget/types").RenderProps} props */
async function render(props) {
  const box = picturedByTraits(props, {
    stem: "shimmer",
    title: N_("Which map stands still?"),
    given: ["album", "convolution"],
    traits: {
      batch: whole(2, 8),
      draw: whole(0, DRAWS - 1),
      pixel: whole(0, SIDE * SIDE - 1),
      picture: whole(0, 19),
      channel: whole(0, 15),
    },
  });
  const { tr, state, set } = box;
  const view = createModel(state.album, state.convolution);
  const live = liveText();
  const controls = createControls(box, live);
  const batch = createBatch(createAlbum(state.album, tr), tr);
  const maps = ["bn", "gn"].map((name) => createMap(name, state, tr, (pixel) => set({ pixel })));
  const first = tr("Press New companions. Or drag the red ring to another pixel.");
  let seen = view(state);
  const strip = fittedDrawing({
    label: tr("Where the marked pixel fell in the draws so far, a row for each norm"),
    draw: (width) => ({ height: HEIGHT, content: stripMarkup(seen, tr, Math.min(STRIP, width)) }),
  });
  box.body.append(
    h("p", { class: "gn-first" }, first),
    controls.element,
    batch.element,
    h("div", { class: "gn-pair" }, ...maps.map(({ element }) => element)),
    strip.element,
    live,
  );
  const end = await box.run(() => {
    seen = view(state);
    controls.show();
    batch.show(seen.batch);
    maps[0].show(seen.bn, seen.value.bn);
    maps[1].show(seen.gn, seen.value.gn);
    strip.show();
    live.textContent = sentence(state, seen, tr);
  });
  return () => {
    controls.stop();
    strip.stop();
    end();
  };
}

export default { render };
