// Figure 1 explorer: error against batch size. The paper's figure, ours with one change, ours in the paper's way.
// Takes the traits figures, shown, size, relative, ws, anew, name; sets all but figures.
import { chart, STILL_STYLE, scales, WIDE } from "./figure_one/drawing.js";
import { FIGURES, SIZES, sentence, view } from "./figure_one/model.js";
import { flag, oneOf } from "./shared/address.js";
import { checkbox, choice, drive, h, liveText } from "./shared/dom.js";
import { picturedByTraits } from "./shared/frame.js";
import { N_, translated, translator } from "./shared/i18n.js";
import { stillChart } from "./shared/lines.js";
import { clamp } from "./shared/maths.js";

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

/** The chart as a slider: its reading line is dragged, put where the chart is touched, or moved by keys. */
function chartSlider({ tr, state, set }) {
  const attributes = { role: "slider", tabindex: 0, "aria-valuemin": 0, "aria-valuemax": SIZES.length - 1 };
  const label = tr("Images at which the chart is read");
  const element = h("div", { class: "gn-chart", "data-gn-size": true, "aria-label": label, ...attributes });
  const put = (position) => {
    const size = SIZES[clamp(position, 0, SIZES.length - 1)];
    if (size !== state.size) set({ size });
  };
  const touched = (event) => {
    const { left, width } = element.getBoundingClientRect();
    const { x } = scales(state.figures[state.shown].lines, width);
    const [first, last] = [x(SIZES[0]), x(SIZES.at(-1))];
    put(Math.round(((event.clientX - left - first) / (last - first)) * (SIZES.length - 1)));
  };
  element.addEventListener("pointerdown", (event) => {
    element.setPointerCapture(event.pointerId);
    touched(event);
  });
  element.addEventListener("pointermove", (event) => element.hasPointerCapture(event.pointerId) && touched(event));
  element.addEventListener("keydown", (event) => {
    const at = SIZES.indexOf(state.size);
    const steps = { ArrowRight: at + 1, ArrowUp: at + 1, ArrowLeft: at - 1, ArrowDown: at - 1, Home: 0, End: 9 };
    if (!(event.key in steps)) return;
    event.preventDefault();
    put(steps[event.key]);
  });
  const show = () => {
    element.innerHTML = chart(state, tr, "gn-in", element.clientWidth || WIDE);
    element.setAttribute("aria-valuenow", String(SIZES.indexOf(state.size)));
    element.setAttribute("aria-valuetext", sentence(state, tr));
  };
  const observer = new ResizeObserver(show);
  observer.observe(element);
  return { element, show, stop: () => observer.disconnect() };
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
  const picture = chartSlider(box);
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
