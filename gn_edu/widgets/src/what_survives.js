// What survives of eight channels? Levels and spreads before a norm, after it, and what a ReLU lets through.
// Takes the traits quantiles, means, spreads, beta, order, norm, centred, selected, name; sets all but quantiles.
import { light } from "../../palette.json";
import { choice, fixed, h, N_, pictured, translator } from "./shared/frame.js";
import { normalize } from "./shared/maths.js";

/** @typedef {{ quantiles: number[], means: number[], spreads: number[], beta: number[], order: number[], norm: string,
 *   centred: boolean, selected: number }} State */

const EPS = 1e-5;
const C = 8;
const NORMS = { batch: "BN", 1: "G = 1 (LN)", 2: "G = 2", 4: "G = 4", 8: "G = 8 (IN)" };
const PRESETS = {
  loud: [N_("one channel at −8"), { means: [0, 0, 0, -8, 0, 0, 0, 0], spreads: Array(C).fill(1) }],
  wide: [N_("one channel 6 times as wide"), { means: Array(C).fill(0), spreads: [1, 1, 1, 6, 1, 1, 1, 1] }],
  levels: [N_("eight levels"), { means: [-4, -3, -2, -1, 1, 2, 3, 4], spreads: Array(C).fill(1) }],
};

/** For every place in the order: the channel there, its numbers before and after, and the share that a ReLU passes. */
export function view({ quantiles, means, spreads, beta, order, norm, centred }) {
  const at = order.map((c) => ({ channel: c, mean: centred ? 0 : means[c], spread: spreads[c] }));
  const x = at.flatMap(({ mean, spread }) => quantiles.map((q) => mean + spread * q));
  const n = quantiles.length;
  const method = norm === "batch" ? "batch" : "group";
  const groups = norm === "batch" ? C : +norm;
  const { y } = normalize(
    x,
    { images: 1, channels: C, positions: n },
    { method, groups, eps: EPS },
    Array(C).fill(1),
    order.map((c) => beta[c]),
  );
  return at.map((place, k) => {
    const values = y.slice(k * n, (k + 1) * n);
    const after = values.reduce((a, b) => a + b) / n;
    const sd = Math.sqrt(values.reduce((sum, v) => sum + (v - after) ** 2, 0) / n);
    return { ...place, group: Math.floor((k * groups) / C), after, sd, active: values.filter((v) => v > 0).length / n };
  });
}

export function sentence(state, places, tr) {
  const name = (found) => found.map(({ channel }) => channel + 1).join(", ") || tr("none");
  const values = {
    norm: NORMS[state.norm],
    dead: name(places.filter((p) => p.active <= 0.001)),
    on: name(places.filter((p) => p.active >= 0.999)),
  };
  return tr("{norm}: after the ReLU, channels that are never active: {dead}; always active: {on}.", values);
}

// ---- the drawing

/** Two rows of eight boxes: a box reaches one standard deviation from the mean, its line two. */
export function markup(state, places, tr, stem) {
  const w = 37;
  const left = 36;
  const x = (k) => left + w * k + w / 2;
  const row = (top, range, numbers) => {
    const at = (v) => top + 50 - (50 * Math.max(-range, Math.min(range, v))) / range;
    const boxes = places.map((place, k) => {
      const [mean, sd] = numbers(place);
      const [a, b] = [at(mean + sd), at(mean - sd)];
      return `<path class="whisker" d="M${x(k)} ${at(mean + 2 * sd).toFixed(1)}V${at(mean - 2 * sd).toFixed(1)}"/><rect class="box g${place.group % 2}" x="${x(k) - 9}" y="${a.toFixed(1)}" width="18" height="${Math.max(1.5, b - a).toFixed(1)}"/><path class="mean" d="M${x(k) - 9} ${at(mean).toFixed(1)}h18"/>`;
    });
    // The outer labels stand inside of their row, away from the titles.
    const ticks = [-range, 0, range]
      .map(
        (v) =>
          `<text class="tick left" x="${left - 5}" y="${at(v) + 4 + (4 * v) / range}">${String(v).replace("-", "−")}</text>`,
      )
      .join("");
    return `<path class="zero" d="M${left} ${at(0)}h${w * C}"/>${ticks}${boxes.join("")}`;
  };
  const borders = places
    .map((place, k) =>
      k && place.group !== places[k - 1].group
        ? `<path class="border" d="M${left + w * k} 18v106M${left + w * k} 143v102"/>`
        : "",
    )
    .join("");
  const numbers = places
    .map(({ channel }, k) => `<text class="tick" x="${x(k)}" y="30">${channel + 1}</text>`)
    .join("");
  const chosen = `<rect class="chosen" x="${left + w * state.order.indexOf(state.selected)}" y="16" width="${w}" height="282" rx="4"/>`;
  const shares = places
    .map(
      ({ active }, k) =>
        `<rect class="track" x="${x(k) - 12}" y="262" width="24" height="14"/><rect class="share" x="${x(k) - 12}" y="262" width="${(24 * active).toFixed(1)}" height="14"/><text class="tick" x="${x(k)}" y="292">${Math.round(100 * active)} %</text>`,
    )
    .join("");
  return (
    `<svg class="${stem}" viewBox="0 0 340 300" width="510" height="450" xmlns="http://www.w3.org/2000/svg">${chosen}${borders}${numbers}` +
    `<text x="${left}" y="12">${tr("before the norm")}</text>${row(22, 10, ({ mean, spread }) => [mean, spread])}` +
    `<text x="${left}" y="138">${tr("after it")}</text>${row(145, 4, ({ after, sd }) => [after, sd])}<text x="${left}" y="257">${tr("share that a ReLU lets through")}</text>${shares}</svg>`
  );
}

