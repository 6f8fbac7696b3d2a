// Count the bytes: six steps of group norm and an activation, and the seams between them. Takes and sets the traits
// shape, groups, dtype, memory_format, act, machine, bandwidth, split and fused.
import { oneOf } from "./shared/address.js";
import { choice, h, liveText, slider } from "./shared/dom.js";
import { stillOfView } from "./shared/drawing.js";
import { picturedByTraits } from "./shared/frame.js";
import { N_, translated } from "./shared/i18n.js";
import { divisors } from "./shared/maths.js";
import { STILL_STYLE, stillDrawing } from "./traffic/drawing.js";
import { createSteps, createWorkers } from "./traffic/hands.js";
import { BANDWIDTHS, BYTES, MACHINES, pulled, SHAPES, SPLITS, sizesOf, stepsOf, view } from "./traffic/model.js";
import { drawnTexts, lies, rateText, sentence, why, work } from "./traffic/told.js";

export { lies, pulled, sentence, view, why, work };

const STEPS = [N_("mean"), N_("variance"), N_("− mean"), N_("÷ σ"), N_("γ, β")];
const ACTS = { silu: N_("SiLU"), relu: N_("ReLU"), none: N_("none") };
const TYPES = { float32: N_("float32"), bfloat16: N_("bfloat16") };
const LAYOUTS = { contiguous: N_("contiguous"), channels_last: N_("channels last") };
const MACHINE_NAMES = { cores: N_("two cores"), h200: N_("an H200") };
const FUSED = [
  ["00000", N_("each alone")],
  ["11110", N_("norm in one")],
  ["11111", N_("all in one")],
];

const namesOf = ({ act }, tr) => [...STEPS.map((name) => tr(name)), tr(ACTS[act])].slice(0, stepsOf(act));
const channelsOf = (shape) => sizesOf(shape)[1];

export const still = stillOfView({
  view,
  sentence,
  markup: (state, seen, tr) =>
    stillDrawing(state, seen, { names: namesOf(state, tr), texts: drawnTexts(state, seen, tr) }),
  style: STILL_STYLE,
});

/** A group has whole channels: of another shape, as many groups as it can have. */
const groupsIn = (shape, groups) => (channelsOf(shape) % groups ? channelsOf(shape) : groups);

/**
 * How the traits stand in an address. One that leaves out what another trait decides means what fits that.
 * @param {{ groups: number, machine: string, bandwidth: number }} first
 */
export const formsOf = (first) => ({
  shape: oneOf(SHAPES),
  groups: {
    parse: (text, { shape }) => divisors(channelsOf(shape)).find((g) => String(g) === text),
    text: String,
    otherwise: ({ shape }) => groupsIn(shape, first.groups),
  },
  dtype: oneOf(Object.keys(BYTES)),
  memory_format: oneOf(Object.keys(LAYOUTS)),
  act: oneOf(Object.keys(ACTS)),
  machine: oneOf(Object.keys(MACHINES)),
  bandwidth: {
    ...oneOf(BANDWIDTHS),
    otherwise: ({ machine }) => (machine === first.machine ? first.bandwidth : MACHINES[machine].bandwidth),
  },
  split: oneOf(SPLITS),
  fused: { parse: (text) => (/^[01]{5}$/.test(text) ? text : undefined), text: String },
});

