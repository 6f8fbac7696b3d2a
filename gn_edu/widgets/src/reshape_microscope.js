// Where does each value lie? One tensor three times: as images and channels, as memory, and as the rows of
// reshape(N, G, -1). Takes the traits shape, groups, memory_format, cut, focus, name; sets groups, memory_format, cut and focus.

import { light } from "../../palette.json";
import { choice, escapeText, h, N_, pictured, translator } from "./shared/frame.js";
import { divisors, groupOf } from "./shared/maths.js";

/** @typedef {{ shape: number[], groups: number, memory_format: string, cut: string, focus: number }} State */

const LAYOUTS = [
  ["contiguous", N_("contiguous")],
  ["channels_last", N_("channels_last")],
];
const CUTS = [
  ["reshape", N_("x.reshape(N, G, -1)")],
  ["memory", N_("cut the memory")],
];

/** Steps in memory for one step along n, c, h and w. */
export function stridesOf([, c, height, width], layout) {
  return layout === "channels_last"
    ? [c * height * width, 1, width * c, c]
    : [c * height * width, height * width, width, 1];
}

/** The parts of flat index i, which counts in logical order (n, c, h, w). */
export const indexOf = ([, c, height, width], i) => [
  Math.floor(i / (c * height * width)),
  Math.floor(i / (height * width)) % c,
  Math.floor(i / width) % height,
  i % width,
];

/** Where flat index i lies in memory. */
export const addressOf = (shape, layout, i) => {
  const strides = stridesOf(shape, layout);
  return indexOf(shape, i).reduce((sum, part, axis) => sum + part * strides[axis], 0);
};

/** Row (image, group) and column of flat index i after the cut: of the logical order, or of the memory itself. */
export function placeOf(shape, groups, layout, cut, i) {
  const [, c, height, width] = shape;
  const m = (c / groups) * height * width;
  const at = cut === "memory" ? addressOf(shape, layout, i) : i;
  return { n: Math.floor(at / (m * groups)), g: Math.floor(at / m) % groups, j: at % m };
}

/** May view(N, G, -1) be made without a copy? The merged axes must follow each other in memory. */
export function viewable(shape, groups, layout) {
  const [, c, height, width] = shape;
  const [, sc, sh, sw] = stridesOf(shape, layout);
  const axes = [
    [c / groups, sc],
    [height, sh],
    [width, sw],
  ].filter(([size]) => size > 1);
  return axes.every(([, stride], k) => k === axes.length - 1 || stride === axes[k + 1][1] * axes[k + 1][0]);
}

/** In how many runs of memory the values of one group lie. */
export function runsOf(shape, groups, layout) {
  const [, c, height, width] = shape;
  const held = [];
  for (let i = 0; i < c * height * width; i++)
    if (groupOf(indexOf(shape, i)[1], c, { groups, interleaved: false }) === 0) held.push(addressOf(shape, layout, i));
  held.sort((a, b) => a - b);
  return held.filter((address, k) => k === 0 || address !== held[k - 1] + 1).length;
}

/** Everything that is shown about one cell. */
export function view({ shape, groups, memory_format: layout, cut, focus }) {
  const size = shape.reduce((a, b) => a * b);
  const c = shape[1];
  const cells = Array.from({ length: size }, (_, i) => {
    const index = indexOf(shape, i);
    const place = placeOf(shape, groups, layout, cut, i);
    const group = groupOf(index[1], c, { groups, interleaved: false });
    return {
      index,
      group,
      address: addressOf(shape, layout, i),
      place,
      wrong: place.n !== index[0] || place.g !== group,
    };
  });
  const fits = viewable(shape, groups, layout);
  return {
    cells,
    strides: stridesOf(shape, layout),
    runs: runsOf(shape, groups, layout),
    viewable: fits,
    wrong: cells.filter((cell) => cell.wrong).length,
    at: cells[focus],
  };
}

// Of the palette, a colour a group.
const INKS = ["group", "batch", "layer", "instance", "violet", "olive", "grey", "wine"];
const inkOf = (group) => INKS[group % INKS.length];

export function sentence(state, tr) {
  const now = view(state);
  const { index, address, place } = now.at;
  const [n, c, row, w] = index;
  const where = tr(
    "Cell (n {n}, c {c}, h {row}, w {w}) lies at address {address}; it goes to row (n {rn}, g {g}), place {j}.",
    {
      n,
      c,
      row,
      w,
      address,
      rn: place.n,
      g: place.g,
      j: place.j,
    },
  );
  const verdict =
    state.cut === "memory" && now.wrong
      ? tr("Cutting the memory puts {wrong} of {all} values into a row that is not their group.", {
          wrong: now.wrong,
          all: now.cells.length,
        })
      : now.viewable
        ? tr("Each group is one piece of memory: view works, and reshape copies nothing.")
        : now.runs === 1
          ? tr("Each group is one piece of memory, in another order: view refuses, reshape copies and is right.")
          : tr("Each group lies in {runs} pieces of memory: view refuses, reshape copies and is right.", {
              runs: now.runs,
            });
  return `${where} ${verdict}`;
}

