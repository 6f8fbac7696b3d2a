// What does Batch Norm borrow from the neighbours? One image of a batch is pinned; its companions are drawn anew.
// Takes the traits batch, correlation, mode, draw, name; sets the first four.

import { light } from "../../palette.json";
import { all, BATCHES, batches, CLOUD, PINNED, population, valuesOf, view } from "./batch_noise/model.js";
import { oneOf, stepped, whole } from "./shared/address.js";
import { choice, drawingPlace, drive, facts, h, liveText, slider } from "./shared/dom.js";
import { shaded, stillOfView, svg, tenths, tick } from "./shared/drawing.js";
import { picturedByTraits } from "./shared/frame.js";
import { N_, translated } from "./shared/i18n.js";
import { eachOf, fixed, minus } from "./shared/text.js";

export { batches, population, view };

const SHOWN = 8; // images of the batch that are drawn
const TENTHS = { least: 0, step: 0.1, steps: 10 };
const MODES = { training: N_("training"), evaluation: N_("evaluation") };

export function sentence(state, { numbers, flat }, tr) {
  const values = { n: state.batch, bn: fixed(numbers.bn), gn: fixed(numbers.gn), sd: fixed(numbers.cloud_sd) };
  if (flat && state.mode === "evaluation")
    return tr(
      "One image, all its pixels equal: the variance that was gathered is 0, and evaluation multiplies by 1/√ε = 316. Group Norm: {gn}.",
      values,
    );
  if (flat)
    return tr(
      "One image, and all its pixels are equal: the variance is 0, and Batch Norm returns 0 for every picture. Group Norm: {gn}.",
      values,
    );
  if (state.mode === "evaluation")
    return tr(
      "Evaluation, statistics gathered at batch {n}: Batch Norm gives the marked pixel {bn}, and it stays. In training it gave {typical} on average. Group Norm: {gn}.",
      { ...values, typical: fixed(numbers.typical) },
    );
  if (state.batch === 1)
    return tr(
      "Training, no companions: Batch Norm takes the channel of this one image alone and gives {bn}. Group Norm: {gn}.",
      values,
    );
  return tr(
    "Training, batch {n}: with these companions Batch Norm gives the marked pixel {bn}; over 200 draws it scatters by {sd}. Group Norm: {gn}, every time.",
    values,
  );
}

// ---- the drawing

const TICKS = [-3, -2, -1, 0, 1, 2, 3];
const LEVELS = 7;
const shade = (v) => Math.max(0, Math.min(LEVELS - 1, Math.round(((v + 2.4) / 4.8) * (LEVELS - 1))));
/** Values in rows of eight as squares in shades. */
function squares(values, x, y, size) {
  const square = (i) => `M${x + size * (i % 8)} ${y + size * Math.floor(i / 8)}h${size}v${size}h-${size}z`;
  return shaded(
    "s",
    values.map((v, i) => [shade(v), square(i)]),
  );
}
const frameOf = (name, x, y, w, height) =>
  `<rect class="${name}" x="${x}" y="${y}" width="${w}" height="${height}" rx="2"/>`;

/** The images of the batch, two channels each, and how many more there are. */
function stripMarkup(images, pinned, correlation, tr) {
  const strip = images.slice(0, SHOWN).map((k, i) => {
    const [one, two] = k === PINNED && i === 0 ? pinned : all[k].map((channel) => valuesOf(channel, correlation));
    return squares(one, 8 + 40 * i, 24, 4) + squares(two, 8 + 40 * i, 44, 4);
  });
  const count = images.length - SHOWN;
  return strip.join("") + (count > 0 ? `<text x="8" y="77">${tr("and {count} more", { count })}</text>` : "");
}

const xOf = (v) => 64 + 43 * (3 + Math.max(-3, Math.min(3, v)));

/** An axis at height y, over it the pinned picture, a cloud of values and a mark at the one that holds now. */
function rowMarkup(y, { name, title, picture, value, list }) {
  const dashes = TICKS.map((v) => `M${xOf(v)} ${y}v4`).join("");
  const texts = TICKS.map((v) => tick(xOf(v), y + 15, minus(v))).join("");
  const dots = list.map((v, i) => `M${tenths(xOf(v))} ${y - 6 - ((i * 7) % 23)}h0`).join("");
  return (
    `<text class="title" x="8" y="${y - 46}">${title}</text>${squares(picture, 8, y - 30, 5)}` +
    `${frameOf("pixel", 8, y - 30, 5, 5)}<path class="axis" d="M64 ${y}H322${dashes}"/>${texts}` +
    `<path class="cloud" d="${dots}"/><path class="mark ${name}" d="M${tenths(xOf(value))} ${y - 34}V${y}"/>`
  );
}

