// The run browser: test error by epoch, and what the norm layers did, of recorded runs.
// Takes the traits experiments, experiment, measure, epoch, hidden, name; sets all but experiments.
import { names, oneOf, whole } from "./shared/address.js";
import { choice, drawingPlace, drive, h, liveText, slider } from "./shared/dom.js";
import { pathOf, svg, tick } from "./shared/drawing.js";
import { picturedByTraits } from "./shared/frame.js";
import { N_, translated, translator } from "./shared/i18n.js";
import { gridLine, lineSwitch, lookOf, mark, numberUnder, stillChart } from "./shared/lines.js";
import { meanOf } from "./shared/maths.js";
import { fixed } from "./shared/text.js";

/** @typedef {{ experiments: any[], experiment: number, measure: string, epoch: number, hidden: string[] }} State */

const MEASURES = {
  error: N_("test error"),
  "std before": N_("std before"),
  level: N_("spread of levels"),
  active: N_("active"),
  dead: N_("dead"),
  "always on": N_("always on"),
};
const SAYS = {
  error: N_("test error in %, after each epoch; a thin line a seed, a thick one for their mean"),
  "std before": N_("standard deviation of what comes into each norm layer"),
  level: N_("spread of the channels' means after each norm layer, over that of all values"),
  active: N_("share of the values after each norm layer that lie above 0"),
  dead: N_("share of channels that are never above 0"),
  "always on": N_("share of channels that are always above 0"),
};
const ORDER = Object.keys(MEASURES);

/** A line's mean over its seeds, epoch by epoch, as far as all seeds go. */
const meanError = (runs) =>
  Array.from({ length: Math.min(...runs.map(({ error }) => error.length)) }, (_, k) =>
    meanOf(runs.map(({ error }) => error[k])),
  );

/**
 * The lines that are drawn, with what is shown of each.
 * @param {State} state
 */
export function view({ experiments, experiment, measure, epoch, hidden }) {
  const { lines } = experiments[experiment];
  const epochs = Math.max(...lines.flatMap(({ runs }) => runs.map(({ error }) => error.length)));
  const layered = lines.some(({ runs }) => runs.some(({ layers }) => layers.length));
  const shown = lines.map((line, k) => {
    const ends = line.runs.map(({ error }) => error[error.length - 1]);
    const twin = lines.slice(0, k).some(({ norm, ws }) => norm === line.norm && ws === line.ws);
    const found = {
      ...line,
      k,
      look: lookOf(line, twin),
      drawn: !hidden.includes(line.label),
      mean: meanOf(ends),
      low: Math.min(...ends),
      high: Math.max(...ends),
    };
    if (measure !== "error") {
      const at = line.runs.map(({ layers }) => layers[Math.min(epoch, layers.length) - 1]).filter(Boolean);
      found.layers = at.length
        ? at[0].map((_, layer) => meanOf(at.map((run) => run[layer][ORDER.indexOf(measure) - 1])))
        : [];
    }
    return found;
  });
  return { lines: shown, epochs, layered };
}

export function sentence(state, { lines }, tr) {
  const drawn = lines.filter((line) => line.drawn);
  const list = (say) => drawn.map(say).join("; ") || tr("none");
  if (state.measure === "error")
    return tr("Test error at the end, mean of the seeds: {list}.", {
      list: list(({ label, mean }) => `${label} ${fixed(mean, 2)} %`),
    });
  return tr("After epoch {epoch}, {measure}, first and last layer: {list}.", {
    epoch: state.epoch,
    measure: tr(MEASURES[state.measure]),
    list: list(
      ({ label, layers }) =>
        `${label} ${layers.length ? `${fixed(layers[0], 2)}, ${fixed(layers[layers.length - 1], 2)}` : tr("not recorded")}`,
    ),
  });
}

/** A number that a scale may end at: 1, 2 or 5 times a power of ten, at least `value`. */
const above = (value) =>
  [1, 2, 5, 10].map((f) => f * 10 ** Math.floor(Math.log10(value || 1))).find((v) => v >= value * 0.999) ?? value;

const WIDE = 420;
const TALL = 240;
const SIDES = { left: 40, right: 8, top: 12, bottom: 36 };