const STILL_STYLE =
  "text{font:12px system-ui,sans-serif;fill:#333}.tick{text-anchor:middle;font-size:10.5px}.left{text-anchor:end}path{fill:none}.whisker{stroke:#666}.mean{stroke:#fff;stroke-width:2}" +
  `.g0{fill:${light.group}}.g1{fill:${light.batch}}.zero{stroke:#888}.border{stroke:#333;stroke-dasharray:4 3}.chosen{fill:#f2f1ec}.track{fill:#e3e1da}.share{fill:#555}`;

/** For pages without scripts. */
export function still(traits, catalogue) {
  const tr = translator(catalogue);
  const places = view(traits);
  const svg = markup(traits, places, tr, "still");
  return {
    svg: svg.replace(">", `><style>${STILL_STYLE}</style><rect width="100%" height="100%" rx="6" fill="#fff"/>`),
    text: sentence(traits, places, tr),
  };
}

/** @param {import("@anywidget/types").RenderProps} props */
async function render({ model, el }) {
  const tr = translator(model.get("_catalogue"));
  const TRAITS = ["means", "spreads", "beta", "order", "norm", "centred", "selected"];
  const start = Object.fromEntries(TRAITS.map((key) => [key, model.get(key)]));
  const state = /** @type {State} */ ({ ...start, quantiles: model.get("quantiles") });
  const box = pictured({
    model,
    el,
    stem: "what_survives",
    title: tr("What survives of a channel?"),
    tr,
    traits: TRAITS,
    state,
    read,
    parse,
    draw,
  });
  const { set } = box;
  const replaced = (list, value) => list.map((v, c) => (c === state.selected ? value : v));

  const norm = choice({
    label: tr("norm"),
    options: Object.entries(NORMS),
    mark: "data-gn-norm",
    pick: (value) => set({ norm: value }),
  });
  const presets = Object.entries(PRESETS).map(([key, [label, values]]) =>
    h(
      "button",
      {
        type: "button",
        "data-gn-preset": key,
        onclick: () => set({ ...values, beta: Array(C).fill(0), order: start.order, centred: false }),
      },
      tr(label),
    ),
  );
  const centred = h("input", { type: "checkbox", "data-gn-centred": true });
  centred.addEventListener("change", () => set({ centred: centred.checked }));
  const channel = choice({
    label: tr("channel"),
    options: Array.from({ length: C }, (_, c) => [c, String(c + 1)]),
    mark: "data-gn-channel",
    pick: (selected) => set({ selected }),
  });
  const slider = (label, mark, key, min, max, step) => {
    const input = h("input", { type: "range", min, max, step, [mark]: true });
    const shown = h("b");
    input.addEventListener("input", () => set({ [key]: replaced(state[key], +input.value) }));
    return {
      key,
      input,
      shown,
      element: h("label", { class: "gn-slider-line" }, h("span", {}, label, " ", shown), input),
    };
  };
  const sliders = [
    slider(tr("its mean"), "data-gn-mean", "means", -10, 10, 0.5),
    slider(tr("its spread"), "data-gn-spread", "spreads", 0.5, 6, 0.5),
    slider(tr("its bias β"), "data-gn-beta", "beta", -4, 4, 0.5),
  ];
  const move = (by) => {
    const order = [...state.order];
    const from = order.indexOf(state.selected);
    const to = from + by;
    if (to < 0 || to >= C) return;
    [order[from], order[to]] = [order[to], order[from]];
    set({ order });
  };
  const moves = [
    [-1, tr("move it left")],
    [1, tr("move it right")],
  ].map(([by, label]) => h("button", { type: "button", "data-gn-move": by, onclick: () => move(by) }, label));
  const picture = h("div", {
    class: "gn-picture",
    role: "img",
    "aria-label": tr("Eight channels before the norm and after it, and the share of each that a ReLU lets through"),
  });
  const ROWS = [
    ["after", tr("mean after")],
    ["sd", tr("std after")],
    ["active", tr("active")],
  ];
  const heads = state.order.map(() => h("th", { scope: "col" }));
  const cells = Object.fromEntries(ROWS.map(([key]) => [key, state.order.map(() => h("td"))]));
  const table = h(
    "table",
    { class: "gn-table" },
    h("thead", {}, h("tr", {}, h("th", { scope: "row" }, tr("channel")), ...heads)),
    h("tbody", {}, ...ROWS.map(([key, label]) => h("tr", {}, h("th", { scope: "row" }, label), ...cells[key]))),
  );
  const live = h("p", { class: "gn-live-text", "aria-live": "polite" });
  box.body.append(
    h(
      "div",
      { class: "gn-drive" },
      norm.element,
      h("div", { class: "gn-labelled" }, ...presets),
      h(
        "label",
        { class: "gn-check" },
        centred,
        tr("filters with sum 0 (weight standardization): no channel keeps a level"),
      ),
    ),
    picture,
    h(
      "div",
      { class: "gn-drive" },
      h("div", { class: "gn-labelled" }, h("span", { "aria-hidden": "true" }, tr("channel")), channel.element),
      ...sliders.map(({ element }) => element),
      h("div", { class: "gn-labelled" }, ...moves),
    ),
    table,
    live,
  );

  const lists = ["means", "spreads", "beta", "order"];
  function read() {
    return Object.fromEntries(TRAITS.map((key) => [key, lists.includes(key) ? state[key].join(" ") : state[key]]));
  }
  function parse(saved) {
    const list = (text, fits) => {
      const values = (text ?? "").split(" ").map(Number);
      return text && values.length === C && values.every((v) => Number.isFinite(v) && Math.abs(v) <= 10) && fits(values)
        ? values
        : null;
    };
    return {
      means: list(saved.means, () => true) ?? start.means,
      spreads: list(saved.spreads, (values) => values.every((v) => v > 0)) ?? start.spreads,
      beta: list(saved.beta, () => true) ?? start.beta,
      order: list(saved.order, (values) => [...values].sort().every((v, i) => v === i)) ?? start.order,
      norm: saved.norm in NORMS ? saved.norm : start.norm,
      centred: "centred" in saved ? saved.centred === "true" : start.centred,
      selected: /^[0-7]$/.test(saved.selected ?? "") ? +saved.selected : start.selected,
    };
  }
  function draw() {
    const places = view(state);
    norm.show(state.norm);
    channel.show(state.selected);
    centred.checked = state.centred;
    for (const { key, input, shown } of sliders) {
      // Filters with sum 0 leave no channel a level: what the slider says is then not what is drawn.
      const idle = key === "means" && state.centred;
      const value = idle ? 0 : state[key][state.selected];
      input.disabled = idle;
      input.value = value;
      shown.textContent = String(value).replace("-", "−");
    }
    picture.innerHTML = markup(state, places, tr, "gn-in");
    places.forEach(({ channel, after, sd, active }, k) => {
      heads[k].textContent = channel + 1;
      const digits = { after: fixed(after, 2), sd: fixed(sd, 2), active: fixed(active, 2) };
      for (const [key] of ROWS) {
        cells[key][k].textContent = digits[key];
        cells[key][k].setAttribute("data-gn-value", `${key}[${channel}]`);
      }
      cells.active[k].className = active <= 0.001 || active >= 0.999 ? "gn-extreme" : "";
    });
    live.textContent = sentence(state, places, tr);
  }
  return box.run();
}

export default { render };
