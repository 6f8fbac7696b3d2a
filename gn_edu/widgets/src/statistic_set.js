// Averaged with whom? A block of images x channels x positions; the cells that share a mean and a variance with
// the chosen cell light up. Takes the traits values, shape, method, groups, interleaved, focus, eps, name; sets method,
// groups, interleaved, focus and values. The prediction game asks which outputs move before it shows them.

import { choice, escapeText, fixed, frame, h, N_, translator, twoWay } from "./shared/frame.js";
import { cellAt, divisors, normalize, setOf } from "./shared/maths.js";

const METHODS = [
  ["batch", N_("Batch"), N_("batch norm")],
  ["layer", N_("Layer"), N_("layer norm")],
  ["instance", N_("Instance"), N_("instance norm")],
  ["group", N_("Group"), N_("group norm")],
];
/** @typedef {{ values: number[], shape: number[], method: string, groups: number, interleaved: boolean, focus: number,
 *   eps: number, gamma: number[], beta: number[] }} State */

const INTERLEAVED = N_("the interleaved layer");
const MOVED = 1e-9;

export const dimsOf = ([images, channels, height, width]) => ({ images, channels, positions: height * width });

/** Everything that is shown, from the state alone. */
export function view({ values, shape, method, groups, interleaved, focus, eps, gamma, beta }) {
  const dims = dimsOf(shape);
  const options = { method, groups, interleaved, eps };
  const result = normalize(values, dims, options, gamma, beta);
  const key = setOf(dims, options, focus);
  return { dims, key, set: result.sets.get(key), sets: result.sets, xHat: result.xHat, y: result.y };
}

/** Which outputs differ between two results. */
export const movedBetween = (before, after) =>
  after.map((_y, i) => i).filter((i) => Math.abs(after[i] - before[i]) > MOVED);

/** The nearest number of groups that divides the channels, in the direction of the move. */
export function snapGroups(wanted, from, channels) {
  const allowed = divisors(channels);
  if (allowed.includes(wanted)) return wanted;
  return wanted > from ? allowed.find((g) => g > wanted) : allowed.findLast((g) => g < wanted);
}

const shown = (value) => (Number.isInteger(value) ? String(value) : fixed(value, 2));

// Geometry, in units of the drawing: a cell's side, the gap between cells, how far a lit cell is raised.
const SIDE = 46;
const GAP = 6;
const RAISE = 7;
const PITCH = SIDE + GAP;
const NARROW = 480;

function layout({ images, channels, positions }, flat) {
  const width = channels * PITCH;
  const height = positions * PITCH;
  if (flat) {
    const step = height + 34;
    return {
      width,
      height,
      box: { width: width + 46, height: step * images + 46 },
      origin: (image) => ({ x: 40, y: 30 + step * image }),
    };
  }
  // Each further image stands up and to the right of the one before, far enough to be seen whole.
  const shift = { x: 58, y: height + 34 };
  const depth = { x: shift.x * (images - 1), y: shift.y * (images - 1) };
  const box = { width: width + depth.x + 52, height: height + depth.y + 62 };
  const origin = (image) => ({ x: 40 + shift.x * image, y: 30 + depth.y - shift.y * image });
  return { width, height, box, origin };
}

function cellMarkup(i, x, y, text, label) {
  const s = SIDE;
  const r = RAISE;
  const top = `M${x} ${y}l${r} ${-r}h${s}l${-r} ${r}z`;
  const right = `M${x + s} ${y}l${r} ${-r}v${s}l${-r} ${r}z`;
  return (
    `<g class="gn-cell" data-cell="${i}" role="gridcell" tabindex="-1" aria-label="${escapeText(label)}">` +
    `<path class="under" d="M${x} ${y}h${s}v${s}h${-s}z"/><g class="lift">` +
    `<path class="top" d="${top}"/><path class="right" d="${right}"/>` +
    `<rect class="face" x="${x}" y="${y}" width="${s}" height="${s}" rx="3"/>` +
    `<text class="value" x="${x + s / 2}" y="${y + s / 2}" dy=".35em">${escapeText(text)}</text></g></g>`
  );
}

