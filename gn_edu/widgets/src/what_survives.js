// What survives of eight channels? Levels and spreads before a norm, after it, and what a ReLU lets through.
// Takes the traits quantiles, means, spreads, beta, order, norm, centred, selected, name; sets all but quantiles.
import { light } from "../../palette.json";
import { flag, numbers, oneOf, whole } from "./shared/address.js";
import { checkbox, choice, drawingPlace, drive, h, liveText, slider } from "./shared/dom.js";
import { stillOfView, svg, tenths, tick } from "./shared/drawing.js";
import { picturedByTraits } from "./shared/frame.js";
import { N_ } from "./shared/i18n.js";
import { meanOf, normalize } from "./shared/maths.js";
import { eachOf, fixed, minus } from "./shared/text.js";

/** @typedef {{ quantiles: number[], means: number[], spreads: number[], beta: number[], order: number[], norm: string,
 *   centred: boolean, selected: number }} State */

const EPS = 1e-5;
const C = 8;
const NORMS = { batch: "BN", 1: "G = 1 (LN)", 2: "G = 2", 4: "G = 4", 8: "G = 8 (IN)" };
const PRESETS = {
  loud: {
    label: N_("one channel at −8"),
    values: { means: [0, 0, 0, -8, 0, 0, 0, 0], spreads: Array(C).fill(1) },
  },
  wide: {
    label: N_("one channel 6 times as wide"),
    values: { means: Array(C).fill(0), spreads: [1, 1, 1, 6, 1, 1, 1, 1] },
  },
  levels: {
    label: N_("eight levels"),
    values: { means: [-4, -3, -2, -1, 1, 2, 3, 4], spreads: Array(C).fill(1) },
  },
};

/**
 * For every place in the order: the channel there, its numbers before and after, and the share that a ReLU passes.
 * @param {State} state
 */
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
    const after = meanOf(values);
    const sd = Math.sqrt(meanOf(values.map((v) => (v - after) ** 2)));
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

const LEFT = 36;
const BOX = 37; // the width of a channel's box with its margins
const middleOf = (k) => LEFT + BOX * k + BOX / 2;

/** A box a channel, on an axis from -range to range. */
function rowMarkup(places, top, range, numbersOf) {
  const at = (v) => top + 50 - (50 * Math.max(-range, Math.min(range, v))) / range;
  const boxes = places.map((place, k) => {
    const [mean, sd] = numbersOf(place);
    const [a, b] = [at(mean + sd), at(mean - sd)];
    const x = middleOf(k);
    const size = `width="18" height="${tenths(Math.max(1.5, b - a))}"`;
    return (
      `<path class="whisker" d="M${x} ${tenths(at(mean + 2 * sd))}V${tenths(at(mean - 2 * sd))}"/>` +
      `<rect class="box g${place.group % 2}" x="${x - 9}" y="${tenths(a)}" ${size}/>` +
      `<path class="mean" d="M${x - 9} ${tenths(at(mean))}h18"/>`
    );
  });
  // The outer labels stand inside of their row, away from the titles.
  const ticks = [-range, 0, range].map((v) => tick(LEFT - 5, at(v) + 4 + (4 * v) / range, minus(v), "end"));
  return `<path class="zero" d="M${LEFT} ${at(0)}h${BOX * C}"/>${ticks.join("")}${boxes.join("")}`;
}

/** The share of a channel that a ReLU lets through. */
function shareMarkup({ active }, k) {
  const x = middleOf(k);
  const bar = (name, width) => `<rect class="${name}" x="${x - 12}" y="262" width="${width}" height="14"/>`;
  return bar("track", 24) + bar("share", tenths(24 * active)) + tick(x, 292, `${Math.round(100 * active)} %`);
}

/** Two rows of eight boxes: a box reaches one standard deviation from the mean, its line two. */
export function markup(state, places, tr, stem) {
  const place = LEFT + BOX * state.order.indexOf(state.selected);
  const parts = [
    `<rect class="chosen" x="${place}" y="16" width="${BOX}" height="282" rx="4"/>`,
    ...places.map(({ group }, k) =>
      k && group !== places[k - 1].group
        ? `<path class="border" d="M${LEFT + BOX * k} 18v106M${LEFT + BOX * k} 143v102"/>`
        : "",
    ),
    ...places.map(({ channel }, k) => tick(middleOf(k), 30, channel + 1)),
    `<text x="${LEFT}" y="12">${tr("before the norm")}</text>`,
    rowMarkup(places, 22, 10, ({ mean, spread }) => [mean, spread]),
    `<text x="${LEFT}" y="138">${tr("after it")}</text>`,
    rowMarkup(places, 145, 4, ({ after, sd }) => [after, sd]),
    `<text x="${LEFT}" y="257">${tr("share that a ReLU lets through")}</text>`,
    ...places.map(shareMarkup),
  ];
  return svg(stem, 340, 300, parts.join(""), 1.5);
}

const STILL_STYLE =
  "text{font:12px system-ui,sans-serif;fill:#333}.tick{font-size:10.5px}path{fill:none}.whisker{stroke:#666}.mean{stroke:#fff;stroke-width:2}" +
  `.g0{fill:${light.group}}.g1{fill:${light.batch}}.zero{stroke:#888}.border{stroke:#333;stroke-dasharray:4 3}.chosen{fill:#f2f1ec}.track{fill:#e3e1da}.share{fill:#555}`;

/** For pages without scripts. */
export const still = stillOfView({ view, markup, sentence, style: STILL_STYLE });

