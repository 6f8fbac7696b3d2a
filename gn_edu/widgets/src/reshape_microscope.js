// Where does each value lie? One tensor three times: as images and channels, as memory, and as the rows of
// reshape(N, G, -1). Takes the traits shape, groups, memory_format, cut, focus, name; sets groups, memory_format, cut and focus.

import { light } from "../../palette.json";
import { view } from "./reshape_microscope/model.js";
import { oneOf, whole } from "./shared/address.js";
import { choice, drive, facts, h, liveText } from "./shared/dom.js";
import { stillOf, svg } from "./shared/drawing.js";
import { picturedByTraits } from "./shared/frame.js";
import { N_, translated, translator } from "./shared/i18n.js";
import { divisors } from "./shared/maths.js";
import { escapeText } from "./shared/text.js";

export { view };

const LAYOUTS = { contiguous: N_("contiguous"), channels_last: N_("channels_last") };
const CUTS = { reshape: N_("x.reshape(N, G, -1)"), memory: N_("cut the memory") };

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

const SIDE = 26; // of a cell in the still picture
const STILL_STYLE = "text{font:12px system-ui,sans-serif;fill:#45423b}";

/** A cell of the still picture; the chosen one is filled. */
function cellMarkup(x, y, text, group, lit) {
  const ink = light[inkOf(group)];
  const size = SIDE - 3;
  const ground = lit ? ink : "#fff";
  return (
    `<rect x="${x}" y="${y}" width="${size}" height="${size}" rx="3" fill="${ground}" stroke="${ink}" stroke-width="2"/>` +
    `<text x="${x + size / 2}" y="${y + 16}" text-anchor="middle" fill="${lit ? "#fff" : "#333"}">${escapeText(text)}</text>`
  );
}

const byAddress = (cells) => [...cells.keys()].sort((a, b) => cells[a].address - cells[b].address);

/** The three views as SVG, for pages without scripts. */
export function still(traits, catalogue) {
  const tr = translator(catalogue);
  const { cells } = view(traits);
  const lit = (i) => i === traits.focus;
  const memory = byAddress(cells).map((i, k) =>
    cellMarkup(12 + (k % 16) * SIDE, 32 + Math.floor(k / 16) * SIDE, String(i), cells[i].group, lit(i)),
  );
  const top = 32 + Math.ceil(cells.length / 16) * SIDE + 24;
  const rows = cells.map(({ place, group }, i) =>
    cellMarkup(12 + place.j * SIDE, top + (place.n * traits.groups + place.g) * SIDE, String(i), group, lit(i)),
  );
  const parts = [
    `<text x="12" y="22">${escapeText(tr("memory, in order of address"))}</text>`,
    ...memory,
    `<text x="12" y="${top - 8}">reshape(N, G, -1)</text>`,
    ...rows,
  ];
  const drawing = svg("still", 440, top + traits.shape[0] * traits.groups * SIDE + 10, parts.join(""));
  return { svg: stillOf(drawing, STILL_STYLE), text: sentence(traits, tr) };
}

/** Memory format, groups and cut. */
function controlsOf({ tr, state, set }) {
  const groupNumbers = /** @type {[number, string][]} */ (divisors(state.shape[1]).map((g) => [g, String(g)]));
  const layout = choice({
    label: tr("memory format"),
    options: translated(LAYOUTS, tr),
    mark: "data-gn-layout",
    pick: (value) => set({ memory_format: value }),
    shown: true,
  });
  const groups = choice({
    label: tr("number of groups"),
    options: groupNumbers,
    mark: "data-gn-groups",
    pick: (value) => set({ groups: value }),
    shown: "G",
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
    groups.show(state.groups);
    cut.show(state.cut);
  };
  return { element: drive(layout.element, groups.element, cut.element), show };
}

/** A button for each value, three times: in the tensor, in memory, and in the rows after the cut. */
function viewsOf({ tr, state, set }, light) {
  const [images, channels, height, width] = state.shape;
  const size = images * channels * height * width;
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
  const all = (kind) => Array.from({ length: size }, (_, i) => make(i, kind));
  const pieces = { tensor: all("tensor"), memory: all("memory"), rows: all("rows") };
  const tensor = h("div", { class: "gn-view" });
  for (let n = 0; n < images; n++) {
    const each = channels * height * width;
    const grid = h("div", { class: "gn-cells", style: `--columns:${height * width}` });
    grid.append(...pieces.tensor.slice(n * each, (n + 1) * each));
    tensor.append(h("p", { class: "gn-axis" }, tr("image {n}", { n: n + 1 })), grid);
  }
  tensor.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: height * width, ArrowUp: -height * width }[event.key];
    if (!step) return;
    event.preventDefault();
    set({ focus: Math.min(size - 1, Math.max(0, state.focus + step)) });
    pieces.tensor[state.focus].focus();
  });
  const memory = h("div", { class: "gn-view gn-ribbon" });
  const rows = h("div", { class: "gn-view" });
  return { pieces, tensor, memory, rows };
}