/** The block as SVG text: the same for the live widget and for the still picture. Flat: no depth, image 1 on top. */
export function blockMarkup(state, tr, { values, stem, cellLabel, flat = false }) {
  const dims = dimsOf(state.shape);
  const { width, height, box, origin } = layout(dims, flat);
  const parts = [];
  for (let image = 1; image < dims.images && !flat; image++) {
    const { x, y } = origin(image);
    const front = origin(image - 1);
    const line = (dx, dy) => `M${x + dx} ${y + dy}L${front.x + dx} ${front.y + dy}`;
    parts.push(`<path class="thread" d="${line(0, 0)}${line(width - GAP, 0)}${line(width - GAP, height - GAP)}"/>`);
  }
  for (let image = 0; image < dims.images; image++) {
    const { x, y } = origin(image);
    parts.push(
      `<rect class="slab" x="${x - 5}" y="${y - 5}" width="${width + 10 - GAP}" height="${height + 10 - GAP}" rx="6"/>`,
      `<text class="axis mid" x="${x + (width - GAP) / 2}" y="${y - 12}">${escapeText(tr("image {n}", { n: image + 1 }))}</text>`,
      `<g role="rowgroup">`,
    );
    for (let position = 0; position < dims.positions; position++) {
      parts.push(`<g role="row">`);
      for (let channel = 0; channel < dims.channels; channel++) {
        const i = (image * dims.channels + channel) * dims.positions + position;
        parts.push(cellMarkup(i, x + channel * PITCH, y + position * PITCH, values[i], cellLabel(i)));
      }
      parts.push(`</g>`);
    }
    parts.push(`</g>`);
  }
  const first = origin(flat ? dims.images - 1 : 0); // the axes stand at the lowest image
  for (let channel = 0; channel < dims.channels; channel++) {
    const at = first.x + channel * PITCH + SIDE / 2;
    parts.push(`<text class="axis mid" x="${at}" y="${first.y + height + 16}">${channel + 1}</text>`);
  }
  parts.push(
    `<text class="axis" x="${first.x}" y="${first.y + height + 36}">${escapeText(tr("channel"))} →</text>`,
    `<text class="axis" transform="translate(${first.x - 20} ${first.y + height - GAP}) rotate(-90)">` +
      `${escapeText(tr("pixel"))} ←</text>`,
  );
  return (
    `<svg class="${stem}" viewBox="0 0 ${box.width} ${box.height}" width="${box.width}" height="${box.height}"` +
    ` xmlns="http://www.w3.org/2000/svg">${parts.join("")}</svg>`
  );
}

/** One sentence that says what the picture shows, with its numbers. */
export function sentence(state, tr) {
  const { set, dims, xHat } = view(state);
  const { image, channel } = cellAt(dims, state.focus);
  const interleaved = state.method === "group" && state.interleaved;
  const values = {
    method: tr(interleaved ? INTERLEAVED : (METHODS.find(([key]) => key === state.method)?.[2] ?? state.method)),
    m: set.members.length,
    all: state.values.length,
    image: image + 1,
    channel: channel + 1,
    mean: fixed(set.mean),
    sigma: fixed(set.sigma),
    x: shown(state.values[state.focus]),
    xHat: fixed(xHat[state.focus]),
  };
  return tr(
    "Image {image}, channel {channel}: {method} averages {m} of {all} values. Mean {mean}, σ {sigma}, so {x} becomes {xHat}.",
    values,
  );
}

