// The two fields: who would be named what where, the points as light and dark stones, and the share that is named wrong.
// A point can be touched: touch.js.
import { h } from "../shared/dom.js";
import { N_ } from "../shared/i18n.js";
import { SIDE } from "./run.js";
import { EDGE, TRAINING } from "./spiral.js";
import { createTouch } from "./touch.js";
import { UPDATES } from "./training.js";

const PIXELS = 480;
// The same in light and dark pages: the ground is light where the first class is said, dark where the second is.
const LIGHT = [238, 231, 214];
const DARK = [62, 77, 84];
const STONE = ["#fffdf6", "#15202a"];
const RING = ["#15202a", "#fffdf6"];

export const NETWORKS = {
  bn: { title: N_("Batch Norm"), over: N_("a mean over {n} points") },
  gn: { title: N_("Group Norm"), over: N_("a mean over 4 channels of one point") },
};

/** All points as stones on nothing, drawn once. */
function stones() {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = PIXELS;
  const pen = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  const place = (v) => ((v + EDGE) / (2 * EDGE)) * PIXELS;
  pen.lineWidth = 1.4;
  for (let i = 0; i < TRAINING.count; i++) {
    const kind = TRAINING.labels[i];
    pen.beginPath();
    pen.arc(place(TRAINING.points[2 * i]), PIXELS - place(TRAINING.points[2 * i + 1]), 5, 0, 7);
    pen.fillStyle = STONE[kind];
    pen.strokeStyle = RING[kind];
    pen.fill();
    pen.stroke();
  }
  return canvas;
}

/** A canvas; draw(field) paints the ground and the stones. Without a field nothing is known yet. */
function createField(over, label) {
  const canvas = h("canvas", { width: PIXELS, height: PIXELS, role: "img", "aria-label": label });
  const small = document.createElement("canvas");
  small.width = small.height = SIDE;
  const [pen, ground] = [canvas, small].map((c) => /** @type {CanvasRenderingContext2D} */ (c.getContext("2d")));
  const image = ground.createImageData(SIDE, SIDE);
  const draw = (/** @type {Uint8Array | undefined} */ field) => {
    for (let q = 0; q < SIDE * SIDE; q++) {
      const dark = (field?.[q] ?? 127) / 255;
      for (let k = 0; k < 3; k++) image.data[4 * q + k] = LIGHT[k] * (1 - dark) + DARK[k] * dark;
      image.data[4 * q + 3] = 255;
    }
    ground.putImageData(image, 0, 0);
    pen.drawImage(small, 0, 0, PIXELS, PIXELS);
    pen.drawImage(over, 0, 0);
  };
  return { canvas, draw };
}

/** One network: its field under `touched`, and the share of test and training points that it names wrong. */
function createPanel(name, { all, touched, tr }) {
  const { title, over: counted } = NETWORKS[name];
  const field = createField(
    all,
    tr("{title}: what it says at every place, and the training points", { title: tr(title) }),
  );
  const test = h("b", { class: "gn-big", "data-gn-value": `${name}_test` });
  const training = h("b", { "data-gn-value": `${name}_training` });
  const averaged = h("span", { class: "gn-part" });
  const ofTraining = h("p", { class: "gn-part" }, tr("its own training points wrong"), " ", training);
  const element = h(
    "div",
    { class: "gn-panel", "data-net": name },
    h("p", { class: "gn-net" }, tr(title), " ", averaged),
    h("div", { class: "gn-field" }, field.canvas, touched),
    h("p", {}, tr("test points wrong"), " ", test),
    ofTraining,
  );
  const percent = (v) => (v === undefined ? "–" : `${v.toFixed(1)} %`);
  const show = (/** @type {import("./run.js").Seen | undefined} */ seen, n) => {
    averaged.textContent = tr(counted, { n });
    test.textContent = percent(seen?.test);
    training.textContent = percent(seen?.training);
    ofTraining.hidden = !seen;
    field.draw(seen?.field);
  };
  return { element, show };
}

/** Both networks; show(picture, { over, seed }) brings them up to date, letGo() forgets which point was touched. */
export function createFields(tr) {
  const all = stones();
  let shown = { done: 0, over: 4, seed: 1 };
  const touch = createTouch(tr, () => say());
  const panels = { bn: panelOf("bn"), gn: panelOf("gn") };
  const counted = h("span", { class: "gn-part", "data-gn-value": "update" });
  const words = h("p", { class: "gn-part gn-touched-text" });
  function panelOf(name) {
    return createPanel(name, { all, touched: touch.over[name], tr });
  }
  function say() {
    const update = touch.show(shown);
    words.textContent = tr(
      "Touch a point. Lines join it to those in its Batch Norm mean, here in update {update}. With Group Norm it is alone.",
      { update },
    );
  }
  const show = (/** @type {import("./run.js").Picture | null} */ picture, { over, seed }) => {
    panels.bn.show(picture?.bn, over);
    panels.gn.show(picture?.gn, over);
    counted.textContent = picture ? tr("update {update} of {all}", { update: picture.update, all: UPDATES }) : "";
    shown = { done: picture?.update ?? 0, over, seed };
    say();
  };
  const element = h("div", {}, h("div", { class: "gn-panels" }, panels.bn.element, panels.gn.element), words);
  return { element, counted, show, letGo: touch.letGo };
}