/** The three views as SVG, for pages without scripts. */
export function still(traits, catalogue) {
  const tr = translator(catalogue);
  const state = { ...traits };
  const { cells } = view(state);
  const side = 26;
  const parts = [];
  const cell = (x, y, text, group, lit) =>
    `<rect x="${x}" y="${y}" width="${side - 3}" height="${side - 3}" rx="3" fill="${lit ? light[inkOf(group)] : "#fff"}" stroke="${light[inkOf(group)]}" stroke-width="2"/>` +
    `<text x="${x + (side - 3) / 2}" y="${y + 16}" text-anchor="middle" fill="${lit ? "#fff" : "#333"}">${escapeText(text)}</text>`;
  const memory = [...cells.keys()].sort((a, b) => cells[a].address - cells[b].address);
  parts.push(`<text x="12" y="22">${escapeText(tr("memory, in order of address"))}</text>`);
  for (const [k, i] of memory.entries())
    parts.push(
      cell(12 + (k % 16) * side, 32 + Math.floor(k / 16) * side, String(i), cells[i].group, i === state.focus),
    );
  const top = 32 + Math.ceil(cells.length / 16) * side + 24;
  const rows = state.shape[0] * state.groups;
  parts.push(`<text x="12" y="${top - 8}">reshape(N, G, -1)</text>`);
  for (const [i, { place, group }] of cells.entries())
    parts.push(
      cell(12 + place.j * side, top + (place.n * state.groups + place.g) * side, String(i), group, i === state.focus),
    );
  const height = top + rows * side + 10;
  return {
    svg: `<svg viewBox="0 0 440 ${height}" width="440" height="${height}" xmlns="http://www.w3.org/2000/svg"><style>text{font:12px system-ui,sans-serif;fill:#45423b}</style><rect width="100%" height="100%" rx="8" fill="#fff"/>${parts.join("")}</svg>`,
    text: sentence(state, tr),
  };
}

