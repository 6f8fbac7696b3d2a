// Figure 1 explorer: error against batch size. One cause alone, the paper's protocol repeated, and the paper's numbers.
// Takes the traits figures, shown, size, relative, hidden, name; sets all but figures.
import { choice, escapeText, fixed, h, N_, pictured, translator } from "./shared/frame.js";
import { legendKey, mark, stillOf } from "./shared/lines.js";

/** @typedef {{ figures: any, shown: "cause" | "protocol" | "paper", size: number, relative: boolean, hidden: string[] }} State */

const SIZES = [2, 4, 8, 16, 32];
const FIGURES = { cause: N_("one cause"), protocol: N_("the paper's protocol"), paper: N_("the paper") };
const AXES = {
  cause: [N_("images that batch norm averages over"), N_("32 images an update throughout")],
  protocol: [N_("images an update and a mean"), N_("below them, the updates")],
  paper: [N_("images a GPU")],
};
// Lines whose names are words; the others are called BN, GN, GN + WS everywhere.
const ANEW = N_("BN, statistics measured anew");
const average = (values) => values.reduce((a, b) => a + b, 0) / values.length;
const ends = (text) => text.replace("-", "−");

/** What is shown: every line with its means, and at the chosen size the gap between group norm and batch norm, both with
 * weight standardization where both were run, else both without. */
export function view({ figures, shown, size, hidden }) {
  const lines = figures[shown].lines.map((line, k) => ({
    ...line,
    k,
    drawn: !hidden.includes(line.label),
    points: line.points.map((point) => ({
      ...point,
      all: Object.values(point.errors),
      mean: average(Object.values(point.errors)),
    })),
  }));
  const at = (label) => lines.find((line) => line.label === label)?.points.find(({ x }) => x === size);
  const [base, best] = at("BN + WS") && at("GN + WS") ? ["BN + WS", "GN + WS"] : ["BN", "GN"];
  const bn = at(base);
  const gn = at(best);
  const points = gn.mean - bn.mean;
  return {
    lines,
    base,
    best,
    bn: bn.mean,
    gn: gn.mean,
    points,
    percent: (100 * points) / bn.mean,
    updates: bn.updates,
  };
}

const gapText = (found, relative, tr) =>
  relative
    ? tr("{gap} % of batch norm's error", { gap: ends(fixed(found.percent, 1)) })
    : tr("{gap} points", { gap: ends(fixed(found.points, 1)) });

export function sentence(state, tr) {
  const found = view(state);
  return tr("{figure}, {size} images: {base} {bn} %, {best} {gn} %. {best} minus {base}: {gap}.", {
    figure: tr(FIGURES[state.shown]),
    size: state.size,
    base: found.base,
    best: found.best,
    bn: fixed(found.bn, 1),
    gn: fixed(found.gn, 1),
    gap: gapText(found, state.relative, tr),
  });
}

const DASH = { [ANEW]: "d2", "BN + WS": "d1", GN: "d1" };
const lookOf = ({ label, norm }, shown) => `n-${norm} ${shown === "paper" ? "" : (DASH[label] ?? "")}`;

export function chart(state, tr, stem) {
  const { lines } = view(state);
  const drawn = lines.filter((line) => line.drawn);
  const wide = 420;
  const tall = 282;
  const left = 36;
  const right = 10;
  const top = 26;
  const bottom = 80;
  const values = lines.flatMap(({ points }) => points.flatMap(({ all }) => all));
  const low = Math.floor((Math.min(...values) - 1) / 5) * 5;
  const high = Math.ceil((Math.max(...values) + 1) / 5) * 5;
  const x = (size) => left + 24 + (Math.log2(size) - 1) * ((wide - left - right - 48) / 4);
  const y = (v) => top + ((high - v) * (tall - top - bottom)) / (high - low);
  const parts = [];
  for (let v = low; v <= high; v += 5)
    parts.push(
      `<path class="grid" d="M${left} ${y(v).toFixed(1)}H${wide - right}"/><text class="tick" x="${left - 6}" y="${(y(v) + 4).toFixed(1)}" text-anchor="end">${v}</text>`,
    );
  parts.push(`<path class="now" d="M${x(state.size).toFixed(1)} ${top}V${tall - bottom}"/>`);
  const updates = Object.fromEntries(lines[0].points.map((point) => [point.x, point.updates]));
  parts.push(
    `<text class="tick" x="6" y="12" text-anchor="start">${escapeText(state.shown === "paper" ? tr("validation error, %") : tr("test error, %"))}</text>`,
  );
  for (const size of SIZES) {
    parts.push(`<text class="tick" x="${x(size).toFixed(1)}" y="${tall - 63}" text-anchor="middle">${size}</text>`);
    if (state.shown === "protocol")
      parts.push(
        `<text class="tick" x="${x(size).toFixed(1)}" y="${tall - 46}" text-anchor="middle">${updates[size]}</text>`,
      );
  }
  for (const line of drawn) {
    const look = lookOf(line, state.shown);
    const path = line.points.map(({ x: size, mean }) => `${x(size).toFixed(1)} ${y(mean).toFixed(1)}`).join("L");
    parts.push(`<path class="line ${look}" d="M${path}"/>`);
    for (const { x: size, all, mean } of line.points) {
      if (all.length > 1)
        parts.push(
          `<path class="thin ${look}" d="${all.map((v) => `M${(x(size) - 3).toFixed(1)} ${y(v).toFixed(1)}h6`).join("")}"/>`,
        );
      parts.push(mark(line.label, look, +x(size).toFixed(1), +y(mean).toFixed(1)));
    }
  }
  for (const [k, words] of AXES[state.shown].entries())
    parts.push(
      `<text class="tick" x="6" y="${tall - (state.shown === "protocol" ? 24 : 38) + 20 * k}" text-anchor="start">${escapeText(tr(words))}</text>`,
    );
  return `<svg class="${stem}" viewBox="0 0 ${wide} ${tall}" width="${wide}" height="${tall}" xmlns="http://www.w3.org/2000/svg">${parts.join("")}</svg>`;
}

