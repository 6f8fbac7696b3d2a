// The parts of the live widget, and how they show a state. They do nothing of themselves: controls.js and game.js
// listen to what a part names beside its `element`.
import { checkbox, choice, h, liveText, numberField, slider } from "../shared/dom.js";
import { translated } from "../shared/i18n.js";
import { eachOf, fixed } from "../shared/text.js";
import { liveBlock, placeOwn } from "./block.js";
import { createFormula } from "./formula.js";
import { dimsOf, METHODS, previewed, shown, view } from "./model.js";
import { createNumberLine } from "./number_line.js";
import { outputTable } from "./outputs.js";
import { badgesOf, cellsOf, saidOf, symbolOf } from "./symbols.js";
import { cellName, textUnder } from "./texts.js";

/**
 * @typedef {import("../shared/i18n.js").Translator} Translator
 * @typedef {import("./model.js").Dims} Dims
 * @typedef {import("./model.js").State} State
 * @typedef {(change: Partial<State>) => void} Change
 * @typedef {ReturnType<typeof makeParts>} Parts
 *
 * What is computed from a state, for its chosen cell or the one under the mouse; `symbol`: the one that is lit; `lit`: the
 * cells that light up, and `litOutputs`; `badges`: what stands on cells beside their values.
 * @typedef {ReturnType<typeof view> & { focus: number, symbol: string, lit: Set<number>, litOutputs: Set<number>,
 *   badges: Map<number, string> }} Picture
 */

/**
 * Without the formula, the whole set is lit. While the game asks, nothing is: it does not show its own answer.
 * @param {State} state
 * @returns {Picture}
 */
function pictured(state) {
  const now = previewed(state);
  const seen = view(now);
  const picture = { ...seen, focus: now.focus, symbol: "", badges: new Map() };
  if (state.game) return { ...picture, lit: new Set(), litOutputs: new Set() };
  if (!state.formula) return { ...picture, lit: new Set(seen.set.members), litOutputs: new Set(seen.set.members) };
  const symbol = symbolOf(now);
  const cells = new Set(cellsOf(symbol, now, seen));
  const badges = badgesOf(symbol, now, seen);
  const lit = symbol === "x_hat" ? { lit: new Set(), litOutputs: cells } : { lit: cells, litOutputs: new Set() };
  return { ...picture, ...lit, symbol, badges };
}

/** @type {(name: string, ...children: (string | Node)[]) => HTMLElement} */
const paragraph = (name, ...children) => h("p", { class: name }, ...children);

/** The divisors of the channels under the slider, with the norms at its two ends. */
function divisorTicks(/** @type {number} */ channels) {
  const ticks = h("div", { class: "gn-ticks", "aria-hidden": "true" });
  for (let g = 1; g <= channels; g++) {
    const end = g === 1 ? " LN" : g === channels ? " IN" : "";
    const allowed = channels % g === 0;
    ticks.append(h("span", { class: allowed ? "" : "gn-off" }, allowed ? `${g}${end}` : "·"));
  }
  return ticks;
}

/**
 * Which norm, and for group norm how many groups; which channels form a group is asked where it is not `plain`.
 * @param {State} state
 * @param {Dims} dims
 * @param {Translator} tr
 * @param {Change} set
 */
function normControls({ plain }, { channels }, tr, set) {
  const methods = choice({
    label: tr("Which norm"),
    options: translated(
      eachOf(METHODS, ({ label }) => label),
      tr,
    ),
    mark: "data-gn-method",
    pick: (method) => set({ method: /** @type {import("./model.js").Method} */ (method) }),
  });
  const groups = slider({
    label: [tr("Groups G =")],
    mark: "data-gn-groups",
    value: "groups",
    range: { min: 1, max: channels, step: 1 },
  });
  const onlyGroups = paragraph("gn-dim", tr("G belongs to group norm."));
  const interleave = checkbox({
    label: tr("interleave the channels (another layer)"),
    mark: "data-gn-interleaved",
    pick: (interleaved) => set({ interleaved }),
  });
  const element = h(
    "div",
    { class: "gn-controls" },
    methods.element,
    h(
      "div",
      { class: "gn-group-controls" },
      h("div", { class: "gn-dial" }, groups.element, divisorTicks(channels), onlyGroups),
      ...(plain ? [] : [interleave.element]),
    ),
  );
  const draw = (/** @type {State} */ state) => {
    const groupNorm = state.method === "group";
    methods.show(state.method);
    const spoken = tr("{g} groups of {k} channels", { g: state.groups, k: channels / state.groups });
    groups.show(state.groups, String(state.groups), spoken);
    groups.input.disabled = !groupNorm;
    onlyGroups.hidden = groupNorm;
    interleave.input.checked = state.interleaved;
    interleave.input.disabled = !groupNorm;
  };
  return { element, slider: groups.input, draw };
}