/** What is drawn of each line: `one` thick line, and as many thin ones as there are seeds. */
const seriesOf = (lines, error) =>
  lines
    .filter((line) => line.drawn)
    .map(({ norm, look, runs, layers }) => ({
      norm,
      look,
      many: error ? runs.map((run) => run.error) : [],
      one: error ? meanError(runs) : layers,
    }));

export function chart(state, tr, stem) {
  const { lines, epochs } = view(state);
  const { left, right, top, bottom } = SIDES;
  const error = state.measure === "error";
  const series = seriesOf(lines, error);
  const values = series.flatMap(({ many, one }) => [...many.flat(), ...one]);
  const end = above(Math.max(...values, error ? 10 : 0.01));
  const count = error ? epochs : Math.max(...series.map(({ one }) => one.length), 1);
  const x = (k) =>
    left + (count === 1 ? (WIDE - left - right) / 2 : 14 + (k * (WIDE - left - right - 28)) / (count - 1));
  const y = (v) => top + ((end - v) * (TALL - top - bottom)) / end;
  const parts = [0, 0.2, 0.4, 0.6, 0.8, 1].map((f) =>
    gridLine(left, WIDE - right, y(f * end), +(f * end).toPrecision(3)),
  );
  for (let k = 0; k < count; k += Math.ceil(count / 12)) parts.push(numberUnder(x(k), TALL - 20, k + 1));
  const line = (points) => pathOf(points.map((v, k) => [x(k), y(v)]));
  for (const { norm, look, many, one } of series) {
    for (const run of many) if (run.length > 1) parts.push(`<path class="thin ${look}" d="${line(run)}"/>`);
    if (one.length > 1) parts.push(`<path class="line ${look}" d="${line(one)}"/>`);
    for (const [i, v] of one.entries()) parts.push(mark(norm, look, x(i), y(v)));
  }
  if (!error && !series.some(({ one }) => one.length))
    parts.push(tick(WIDE / 2, TALL / 2, tr("not recorded for these runs")));
  parts.push(tick(left, TALL - 4, error ? tr("epoch") : tr("norm layer, from the first to the last"), "start"));
  return svg(stem, WIDE, TALL, parts.join(""));
}

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

/** @param {import("@anywidget/types").RenderProps} props */
function render(props) {
  const experiments = props.model.get("experiments");
  const box = picturedByTraits(props, {
    stem: "run_browser",
    title: N_("Recorded runs"),
    given: ["experiments"],
    traits: {
      experiment: whole(0, experiments.length - 1),
      measure: oneOf(ORDER),
      epoch: whole(1, Number.MAX_SAFE_INTEGER),
      hidden: names,
    },
  });
  const { tr, state, set } = box;
  const options = experiments.map(({ title }, k) => h("option", { value: k }, title));
  const which = h("select", { "data-gn-experiment": true }, ...options);
  which.addEventListener("change", () => set({ experiment: +which.value, hidden: [], epoch: 1000 }));
  const measure = choice({
    label: tr("show"),
    options: translated(MEASURES, tr),
    mark: "data-gn-measure",
    pick: (value) => set({ measure: value }),
  });
  const epoch = slider({
    label: [tr("after epoch")],
    mark: "data-gn-epoch",
    range: { min: 1, step: 1 },
    pick: (value) => set({ epoch: value }),
  });
  const says = h("p", { class: "gn-part" });
  const picture = drawingPlace(undefined, "gn-chart");
  const table = tableOf(box);
  const live = liveText();
  const controls = drive(h("label", { class: "gn-labelled" }, tr("runs"), which), measure.element);
  box.body.append(controls, says, picture, epoch.element, table.element, live);

  return box.run(() => {
    const found = view(state);
    const error = state.measure === "error";
    state.epoch = Math.min(state.epoch, found.epochs);
    which.value = state.experiment;
    measure.show(state.measure);
    epoch.input.max = found.epochs;
    epoch.show(state.epoch, String(state.epoch));
    epoch.element.classList.toggle("gn-idle", error);
    epoch.input.disabled = error;
    says.textContent = tr(SAYS[state.measure]);
    picture.innerHTML = chart(state, tr, "gn-in");
    picture.setAttribute("aria-label", `${experiments[state.experiment].title}: ${tr(SAYS[state.measure])}`);
    table.show(found.lines);
    live.textContent = sentence(state, found, tr);
  });
}

export default { render };
