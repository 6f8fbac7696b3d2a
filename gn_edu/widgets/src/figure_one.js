// Figure 1 explorer: error against batch size. One cause alone, the paper's protocol repeated, and the paper's numbers.
// Takes the traits figures, shown, size, relative, hidden, name; sets all but figures.
import { flag, names, oneOf } from "./shared/address.js";
import { checkbox, choice, drawingPlace, drive, facts, h, liveText, slider } from "./shared/dom.js";
import { pathOf, svg, tenths, tick } from "./shared/drawing.js";
import { picturedByTraits } from "./shared/frame.js";
import { N_, translated, translator } from "./shared/i18n.js";
import { gridLine, lineSwitch, mark, numberUnder, stillChart } from "./shared/lines.js";
import { meanOf } from "./shared/maths.js";
import { fixed, minus } from "./shared/text.js";

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

/**
 * What is shown: every line with its means, and at the chosen size the gap between group norm and batch norm, both
 * with weight standardization where both were run, else both without.
 * @param {State} state
 */
export function view({ figures, shown, size, hidden }) {
  const lines = figures[shown].lines.map((line, k) => ({
    ...line,
    k,
    drawn: !hidden.includes(line.label),
    points: line.points.map((point) => ({
      ...point,
      all: Object.values(point.errors),
      mean: meanOf(Object.values(point.errors)),
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
    ? tr("{gap} % of batch norm's error", { gap: minus(fixed(found.percent, 1)) })
    : tr("{gap} points", { gap: minus(fixed(found.points, 1)) });

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

const WIDE = 420;
const TALL = 282;
const SIDES = { left: 36, right: 10, top: 26, bottom: 80 };

/** Where sizes and errors lie, and the errors of the axis. */
function scales(lines) {
  const values = lines.flatMap(({ points }) => points.flatMap(({ all }) => all));
  const low = Math.floor((Math.min(...values) - 1) / 5) * 5;
  const high = Math.ceil((Math.max(...values) + 1) / 5) * 5;
  const { left, right, top, bottom } = SIDES;
  return {
    x: (size) => left + 24 + (Math.log2(size) - 1) * ((WIDE - left - right - 48) / 4),
    y: (error) => top + ((high - error) * (TALL - top - bottom)) / (high - low),
    errors: Array.from({ length: (high - low) / 5 + 1 }, (_, k) => low + 5 * k),
  };
}

/** A line, its marks, and a dash for each seed. */
function lineMarkup(line, shown, { x, y }) {
  const look = lookOf(line, shown);
  const path = pathOf(line.points.map(({ x: size, mean }) => [x(size), y(mean)]));
  const marks = line.points.map(({ x: size, all, mean }) => {
    const seeds = all.map((error) => `M${tenths(x(size) - 3)} ${tenths(y(error))}h6`).join("");
    const dashes = all.length > 1 ? `<path class="thin ${look}" d="${seeds}"/>` : "";
    return dashes + mark(line.label, look, x(size), y(mean));
  });
  return `<path class="line ${look}" d="${path}"/>${marks.join("")}`;
}

export function chart(state, tr, stem) {
  const { lines } = view(state);
  const scale = scales(lines);
  const { x, y, errors } = scale;
  const { left, right, top, bottom } = SIDES;
  const updates = Object.fromEntries(lines[0].points.map((point) => [point.x, point.updates]));
  const protocol = state.shown === "protocol";
  const parts = [
    ...errors.map((v) => gridLine(left, WIDE - right, y(v), v)),
    `<path class="now" d="M${tenths(x(state.size))} ${top}V${TALL - bottom}"/>`,
    tick(6, 12, state.shown === "paper" ? tr("validation error, %") : tr("test error, %"), "start"),
    ...SIZES.map(
      (size) =>
        numberUnder(x(size), TALL - 63, size) + (protocol ? numberUnder(x(size), TALL - 46, updates[size]) : ""),
    ),
    ...lines.filter((line) => line.drawn).map((line) => lineMarkup(line, state.shown, scale)),
    ...AXES[state.shown].map((words, k) => tick(6, TALL - (protocol ? 24 : 38) + 20 * k, tr(words), "start")),
  ];
  return svg(stem, WIDE, TALL, parts.join(""));
}

/** For pages without scripts. */
export function still(traits, catalogue) {
  const tr = translator(catalogue);
  return { svg: stillChart(chart(traits, tr, "still")), text: sentence(traits, tr) };
}

/** Where the numbers of a figure come from. */
const sourceText = (from, tr) =>
  from.table
    ? tr("Wu and He, 2018, {table}; {unit}", from)
    : tr(
        "{runs} runs, {seeds} seeds a point; {images} images, {epochs} epoch, {data}; {device}; torch {torch}; commit {commit}; {date}",
        from,
      );

/** The parts of a frame's body, each with a function that shows the state. */
function partsOf({ tr, state, set }) {
  const figures = translated(FIGURES, tr).filter(([key]) => key in state.figures);
  const which = choice({
    label: tr("figure"),
    options: figures,
    mark: "data-gn-figure",
    pick: (shown) => set({ shown, hidden: [] }),
  });
  const cursor = slider({
    label: [tr("read at"), tr("images")],
    mark: "data-gn-size",
    range: { min: 0, max: 4, step: 1 },
    pick: (position) => set({ size: SIZES[position] }),
  });
  const relative = checkbox({
    label: tr("gap relative to batch norm's error"),
    mark: "data-gn-relative",
    pick: (on) => set({ relative: on }),
  });
  const numbers = facts([
    ["bn", ""],
    ["gn", ""],
    ["gap", ""],
    ["updates", tr("updates")],
  ]);
  const legend = h("div", { class: "gn-legend" });
  let listed = "";
  const showLegend = (lines) => {
    if (listed !== state.shown) {
      listed = state.shown;
      const switchOf = (line) =>
        lineSwitch({ label: line.label, look: lookOf(line, state.shown), text: tr(line.label), state, set });
      legend.replaceChildren(...lines.map((line) => switchOf(line).element));
    }
    for (const [k, { drawn }] of lines.entries()) legend.children[k].querySelector("input").checked = drawn;
  };
  const showNumbers = (found) => {
    numbers.labels.bn.textContent = found.base;
    numbers.labels.gn.textContent = found.best;
    numbers.labels.gap.textContent = tr("{best} minus {base}", found);
    const gap = state.relative ? `${minus(fixed(found.percent, 1))} %` : minus(fixed(found.points, 1));
    const [bn, gn] = [found.bn, found.gn].map((error) => `${fixed(error, 1)} %`);
    numbers.show({ bn, gn, gap, updates: found.updates ?? "–" });
  };
  return { which, cursor, relative, numbers, legend, showLegend, showNumbers };
}

/** @param {import("@anywidget/types").RenderProps} props */
function render(props) {
  const figures = props.model.get("figures");
  const box = picturedByTraits(props, {
    stem: "figure_one",
    title: N_("Error against batch size"),
    given: ["figures"],
    traits: { shown: oneOf(Object.keys(figures)), size: oneOf(SIZES), relative: flag, hidden: names },
  });
  const { tr, state } = box;
  const parts = partsOf(box);
  const picture = drawingPlace(undefined, "gn-chart");
  const source = h("p", { class: "gn-part" });
  const live = liveText();
  const reading = drive(parts.cursor.element, parts.relative.element);
  box.body.append(drive(parts.which.element), picture, parts.legend, reading, parts.numbers.element, live, source);

  return box.run(() => {
    const found = view(state);
    const said = tr("Error in % against batch size: {figure}", { figure: tr(FIGURES[state.shown]) });
    parts.which.show(state.shown);
    parts.cursor.show(SIZES.indexOf(state.size), String(state.size), tr("{size} images", { size: state.size }));
    parts.relative.input.checked = state.relative;
    picture.innerHTML = chart(state, tr, "gn-in");
    picture.setAttribute("aria-label", said);
    parts.showLegend(found.lines);
    parts.showNumbers(found);
    source.textContent = sourceText(figures[state.shown].source, tr);
    live.textContent = sentence(state, tr);
  });
}

export default { render };