/**
 * The input: the block of cells, deep or flat, and the button that changes which.
 * @param {Dims} dims
 * @param {Translator} tr
 */
function inputBlock(dims, tr) {
  const element = h("div", { class: "gn-block" });
  const flatten = h("button", { type: "button", "data-gn-do": "flat" }, tr("Flat view"));
  const nameOf = (/** @type {number} */ i) => cellName(dims, i, tr);
  const block = { element, flatten, cells: /** @type {any[]} */ ([]), moved: false, build, draw };
  function build(/** @type {State} */ state) {
    element.innerHTML = liveBlock(state, tr, nameOf);
    element.classList.toggle("gn-flat", state.flat);
    flatten.setAttribute("aria-pressed", String(state.flat));
    element.firstChild.setAttribute("role", "grid");
    element.firstChild.setAttribute("aria-label", tr("Input x. Arrow keys move, plus and minus change the value."));
    block.cells = [...element.querySelectorAll(".gn-cell")].sort((a, b) => a.dataset.cell - b.dataset.cell);
  }
  /** @type {(state: State, picture: Picture) => void} */
  function draw(state, { lit, focus, badges, symbol }) {
    element.dataset.lit = symbol;
    placeOwn(element, state, focus, block.moved || state.game ? "" : tr("drag me"));
    const raised = element.querySelector(".own").classList;
    raised.toggle("lit", lit.has(focus));
    raised.toggle("gn-off", Boolean(state.game || badges.size));
    block.cells.forEach((cell, i) => {
      const text = shown(state.values[i]);
      const badge = cell.querySelector(".badge");
      if (badge.textContent !== (badges.get(i) ?? "")) badge.textContent = badges.get(i) ?? "";
      cell.classList.toggle("badged", badges.has(i));
      cell.style.setProperty("--k", badges.has(i) ? [...badges.keys()].indexOf(i) : "");
      cell.classList.toggle("lit", lit.has(i));
      cell.classList.toggle("focus", i === focus);
      cell.setAttribute("tabindex", i === state.focus ? "0" : "-1");
      cell.setAttribute("aria-selected", String(lit.has(i)));
      cell.setAttribute("aria-label", `${nameOf(i)}: ${text}`);
      cell.querySelector(".value").textContent = text;
    });
  }
  return block;
}

/**
 * The numbers of the chosen cell, with the buttons that change its value; `plain` has words for the symbols. y stands there
 * where γ and β make it differ from x̂.
 * @param {Translator} tr
 * @param {boolean} plain
 */
function numberLines(tr, plain) {
  /** @type {(text: string, label: string, does: string) => HTMLButtonElement} */
  const button = (text, label, does) => h("button", { type: "button", "aria-label": label, "data-gn-do": does }, text);
  const less = button("−", tr("make the chosen value smaller"), "less");
  const more = button("+", tr("make the chosen value larger"), "more");
  const value = (/** @type {string} */ name) => h("span", { class: "gn-number", "data-gn-value": name });
  const names = ["m", "mean", "sigma", "x", "x_hat", "y"];
  const out = Object.fromEntries(names.map((name) => [name, value(name)]));
  const symbol = (/** @type {string} */ text) => h("b", {}, text);
  const line = (/** @type {(string | Node)[]} */ ...children) => h("div", { class: "gn-line" }, ...children);
  const dim = (/** @type {string} */ text) => h("span", { class: "gn-dim" }, text);
  const scaled = line(symbol("y"), " = γ x̂ + β = ", out.y);
  const inSymbols = () => [
    line(symbol("m"), " = ", out.m, dim(` ${tr("values")}`)),
    line(symbol("μ"), " = ", out.mean, "  ", symbol("σ"), " = ", out.sigma),
    line(symbol("x"), " = ", less, out.x, more),
    line(symbol("x̂"), " = (x − μ) / σ = ", out.x_hat),
    scaled,
  ];
  const inWords = () => [
    line(out.m, dim(` ${tr("values")}`)),
    line(dim(tr("mean")), " ", out.mean, "  ", dim(tr("standard deviation")), " ", out.sigma),
    line(dim(tr("the chosen value")), " ", less, out.x, more),
    line(dim(tr("less the mean, over the deviation")), " ", out.x_hat),
  ];
  const element = h("div", { class: "gn-formula" }, ...(plain ? inWords() : inSymbols()));
  /** @type {(state: State, picture: Picture) => void} */
  const draw = ({ values, game }, { set, focus, xHat, y }) => {
    const texts = {
      m: String(set.members.length),
      mean: fixed(set.mean),
      sigma: fixed(plain ? Math.sqrt(set.variance) : set.sigma), // words know no ε
      x: shown(values[focus]),
      x_hat: fixed(xHat[focus]),
      y: fixed(y[focus]),
    };
    for (const [name, text] of Object.entries(texts)) out[name].textContent = text;
    scaled.hidden = texts.y === texts.x_hat;
    for (const part of [less, more]) part.disabled = Boolean(game);
  };
  return { element, less, more, draw };
}

