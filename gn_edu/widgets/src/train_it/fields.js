// The two fields: who would be named what where, the points as light and dark stones, and the share that is named wrong.
import { h } from "../shared/dom.js";
import { N_ } from "../shared/i18n.js";
import { SIDE } from "./run.js";
import { EDGE, TRAINING } from "./spiral.js";

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

/** One network: its field, and the share of test and training points that it names wrong. */
function createPanel(name, over, tr) {
  const { title, over: counted } = NETWORKS[name];
  const field = createField(
    over,
    tr("{title}: what it says at every place, and the training points", { title: tr(title) }),
  );
  const test = h("b", { class: "gn-big", "data-gn-value": `${name}_test` });
  const training = h("b", { "data-gn-value": `${name}_training` });
  const averaged = h("span", { class: "gn-part" });
  const element = h(
    "div",
    { class: "gn-panel", "data-net": name },
    h("p", { class: "gn-net" }, tr(title), " ", averaged),
    field.canvas,
    h("p", {}, tr("test points wrong"), " ", test),
    h("p", { class: "gn-part" }, tr("its own training points wrong"), " ", training),
  );
  const percent = (v) => (v === undefined ? "–" : `${v.toFixed(1)} %`);
  const show = (/** @type {import("./run.js").Seen | undefined} */ seen, n) => {
    averaged.textContent = tr(counted, { n });
    test.textContent = percent(seen?.test);
    training.textContent = percent(seen?.training);
    field.draw(seen?.field);
  };
  return { element, show };
}

/** Both networks; show(picture, over) brings them up to date. */
export function createFields(tr) {
  const over = stones();
  const panels = { bn: createPanel("bn", over, tr), gn: createPanel("gn", over, tr) };
  const show = (/** @type {import("./run.js").Picture | null} */ picture, n) => {
    panels.bn.show(picture?.bn, n);
    panels.gn.show(picture?.gn, n);
  };
  return { element: h("div", { class: "gn-panels" }, panels.bn.element, panels.gn.element), show };
}
