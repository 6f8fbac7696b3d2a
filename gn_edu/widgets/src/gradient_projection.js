// What survives of a gradient? The backward pass of one set as a projection: g loses its part along 1 and its part
// along x_hat, and is divided by sigma. Takes the traits x, g, eps, scale, turn, name; sets g, eps, scale and turn.

import { light } from "../../palette.json";
import { view } from "./gradient_projection/model.js";
import { mapped, numbers, oneOf, whole } from "./shared/address.js";
import { choice, drive, facts, h, labelled, liveText, numberField, slider } from "./shared/dom.js";
import { pathOf, stillOf, svg } from "./shared/drawing.js";
import { picturedByTraits } from "./shared/frame.js";
import { N_, translator } from "./shared/i18n.js";
import { eachOf, escapeText, fixed } from "./shared/text.js";

export { view };

const EPSILONS = [0, 1e-5, 1e-2, 1];
const PARTS = [
  ["g", N_("g, what arrives")],
  ["mean", N_("its part along 1")],
  ["along", N_("its part along x̂")],
  ["dx", N_("dx, what is left, over σ")],
];
export function sentence(state, tr) {
  const { numbers, xHat, parts } = view(state);
  const list = (values) => values.map((v) => fixed(v, 2)).join(", ");
  return tr("x̂ = ({x_hat}), g = ({g}): dx = ({dx}). Σdx = {sum}, Σdx·x̂ = {along}.", {
    x_hat: list(xHat),
    g: list(parts.g),
    dx: list(parts.dx),
    sum: fixed(numbers.sum_dx, 3),
    along: fixed(numbers.sum_dx_x_hat, 3),
  });
}

// ---- the drawing of three dimensions

/** Screen coordinates of a vector, for a camera at yaw and pitch: z up, x to the left, as one draws a corner. */
function camera(yaw, pitch) {
  const [cy, sy, cp, sp] = [Math.cos(yaw), Math.sin(yaw), Math.cos(pitch), Math.sin(pitch)];
  return (/** @type {number[]} */ [a, b, c]) => {
    const u = -sy * a + cy * b;
    const depth = cy * a + sy * b;
    return [150 + 54 * u, 135 - 54 * (cp * c - sp * depth)];
  };
}
function arrow(from, to, name, label) {
  const [dx, dy] = [to[0] - from[0], to[1] - from[1]];
  const length = Math.hypot(dx, dy);
  if (length < 2) return "";
  const [ux, uy] = [dx / length, dy / length];
  const back = [to[0] - 9 * ux, to[1] - 9 * uy];
  const head = pathOf([[back[0] - 4 * uy, back[1] + 4 * ux], to, [back[0] + 4 * uy, back[1] - 4 * ux]]);
  return (
    `<g class="a-${name}"><path d="${pathOf([from, to])}"/><path class="tip" d="${head}Z"/>` +
    `<text x="${to[0] + 9 * ux - 4}" y="${to[1] + 11 * uy + 4}">${escapeText(label)}</text></g>`
  );
}

/** Plane, circle and arrows as SVG. */
function spaceMarkup(state, yaw, pitch, stem) {
  const { xHat, parts } = view(state);
  const at = camera(yaw, pitch);
  const o = at([0, 0, 0]);
  const e1 = [1, -1, 0].map((v) => v / Math.SQRT2);
  const e2 = [1, 1, -2].map((v) => v / Math.sqrt(6));
  const ring = (r) =>
    pathOf(
      Array.from({ length: 73 }, (_, k) => {
        const [c, s] = [r * Math.cos((k * Math.PI) / 36), r * Math.sin((k * Math.PI) / 36)];
        return at(e1.map((v, i) => c * v + s * e2[i]));
      }),
    );
  const axes = [
    [2.2, 0, 0],
    [0, 2.2, 0],
    [0, 0, 2.2],
  ]
    .map((v) => `<path class="axis3" d="${pathOf([o, at(v)])}"/>`)
    .join("");
  const inPlane = parts.g.map((v) => v - parts.mean[0]);
  const drawn = [
    axes,
    `<path class="plane" d="${ring(2.3)}"/><path class="circle" d="${ring(Math.sqrt(3))}"/>`,
    arrow(o, at([1.3, 1.3, 1.3]), "ones", "1"),
    `<path class="thread" d="${pathOf([at(parts.g), at(inPlane)])}"/>`,
    arrow(o, at(xHat), "x", "x̂"),
    arrow(o, at(parts.g), "g", "g"),
    arrow(at(xHat), at(xHat.map((v, i) => v + parts.dx[i])), "dx", "dx"),
    `<circle class="dot" cx="${at(xHat)[0]}" cy="${at(xHat)[1]}" r="4"/>`,
  ];
  return svg(stem, 300, 270, drawn.join(""));
}

const STILL_STYLE =
  "path{fill:none;stroke:#555}.axis3{stroke:#bbb}.plane{fill:#f2f1ec;stroke:none}.circle{stroke:#8d8a80;stroke-dasharray:4 3}" +
  `.thread{stroke:#999;stroke-dasharray:2 3}text{font:600 14px system-ui,sans-serif;fill:#333}.a-x path{stroke:${light.batch};stroke-width:2.5}` +
  `.a-g path{stroke:#555;stroke-width:2.5}.a-dx path{stroke:${light.group};stroke-width:4}.tip{fill:#555}.dot{fill:${light.batch}}`;

