// The run browser: test error by epoch, and what the norm layers did, of recorded runs.
// Takes the traits experiments, experiment, measure, epoch, hidden, name; sets all but experiments.
import { chart, drawChart, GRIP, places } from "./run_browser/drawing.js";
import { MEASURES, ORDER, SAYS, sentence, view } from "./run_browser/model.js";
import { names, oneOf, whole } from "./shared/address.js";
import { choice, drive, h, liveText, slider } from "./shared/dom.js";
import { fittedDrawing } from "./shared/fitted.js";
import { picturedByTraits } from "./shared/frame.js";
import { createGrip } from "./shared/grip.js";
import { N_, translated, translator } from "./shared/i18n.js";
import { lineSwitch, stillChart } from "./shared/lines.js";
import { createPlayer } from "./shared/player.js";
import { fixed } from "./shared/text.js";

export { view };

const BEAT = 800; // milliseconds an epoch
const LAST = Number.MAX_SAFE_INTEGER; // whatever the runs chosen have: the drawing takes the last that there is

/** For pages without scripts. */
export function still(traits, catalogue) {
  const tr = translator(catalogue);
  const { title } = traits.experiments[traits.experiment];
  return { svg: stillChart(chart(traits, tr, "still")), text: `${title}. ${sentence(traits, view(traits), tr)}` };
}

/** The lines with their numbers, and a switch each. */
function tableOf({ tr, state, set }) {
  const rows = h("tbody");
  const heads = [tr("runs"), tr("seeds"), tr("test error at the end, %"), tr("lowest"), tr("highest")];
  const head = h("tr", {}, ...heads.map((text) => h("th", { scope: "col" }, text)));
  const rowOf = ({ norm, look, label }) => {
    const { element } = lineSwitch({ label, norm, look, state, set });
    return h("tr", {}, h("th", { scope: "row" }, element), ...Array.from({ length: 4 }, () => h("td")));
  };
  let listed = -1;
  const show = (lines) => {
    if (listed !== state.experiment) rows.replaceChildren(...lines.map(rowOf));
    listed = state.experiment;
    for (const [k, { label, drawn, runs, mean, low, high }] of lines.entries()) {
      const [, ...cells] = rows.children[k].children;
      rows.children[k].querySelector("input").checked = drawn;
      const numbers = { seeds: String(runs.length), mean: fixed(mean, 2), low: fixed(low, 2), high: fixed(high, 2) };
      for (const [i, [name, text]] of Object.entries(numbers).entries()) {
        cells[i].textContent = text;
        cells[i].setAttribute("data-gn-value", `${name}[${label}]`);
      }
    }
  };
  return { element: h("table", { class: "gn-numbers gn-runs" }, h("thead", {}, head), rows), show };
}

/** The chart: the line at which it is read is dragged by its grip, put where the chart is touched, or moved by keys. */
function createChart({ tr, state, set }) {
  const key = () => (state.measure === "error" ? "epoch" : "layer");
  const range = { min: 1, max: 1, step: 1 };
  let place = /** @type {ReturnType<typeof places>} */ (/** @type {unknown} */ (null));
  const put = (/** @type {number} */ at) => at !== place.read && set({ [key()]: at });
  const grip = createGrip({
    label: tr("Epoch or layer at which the chart is read"),
    mark: "read",
    axis: "x",
    range,
    valueAt: (at) => place.nearest(at),
    move: put,
    hint: tr("drag me"),
    side: -1,
  });
  const draw = (/** @type {number} */ width) => {
    const seen = view(state);
    place = places(state, seen, width);
    range.max = Math.max(1, seen.length);
    grip.element.setAttribute("aria-valuemax", String(range.max));
    const at = { x: place.x(place.read), y: GRIP, value: place.read, hidden: !seen.length };
    grip.show({ ...at, text: sentence(state, seen, tr), side: at.x > width / 3 ? -1 : 1 });
    return drawChart(state, seen, tr, width);
  };
  const touch = (/** @type {{ x: number }} */ { x }) => put(place.nearest(x));
  return fittedDrawing({ label: tr("Recorded runs"), draw, grips: [grip], touch });
}