const STILL_STYLE =
  ".card{fill:#fff}.slab{fill:#f2f1ec;stroke:#c9c6bb}.face{fill:#fff;stroke:#8d8a80}.value{fill:#45423b}" +
  ".under,.top,.right{fill:none}.lit .face{fill:#b34700;stroke:#7a3000}.lit .value{fill:#fff;font-weight:700}" +
  ".lit .top{fill:#e58b4d}.lit .right{fill:#7a3000}.lit .lift{transform:translate(-7px,7px)}" +
  ".focus .face{stroke:#111;stroke-width:4}.thread{fill:none;stroke:#8d8a80;stroke-dasharray:3 4}" +
  "text{font-family:system-ui,sans-serif}.value{font-size:17px;text-anchor:middle}.axis{font-size:13px;fill:#55524a}" +
  ".mid{text-anchor:middle}";

/** The picture that stands in the page until the widget is alive, and where it never will be. */
export function still(traits, catalogue) {
  const tr = translator(catalogue);
  const channels = traits.shape[1];
  const state = { ...traits, gamma: Array(channels).fill(1), beta: Array(channels).fill(0) };
  const { set } = view(state);
  const markup = blockMarkup(state, tr, { values: state.values.map(shown), stem: "still", cellLabel: () => "" });
  const lit = new Set(set.members);
  const svg = markup
    .replace(/ (role|tabindex|aria-label)="[^"]*"/g, "")
    .replace(/<g class="gn-cell" data-cell="(\d+)">/g, (_, i) => {
      const classes = ["gn-cell", lit.has(+i) ? "lit" : "", +i === state.focus ? "focus" : ""];
      return `<g class="${classes.join(" ").trim()}">`;
    })
    .replace(">", `><style>${STILL_STYLE}</style><rect class="card" width="100%" height="100%" rx="8"/>`);
  return { svg, text: sentence(state, tr) };
}

