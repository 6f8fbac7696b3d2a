// Where does each value lie? One tensor three times: as images and channels, as memory, and as the rows of
// reshape(N, G, -1). Takes the traits shape, groups, memory_format, cut, focus, name; sets groups, memory_format, cut and focus.
import { createDrawing } from "./reshape_microscope/drawing.js";
import { view } from "./reshape_microscope/model.js";
import { factRows, factTexts, sentence } from "./reshape_microscope/texts.js";
import { oneOf, whole } from "./shared/address.js";
import { choice, drive, facts, h, liveText } from "./shared/dom.js";
import { picturedByTraits } from "./shared/frame.js";
import { N_, translated } from "./shared/i18n.js";
import { divisors } from "./shared/maths.js";

export { view } from "./reshape_microscope/model.js";
export { still } from "./reshape_microscope/still.js";
export { sentence } from "./reshape_microscope/texts.js";

const LAYOUTS = { contiguous: N_("contiguous"), channels_last: N_("channels_last") };
const CUTS = { reshape: N_("x.reshape(N, G, -1)"), memory: N_("cut the memory") };

/** Memory format and cut. */
function controlsOf({ tr, state, set }) {
  const layout = choice({
    label: tr("memory format"),
    options: translated(LAYOUTS, tr),
    mark: "data-gn-layout",
    pick: (value) => set({ memory_format: value }),
    shown: true,
  });
  const cut = choice({
    label: tr("how to cut"),
    options: translated(CUTS, tr),
    mark: "data-gn-cut",
    pick: (value) => set({ cut: value }),
    shown: true,
  });
  const show = () => {
    layout.show(state.memory_format);
    cut.show(state.cut);
  };
  return { element: drive(layout.element, cut.element), show };
}

/** @param {import("@anywidget/types").RenderProps} props */
async function render(props) {
  const shape = props.model.get("shape");
  const box = picturedByTraits(props, {
    stem: "reshape_microscope",
    title: N_("Where does each value lie?"),
    given: ["shape"],
    traits: {
      groups: oneOf(divisors(shape[1])),
      memory_format: oneOf(Object.keys(LAYOUTS)),
      cut: oneOf(Object.keys(CUTS)),
      focus: whole(0, shape.reduce((a, b) => a * b) - 1),
    },
  });
  const { tr, state } = box;
  const controls = controlsOf(box);
  const about = facts(factRows(tr));
  const live = liveText();
  /** Say what there is about one value: the chosen one, or one under the mouse. */
  const say = (i) => {
    const looked = { ...state, focus: i };
    about.show(factTexts(view(looked), tr));
    live.textContent = sentence(looked, tr);
  };
  const drawing = createDrawing(box, say);
  const first = tr("Touch a value, or slide along the memory. Drag the scissors: they set the number of groups G.");
  const fold = h("details", { class: "gn-fold" }, h("summary", {}, tr("All numbers of this value")), about.element);
  box.body.append(h("p", { class: "gn-first" }, first), controls.element, drawing.element, live, fold);
  const end = await box.run(() => {
    controls.show();
    drawing.show();
  });
  return () => {
    drawing.stop();
    end();
  };
}

export default { render };
