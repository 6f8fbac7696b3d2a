// What survives of a gradient? The backward pass of one set as a projection: g loses its part along 1 and its part
// along x_hat, and is divided by sigma. Takes the traits x, g, eps, scale, turn, name; sets g, eps, scale and turn.

import { barsMarkup, createBars, HEIGHT, reachOf } from "./gradient_projection/bars.js";
import { ABOVE, camera, REACH, SIDE } from "./gradient_projection/camera.js";
import { laid, view } from "./gradient_projection/model.js";
import { createSpace, heightOf, spaceMarkup } from "./gradient_projection/space.js";
import { PARTS, sentence, vectors } from "./gradient_projection/texts.js";
import { mapped, numbers, oneOf, whole } from "./shared/address.js";
import { choice, drive, facts, h, labelled, liveText, numberField, slider } from "./shared/dom.js";
import { stillOf, svg } from "./shared/drawing.js";
import { picturedByTraits } from "./shared/frame.js";
import { N_, translator } from "./shared/i18n.js";
import { eachOf, fixed } from "./shared/text.js";

export { camera, laid, sentence, view };

const EPSILONS = [0, 1e-5, 1e-2, 1];
const STILL = 400;
const STILL_STYLE =
  "path{fill:none;stroke:#555}.axis3,.far{stroke:#ccc}.plane{fill:#f1f0eb;stroke:none}.circle{stroke:#777;stroke-dasharray:5 4}" +
  ".thread{stroke:#777;stroke-dasharray:2 3}text{font:600 15px system-ui,sans-serif;fill:#222}.a-x path{stroke-width:2.5}" +
  ".a-g path{stroke:#222;stroke-width:2.5}.a-dx path{stroke:#222;stroke-width:6}g path.tip{fill:#555;stroke-width:1}" +
  ".a-g path.tip,.a-dx path.tip{fill:#222}.tick{font:12px system-ui,sans-serif;fill:#555}.title{font:13px system-ui,sans-serif}" +
  ".bar{fill:#bbb}.b-g{fill:#fff;stroke:#222;stroke-width:2}.b-dx{fill:#222}.b-behind{fill:none;stroke:#555;stroke-dasharray:3 2}";

/** For pages without scripts. */
export function still(traits, catalogue) {
  const tr = translator(catalogue);
  const seen = view(traits);
  const spatial = traits.x.length === 3;
  const height = spatial ? heightOf(STILL) : HEIGHT;
  const drawn = spatial
    ? spaceMarkup(seen, traits.eps, SIDE, STILL, height)
    : barsMarkup(seen, reachOf(traits.g), STILL, tr);
  return { svg: stillOf(svg("still", STILL, height, drawn), STILL_STYLE), text: vectors(seen, tr) };
}

/** The drawing in space, and where it is looked at from. */
function spaceOf(box) {
  const { tr } = box;
  const picture = createSpace(box, () =>
    from.show([SIDE.pitch, ABOVE].find((pitch) => pitch === picture.looking.pitch) ?? 0),
  );
  const { looking, look } = picture;
  const from = choice({
    label: tr("seen from"),
    options: [
      [SIDE.pitch, tr("the side")],
      [ABOVE, tr("above, along 1")],
    ],
    mark: "data-gn-view",
    pick: (pitch) => look(looking.yaw, pitch),
    shown: true,
  });
  const button = (mark, text, label, by) =>
    h(
      "button",
      { type: "button", "aria-label": label, "data-gn-do": mark, onclick: () => look(looking.yaw + by, looking.pitch) },
      text,
    );
  const turns = [
    button("left", "↶", tr("turn the view to the left"), 0.2),
    button("right", "↷", tr("turn the view to the right"), -0.2),
  ];
  from.show(looking.pitch);
  const element = h("div", { class: "gn-labelled" }, from.element, h("span", { class: "gn-turns" }, ...turns));
  return { picture, looks: [{ element, reset: () => look(SIDE.yaw, SIDE.pitch) }] };
}

/** Buttons that lay g along a direction of which nothing is left. */
function layOf({ tr, state, set }) {
  const most = state.g.length === 3 ? REACH : reachOf(state.g);
  const lay = (along, text) => {
    const onclick = () => set({ g: laid(state.g, view(state).xHat, along, most) });
    return h("button", { type: "button", "data-gn-lay": along, onclick }, text);
  };
  return labelled(tr("lay g along"), lay("ones", "1"), lay("x_hat", "x̂"));
}