async function render({ model, el }) {
  const tr = translator(model.get("_catalogue"));
  const shape = model.get("shape");
  const dims = dimsOf(shape);
  const eps = model.get("eps");
  const TRAITS = ["values", "method", "groups", "interleaved", "focus"];
  const start = Object.fromEntries(TRAITS.map((key) => [key, model.get(key)]));
  const ones = Array(dims.channels).fill(1);
  const zeros = Array(dims.channels).fill(0);
  const state = /** @type {State} */ ({ ...start, shape, eps, gamma: ones, beta: zeros });
  let moved = [];
  let note = "";
  let game = /** @type {any} */ (null);
  let preview = /** @type {any} */ (null);
  let cells = [];
  let flat = el.clientWidth > 0 && el.clientWidth < NARROW;

  const cellLabel = (i) => {
    const { image, channel, position } = cellAt(dims, i);
    return tr("image {n}, channel {c}, pixel {p}", { n: image + 1, c: channel + 1, p: position + 1 });
  };
  const texts = () => state.values.map(shown);

  // ---- parts
  const box = frame({ model, el, stem: "statistic_set", title: tr("Averaged with whom?"), tr, read, write });
  const methods = choice({
    label: tr("Which norm"),
    options: METHODS.map(([key, label]) => [key, tr(label)]),
    mark: "data-gn-method",
    pick: (method) => set({ method }),
  });
  const slider = h("input", { type: "range", min: 1, max: dims.channels, step: 1, "data-gn-groups": true });
  const ticks = h("div", { class: "gn-ticks", "aria-hidden": "true" });
  for (let g = 1; g <= dims.channels; g++) {
    const end = g === 1 ? " LN" : g === dims.channels ? " IN" : "";
    const allowed = dims.channels % g === 0;
    ticks.append(h("span", { class: allowed ? "" : "gn-off" }, allowed ? `${g}${end}` : "·"));
  }
  const groupsText = h("span", { "data-gn-value": "groups" });
  const onlyGroups = h("p", { class: "gn-dim" }, tr("G belongs to group norm."));
  const groupsLabel = h("label", { class: "gn-slider" }, tr("Groups G ="), " ", groupsText, slider);
  const interleave = h("input", { type: "checkbox", "data-gn-interleaved": true });
  const controls = h(
    "div",
    { class: "gn-controls" },
    methods.element,
    h(
      "div",
      { class: "gn-group-controls" },
      h("div", { class: "gn-dial" }, groupsLabel, ticks, onlyGroups),
      h("label", { class: "gn-check" }, interleave, h("span", {}, tr("interleave the channels (another layer)"))),
    ),
  );
  const holder = h("div", { class: "gn-block" });
  const flatten = h("button", { type: "button", "data-gn-do": "flat" }, tr("Flat view"));
  flatten.addEventListener("click", () => {
    flat = !flat;
    drawBlock();
    draw();
  });
  function drawBlock() {
    holder.innerHTML = blockMarkup(state, tr, { values: texts(), stem: "gn-in", cellLabel, flat });
    holder.classList.toggle("gn-flat", flat);
    flatten.setAttribute("aria-pressed", String(flat));
    holder.firstChild.setAttribute("role", "grid");
    holder.firstChild.setAttribute("aria-label", tr("Input x. Arrow keys move, plus and minus change the value."));
    cells = [...holder.querySelectorAll(".gn-cell")].sort((a, b) => a.dataset.cell - b.dataset.cell);
  }
  drawBlock();
  const output = h("div", { class: "gn-out" });
  const table = outputTable();
  output.append(h("p", { class: "gn-part" }, tr("Output y")), table.element);
  const less = h(
    "button",
    { type: "button", "aria-label": tr("make the chosen value smaller"), "data-gn-do": "less" },
    "−",
  );
  const more = h(
    "button",
    { type: "button", "aria-label": tr("make the chosen value larger"), "data-gn-do": "more" },
    "+",
  );
  less.addEventListener("click", () => nudge(-1));
  more.addEventListener("click", () => nudge(1));
  const value = (name) => h("span", { class: "gn-number", "data-gn-value": name });
  const out = Object.fromEntries(["m", "mean", "variance", "sigma", "x", "x_hat", "y"].map((n) => [n, value(n)]));
  const list = h("span", { class: "gn-list", "data-gn-value": "members" });
  const line = (...children) => h("div", { class: "gn-line" }, ...children);
  const formula = h(
    "div",
    { class: "gn-formula" },
    line(h("b", {}, "m"), " = ", out.m, h("span", { class: "gn-dim" }, " ", tr("values: "), list)),
    line(h("b", {}, "μ"), " = ", out.mean, "  ", h("b", {}, "σ"), " = √(", out.variance, " + ε) = ", out.sigma),
    line(h("b", {}, "x"), " = ", less, out.x, more),
    line(h("b", {}, "x̂"), " = (x − μ) / σ = ", out.x_hat),
    line(h("b", {}, "y"), " = γ x̂ + β = ", out.y),
  );
  const live = h("p", { class: "gn-live-text", "aria-live": "polite" });
  const affine = h("details", { class: "gn-affine" }, h("summary", {}, tr("γ and β, one of each per channel")));
  const knobs = ["gamma", "beta"].map((kind) =>
    state[kind].map((_, c) => {
      const label = (kind === "gamma" ? "γ" : "β") + (c + 1);
      const knob = h("input", { type: "number", step: 0.5, "aria-label": label, "data-gn-knob": `${kind}${c}` });
      knob.addEventListener("input", () => {
        const next = [...state[kind]];
        if (knob.value === "" || !Number.isFinite(+knob.value)) return;
        next[c] = +knob.value;
        set({ [kind]: next });
      });
      return h("label", {}, label, knob);
    }),
  );
  affine.append(...knobs.map((row) => h("div", { class: "gn-knobs" }, ...row)));
  const play = h("button", { type: "button", "data-gn-do": "predict" }, tr("Predict what moves"));
  const check = h("button", { type: "button", hidden: true, "data-gn-do": "check" }, tr("Check"));
  play.addEventListener("click", () => startGame());
  check.addEventListener("click", () => finishGame());
  box.body.append(
    controls,
    h("div", { class: "gn-stage" }, h("div", {}, h("p", { class: "gn-part" }, tr("Input x")), holder), output, formula),
    live,
    h("div", { class: "gn-tools" }, play, check, flatten),
    affine,
  );

  function outputTable() {
    const rows = [];
    const numbers = [];
    for (let image = 0; image < dims.images; image++) {
      const grid = h("div", { class: "gn-grid", style: `--columns:${dims.channels}` });
      for (let position = 0; position < dims.positions; position++) {
        for (let channel = 0; channel < dims.channels; channel++) {
          const i = (image * dims.channels + channel) * dims.positions + position;
          const number = h("span", { "data-gn-value": `y[${i}]` });
          const cell = h("button", { type: "button", class: "gn-y", "data-output": i, tabindex: "-1" }, number);
          cell.addEventListener("click", () => guess(i));
          cell.addEventListener("keydown", (event) => walk(event, i));
          numbers[i] = [cell, number];
          grid.append(cell);
        }
      }
      rows.push(h("p", { class: "gn-axis" }, tr("image {n}", { n: image + 1 })), grid);
    }
    return { element: h("div", { class: "gn-outputs" }, ...rows), numbers };
  }

  // ---- state
  function read() {
    const state_ = { method: state.method, groups: state.groups, focus: state.focus };
    if (state.interleaved) state_.interleaved = 1;
    for (const key of ["values", "gamma", "beta"]) {
      const base = key === "values" ? start.values : key === "gamma" ? ones : zeros;
      if (state[key].some((v, i) => v !== base[i])) state_[key] = state[key].join(" ");
    }
    return state_;
  }
  function write(saved) {
    const numbers = (text, fallback) => {
      const list = (text ?? "").split(" ").map(Number);
      return text && list.length === fallback.length && list.every(Number.isFinite) ? list : fallback;
    };
    const whole = (text, least, most, fallback) =>
      text != null && Number.isInteger(+text) && +text >= least && +text <= most ? +text : fallback;
    moved = [];
    note = "";
    game = null;
    Object.assign(state, {
      method: METHODS.some(([key]) => key === saved.method) ? saved.method : start.method,
      groups: divisors(dims.channels).includes(+saved.groups) ? +saved.groups : start.groups,
      interleaved: saved.interleaved ? saved.interleaved === "1" : start.interleaved,
      focus: whole(saved.focus, 0, start.values.length - 1, start.focus),
      values: numbers(saved.values, start.values),
      gamma: numbers(saved.gamma, ones),
      beta: numbers(saved.beta, zeros),
    });
    draw();
    python.push();
  }
  function set(change, message = "") {
    const before = view(state).y;
    Object.assign(state, change);
    note = message;
    const edited = "values" in change;
    moved = edited ? movedBetween(before, view(state).y) : [];
    if (edited && !game) {
      const unseen = moved.some((i) => fixed(before[i], 2) === fixed(view(state).y[i], 2));
      note = tr("This change moved {k} of {all} outputs.", { k: moved.length, all: state.values.length });
      if (unseen) note += ` ${tr("Some moved by less than the two decimals shown.")}`;
    }
    draw();
    box.changed();
    python.push();
  }
  function nudge(by) {
    if (game?.asking) return;
    const values = [...state.values];
    values[state.focus] = Math.round((values[state.focus] + by) * 1e6) / 1e6;
    set({ values });
  }
  slider.addEventListener("input", () => {
    const wanted = +slider.value;
    const groups = snapGroups(wanted, state.groups, dims.channels);
    const why = { wanted, channels: dims.channels, groups };
    const message = tr("{wanted} does not divide {channels} channels into equal groups, so G goes to {groups}.", why);
    set({ groups }, groups === wanted ? "" : message);
  });
  interleave.addEventListener("change", () => set({ interleaved: interleave.checked }));

  // ---- the prediction game
  function startGame() {
    game = { asking: true, guesses: new Set(), at: 0 };
    moved = [];
    note = tr("The framed input will grow by 1. Tap every output that you think will move, then check.");
    draw();
    table.numbers[0][0].focus(); // the button that was pressed is gone
  }
  /** Arrow keys go from output to output: one stop of the tabulator for all of them. */
  function walk(event, i) {
    const row = dims.channels;
    const last = state.values.length - 1;
    const { image, channel, position } = cellAt(dims, i);
    const line = image * dims.positions + position;
    const to = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[event.key];
    if (!to || !game?.asking) return;
    event.preventDefault();
    const lines = (last + 1) / row;
    const next = Math.min(lines - 1, Math.max(0, line + to[0]));
    const column = Math.min(row - 1, Math.max(0, channel + to[1]));
    game.at = (Math.floor(next / dims.positions) * row + column) * dims.positions + (next % dims.positions);
    draw();
    table.numbers[game.at][0].focus();
  }
  function guess(i) {
    if (!game?.asking) return;
    if (!game.guesses.delete(i)) game.guesses.add(i);
    game.at = i;
    draw();
  }
  function finishGame() {
    const { guesses } = game;
    game = { asking: false, guesses };
    const values = [...state.values];
    values[state.focus] += 1;
    set({ values });
    const hit = moved.filter((i) => guesses.has(i)).length;
    const extra = guesses.size - hit;
    note =
      hit === moved.length && extra === 0
        ? tr("Right: exactly these {k} outputs moved.", { k: moved.length })
        : tr("{k} outputs moved. You marked {hit} of them, and {extra} that stood still.", {
            k: moved.length,
            hit,
            extra,
          });
    game = null;
    draw();
    play.focus();
  }

  // ---- drawing
  function draw() {
    const looked = { ...state, focus: preview ?? state.focus };
    const now = view(looked);
    const changed = new Set(moved);
    const lit = new Set(game?.asking ? [] : now.set.members); // the game does not show its own answer
    const gn = state.method === "group";
    box.root.dataset.method = state.method;
    methods.show(state.method);
    slider.value = state.groups;
    slider.disabled = !gn;
    onlyGroups.hidden = gn;
    slider.setAttribute("aria-valuetext", tr("{g} groups of {k} channels", sizes()));
    interleave.checked = state.interleaved;
    interleave.disabled = !gn;
    groupsText.textContent = state.groups;
    cells.forEach((cell, i) => {
      cell.classList.toggle("lit", lit.has(i));
      cell.classList.toggle("focus", i === looked.focus);
      cell.setAttribute("tabindex", i === state.focus ? "0" : "-1");
      cell.setAttribute("aria-selected", String(lit.has(i)));
      cell.querySelector(".value").textContent = shown(state.values[i]);
      cell.setAttribute("aria-label", `${cellLabel(i)}: ${shown(state.values[i])}`);
    });
    table.numbers.forEach(([cell, number], i) => {
      number.textContent = fixed(now.y[i], 2);
      cell.classList.toggle("lit", lit.has(i));
      cell.classList.toggle("focus", i === looked.focus);
      cell.classList.toggle("moved", changed.has(i));
      cell.setAttribute("tabindex", game?.asking && game.at === i ? "0" : "-1");
      // Outputs can be pressed while the game asks; else they are only read.
      if (game?.asking) cell.setAttribute("aria-pressed", String(game.guesses.has(i)));
      else cell.removeAttribute("aria-pressed");
      cell.setAttribute("aria-disabled", String(!game?.asking));
      const said = { cell: cellLabel(i), y: fixed(now.y[i], 2) };
      cell.setAttribute(
        "aria-label",
        changed.has(i) ? tr("{cell}: y = {y}, moved", said) : `${said.cell}: y = ${said.y}`,
      );
    });
    const numbers = {
      m: String(now.set.members.length),
      mean: fixed(now.set.mean),
      variance: fixed(now.set.variance),
      sigma: fixed(now.set.sigma),
      x: shown(state.values[looked.focus]),
      x_hat: fixed(now.xHat[looked.focus]),
      y: fixed(now.y[looked.focus]),
    };
    for (const [key, text] of Object.entries(numbers)) out[key].textContent = text;
    list.textContent = game?.asking ? "" : now.set.members.map((i) => shown(state.values[i])).join(", ");
    state.gamma.forEach((_, c) => {
      for (const [row, kind] of [
        [0, "gamma"],
        [1, "beta"],
      ]) {
        const knob = knobs[row][c].querySelector("input");
        if (document.activeElement !== knob) knob.value = state[kind][c];
      }
    });
    play.hidden = Boolean(game?.asking);
    check.hidden = !game?.asking;
    live.textContent = game?.asking ? note : [note, sentence(looked, tr), alias()].filter(Boolean).join(" ");
  }
  const sizes = () => ({ g: state.groups, k: dims.channels / state.groups });
  function alias() {
    if (state.method !== "group") return "";
    if (state.groups === 1) return tr("G = 1: one group holds all channels, the same set as layer norm.");
    if (state.groups === dims.channels) return tr("G = C: every channel is alone, the same set as instance norm.");
    return "";
  }

  // ---- pointer and keyboard on the cells
  const focusOn = (i, grab = false) => {
    preview = null;
    if (i !== state.focus) set({ focus: i });
    if (grab) cells[i].focus();
  };
  let drag = /** @type {any} */ (null);
  holder.addEventListener("pointerdown", (event) => {
    const cell = event.target.closest(".gn-cell");
    if (!cell || game?.asking) return;
    const i = +cell.dataset.cell;
    // A finger on a cell that is not chosen may be scrolling the page; on the chosen one it drags the value.
    drag = event.pointerType === "touch" && i !== state.focus ? null : { y: event.clientY, value: state.values[i] };
    focusOn(i, true);
    if (drag) holder.setPointerCapture(event.pointerId);
  });
  holder.addEventListener("pointermove", (event) => {
    if (!drag) return;
    const steps = Math.round((drag.y - event.clientY) / 10);
    if (drag.value + steps !== state.values[state.focus]) nudge(drag.value + steps - state.values[state.focus]);
  });
  for (const end of ["pointerup", "pointercancel"]) holder.addEventListener(end, () => (drag = null));
  // A mouse that passes over a cell shows its set; only a click, a tap or a key chooses the cell.
  holder.addEventListener("pointerover", (event) => {
    const cell = event.target.closest(".gn-cell");
    if (!cell || event.pointerType !== "mouse" || event.buttons || game?.asking) return;
    preview = +cell.dataset.cell;
    draw();
  });
  holder.addEventListener("pointerleave", () => {
    preview = null;
    draw();
  });
  holder.addEventListener("keydown", (event) => {
    if (game?.asking) return;
    const at = cellAt(dims, state.focus);
    const { channels, positions, images } = dims;
    const down = flat ? 1 : -1; // in the block, images further back stand higher
    const line = at.position + down * at.image * positions;
    const moves = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    if (moves[event.key]) {
      event.preventDefault();
      const [dc, dl] = moves[event.key];
      const channel = Math.min(channels - 1, Math.max(0, at.channel + dc));
      const [least, most] = flat ? [0, images * positions - 1] : [-(images - 1) * positions, positions - 1];
      const next = Math.min(most, Math.max(least, line + dl));
      const image = Math.abs(Math.floor(next / positions));
      focusOn((image * channels + channel) * positions + (next - down * image * positions), true);
    } else if (event.key === "+" || event.key === "=" || event.key === "-") {
      event.preventDefault();
      nudge(event.key === "-" ? -1 : 1);
    }
  });

  const python = twoWay(model, TRAITS, state, (change) => set(change));
  await box.start();
  return () => {
    python.stop();
    box.stop();
  };
}

export default { render };