/** All controls below the drawing. */
function createControls({ tr, state, set }) {
  const row = (key, label, options, pick = (value) => set({ [key]: value })) =>
    choice({ label, options, mark: `data-gn-${key}`, pick, shown: true });
  const shape = row(
    "shape",
    tr("shape of x"),
    SHAPES.map((text) => [text, text.replaceAll("x", " × ")]),
    (value) => set({ shape: value, groups: groupsIn(value, state.groups) }),
  );
  const machine = row("machine", tr("machine"), translated(MACHINE_NAMES, tr), (value) =>
    set({ machine: value, bandwidth: MACHINES[value].bandwidth }),
  );
  const rows = {
    shape,
    dtype: row("dtype", tr("type"), translated(TYPES, tr)),
    act: row("act", tr("activation"), translated(ACTS, tr)),
    memory_format: row("memory_format", tr("layout"), translated(LAYOUTS, tr)),
    machine,
  };
  const groups = slider({
    label: [tr("groups G")],
    mark: "data-gn-groups",
    value: "groups",
    pick: (place) => set({ groups: divisors(channelsOf(state.shape))[place] }),
    range: { min: 0, max: 6, step: 1 },
  });
  const bandwidth = slider({
    label: [tr("bandwidth")],
    mark: "data-gn-bandwidth",
    value: "bandwidth",
    pick: (place) => set({ bandwidth: BANDWIDTHS[place] }),
    range: { min: 0, max: BANDWIDTHS.length - 1, step: 1 },
  });
  const show = () => {
    for (const [key, { show }] of Object.entries(rows)) show(state[key]);
    const all = divisors(channelsOf(state.shape));
    groups.input.max = String(all.length - 1);
    groups.show(all.indexOf(state.groups), String(state.groups), String(state.groups));
    const rate = rateText(state.bandwidth);
    bandwidth.show(BANDWIDTHS.indexOf(state.bandwidth), rate, rate);
  };
  return { ...rows, groups, bandwidth, show };
}

/** A control that takes a row for itself. */
const whole = (element) => h("div", { class: "gn-wide" }, element);

/** @param {import("@anywidget/types").RenderProps} props */
async function render(props) {
  const [groups, machine, bandwidth] = ["groups", "machine", "bandwidth"].map((key) => props.model.get(key));
  const box = picturedByTraits(props, {
    stem: "traffic",
    title: N_("Count the bytes"),
    traits: formsOf({ groups, machine, bandwidth }),
  });
  const { tr, state, body, set, run } = box;
  const controls = createControls(box);
  const fused = choice({
    label: tr("kernels"),
    options: FUSED.map(([seams, name]) => [seams, tr(name)]),
    mark: "data-gn-fused",
    pick: (value) => set({ fused: value }),
    shown: true,
  });
  const steps = createSteps(box, () => namesOf(state, tr));
  const workers = createWorkers(box);
  const live = liveText();
  const because = h("p", { class: "gn-part gn-why", "aria-live": "polite" });
  const working = h("p", { class: "gn-working", "aria-live": "polite" });
  const lying = h("p", { class: "gn-part gn-lies", "aria-live": "polite" });
  const counted = tr(
    "An arrow is one tensor as large as x. Means and variances, a number a group, and γ and β, a number a channel, are left out. Between kernels nothing is taken from a cache. The least time is bytes over bandwidth: it does not depend on how many workers have a block. A real kernel takes longer, unless its tensors still lie in a cache. A split group would also need less of each cache; that is not counted.",
  );
  body.append(
    h("p", {}, tr("Drag a step against its neighbour, or press the seam between them: the two become one kernel.")),
    steps.element,
    live,
    because,
    h(
      "div",
      { class: "gn-controls" },
      whole(fused.element),
      controls.act.element,
      controls.dtype.element,
      controls.machine.element,
      controls.bandwidth.element,
      whole(controls.shape.element),
      controls.memory_format.element,
      controls.groups.element,
      whole(lying),
    ),
    working,
    workers.element,
    h("details", { class: "gn-part" }, h("summary", {}, tr("What is counted")), h("p", {}, counted)),
  );
  const end = await run(() => {
    const seen = view(state);
    controls.show();
    fused.show(state.fused);
    steps.show(seen);
    workers.show(seen);
    live.textContent = sentence(state, seen, tr);
    because.textContent = why(state, seen, tr);
    working.textContent = work(state, seen, tr);
    lying.textContent = lies(state, seen, tr);
  });
  return () => {
    end();
    steps.stop();
    workers.stop();
  };
}

export default { render };