/** A field for each number of g, in a fold. */
function fieldsOf({ tr, state, set }) {
  const fields = state.g.map((_, i) =>
    numberField({
      label: `g${i + 1}`,
      marks: { "data-gn-g": i },
      pick: (value) => set({ g: state.g.map((v, k) => (k === i ? value : v)) }),
    }),
  );
  const show = () => {
    for (const [i, field] of fields.entries()) field.show(+state.g[i].toFixed(3));
  };
  const row = labelled("g", ...fields.map(({ input }) => input));
  return { element: h("details", { "data-gn-fold": "fields" }, h("summary", {}, tr("g by number")), row), show };
}

/** The vectors and the sums, in a fold. */
function numbersOf({ tr, state }) {
  const rows = PARTS.map(([key, label]) => {
    const cells = state.x.map((_, i) => h("td", { "data-gn-value": `${key}[${i}]` }));
    return { key, cells, row: h("tr", {}, h("th", { scope: "row" }, tr(label)), ...cells) };
  });
  const table = h("table", { class: "gn-parts" }, h("tbody", {}, ...rows.map(({ row }) => row)));
  const said = h("p", { class: "gn-part" });
  const sums = facts([
    ["sigma", "σ"],
    ["mean_g", tr("mean(g)")],
    ["mean_gx", tr("mean(g x̂)")],
    ["sum_dx", "Σ dx"],
    ["sum_dx_x_hat", "Σ dx·x̂"],
    ["predicted", tr("ε/(var+ε) · Σ g·x̂ / σ")],
    ["length_g", "|g|"],
    ["length_dx", "|dx|"],
  ]);
  const fold = h("details", { "data-gn-fold": "numbers" }, h("summary", {}, tr("all numbers")));
  fold.append(h("div", { class: "gn-wide" }, table), said, sums.element);
  const show = (seen) => {
    for (const { key, cells } of rows)
      for (const [i, cell] of cells.entries()) cell.textContent = fixed(seen.parts[key][i], 3);
    sums.show(eachOf(seen.numbers, (value) => fixed(value, 4)));
    said.textContent = vectors(seen, tr);
  };
  return { element: fold, show };
}

const degrees = (radians) => Math.round((radians * 180) / Math.PI);
const radians = (degrees) => (degrees * Math.PI) / 180;

/** The stretch of x, and the choice of epsilon. */
function controlsOf({ tr, set }) {
  const scale = slider({
    label: [tr("scale of x")],
    mark: "data-gn-scale",
    value: "scale",
    range: { min: -6, max: 6, step: 1 },
    pick: (power) => set({ scale: 2 ** power }),
  });
  const eps = choice({
    label: "ε",
    options: EPSILONS.map((e) => [e, String(e)]),
    mark: "data-gn-eps",
    pick: (value) => set({ eps: value }),
    shown: true,
  });
  const show = (state) => {
    const times = `× ${state.scale}`;
    scale.show(Math.round(Math.log2(state.scale)), times, times);
    eps.show(state.eps);
  };
  return { elements: [scale.element, eps.element], show };
}

/** @param {import("@anywidget/types").RenderProps} props */
function render(props) {
  const size = props.model.get("x").length;
  let level = () => {};
  const box = picturedByTraits(props, {
    stem: "gradient_projection",
    title: N_("What survives of a gradient?"),
    given: ["x"],
    traits: {
      g: numbers(size),
      eps: oneOf(EPSILONS),
      scale: mapped(whole(-6, 6), Math.log2, (power) => 2 ** power),
      turn: mapped(whole(0, 360), degrees, radians),
    },
    // The view is no part of an address: a link and a reset look from the side.
    afresh: () => {
      level();
      return {};
    },
  });
  const { tr, state } = box;
  const spatial = size === 3;
  const { picture, looks } = spatial ? spaceOf(box) : { picture: createBars(box), looks: [] };
  level = () => {
    for (const { reset } of looks) reset();
  };
  const controls = controlsOf(box);
  const folds = [fieldsOf(box), numbersOf(box)];
  const live = liveText();
  const task = spatial
    ? tr("Drag the tip of g, which arrives at x̂. The thick arrow dx is what reaches x.")
    : tr("Drag the bars of g, which arrives at x̂. The last row, dx, is what reaches x.");
  const side = h(
    "div",
    { class: "gn-side" },
    live,
    drive(layOf(box), ...looks.map(({ element }) => element), ...controls.elements),
  );
  box.body.append(
    h("p", { class: "gn-prompt" }, task),
    h("div", { class: "gn-two" }, picture.element, side),
    ...folds.map(({ element }) => element),
  );
  return box.run(() => {
    const seen = view(state);
    controls.show(state);
    picture.show();
    for (const { show } of folds) show(seen);
    live.textContent = sentence(seen, state.eps, tr);
  });
}

export default { render };
