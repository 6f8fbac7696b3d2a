// What survives of a gradient? The backward pass of one set as a projection: g loses its part along 1 and its part
// along x_hat, and is divided by sigma. Takes the traits x, g, eps, scale, turn, name; sets g, eps, scale and turn.

import { light } from "../../palette.json";
import { choice, escapeText, fixed, h, N_, pictured, translator } from "./shared/frame.js";
import { backward, statistics } from "./shared/maths.js";

/** @typedef {{ x: number[], g: number[], eps: number, scale: number, turn: number }} State */

const EPSILONS = [0, 1e-5, 1e-2, 1];
const PARTS = [
  ["g", N_("g, what arrives")],
  ["mean", N_("its part along 1")],
  ["along", N_("its part along x̂")],
  ["dx", N_("dx, what is left, over σ")],
];
const dot = (a, b) => a.reduce((sum, v, i) => sum + v * b[i], 0);

/** x after the controls: scaled about its mean and, for three values, turned in the plane of constant mean. */
export function moved(x, scale, turn) {
  const mean = x.reduce((a, b) => a + b) / x.length;
  const d = x.map((v) => v - mean);
  const [sin, cos] = [Math.sin(turn), Math.cos(turn)];
  // A turn about the direction (1, 1, 1): the cross product with it, over its length.
  const side = d.length === 3 ? [d[1], d[2], d[0]].map((v, i) => ([d[2], d[0], d[1]][i] - v) / Math.sqrt(3)) : d;
  return d.map((v, i) => mean + scale * (d.length === 3 ? cos * v + sin * side[i] : v));
}

/** Everything that is shown. */
export function view({ x, g, eps, scale, turn }) {
  const now = moved(x, scale, turn);
  const dims = { images: 1, channels: 1, positions: now.length };
  const { mean, variance, sigma } = statistics(now, dims, { method: "layer", groups: 1, eps }).get(0);
  const xHat = now.map((v) => (v - mean) / sigma);
  const found = backward(g, xHat, sigma);
  const parts = { g, mean: g.map(() => found.mean), along: xHat.map((v) => v * found.along), dx: found.dx };
  return {
    x: now,
    xHat,
    sigma,
    variance,
    parts,
    numbers: {
      sigma,
      mean_g: found.mean,
      mean_gx: found.along,
      sum_dx: found.dx.reduce((a, b) => a + b, 0),
      sum_dx_x_hat: dot(found.dx, xHat),
      predicted: ((eps / (variance + eps)) * dot(g, xHat)) / sigma,
      length_g: Math.hypot(...g),
      length_dx: Math.hypot(...found.dx),
    },
  };
}

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
const path = (points) => points.map((p, i) => `${i ? "L" : "M"}${p[0].toFixed(1)} ${p[1].toFixed(1)}`).join("");

function arrow(from, to, name, label) {
  const [dx, dy] = [to[0] - from[0], to[1] - from[1]];
  const length = Math.hypot(dx, dy);
  if (length < 2) return "";
  const [ux, uy] = [dx / length, dy / length];
  const back = [to[0] - 9 * ux, to[1] - 9 * uy];
  const head = path([[back[0] - 4 * uy, back[1] + 4 * ux], to, [back[0] + 4 * uy, back[1] - 4 * ux]]);
  return (
    `<g class="a-${name}"><path d="${path([from, to])}"/><path class="tip" d="${head}Z"/>` +
    `<text x="${to[0] + 9 * ux - 4}" y="${to[1] + 11 * uy + 4}">${escapeText(label)}</text></g>`
  );
}

