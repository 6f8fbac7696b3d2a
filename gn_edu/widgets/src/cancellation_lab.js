// Where do the digits go? The steps between the numbers of float32 and float16 as a ruler, with the two numbers on it that
// E[x^2] - E[x]^2 subtracts; in a fold four formulas for the same variance, recorded at growing offsets.
// Takes the traits data (the record), dtype, offset, seed, name; sets dtype, offset and seed.
import { light } from "../../palette.json";
import { createFormulas } from "./cancellation_lab/formulas.js";
import { judge, numbersBetween, offsetsOf, spacing, view } from "./cancellation_lab/model.js";
import { createLab, heightOf, labMarkup } from "./cancellation_lab/offset.js";
import { scaleOf } from "./cancellation_lab/ruler.js";
import { answersOf, heard, sentence, TYPES } from "./cancellation_lab/texts.js";
import { oneOf } from "./shared/address.js";
import { choice, drive, h, liveText } from "./shared/dom.js";
import { stillOf, svg } from "./shared/drawing.js";
import { picturedByTraits } from "./shared/frame.js";
import { N_, translator } from "./shared/i18n.js";

export { judge, numbersBetween, scaleOf, spacing, view };

const STILL = 560;
// A function, as of the palette's colours: a page that draws no still then leaves it out.
const stillStyle = () =>
  `text{font:14px system-ui,sans-serif;fill:${light.ink}}.tick{font-size:12px;fill:${light.quiet}}.said{font-size:17px;font-weight:650}` +
  `path{fill:none;stroke:${light.ink}}.track{stroke:${light.quiet}}.body{fill:${light.shade};stroke:${light.line}}.dense{fill:${light.line}}` +
  `.thread{stroke-dasharray:2 3}.true,.two{stroke-width:2}.two{stroke:${light.quiet}}.two-said{fill:${light.quiet}}` +
  `.landed,.head{fill:${light.ink}}.hollow{fill:${light.paper};stroke-width:2}.way{stroke-width:5}.head{stroke:none}` +
  `.off :is(.way,.two){stroke:${light.bad}}.off :is(.head,.said,.two-said){fill:${light.bad}}`;

/** For pages without scripts. */
export function still(traits, catalogue) {
  const tr = translator(catalogue);
  const drawing = svg("still", STILL, heightOf(STILL), labMarkup(traits, STILL, tr));
  return { svg: stillOf(drawing, stillStyle()), text: heard(view(traits), traits, tr) };
}

/** Number type and draw; each type has offsets of its own. */
function controlsOf({ tr, state, set }, dtypes, seeds, nearest) {
  const dtype = choice({
    label: tr("number type"),
    options: dtypes.map((type) => [type, tr(TYPES[type])]),
    mark: "data-gn-dtype",
    pick: (value) => set({ dtype: value, offset: nearest(value, state.offset) }),
    shown: true,
  });
  const next = () => set({ seed: seeds[(seeds.indexOf(state.seed) + 1) % seeds.length] });
  const draw = h("button", { type: "button", "data-gn-do": "draw", onclick: next }, tr("Another draw"));
  return { element: drive(dtype.element, draw), show: () => dtype.show(state.dtype) };
}

/** @param {import("@anywidget/types").RenderProps} props */
function render(props) {
  const data = props.model.get("data");
  const first = props.model.get("offset");
  const seeds = [...new Set(data.rows.map((row) => row.seed))];
  const dtypes = [...new Set(data.rows.map((row) => row.dtype))];
  const nearest = (dtype, offset) =>
    offsetsOf(data, dtype).reduce((a, b) => (Math.abs(b - offset) < Math.abs(a - offset) ? b : a));
  const offsets = {
    parse: (text, { dtype }) => oneOf(offsetsOf(data, dtype)).parse(text, {}),
    text: String,
    otherwise: ({ dtype }) => nearest(dtype, first),
  };
  const box = picturedByTraits(props, {
    stem: "cancellation_lab",
    title: N_("Where do the digits go?"),
    given: ["data"],
    traits: { dtype: oneOf(dtypes), offset: offsets, seed: oneOf(seeds) },
  });
  const { tr, state } = box;
  const controls = controlsOf(box, dtypes, seeds, nearest);
  const lab = createLab(box);
  const formulas = createFormulas(box);
  const live = liveText();
  box.body.append(
    h("p", { class: "gn-prompt" }, tr("Drag the offset of the data to the right, and watch the steps of the ruler.")),
    lab.element,
    live,
    controls.element,
    formulas.element,
  );
  return box.run(() => {
    const seen = view(state);
    controls.show();
    lab.show();
    formulas.show(seen);
    // The answers stand in the drawing; who hears it, hears them here.
    const answers = h("span", { class: "gn-unseen" }, ` ${answersOf(seen, tr).join("; ")}.`);
    live.replaceChildren(sentence(seen, state, tr), answers);
  });
}

export default { render };