/** For pages without scripts. */
export function still(traits, catalogue) {
  const tr = translator(catalogue);
  return { svg: stillOf(chart(traits, tr, "still")), text: sentence(traits, tr) };
}

/** @param {import("@anywidget/types").RenderProps} props */
async function render({ model, el }) {
  const tr = translator(model.get("_catalogue"));
  const TRAITS = ["shown", "size", "relative", "hidden"];
  const figures = model.get("figures");
  const start = Object.fromEntries(TRAITS.map((key) => [key, model.get(key)]));
  const state = /** @type {State} */ ({ ...start, figures });
  const box = pictured({
    model,
    el,
    stem: "figure_one",
    title: tr("Error against batch size"),
    tr,
    traits: TRAITS,
    state,
    read,
    parse,
    draw,
  });
  const { set } = box;

  const which = choice({
    label: tr("figure"),
    options: Object.entries(FIGURES)
      .filter(([key]) => key in figures)
      .map(([key, text]) => [key, tr(text)]),
    mark: "data-gn-figure",
    pick: (shown) => set({ shown, hidden: [] }),
  });
  const cursor = h("input", { type: "range", min: 0, max: 4, step: 1, "data-gn-size": true });
  const shownSize = h("b");
  cursor.addEventListener("input", () => set({ size: SIZES[+cursor.value] }));
  const relative = h("input", { type: "checkbox", "data-gn-relative": true });
  relative.addEventListener("change", () => set({ relative: relative.checked }));
  const picture = h("div", { class: "gn-chart", role: "img" });
  const legend = h("div", { class: "gn-legend" });
  const value = (name) => h("b", { "data-gn-value": name });
  const out = Object.fromEntries(["bn", "gn", "gap", "updates"].map((name) => [name, value(name)]));
  const labels = { bn: h("dt"), gn: h("dt"), gap: h("dt"), updates: h("dt", {}, tr("updates")) };
  const facts = h(
    "dl",
    { class: "gn-facts" },
    ...Object.keys(out).map((name) => h("div", {}, labels[name], h("dd", {}, out[name]))),
  );
  const source = h("p", { class: "gn-part" });
  const live = h("p", { class: "gn-live-text", "aria-live": "polite" });
  box.body.append(
    h("div", { class: "gn-drive" }, which.element),
    picture,
    legend,
    h(
      "div",
      { class: "gn-drive" },
      h("label", { class: "gn-slider-line" }, h("span", {}, tr("read at"), " ", shownSize, " ", tr("images")), cursor),
      h("label", { class: "gn-check" }, relative, tr("gap relative to batch norm's error")),
    ),
    facts,
    live,
    source,
  );

  let listed = "";
  function list(lines) {
    listed = state.shown;
    legend.replaceChildren(
      ...lines.map((line) => {
        const input = h("input", { type: "checkbox", "data-gn-line": line.label });
        input.addEventListener("change", () =>
          set({ hidden: input.checked ? state.hidden.filter((l) => l !== line.label) : [...state.hidden, line.label] }),
        );
        const key = h("span", { class: "gn-key" });
        key.innerHTML = legendKey(line.label, lookOf(line, state.shown));
        return h("label", { class: "gn-check" }, input, key, tr(line.label));
      }),
    );
  }
  function read() {
    return { shown: state.shown, size: state.size, relative: state.relative, hidden: state.hidden.join("|") };
  }
  function parse(saved) {
    return {
      shown: saved.shown in figures ? saved.shown : start.shown,
      size: SIZES.includes(+saved.size) ? +saved.size : start.size,
      relative: "relative" in saved ? saved.relative === "true" : start.relative,
      hidden: "hidden" in saved ? saved.hidden.split("|").filter(Boolean) : start.hidden,
    };
  }
  function draw() {
    const found = view(state);
    which.show(state.shown);
    cursor.value = SIZES.indexOf(state.size);
    cursor.setAttribute("aria-valuetext", tr("{size} images", { size: state.size }));
    shownSize.textContent = state.size;
    relative.checked = state.relative;
    picture.innerHTML = chart(state, tr, "gn-in");
    picture.setAttribute(
      "aria-label",
      tr("Error in % against batch size: {figure}", { figure: tr(FIGURES[state.shown]) }),
    );
    if (listed !== state.shown) list(found.lines);
    for (const [k, { drawn }] of found.lines.entries()) legend.children[k].querySelector("input").checked = drawn;
    labels.bn.textContent = found.base;
    labels.gn.textContent = found.best;
    labels.gap.textContent = tr("{best} minus {base}", found);
    out.bn.textContent = `${fixed(found.bn, 1)} %`;
    out.gn.textContent = `${fixed(found.gn, 1)} %`;
    out.gap.textContent = state.relative ? `${ends(fixed(found.percent, 1))} %` : ends(fixed(found.points, 1));
    out.updates.textContent = found.updates ?? "–";
    const from = figures[state.shown].source;
    source.textContent = from.table
      ? tr("Wu and He, 2018, {table}; {unit}", from)
      : tr(
          "{runs} runs, {seeds} seeds a point; {images} images, {epochs} epoch, {data}; {device}; torch {torch}; commit {commit}; {date}",
          from,
        );
    live.textContent = sentence(state, tr);
  }
  return box.run();
}

export default { render };