/** For pages without scripts. */
export function still(traits, catalogue) {
  const text = sentence(traits, translator(catalogue));
  if (traits.x.length === 3) return { svg: stillOf(spaceMarkup(traits, 0.5, 0.45, "still"), STILL_STYLE), text };
  return { html: `<div class="gn-question-still"><p>${escapeText(text)}</p></div>`, text };
}

/** The drawing of three dimensions; arrow keys and a drag turn the view. */
function spaceOf({ tr, state }) {
  let yaw = 0.5;
  let pitch = 0.45;
  const element = h("div", { class: "gn-space", tabindex: "0", role: "application", "data-gn-space": true });
  const show = () => {
    element.innerHTML = spaceMarkup(state, yaw, pitch, "gn-in");
    element.setAttribute("aria-label", tr("x̂ on its circle, g and dx. Arrow keys turn the view."));
  };
  const orbit = (dyaw, dpitch) => {
    yaw += dyaw;
    pitch = Math.max(-1.4, Math.min(1.4, pitch + dpitch));
    show();
  };
  element.addEventListener("keydown", (event) => {
    const by = { ArrowLeft: [-0.1, 0], ArrowRight: [0.1, 0], ArrowUp: [0, 0.1], ArrowDown: [0, -0.1] }[event.key];
    if (!by) return;
    event.preventDefault();
    orbit(...by);
  });
  let held = /** @type {number[] | null} */ (null);
  element.addEventListener("pointerdown", (event) => {
    held = [event.clientX, event.clientY];
    element.setPointerCapture(event.pointerId);
  });
  element.addEventListener("pointermove", (event) => {
    if (!held) return;
    orbit((held[0] - event.clientX) / 120, (event.clientY - held[1]) / 120);
    held = [event.clientX, event.clientY];
  });
  const letGo = () => (held = null);
  for (const end of ["pointerup", "pointercancel"]) element.addEventListener(end, letGo);
  return { element, show };
}

/** A field for each number of g. */
function fieldsOf({ state, set }) {
  const fields = state.g.map((_, i) =>
    numberField({
      label: `g${i + 1}`,
      marks: { "data-gn-g": i },
      pick: (value) => set({ g: state.g.map((v, k) => (k === i ? value : v)) }),
    }),
  );
  const show = () => {
    for (const [i, field] of fields.entries()) field.show(state.g[i]);
  };
  return { element: labelled("g", ...fields.map(({ input }) => input)), show };
}

/** The parts of g as rows of bars, to either side of their middle. */
function barsOf({ tr, state }) {
  const element = h("div", { class: "gn-parts" });
  const cells = PARTS.map(([key, label]) => {
    const row = state.x.map((_, i) => ({
      bar: h("span", { class: "gn-bar" }),
      number: h("span", { class: "gn-number", "data-gn-value": `${key}[${i}]` }),
    }));
    const boxes = row.map(({ bar, number }) =>
      h("div", { class: "gn-part-cell" }, h("span", { class: "gn-track" }, bar), number),
    );
    element.append(
      h("p", { class: `gn-part p-${key}` }, tr(label)),
      h("div", { class: `gn-part-row p-${key}` }, ...boxes),
    );
    return row;
  });
  const show = (parts) => {
    const largest = Math.max(...PARTS.slice(0, 3).flatMap(([key]) => parts[key].map(Math.abs)), 1e-12);
    for (const [k, [key]] of PARTS.entries())
      for (const [i, { bar, number }] of cells[k].entries()) {
        const part = Math.max(-1, Math.min(1, parts[key][i] / largest));
        bar.style.width = `${50 * Math.abs(part)}%`;
        bar.style.left = `${part < 0 ? 50 + 50 * part : 50}%`;
        number.textContent = fixed(parts[key][i], 3);
      }
  };
  return { element, show };
}

const degrees = (radians) => Math.round((radians * 180) / Math.PI);
const radians = (degrees) => (degrees * Math.PI) / 180;

/** The sliders that move x, and the choice of epsilon. */
function controlsOf({ tr, set }) {
  const scale = slider({
    label: [tr("scale of x")],
    mark: "data-gn-scale",
    value: "scale",
    range: { min: -6, max: 6, step: 1 },
    pick: (power) => set({ scale: 2 ** power }),
  });
  const turn = slider({
    label: [tr("turn x")],
    mark: "data-gn-turn",
    value: "turn",
    range: { min: 0, max: 360, step: 5 },
    pick: (angle) => set({ turn: radians(angle) }),
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
    turn.input.value = degrees(state.turn);
    const angle = `${turn.input.value}°`; // the nearest that the slider has
    turn.show(turn.input.value, angle, angle);
    eps.show(state.eps);
  };
  return { scale, turn, eps, show };
}

/** @param {import("@anywidget/types").RenderProps} props */
function render(props) {
  const size = props.model.get("x").length;
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
  });
  const { tr, state } = box;
  const controls = controlsOf(box);
  const fields = fieldsOf(box);
  const space = spaceOf(box);
  const bars = barsOf(box);
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
  const live = liveText();
  const spatial = size === 3;
  const turning = spatial ? [controls.turn.element] : [];
  box.body.append(
    drive(fields.element, controls.scale.element, ...turning, controls.eps.element),
    h("div", { class: "gn-two" }, ...(spatial ? [space.element] : []), bars.element),
    sums.element,
    live,
  );

  return box.run(() => {
    const { parts, numbers: found } = view(state);
    controls.show(state);
    fields.show();
    bars.show(parts);
    sums.show(eachOf(found, (value) => fixed(value, 4)));
    live.textContent = sentence(state, tr);
    if (spatial) space.show();
  });
}

export default { render };