/** Plane, circle and arrows as SVG. */
export function spaceMarkup(state, yaw, pitch, stem) {
  const { xHat, parts } = view(state);
  const at = camera(yaw, pitch);
  const o = at([0, 0, 0]);
  const e1 = [1, -1, 0].map((v) => v / Math.SQRT2);
  const e2 = [1, 1, -2].map((v) => v / Math.sqrt(6));
  const ring = (r) =>
    path(
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
    .map((v) => `<path class="axis3" d="${path([o, at(v)])}"/>`)
    .join("");
  const inPlane = parts.g.map((v) => v - parts.mean[0]);
  return (
    `<svg class="${stem}" viewBox="0 0 300 270" width="300" height="270" xmlns="http://www.w3.org/2000/svg">${axes}` +
    `<path class="plane" d="${ring(2.3)}"/><path class="circle" d="${ring(Math.sqrt(3))}"/>` +
    arrow(o, at([1.3, 1.3, 1.3]), "ones", "1") +
    `<path class="thread" d="${path([at(parts.g), at(inPlane)])}"/>` +
    arrow(o, at(xHat), "x", "x̂") +
    arrow(o, at(parts.g), "g", "g") +
    arrow(at(xHat), at(xHat.map((v, i) => v + parts.dx[i])), "dx", "dx") +
    `<circle class="dot" cx="${at(xHat)[0]}" cy="${at(xHat)[1]}" r="4"/></svg>`
  );
}

const STILL_STYLE =
  "path{fill:none;stroke:#555}.axis3{stroke:#bbb}.plane{fill:#f2f1ec;stroke:none}.circle{stroke:#8d8a80;stroke-dasharray:4 3}" +
  `.thread{stroke:#999;stroke-dasharray:2 3}text{font:600 14px system-ui,sans-serif;fill:#333}.a-x path{stroke:${light.batch};stroke-width:2.5}` +
  `.a-g path{stroke:#555;stroke-width:2.5}.a-dx path{stroke:${light.group};stroke-width:4}.tip{fill:#555}.dot{fill:${light.batch}}`;

/** For pages without scripts. */
export function still(traits, catalogue) {
  const text = sentence(traits, translator(catalogue));
  if (traits.x.length === 3) {
    const svg = spaceMarkup(traits, 0.5, 0.45, "still");
    return {
      svg: svg.replace(">", `><style>${STILL_STYLE}</style><rect width="100%" height="100%" rx="8" fill="#fff"/>`),
      text,
    };
  }
  return { html: `<div class="gn-question-still"><p>${escapeText(text)}</p></div>`, text };
}

/** @param {import("@anywidget/types").RenderProps} props */
async function render({ model, el }) {
  const tr = translator(model.get("_catalogue"));
  const TRAITS = ["g", "eps", "scale", "turn"];
  const x = model.get("x");
  const m = x.length;
  const start = Object.fromEntries(TRAITS.map((key) => [key, model.get(key)]));
  const state = /** @type {State} */ ({ ...start, x });
  let yaw = 0.5;
  let pitch = 0.45;
  const box = pictured({
    model,
    el,
    stem: "gradient_projection",
    title: tr("What survives of a gradient?"),
    tr,
    traits: TRAITS,
    state,
    read,
    parse,
    draw,
  });
  const { set } = box;

  const slider = (label, mark, min, max, step, apply) => {
    const input = h("input", { type: "range", min, max, step, [mark]: true });
    const shown = h("b", { "data-gn-value": mark.slice(8) });
    input.addEventListener("input", () => set(apply(+input.value)));
    return { input, shown, element: h("label", { class: "gn-slider-line" }, h("span", {}, label, " ", shown), input) };
  };
  const scale = slider(tr("scale of x"), "data-gn-scale", -6, 6, 1, (v) => ({ scale: 2 ** v }));
  const turn = slider(tr("turn x"), "data-gn-turn", 0, 360, 5, (v) => ({ turn: (v * Math.PI) / 180 }));
  const eps = choice({
    label: "ε",
    options: EPSILONS.map((e) => [e, String(e)]),
    mark: "data-gn-eps",
    pick: (value) => set({ eps: value }),
  });
  const knobs = start.g.map((_, i) => {
    const input = h("input", { type: "number", step: 0.5, "aria-label": `g${i + 1}`, "data-gn-g": i });
    input.addEventListener("input", () => {
      if (input.value === "" || !Number.isFinite(+input.value)) return;
      set({ g: state.g.map((v, k) => (k === i ? +input.value : v)) });
    });
    return input;
  });
  const space = h("div", { class: "gn-space", tabindex: "0", role: "application", "data-gn-space": true });
  const bars = h("div", { class: "gn-parts" });
  const cells = PARTS.map(([key, label]) => {
    const row = Array.from({ length: m }, (_, i) => ({
      bar: h("span", { class: "gn-bar" }),
      number: h("span", { class: "gn-number", "data-gn-value": `${key}[${i}]` }),
    }));
    bars.append(
      h("p", { class: `gn-part p-${key}` }, tr(label)),
      h(
        "div",
        { class: `gn-part-row p-${key}` },
        ...row.map(({ bar, number }) =>
          h("div", { class: "gn-part-cell" }, h("span", { class: "gn-track" }, bar), number),
        ),
      ),
    );
    return row;
  });
  const names = [
    ["sigma", "σ"],
    ["mean_g", tr("mean(g)")],
    ["mean_gx", tr("mean(g x̂)")],
    ["sum_dx", "Σ dx"],
    ["sum_dx_x_hat", "Σ dx·x̂"],
    ["predicted", tr("ε/(var+ε) · Σ g·x̂ / σ")],
    ["length_g", "|g|"],
    ["length_dx", "|dx|"],
  ];
  const out = Object.fromEntries(names.map(([key]) => [key, h("b", { "data-gn-value": key })]));
  const facts = h(
    "dl",
    { class: "gn-facts" },
    ...names.map(([key, label]) => h("div", {}, h("dt", {}, label), h("dd", {}, out[key]))),
  );
  const live = h("p", { class: "gn-live-text", "aria-live": "polite" });
  box.body.append(
    h(
      "div",
      { class: "gn-drive" },
      h("div", { class: "gn-labelled" }, h("span", {}, "g"), ...knobs),
      scale.element,
      m === 3 ? turn.element : "",
      h("div", { class: "gn-labelled" }, h("span", { "aria-hidden": "true" }, "ε"), eps.element),
    ),
    h("div", { class: "gn-two" }, m === 3 ? space : "", bars),
    facts,
    live,
  );

  function read() {
    return {
      g: state.g.join(" "),
      eps: state.eps,
      scale: Math.log2(state.scale),
      turn: Math.round((state.turn * 180) / Math.PI),
    };
  }
  function parse(saved) {
    const list = (saved.g ?? "").split(" ").map(Number);
    const whole = (text, least, most) => (/^-?\d+$/.test(text ?? "") && +text >= least && +text <= most ? +text : null);
    return {
      g: saved.g && list.length === m && list.every(Number.isFinite) ? list : start.g,
      eps: EPSILONS.map(String).includes(saved.eps) ? +saved.eps : start.eps,
      scale: whole(saved.scale, -6, 6) === null ? start.scale : 2 ** +saved.scale,
      turn: whole(saved.turn, 0, 360) === null ? start.turn : (+saved.turn * Math.PI) / 180,
    };
  }
  function draw() {
    const { parts, numbers } = view(state);
    scale.input.value = Math.round(Math.log2(state.scale));
    scale.shown.textContent = `× ${state.scale}`;
    scale.input.setAttribute("aria-valuetext", scale.shown.textContent);
    turn.input.value = Math.round((state.turn * 180) / Math.PI);
    turn.shown.textContent = `${turn.input.value}°`;
    turn.input.setAttribute("aria-valuetext", turn.shown.textContent);
    eps.show(state.eps);
    for (const [i, knob] of knobs.entries()) if (document.activeElement !== knob) knob.value = state.g[i];
    const largest = Math.max(...PARTS.slice(0, 3).flatMap(([key]) => parts[key].map(Math.abs)), 1e-12);
    for (const [k, [key]] of PARTS.entries())
      for (const [i, { bar, number }] of cells[k].entries()) {
        const part = Math.max(-1, Math.min(1, parts[key][i] / largest));
        bar.style.width = `${50 * Math.abs(part)}%`;
        bar.style.left = `${part < 0 ? 50 + 50 * part : 50}%`;
        number.textContent = fixed(parts[key][i], 3);
      }
    for (const [key, value] of Object.entries(numbers)) out[key].textContent = fixed(value, 4);
    live.textContent = sentence(state, tr);
    drawSpace();
  }
  function drawSpace() {
    if (m !== 3) return;
    space.innerHTML = spaceMarkup(state, yaw, pitch, "gn-in");
    space.setAttribute("aria-label", tr("x̂ on its circle, g and dx. Arrow keys turn the view."));
  }
  const orbit = (dyaw, dpitch) => {
    yaw += dyaw;
    pitch = Math.max(-1.4, Math.min(1.4, pitch + dpitch));
    drawSpace();
  };
  space.addEventListener("keydown", (event) => {
    const by = { ArrowLeft: [-0.1, 0], ArrowRight: [0.1, 0], ArrowUp: [0, 0.1], ArrowDown: [0, -0.1] }[event.key];
    if (!by) return;
    event.preventDefault();
    orbit(...by);
  });
  let held = /** @type {number[] | null} */ (null);
  space.addEventListener("pointerdown", (event) => {
    held = [event.clientX, event.clientY];
    space.setPointerCapture(event.pointerId);
  });
  space.addEventListener("pointermove", (event) => {
    if (!held) return;
    orbit((held[0] - event.clientX) / 120, (event.clientY - held[1]) / 120);
    held = [event.clientX, event.clientY];
  });
  for (const end of ["pointerup", "pointercancel"]) space.addEventListener(end, () => (held = null));

  return box.run();
}

export default { render };