/** The epochs one after the other; where motion is unwanted, one at a press. */
function createEpochs({ tr, state, set }, live) {
  let epochs = 1;
  const unwanted = matchMedia("(prefers-reduced-motion: reduce)");
  const button = h("button", { type: "button", class: "gn-main", "data-gn-do": "play" });
  const next = () => set({ epoch: state.epoch < epochs ? state.epoch + 1 : 1 });
  const words = () => {
    button.textContent = unwanted.matches ? tr("Next epoch") : player.playing() ? tr("Pause") : tr("Play the epochs");
    live.setAttribute("aria-live", player.playing() ? "off" : "polite");
  };
  const player = createPlayer(
    BEAT,
    () => {
      if (state.epoch < epochs) next();
      return state.epoch < epochs;
    },
    () => words(),
  );
  const pause = () => player.playing() && player.stop();
  button.addEventListener("click", () => {
    if (!player.playing()) next(); // the first step comes with the press
    if (!unwanted.matches && (player.playing() || state.epoch < epochs)) player.toggle();
  });
  const follow = () => {
    pause();
    words();
  };
  unwanted.addEventListener("change", follow);
  const epoch = slider({
    label: [tr("after epoch")],
    mark: "data-gn-epoch",
    range: { min: 1, step: 1 },
    pick: (value) => {
      pause();
      set({ epoch: value });
    },
  });
  words();
  const show = (/** @type {number} */ count) => {
    epochs = count;
    epoch.input.max = String(count);
    epoch.show(state.epoch, String(state.epoch));
    if (state.epoch >= count) pause();
  };
  const stop = () => {
    pause();
    unwanted.removeEventListener("change", follow);
  };
  return { element: drive(button, epoch.element), show, pause, stop };
}

const HINTS = {
  error: N_("Drag the line on the chart to the epoch that you want to read. Or play the epochs."),
  layers: N_("Drag the line on the chart to the layer that you want to read. Or play the epochs."),
};

/** @param {import("@anywidget/types").RenderProps} props */
async function render(props) {
  const [experiments, chosen, at] = ["experiments", "experiment", "epoch"].map((key) => props.model.get(key));
  const box = picturedByTraits(props, {
    stem: "run_browser",
    title: N_("Recorded runs"),
    given: ["experiments"],
    traits: {
      experiment: whole(0, experiments.length - 1),
      measure: oneOf(ORDER),
      epoch: { ...whole(1, LAST), otherwise: ({ experiment = chosen }) => (experiment === chosen ? at : LAST) },
      hidden: names,
    },
    own: { layer: whole(1, LAST) },
    start: { layer: LAST },
  });
  const { tr, state, set } = box;
  const options = experiments.map(({ title }, k) => h("option", { value: k }, title));
  const which = h("select", { "data-gn-experiment": true }, ...options);
  const measure = choice({
    label: tr("show"),
    options: translated(MEASURES, tr),
    mark: "data-gn-measure",
    pick: (value) => set({ measure: value }),
  });
  const live = liveText();
  const epochs = createEpochs(box, live);
  which.addEventListener("change", () => {
    epochs.pause();
    set({ experiment: +which.value, hidden: [], epoch: LAST, layer: LAST });
  });
  const hint = h("p", {});
  const says = h("p", { class: "gn-part" });
  const picture = createChart(box);
  const table = tableOf(box);
  const all = h("details", {}, h("summary", {}, tr("All numbers, and which lines are drawn")), table.element);
  const runs = h("label", { class: "gn-labelled" }, tr("runs"), which);
  box.body.append(hint, runs, measure.element, says, picture.element, epochs.element, live, all);

  const end = await box.run(() => {
    const found = view(state);
    const error = state.measure === "error";
    state.epoch = Math.min(state.epoch, found.epochs);
    if (found.length && !error) state.layer = Math.min(state.layer, found.length);
    hint.textContent = tr(HINTS[error ? "error" : "layers"]);
    which.value = state.experiment;
    measure.show(state.measure);
    epochs.show(found.epochs);
    says.textContent = tr(SAYS[state.measure]);
    picture.show();
    picture.element.setAttribute("aria-label", `${experiments[state.experiment].title}: ${tr(SAYS[state.measure])}`);
    table.show(found.lines);
    live.textContent = sentence(state, found, tr);
  });
  return () => {
    end();
    epochs.stop();
    picture.stop();
  };
}

export default { render };