/** Put the cells of memory and rows in their places. */
function arrange({ pieces, memory, rows }, { cells }, { shape, groups }) {
  const [images, channels, height, width] = shape;
  const m = (channels / groups) * height * width;
  memory.replaceChildren(...byAddress(cells).map((i) => pieces.memory[i]));
  const placed = new Map(cells.map(({ place }, i) => [(place.n * groups + place.g) * m + place.j, pieces.rows[i]]));
  const rowOf = (row) => {
    const name = h("span", { class: "gn-axis" }, `n ${Math.floor(row / groups)}, g ${row % groups}`);
    const line = h("div", { class: "gn-cells", style: `--columns:${Math.min(m, 8)}` });
    line.append(...Array.from({ length: m }, (_, j) => placed.get(row * m + j)));
    return h("div", { class: "gn-row-line" }, name, line);
  };
  rows.replaceChildren(...Array.from({ length: images * groups }, (_, row) => rowOf(row)));
}

/** Each cell in the colour of its group, and the chosen one in reach of the keyboard. */
function paint({ pieces }, { cells }, { focus }, tr) {
  for (const [kind, list] of Object.entries(pieces))
    for (const [i, cell] of list.entries()) {
      cell.style.setProperty("--ink", `var(--gn-${inkOf(cells[i].group)})`);
      cell.classList.toggle("gn-wrong", cells[i].wrong);
      cell.setAttribute("aria-label", tr("value {i}, group {g}", { i, g: cells[i].group }));
      cell.tabIndex = i === focus && kind === "tensor" ? 0 : -1;
    }
}

/** Mark a cell and its group's in all three views. */
function mark({ pieces }, { cells, at }, chosen) {
  const together = (cell) => cell.group === at.group && cell.index[0] === at.index[0];
  for (const list of Object.values(pieces))
    for (const [k, cell] of list.entries()) {
      cell.classList.toggle("gn-lit", k === chosen);
      cell.classList.toggle("gn-mate", together(cells[k]));
    }
}

/** What is said of the chosen cell and of the cut. */
const factTexts = ({ at, strides, runs, viewable, wrong }, tr) => ({
  index: `(${at.index.join(", ")})`,
  strides: `(${strides.join(", ")})`,
  address: at.address,
  place: `(${at.place.n}, ${at.place.g}, ${at.place.j})`,
  runs,
  view: viewable ? tr("yes") : tr("no"),
  wrong,
});

/** @param {import("@anywidget/types").RenderProps} props */
function render(props) {
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
  const views = viewsOf(box, (i) => look(i));
  const about = facts([
    ["index", tr("index (n, c, h, w)")],
    ["strides", tr("strides")],
    ["address", tr("address")],
    ["place", tr("row and place (n, g, j)")],
    ["runs", tr("pieces of memory a group")],
    ["view", tr("does view work?")],
    ["wrong", tr("values in a wrong row")],
  ]);
  const live = liveText();
  const part = (text, content) => h("div", {}, h("p", { class: "gn-part" }, text), content);
  const flat = h(
    "div",
    {},
    part(tr("memory, in order of address"), views.memory),
    part(tr("after the cut: a row a group"), views.rows),
  );
  const three = h(
    "div",
    { class: "gn-three" },
    part(tr("the tensor: a row a channel"), views.tensor),
    flat,
    about.element,
  );
  box.body.append(controls.element, three, live);

  /** Show what is said of one cell: the chosen one, or one under the mouse. */
  function look(i) {
    const now = view({ ...state, focus: i });
    mark(views, now, i);
    about.show(factTexts(now, tr));
    live.textContent = sentence({ ...state, focus: i }, tr);
  }
  box.body.addEventListener("pointerleave", () => look(state.focus));

  return box.run(() => {
    const now = view(state);
    controls.show();
    arrange(views, now, state);
    paint(views, now, state, tr);
    look(state.focus);
  });
}

export default { render };
