// The run browser: test error by epoch, and what the norm layers did, of recorded runs.
// Takes the traits experiments, experiment, measure, epoch, hidden, name; sets all but experiments.
import { choice, escapeText, fixed, h, N_, pictured, translator } from "./shared/frame.js";
import { legendKey, mark, stillOf } from "./shared/lines.js";

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
const average = (values) => values.reduce((a, b) => a + b, 0) / values.length;

/** A line's mean over its seeds, epoch by epoch, as far as all seeds go. */
export const meanError = (runs) =>
  Array.from({ length: Math.min(...runs.map(({ error }) => error.length)) }, (_, k) =>
    average(runs.map(({ error }) => error[k])),
  );

/** The lines that are drawn, with what is shown of each. */
export function view({ experiments, experiment, measure, epoch, hidden }) {
  const { lines } = experiments[experiment];
  const epochs = Math.max(...lines.flatMap(({ runs }) => runs.map(({ error }) => error.length)));
  const layered = lines.some(({ runs }) => runs.some(({ layers }) => layers.length));
  const shown = lines.map((line, k) => {
    const ends = line.runs.map(({ error }) => error[error.length - 1]);
    const twins = lines.slice(0, k).filter(({ norm }) => norm === line.norm).length;
    // One colour a norm; its lines differ in their dashes and marks.
    const found = {
      ...line,
      k,
      look: `n-${line.norm} d${twins}`,
      drawn: !hidden.includes(line.label),
      mean: average(ends),
      low: Math.min(...ends),
      high: Math.max(...ends),
    };
    if (measure !== "error") {
      const at = line.runs.map(({ layers }) => layers[Math.min(epoch, layers.length) - 1]).filter(Boolean);
      found.layers = at.length
        ? at[0].map((_, layer) => average(at.map((run) => run[layer][ORDER.indexOf(measure) - 1])))
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

export function chart(state, tr, stem) {
  const { lines, epochs } = view(state);
  const error = state.measure === "error";
  const wide = 420;
  const tall = 240;
  const left = 40;
  const right = 8;
  const top = 12;
  const bottom = 36;
  const series = lines
    .filter((line) => line.drawn)
    .map((line) => ({
      label: line.label,
      look: line.look,
      many: error ? line.runs.map((r) => r.error) : [],
      one: error ? meanError(line.runs) : line.layers,
    }));
  const values = series.flatMap(({ many, one }) => [...many.flat(), ...one]);
  const end = above(Math.max(...values, error ? 10 : 0.01));
  const count = error ? epochs : Math.max(...series.map(({ one }) => one.length), 1);
  const x = (k) =>
    left + (count === 1 ? (wide - left - right) / 2 : 14 + (k * (wide - left - right - 28)) / (count - 1));
  const y = (v) => top + ((end - v) * (tall - top - bottom)) / end;
  const parts = [0, 0.2, 0.4, 0.6, 0.8, 1].map((f) => {
    const v = f * end;
    return `<path class="grid" d="M${left} ${y(v).toFixed(1)}H${wide - right}"/><text class="tick" x="${left - 6}" y="${(y(v) + 4).toFixed(1)}" text-anchor="end">${+v.toPrecision(3)}</text>`;
  });
  const step = Math.ceil(count / 12);
  for (let k = 0; k < count; k += step)
    parts.push(`<text class="tick" x="${x(k).toFixed(1)}" y="${tall - 20}" text-anchor="middle">${k + 1}</text>`);
  const line = (values) => `M${values.map((v, k) => `${x(k).toFixed(1)} ${y(v).toFixed(1)}`).join("L")}`;
  for (const { label, look, many, one } of series) {
    for (const run of many) if (run.length > 1) parts.push(`<path class="thin ${look}" d="${line(run)}"/>`);
    if (one.length > 1) parts.push(`<path class="line ${look}" d="${line(one)}"/>`);
    for (const [i, v] of one.entries()) parts.push(mark(label, look, +x(i).toFixed(1), +y(v).toFixed(1)));
  }
  if (!error && !series.some(({ one }) => one.length))
    parts.push(
      `<text class="tick" x="${wide / 2}" y="${tall / 2}" text-anchor="middle">${escapeText(tr("not recorded for these runs"))}</text>`,
    );
  parts.push(
    `<text class="tick" x="${left}" y="${tall - 4}" text-anchor="start">${escapeText(error ? tr("epoch") : tr("norm layer, from the first to the last"))}</text>`,
  );
  return `<svg class="${stem}" viewBox="0 0 ${wide} ${tall}" width="${wide}" height="${tall}" xmlns="http://www.w3.org/2000/svg">${parts.join("")}</svg>`;
}

/** For pages without scripts. */
export function still(traits, catalogue) {
  const tr = translator(catalogue);
  return {
    svg: stillOf(chart(traits, tr, "still")),
    text: `${traits.experiments[traits.experiment].title}. ${sentence(traits, view(traits), tr)}`,
  };
}

/** @param {import("@anywidget/types").RenderProps} props */
async function render({ model, el }) {
  const tr = translator(model.get("_catalogue"));
  const TRAITS = ["experiment", "measure", "epoch", "hidden"];
  const experiments = model.get("experiments");
  const start = Object.fromEntries(TRAITS.map((key) => [key, model.get(key)]));
  const state = /** @type {State} */ ({ ...start, experiments });
  const box = pictured({
    model,
    el,
    stem: "run_browser",
    title: tr("Recorded runs"),
    tr,
    traits: TRAITS,
    state,
    read,
    parse,
    draw,
  });
  const { set } = box;

  const which = h(
    "select",
    { "data-gn-experiment": true },
    ...experiments.map(({ title }, k) => h("option", { value: k }, title)),
  );
  which.addEventListener("change", () => set({ experiment: +which.value, hidden: [], epoch: 1000 }));
  const measure = choice({
    label: tr("show"),
    options: ORDER.map((key) => [key, tr(MEASURES[key])]),
    mark: "data-gn-measure",
    pick: (value) => set({ measure: value }),
  });
  const epoch = h("input", { type: "range", min: 1, step: 1, "data-gn-epoch": true });
  const shownEpoch = h("b");
  epoch.addEventListener("input", () => set({ epoch: +epoch.value }));
  const epochLine = h("label", { class: "gn-slider-line" }, h("span", {}, tr("after epoch"), " ", shownEpoch), epoch);
  const says = h("p", { class: "gn-part" });
  const picture = h("div", { class: "gn-chart", role: "img" });
  const rows = h("tbody");
  const table = h(
    "table",
    { class: "gn-runs" },
    h(
      "thead",
      {},
      h(
        "tr",
        {},
        ...[tr("runs"), tr("seeds"), tr("test error at the end, %"), tr("lowest"), tr("highest")].map((text) =>
          h("th", { scope: "col" }, text),
        ),
      ),
    ),
    rows,
  );
  const live = h("p", { class: "gn-live-text", "aria-live": "polite" });
  box.body.append(
    h("div", { class: "gn-drive" }, h("label", { class: "gn-labelled" }, tr("runs"), which), measure.element),
    says,
    picture,
    epochLine,
    table,
    live,
  );

  const toggle = (label, on) =>
    set({ hidden: on ? state.hidden.filter((l) => l !== label) : [...state.hidden, label] });
  let listed = -1;
  function list(lines) {
    listed = state.experiment;
    rows.replaceChildren(
      ...lines.map(({ look, label }) => {
        const input = h("input", { type: "checkbox", "data-gn-line": label });
        input.addEventListener("change", () => toggle(label, input.checked));
        const key = h("span", { class: "gn-key" });
        key.innerHTML = legendKey(label, look);
        return h(
          "tr",
          {},
          h("th", { scope: "row" }, h("label", { class: "gn-check" }, input, key, label)),
          ...Array.from({ length: 4 }, () => h("td")),
        );
      }),
    );
  }
  function read() {
    return { experiment: state.experiment, measure: state.measure, epoch: state.epoch, hidden: state.hidden.join("|") };
  }
  function parse(saved) {
    const experiment =
      /^\d+$/.test(saved.experiment ?? "") && +saved.experiment < experiments.length
        ? +saved.experiment
        : start.experiment;
    return {
      experiment,
      measure: saved.measure in MEASURES ? saved.measure : start.measure,
      epoch: /^[1-9]\d*$/.test(saved.epoch ?? "") ? +saved.epoch : start.epoch,
      hidden: "hidden" in saved ? saved.hidden.split("|").filter(Boolean) : start.hidden,
    };
  }
  function draw() {
    const found = view(state);
    state.epoch = Math.min(state.epoch, found.epochs);
    which.value = state.experiment;
    measure.show(state.measure);
    epoch.max = found.epochs;
    epoch.value = state.epoch;
    shownEpoch.textContent = state.epoch;
    epochLine.classList.toggle("gn-idle", state.measure === "error");
    epoch.disabled = state.measure === "error";
    says.textContent = tr(SAYS[state.measure]);
    picture.innerHTML = chart(state, tr, "gn-in");
    picture.setAttribute("aria-label", `${experiments[state.experiment].title}: ${tr(SAYS[state.measure])}`);
    if (listed !== state.experiment) list(found.lines);
    found.lines.forEach(({ label, drawn, runs, mean, low, high }, k) => {
      const [, ...cells] = rows.children[k].children;
      rows.children[k].querySelector("input").checked = drawn;
      [String(runs.length), fixed(mean, 2), fixed(low, 2), fixed(high, 2)].forEach((text, i) => {
        cells[i].textContent = text;
        cells[i].setAttribute("data-gn-value", `${["seeds", "mean", "low", "high"][i]}[${label}]`);
      });
    });
    live.textContent = sentence(state, found, tr);
  }
  return box.run();
}

export default { render };