/** @param {import("@anywidget/types").RenderProps} props */
async function render({ model, el }) {
  const tr = translator(model.get("_catalogue"));
  const TRAITS = ["groups", "memory_format", "cut", "focus"];
  const shape = model.get("shape");
  const [images, channels, height, width] = shape;
  const start = Object.fromEntries(TRAITS.map((key) => [key, model.get(key)]));
  const state = /** @type {State} */ ({ ...start, shape });
  const size = images * channels * height * width;
  const box = pictured({
    model,
    el,
    stem: "reshape_microscope",
    title: tr("Where does each value lie?"),
    tr,
    traits: TRAITS,
    state,
    read,
    parse,
    draw,
  });
  const { set } = box;

  const layout = choice({
    label: tr("memory format"),
    options: LAYOUTS.map(([k, t]) => [k, tr(t)]),
    mark: "data-gn-layout",
    pick: (value) => set({ memory_format: value }),
  });
  const cut = choice({
    label: tr("how to cut"),
    options: CUTS.map(([k, t]) => [k, tr(t)]),
    mark: "data-gn-cut",
    pick: (value) => set({ cut: value }),
  });
  const groups = choice({
    label: tr("number of groups"),
    options: divisors(channels).map((g) => [g, String(g)]),
    mark: "data-gn-groups",
    pick: (value) => set({ groups: value }),
  });
  const labelled = (text, part) =>
    h("div", { class: "gn-labelled" }, h("span", { "aria-hidden": "true" }, text), part.element);

  const make = (i, kind) => {
    const cell = h(
      "button",
      { type: "button", class: "gn-piece", "data-cell": i, "data-view": kind, tabindex: "-1" },
      String(i),
    );
    cell.addEventListener("click", () => set({ focus: i }));
    cell.addEventListener("pointerenter", (event) => event.pointerType === "mouse" && light(i));
    return cell;
  };
  const views = Object.fromEntries(
    ["tensor", "memory", "rows"].map((kind) => [kind, Array.from({ length: size }, (_, i) => make(i, kind))]),
  );
  const tensor = h("div", { class: "gn-view" });
  const memory = h("div", { class: "gn-view gn-ribbon" });
  const rows = h("div", { class: "gn-view" });
  for (let n = 0; n < images; n++) {
    const grid = h("div", { class: "gn-cells", style: `--columns:${height * width}` });
    for (let c = 0; c < channels; c++)
      for (let s = 0; s < height * width; s++) grid.append(views.tensor[(n * channels + c) * height * width + s]);
    tensor.append(h("p", { class: "gn-axis" }, tr("image {n}", { n: n + 1 })), grid);
  }
  const value = (name) => h("b", { "data-gn-value": name });
  const out = Object.fromEntries(
    ["index", "address", "place", "strides", "runs", "view", "wrong"].map((name) => [name, value(name)]),
  );
  const facts = h(
    "dl",
    { class: "gn-facts" },
    ...[
      [tr("index (n, c, h, w)"), out.index],
      [tr("strides"), out.strides],
      [tr("address"), out.address],
      [tr("row and place (n, g, j)"), out.place],
      [tr("pieces of memory a group"), out.runs],
      [tr("does view work?"), out.view],
      [tr("values in a wrong row"), out.wrong],
    ].map(([term, what]) => h("div", {}, h("dt", {}, term), h("dd", {}, what))),
  );
  const live = h("p", { class: "gn-live-text", "aria-live": "polite" });
  const part = (text, ...children) => h("div", {}, h("p", { class: "gn-part" }, text), ...children);
  box.body.append(
    h(
      "div",
      { class: "gn-drive" },
      labelled(tr("memory format"), layout),
      labelled("G", groups),
      labelled(tr("how to cut"), cut),
    ),
    h(
      "div",
      { class: "gn-three" },
      part(tr("the tensor: a row a channel"), tensor),
      h("div", {}, part(tr("memory, in order of address"), memory), part(tr("after the cut: a row a group"), rows)),
      facts,
    ),
    live,
  );

  function read() {
    return Object.fromEntries(TRAITS.map((key) => [key, state[key]]));
  }
  function parse(saved) {
    const known = (options, text, fallback) => (options.some(([key]) => String(key) === text) ? text : fallback);
    return {
      memory_format: known(LAYOUTS, saved.memory_format, start.memory_format),
      cut: known(CUTS, saved.cut, start.cut),
      groups: divisors(channels).includes(+saved.groups) ? +saved.groups : start.groups,
      focus: /^\d+$/.test(saved.focus ?? "") && +saved.focus < size ? +saved.focus : start.focus,
    };
  }

  function light(i) {
    const now = view({ ...state, focus: i });
    const yes = tr("yes");
    const no = tr("no");
    for (const list of Object.values(views))
      list.forEach((cell, k) => {
        cell.classList.toggle("gn-lit", k === i);
        cell.classList.toggle(
          "gn-mate",
          now.cells[k].group === now.at.group && now.cells[k].index[0] === now.at.index[0],
        );
      });
    const texts = {
      index: `(${now.at.index.join(", ")})`,
      address: now.at.address,
      strides: `(${now.strides.join(", ")})`,
      place: `(${now.at.place.n}, ${now.at.place.g}, ${now.at.place.j})`,
      runs: now.runs,
      view: now.viewable ? yes : no,
      wrong: now.wrong,
    };
    for (const [key, text] of Object.entries(texts)) out[key].textContent = text;
    live.textContent = sentence({ ...state, focus: i }, tr);
  }
  function draw() {
    const { cells } = view(state);
    const m = (channels / state.groups) * height * width;
    layout.show(state.memory_format);
    cut.show(state.cut);
    groups.show(state.groups);
    const order = [...cells.keys()].sort((a, b) => cells[a].address - cells[b].address);
    memory.replaceChildren(...order.map((i) => views.memory[i]));
    const placed = new Map(cells.map(({ place }, i) => [(place.n * state.groups + place.g) * m + place.j, i]));
    rows.replaceChildren(
      ...Array.from({ length: images * state.groups }, (_, row) =>
        h(
          "div",
          { class: "gn-row-line" },
          h("span", { class: "gn-axis" }, `n ${Math.floor(row / state.groups)}, g ${row % state.groups}`),
          h(
            "div",
            { class: "gn-cells", style: `--columns:${Math.min(m, 8)}` },
            ...Array.from({ length: m }, (_, j) => views.rows[/** @type {number} */ (placed.get(row * m + j))]),
          ),
        ),
      ),
    );
    for (const list of Object.values(views))
      list.forEach((cell, i) => {
        cell.style.setProperty("--ink", `var(--gn-${inkOf(cells[i].group)})`);
        cell.classList.toggle("gn-wrong", cells[i].wrong);
        cell.setAttribute("aria-label", tr("value {i}, group {g}", { i, g: cells[i].group }));
        cell.tabIndex = i === state.focus && cell.dataset.view === "tensor" ? 0 : -1;
      });
    light(state.focus);
  }
  box.body.addEventListener("pointerleave", () => light(state.focus));
  tensor.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: height * width, ArrowUp: -height * width }[event.key];
    if (!step) return;
    event.preventDefault();
    set({ focus: Math.min(size - 1, Math.max(0, state.focus + step)) });
    views.tensor[state.focus].focus();
  });

  return box.run();
}

export default { render };