/** What is set for all channels: the norm, the filters, and some cases to start from. */
function layerControls({ tr, set, first }) {
  const norm = choice({
    label: tr("norm"),
    options: Object.entries(NORMS),
    mark: "data-gn-norm",
    pick: (value) => set({ norm: value }),
  });
  const presets = Object.entries(PRESETS).map(([key, { label, values }]) => {
    const onclick = () => set({ ...values, beta: Array(C).fill(0), order: first.order, centred: false });
    return h("button", { type: "button", "data-gn-preset": key, onclick }, tr(label));
  });
  const centred = checkbox({
    label: tr("filters with sum 0 (weight standardization): no channel keeps a level"),
    mark: "data-gn-centred",
    pick: (on) => set({ centred: on }),
  });
  const show = (state) => {
    norm.show(state.norm);
    centred.input.checked = state.centred;
  };
  return { element: drive(norm.element, h("div", { class: "gn-labelled" }, ...presets), centred.element), show };
}

/** What is set for the chosen channel: its numbers, and its place. */
function channelControls({ tr, state, set }) {
  const channels = /** @type {[number, string][]} */ (Array.from({ length: C }, (_, c) => [c, String(c + 1)]));
  const channel = choice({
    label: tr("channel"),
    options: channels,
    mark: "data-gn-channel",
    pick: (selected) => set({ selected }),
    shown: true,
  });
  const replaced = (list, value) => list.map((v, c) => (c === state.selected ? value : v));
  const numberOf = (trait, label, mark, min, max) => {
    const pick = (value) => set({ [trait]: replaced(state[trait], value) });
    return { trait, ...slider({ label: [label], mark, range: { min, max, step: 0.5 }, pick }) };
  };
  const sliders = [
    numberOf("means", tr("its mean"), "data-gn-mean", -10, 10),
    numberOf("spreads", tr("its spread"), "data-gn-spread", 0.5, 6),
    numberOf("beta", tr("its bias β"), "data-gn-beta", -4, 4),
  ];
  const move = (by) => {
    const order = [...state.order];
    const from = order.indexOf(state.selected);
    const to = from + by;
    if (to < 0 || to >= C) return;
    [order[from], order[to]] = [order[to], order[from]];
    set({ order });
  };
  const mover = (by, label) => h("button", { type: "button", "data-gn-move": by, onclick: () => move(by) }, label);
  const moves = h("div", { class: "gn-labelled" }, mover(-1, tr("move it left")), mover(1, tr("move it right")));
  const show = () => {
    channel.show(state.selected);
    for (const { trait, input, show } of sliders) {
      // Filters with sum 0 leave no channel a level: what the slider says is then not what is drawn.
      input.disabled = trait === "means" && state.centred;
      const value = input.disabled ? 0 : state[trait][state.selected];
      show(value, minus(value));
    }
  };
  return { element: drive(channel.element, ...sliders.map(({ element }) => element), moves), show };
}

/** The channels' numbers after the norm, a column each. */
function tableOf({ tr, state }) {
  const rows = { after: tr("mean after"), sd: tr("std after"), active: tr("active") };
  const heads = state.order.map(() => h("th", { scope: "col" }));
  const cells = Object.fromEntries(Object.keys(rows).map((key) => [key, state.order.map(() => h("td"))]));
  const lines = Object.entries(rows).map(([key, label]) =>
    h("tr", {}, h("th", { scope: "row" }, label), ...cells[key]),
  );
  const head = h("thead", {}, h("tr", {}, h("th", { scope: "row" }, tr("channel")), ...heads));
  const show = (places) => {
    for (const [k, { channel, after, sd, active }] of places.entries()) {
      heads[k].textContent = channel + 1;
      for (const [key, text] of Object.entries(eachOf({ after, sd, active }, (value) => fixed(value, 2)))) {
        cells[key][k].textContent = text;
        cells[key][k].setAttribute("data-gn-value", `${key}[${channel}]`);
      }
      cells.active[k].className = active <= 0.001 || active >= 0.999 ? "gn-extreme" : "";
    }
  };
  return { element: h("table", { class: "gn-numbers gn-table" }, head, h("tbody", {}, ...lines)), show };
}

const small = (values) => values.every((v) => Math.abs(v) <= 10);

/** @param {import("@anywidget/types").RenderProps} props */
function render(props) {
  const box = picturedByTraits(props, {
    stem: "what_survives",
    title: N_("What survives of a channel?"),
    given: ["quantiles"],
    traits: {
      means: numbers(C, small),
      spreads: numbers(C, (values) => small(values) && values.every((v) => v > 0)),
      beta: numbers(C, small),
      order: numbers(C, (values) => [...values].sort().every((v, i) => v === i)),
      norm: oneOf(Object.keys(NORMS)),
      centred: flag,
      selected: whole(0, C - 1),
    },
  });
  const { tr, state } = box;
  const layer = layerControls(box);
  const channel = channelControls(box);
  const table = tableOf(box);
  const picture = drawingPlace(
    tr("Eight channels before the norm and after it, and the share of each that a ReLU lets through"),
  );
  const live = liveText();
  box.body.append(layer.element, picture, channel.element, table.element, live);

  return box.run(() => {
    const places = view(state);
    layer.show(state);
    channel.show();
    picture.innerHTML = markup(state, places, tr, "gn-in");
    table.show(places);
    live.textContent = sentence(state, places, tr);
  });
}

export default { render };
