// Where do the digits go? The steps between the numbers of float32 and float16 as a ruler, with the two numbers on it that
// E[x^2] - E[x]^2 subtracts; in a fold four formulas for the same variance, recorded at growing offsets.
// Takes the traits data (the record), dtype, offset, seed, name; sets dtype, offset and seed.
import { light } from "../../palette.json";
import { createFormulas } from "./cancellation_lab/formulas.js";
import { judge, numbersBetween, offsetsOf, spacing, view } from "./cancellation_lab/model.js";
import { createLab, HEIGHT, labMarkup } from "./cancellation_lab/offset.js";
import { scaleOf } from "./cancellation_lab/ruler.js";
import { sentence, TYPES } from "./cancellation_lab/texts.js";
import { oneOf } from "./shared/address.js";
import { choice, drive, h, liveText } from "./shared/dom.js";
import { stillOf, svg } from "./shared/drawing.js";
import { picturedByTraits } from "./shared/frame.js";
import { N_, translator } from "./shared/i18n.js";

export { judge, numbersBetween, scaleOf, spacing, view };

const STILL = 560;
// A function, as of the palette's colours: a page that draws no still then leaves it out.
const stillStyle = () =>
  "text{font:14px system-ui,sans-serif;fill:#222}.tick{font-size:12px;fill:#555}.said{font-size:17px;font-weight:650}" +
  `path{fill:none;stroke:#222}.track{stroke:#555}.body{fill:${light.shade};stroke:#777}.dense{fill:#999}.thread{stroke-dasharray:2 3}` +
  ".true{stroke-width:2}.landed,.head{fill:#222}.hollow{fill:#fff;stroke-width:2}.way{stroke-width:5}";

/** For pages without scripts. */
export function still(traits, catalogue) {
  const tr = translator(catalogue);
  const drawing = svg("still", STILL, HEIGHT, labMarkup(traits, STILL, tr));
  return { svg: stillOf(drawing, stillStyle()), text: sentence(view(traits), traits, tr) };
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
  const key = h("p", { class: "gn-part" });
  box.body.append(
    h("p", { class: "gn-prompt" }, tr("Drag the offset of the data to the right, and watch the steps of the ruler.")),
    lab.element,
    live,
    controls.element,
    key,
    formulas.element,
  );
  return box.run(() => {
    const seen = view(state);
    controls.show();
    lab.show();
    formulas.show(seen);
    live.textContent = sentence(seen, state, tr);
    key.textContent = tr(
      "A tick is a {dtype} number. Over the ruler: where E[x]² and E[x²] lie. Under it: where {dtype} puts them, after sums in which every step is rounded.",
      { dtype: tr(TYPES[state.dtype]) },
    );
  });
}

export default { render };