/** The batch above, what becomes of the marked pixel below. */
export function markup(state, { x, cloud, images, numbers, bn, gn }, tr, stem) {
  const right = 12 + 40 * Math.min(images.length, SHOWN);
  const rows = [
    { name: "m-bn", title: tr("Batch Norm: x̂ of the marked pixel"), picture: bn, value: numbers.bn, list: cloud },
    {
      name: "m-gn",
      title: tr("Group Norm: x̂ of the marked pixel"),
      picture: gn,
      value: numbers.gn,
      list: [numbers.gn],
    },
  ];
  const parts = [
    `<text x="8" y="13">${tr("the batch: two channels an image, the first image stays")}</text>`,
    stripMarkup(images, x, state.correlation, tr),
    frameOf("set-gn", 6.5, 22.5, 35, 39),
    state.mode === "training" ? frameOf("set-bn", 5, 21, right - 10, 22) : "",
    frameOf("pixel", 8, 24, 4, 4),
    ...rows.map((row, k) => rowMarkup(144 + 86 * k, row)),
  ];
  return svg(stem, 340, 252, parts.join(""), 1.5);
}

const STILL_STYLE =
  `text{font:12px system-ui,sans-serif;fill:#333}.title{font-weight:600}.tick{font-size:11px}rect{fill:none}.set-gn{stroke:${light.group};stroke-width:1.5}` +
  `.set-bn{stroke:${light.batch};stroke-width:1.5}.pixel{stroke:#d00000}.axis{fill:none;stroke:#555}.cloud{fill:none;stroke:#888;stroke-width:3;stroke-linecap:round;stroke-opacity:.4}` +
  `.mark{stroke-width:3}.m-bn{stroke:${light.batch}}.m-gn{stroke:${light.group}}` +
  Array.from(
    { length: LEVELS },
    (_, k) => `.s${k}{fill:rgb(${Array(3).fill(Math.round(35 + (k * 210) / (LEVELS - 1)))})}`,
  ).join("");

/** For pages without scripts. */
export const still = stillOfView({ view, markup, sentence, style: STILL_STYLE });

/** What a reader sets: the batch, how alike an image's pixels are, the mode, and new companions. */
function controlsOf({ tr, state, set }) {
  const sizes = /** @type {[number, string][]} */ (BATCHES.map((n) => [n, String(n)]));
  const batch = choice({
    label: tr("batch size N"),
    options: sizes,
    mark: "data-gn-batch",
    pick: (value) => set({ batch: value }),
    shown: true,
  });
  const mode = choice({
    label: tr("mode"),
    options: translated(MODES, tr),
    mark: "data-gn-mode",
    pick: (value) => set({ mode: value }),
    shown: true,
  });
  const correlation = slider({
    label: [tr("correlation inside an image")],
    mark: "data-gn-correlation",
    value: "correlation",
    range: { min: 0, max: TENTHS.steps, step: 1 },
    pick: (taken) => set({ correlation: taken / 10 }),
  });
  const again = h("button", { type: "button", "data-gn-do": "redraw" }, tr("New companions"));
  again.addEventListener("click", () => set({ draw: (state.draw + 1) % CLOUD }));
  const show = () => {
    const correlated = fixed(state.correlation, 1);
    batch.show(state.batch);
    mode.show(state.mode);
    correlation.show(Math.round(state.correlation * 10), correlated, correlated);
  };
  return { element: drive(batch.element, mode.element, correlation.element, again), show };
}

/** @param {import("@anywidget/types").RenderProps} props */
function render(props) {
  const box = picturedByTraits(props, {
    stem: "batch_noise",
    title: N_("What does Batch Norm borrow?"),
    traits: {
      batch: oneOf(BATCHES),
      correlation: stepped(TENTHS),
      mode: oneOf(Object.keys(MODES)),
      draw: whole(0, CLOUD - 1),
    },
  });
  const { tr, state } = box;
  const controls = controlsOf(box);
  const picture = drawingPlace(tr("The batch, and where the marked pixel lands with Batch Norm and with Group Norm"));
  const statistics = facts([
    ["bn", tr("Batch Norm's x̂")],
    ["gn", tr("Group Norm's x̂")],
    ["mean", "μ"],
    ["inverse_sigma", "1/σ"],
    ["mean_noise", tr("noise of μ, in σ")],
    ["inverse_noise", tr("noise of 1/σ, relative")],
    ["ratio", tr("mean variance over the true one")],
    ["typical", tr("training, mean of 200 draws")],
    ["frozen", tr("evaluation")],
  ]);
  const live = liveText();
  box.body.append(controls.element, picture, statistics.element, live);

  return box.run(() => {
    const seen = view(state);
    const { cloud_sd, ...shown } = seen.numbers;
    controls.show();
    picture.innerHTML = markup(state, seen, tr, "gn-in");
    statistics.show(eachOf(shown, (value) => fixed(value)));
    live.textContent = sentence(state, seen, tr);
  });
}

export default { render };
