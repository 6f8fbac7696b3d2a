// Figure 1 explorer: error against batch size. The paper's figure, ours with one change, ours in the paper's way.
// Takes the traits figures, shown, size, relative, ws, anew, name; sets all but figures.
import { chart, drawChart, GRIP, STILL_STYLE, scales } from "./figure_one/drawing.js";
import { FIGURES, SIZES, sentence, view } from "./figure_one/model.js";
import { flag, oneOf } from "./shared/address.js";
import { checkbox, choice, drive, h, liveText } from "./shared/dom.js";
import { fittedDrawing } from "./shared/fitted.js";
import { picturedByTraits } from "./shared/frame.js";
import { createGrip } from "./shared/grip.js";
import { N_, translated, translator } from "./shared/i18n.js";
import { stillChart } from "./shared/lines.js";

export { chart, sentence, view };

const SAYS = {
  paper: N_("ImageNet, ResNet-50. To the right a GPU has fewer images, and Batch Norm averages over those alone."),
  cause: N_(
    "A small network on small pictures. To the right Batch Norm averages over fewer images; every update has 32. A small bar is one seed.",
  ),
  protocol: N_(
    "The same small network. To the right an update has fewer images, so there are more updates, each with a smaller learning rate. Batch Norm was not run with weight standardization here: both lines are without. A small bar is one seed.",
  ),
};
/** For pages without scripts. */
export function still(traits, catalogue) {
  const tr = translator(catalogue);
  return { svg: stillChart(chart(traits, tr, "still"), STILL_STYLE), text: sentence(traits, tr) };
}

/** Where the numbers of a figure come from. */
const sourceText = (from, tr) =>
  from.table
    ? tr("Wu and He, 2018, {table}; {unit}", from)
    : tr(
        "{runs} runs, {seeds} seeds a point; {images} images, {epochs} epoch, {data}; {device}; torch {torch}; commit {commit}; {date}",
        from,
      );

/** The chart: its reading line is dragged by its grip, put where the chart is touched, or moved by keys. */
function createChart({ tr, state, set }) {
  let scale = /** @type {ReturnType<typeof scales>} */ (/** @type {unknown} */ (null));
  const put = (/** @type {number} */ size) => size !== state.size && set({ size });
  const grip = createGrip({
    label: tr("Images at which the chart is read"),
    mark: "size",
    axis: "x",
    range: { min: 0, max: SIZES.length - 1, step: 1 },
    valueAt: (place) => SIZES.indexOf(scale.sizeAt(place)),
    move: (position) => put(SIZES[position]),
    hint: tr("drag me"),
  });
  const draw = (/** @type {number} */ width) => {
    scale = scales(state.figures[state.shown].lines, width);
    const value = SIZES.indexOf(state.size);
    const side = value < SIZES.length / 2 ? 1 : -1;
    grip.show({ x: scale.x(state.size), y: GRIP, value, text: sentence(state, tr), side });
    return drawChart(state, tr, width);
  };
  const touch = (/** @type {{ x: number }} */ { x }) => put(scale.sizeAt(x));
  return fittedDrawing({ label: tr("Error against batch size"), draw, grips: [grip], touch });
}

/** The boxes to tick under the chart. */
function boxesOf({ tr, set }) {
  const ws = checkbox({
    label: tr("weight standardization (WS) with both norms"),
    mark: "data-gn-ws",
    pick: (on) => set({ ws: on }),
  });
  const anew = checkbox({
    label: tr("Batch Norm with statistics measured anew, too"),
    mark: "data-gn-anew",
    pick: (on) => set({ anew: on }),
  });
  const relative = checkbox({
    label: tr("gap relative to Batch Norm's error"),
    mark: "data-gn-relative",
    pick: (on) => set({ relative: on }),
  });
  const show = (state) => {
    for (const [key, { input }] of Object.entries({ ws, anew, relative })) input.checked = state[key];
    const { lines } = state.figures[state.shown];
    ws.element.hidden = !lines.some((line) => line.ws);
    anew.element.hidden = !lines.some((line) => line.anew);
  };
  return { element: drive(ws.element, anew.element, relative.element), show };
}

/** @param {import("@anywidget/types").RenderProps} props */
async function render(props) {
  const figures = props.model.get("figures");
  const box = picturedByTraits(props, {
    stem: "figure_one",
    title: N_("Error against batch size"),
    given: ["figures"],
    traits: { shown: oneOf(Object.keys(figures)), size: oneOf(SIZES), relative: flag, ws: flag, anew: flag },
  });
  const { tr, state, set } = box;
  const which = choice({
    label: tr("figure"),
    options: translated(FIGURES, tr).filter(([key]) => key in figures),
    mark: "data-gn-figure",
    pick: (shown) => set({ shown }),
  });
  const says = h("p", { class: "gn-part" });
  const picture = createChart(box);
  const boxes = boxesOf(box);
  const live = liveText();
  const source = h("p");
  const origin = h("details", { class: "gn-part" }, h("summary", {}, tr("Where the numbers come from")), source);
  box.body.append(which.element, says, picture.element, boxes.element, live, origin);

  const stop = await box.run(() => {
    which.show(state.shown);
    says.textContent = tr(SAYS[state.shown]);
    picture.show();
    boxes.show(state);
    source.textContent = sourceText(figures[state.shown].source, tr);
    live.textContent = sentence(state, tr);
  });
  return () => {
    stop();
    picture.stop();
  };
}

export default { render };
