// What arrives after thirty layers? A random network of width 64, forward and backward, with and without a norm.
// Takes the traits gain, depth, activation, norm, name; sets the first four.
import { oneOf, stepped } from "./shared/address.js";
import { choice, drive, facts, h, liveText } from "./shared/dom.js";
import { stillOfView } from "./shared/drawing.js";
import { fittedDrawing } from "./shared/fitted.js";
import { picturedByTraits } from "./shared/frame.js";
import { createGrip } from "./shared/grip.js";
import { N_, translated } from "./shared/i18n.js";
import { eachOf } from "./shared/text.js";
import { drawLarge, drawSmall, gainScale, markup, STILL_STYLE, TRACK } from "./signal_depth/drawing.js";
import { ACTIVATIONS, DEPTHS, GAINS, NORMS, numbersOf, SHOWN, sentence, short, view } from "./signal_depth/model.js";

export { network, view } from "./signal_depth/model.js";

/** For pages without scripts. */
export const still = stillOfView({ view, markup, sentence, style: STILL_STYLE });

/** Rows of choices, one a trait. */
function choicesOf(tr, set) {
  const row = (trait, label, options) =>
    choice({ label, options, mark: `data-gn-${trait}`, pick: (value) => set({ [trait]: value }), shown: true });
  const depths = /** @type {[number, string][]} */ (DEPTHS.map((n) => [n, String(n)]));
  return {
    activation: row("activation", tr("nonlinearity"), translated(ACTIVATIONS, tr)),
    depth: row("depth", tr("layers"), depths),
  };
}

const NEAR = 6; // units in which a small curve's own gain holds the grip

/** Four small curves: one is pressed, or the grip under them is dragged to any gain between. */
function createCurves({ tr, state, set }) {
  let scale = gainScale(1);
  const put = (/** @type {number} */ gain) => gain !== state.gain && set({ gain });
  const gainAt = (/** @type {number} */ place) =>
    SHOWN.find((gain) => Math.abs(scale.x(gain) - place) < NEAR) ?? +scale.gainAt(place).toFixed(2);
  const grip = createGrip({
    label: tr("weight gain"),
    mark: "gain",
    axis: "x",
    range: { min: GAINS.least, max: GAINS.least + GAINS.step * GAINS.steps, step: GAINS.step },
    valueAt: gainAt,
    move: put,
    hint: tr("drag me"),
  });
  const draw = (/** @type {number} */ width) => {
    scale = gainScale(width);
    const text = state.gain.toFixed(2);
    const x = scale.x(state.gain);
    grip.show({ x, y: TRACK, value: state.gain, text, side: x < width - 90 ? 1 : -1 });
    return drawSmall(state, tr, width);
  };
  const touch = (/** @type {{ x: number }} */ { x }, /** @type {boolean} */ moved) =>
    put(moved ? gainAt(x) : scale.shownAt(x));
  return fittedDrawing({ label: tr("Size by layer, for four gains"), draw, grips: [grip], touch });
}

/** One large button: without the norm, and with it. */
function createNorm({ tr, state, set, first }) {
  const button = h("button", { type: "button", class: "gn-main", "data-gn-do": "norm" });
  const says = h("span", { class: "gn-part", "data-gn-value": "norm" });
  button.addEventListener("click", () => set({ norm: state.norm === "none" ? "group" : "none" }));
  // A page that asks for group norm has explained it.
  const normed =
    first.norm === "group"
      ? tr("Group Norm with G = 1 before every nonlinearity: each input's 64 values get mean 0 and deviation 1.")
      : tr("A norm before every nonlinearity: each input's 64 values get mean 0 and deviation 1.");
  const show = () => {
    const on = state.norm === "group";
    button.textContent = on ? tr("Take the norm out") : tr("Put a norm in");
    says.textContent = on ? normed : tr("No norm: each layer passes on what it computes.");
  };
  return { element: drive(button, says), show };
}

/** @param {import("@anywidget/types").RenderProps} props */
async function render(props) {
  const box = picturedByTraits(props, {
    stem: "signal_depth",
    title: N_("What arrives after thirty layers?"),
    traits: {
      gain: stepped(GAINS),
      depth: oneOf(DEPTHS),
      activation: oneOf(Object.keys(ACTIVATIONS)),
      norm: oneOf(NORMS),
    },
  });
  const { tr, state, body, set, run } = box;
  const hint = h("p", {}, tr("Touch one of the four gains, or drag the grip to any between them. Then put a norm in."));
  const curves = createCurves(box);
  const norm = createNorm(box);
  const choices = choicesOf(tr, set);
  let layers = view(state);
  const large = fittedDrawing({
    label: tr("A histogram for each layer, and the sizes of values and gradients on a logarithmic axis"),
    draw: (width) => drawLarge(layers, tr, width),
  });
  const numbers = facts([
    ["size_first", tr("size at layer 1")],
    ["size_last", tr("size at the last layer")],
    ["growth", tr("factor a layer")],
    ["gradient", tr("gradient, first over last layer")],
  ]);
  const all = h("details", {}, h("summary", {}, tr("All numbers")), numbers.element);
  const live = liveText();
  const rows = Object.values(choices).map(({ element }) => element);
  body.append(hint, curves.element, norm.element, large.element, live, drive(...rows), all);

  const end = await run(() => {
    layers = view(state);
    curves.show();
    norm.show();
    large.show();
    for (const [trait, row] of Object.entries(choices)) row.show(state[trait]);
    numbers.show(eachOf(numbersOf(layers), short));
    live.textContent = sentence(state, layers, tr);
  });
  return () => {
    end();
    curves.stop();
    large.stop();
  };
}

export default { render };