/**
 * γ and β of each channel, folded.
 * @param {State} state
 * @param {Dims} dims
 * @param {Translator} tr
 * @param {Change} set
 */
function affineKnobs(state, { channels }, tr, set) {
  const element = h("details", { class: "gn-affine" }, h("summary", {}, tr("γ and β, one of each per channel")));
  const shows = /** @type {((state: State) => void)[]} */ ([]);
  for (const [kind, letter] of /** @type {["gamma" | "beta", string][]} */ ([
    ["gamma", "γ"],
    ["beta", "β"],
  ])) {
    const row = h("div", { class: "gn-knobs" });
    for (let channel = 0; channel < channels; channel++) {
      const label = letter + (channel + 1);
      const marks = { "data-gn-knob": `${kind}${channel}` };
      const pick = (/** @type {number} */ taken) =>
        set({ [kind]: state[kind].map((value, c) => (c === channel ? taken : value)) });
      const { input, show } = numberField({ label, marks, pick });
      row.append(h("label", {}, h("span", {}, letter, h("sub", {}, String(channel + 1))), input));
      shows.push((now) => show(now[kind][channel]));
    }
    element.append(row);
  }
  const draw = (/** @type {State} */ state) => {
    for (const show of shows) show(state);
  };
  return { element, draw };
}

function gameButtons(/** @type {Translator} */ tr) {
  const play = h("button", { type: "button", "data-gn-do": "predict" }, tr("Predict what moves"));
  const check = h("button", { type: "button", hidden: true, "data-gn-do": "check" }, tr("Check"));
  const draw = (/** @type {State} */ { game }) => {
    play.hidden = Boolean(game);
    check.hidden = !game;
  };
  return { play, check, draw };
}

/**
 * All parts; append `elements` to the widget's body, and call draw(state) after every change.
 * @param {State} state
 * @param {Translator} tr
 * @param {Change} set
 */
export function makeParts(state, tr, set) {
  const dims = dimsOf(state.shape);
  const norm = normControls(state, dims, tr, set);
  const symbols = state.formula ? createFormula(tr) : null;
  const block = inputBlock(dims, tr);
  const line = createNumberLine(state, tr);
  const outputs = outputTable(dims, tr);
  const numbers = numberLines(tr, state.plain);
  const affine = affineKnobs(state, dims, tr, set);
  const game = gameButtons(tr);
  const live = liveText();
  live.tabIndex = -1; // after a game the focus goes to what it says
  block.build(state);
  const stage = h(
    "div",
    { class: "gn-stage" },
    h("div", { class: "gn-in-block" }, paragraph("gn-part", tr("Input x")), block.element, line.element),
    h("div", { class: "gn-out" }, paragraph("gn-part", tr("Output y")), outputs.element),
    numbers.element,
  );
  const tools = h("div", { class: "gn-tools" }, game.play, game.check, block.flatten);
  const draw = (/** @type {State} */ state) => {
    const picture = pictured(state);
    for (const part of [norm, block, line, outputs, numbers, affine, game]) part.draw(state, picture);
    symbols?.draw(state, picture.symbol, saidOf(picture.symbol, previewed(state), picture, tr));
    live.textContent = textUnder(state, tr);
  };
  const over = symbols ? [symbols.element] : [];
  return {
    elements: [norm.element, ...over, stage, live, tools, ...(state.plain ? [] : [affine.element])],
    ...{ norm, symbols, block, line, outputs, numbers, affine, game, live },
    draw,
  };
}
