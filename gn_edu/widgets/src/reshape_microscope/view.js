// The three views as SVG: the same for the live widget and for its still picture.
import { pathOf, tenths } from "../shared/drawing.js";
import { clamp } from "../shared/maths.js";
import { escapeText } from "../shared/text.js";
import { matesOf, pieces } from "./model.js";
import { heads } from "./texts.js";

export const KINDS = /** @type {const} */ (["tensor", "memory", "rows"]);

const words = (x, y, text, name = "head", anchor = "start") =>
  `<text class="${name}" x="${tenths(x)}" y="${tenths(y)}" text-anchor="${anchor}">${escapeText(text)}</text>`;

/** Hatched: every other group. */
const hatch = (name) =>
  `<defs><pattern id="${name}" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">` +
  `<rect class="ground" width="5" height="5"/><path class="lines" d="M1 0v5"/></pattern></defs>`;

const THIN = 9; // cells without a border
const gapOf = (wide) => (wide > 12 ? 3 : wide > 5 ? 1 : 0.4);

/** The classes of a cell. */
function look(kind, i, { group, wrong }, focus, together) {
  const is = { odd: group % 2, "gn-wrong": wrong && kind === "rows", "gn-lit": i === focus, "gn-mate": together };
  return ["gn-piece", ...Object.keys(is).filter((key) => is[key])].join(" ");
}

/** What a reader hears of a cell of the tensor, which keys reach. */
function spoken(i, { group }, focus, tr) {
  const label = tr("value {i}, group {g}", { i, g: group });
  return ` role="button" tabindex="${i === focus ? 0 : -1}" aria-pressed="${i === focus}" aria-label="${escapeText(label)}"`;
}

/** A cell with its number in the middle, if that fits. */
function piece(kind, i, cell, { focus }, { views, places }, { name, together, tr }) {
  const { wide, tall, type } = views[kind];
  const [w, h] = [wide - gapOf(wide), tall - gapOf(tall)];
  const { x, y } = places[kind][i];
  const fill = cell.group % 2 ? ` fill="url(#${name})"` : "";
  const number = type ? `<text x="${tenths(w / 2)}" y="${tenths(h / 2 + 0.35 * type)}">${i}</text>` : "";
  return (
    `<g class="${look(kind, i, cell, focus, together)}" data-cell="${i}" data-view="${kind}"` +
    `${kind === "tensor" ? spoken(i, cell, focus, tr) : ""} transform="translate(${tenths(x)} ${tenths(y)})"><rect width="${tenths(w)}"` +
    ` height="${tenths(h)}" rx="${w > 12 ? 4 : 1}"${fill}/>${number}</g>`
  );
}

/** The names beside and over a block of rows. */
function names({ left, top, tall, bottom }, letter, { shape: [images] }, { type, line }) {
  const count = Math.round((bottom - top) / tall);
  const every = Math.ceil((type + 2) / tall); // a name for each row, or for as many as there is room for
  const rows = Array.from({ length: Math.ceil(count / every) }, (_, k) =>
    words(0, top + (k * every + 0.5) * tall + 0.3 * type - 1, `${letter} ${k * every}`, "axis"),
  );
  if (images > 6) return rows;
  return [...rows, ...Array.from({ length: images }, (_, n) => words(left(n), top - 0.35 * line, `n ${n}`, "axis"))];
}

/** Is the memory itself cut: is each row a piece of it? */
export const isCut = ({ cut }, { runs }) => cut === "memory" || runs === 1;

/** Where the ribbon is cut, if it is. */
function cutMarks(state, seen, { m, gripAt, views: { memory } }) {
  if (!isCut(state, seen)) return "";
  const { shape, groups } = state;
  const images = shape[0];
  const all = Array.from({ length: images * groups - 1 }, (_, k) => k + 1);
  const line = (k) => {
    const from = k === 1 ? gripAt + 13 : memory.top - 7;
    const x = tenths(k * m * memory.wide - gapOf(memory.wide) / 2);
    return `M${x} ${tenths(from)}V${tenths(memory.bottom + 2)}`;
  };
  return `<path class="cut" d="${all.map(line).join("")}"/>`;
}

/** All of it, with the value `state.focus` lit; `name` is the hatch's. */
export function markup(state, seen, layout, tr, name) {
  const head = heads(state.groups, tr);
  const { views } = layout;
  const mates = matesOf(seen, state.focus);
  const cells = KINDS.map(
    (kind) =>
      `<g class="${kind}${views[kind].wide < THIN ? " thin" : ""}"${kind === "tensor" ? "" : ' aria-hidden="true"'} font-size="${tenths(views[kind].type)}">${seen.cells
        .map((cell, i) => piece(kind, i, cell, state, layout, { name, together: mates.includes(cell), tr }))
        .join("")}</g>`,
  );
  return [
    hatch(name),
    `<g class="under">${threadMarkup(layout, state.focus)}</g>`,
    words(0, layout.type, head.tensor),
    words(0, layout.ribbonHead, head.memory),
    words(0, layout.rowsHead, head.rows),
    ...names(views.tensor, "c", state, layout),
    ...names(views.rows, "g", state, layout),
    ...cells,
    cutMarks(state, seen, layout),
    `<g class="over">${overMarkup(seen, layout, state.focus, tr)}</g>`,
  ].join("");
}

/** The middle of a cell, at its top or at its bottom. */
const edge = ({ views, places }, kind, i, bottom) => {
  const { wide, tall } = views[kind];
  const { x, y } = places[kind][i];
  return [x + (wide - gapOf(wide)) / 2, bottom ? y + tall - gapOf(tall) : y];
};

/** A thread from the value in the tensor to its place in memory, and on to its row. */
export function threadMarkup(layout, i) {
  const part = (from, to) => {
    const [[x0, y0], [x1, y1]] = [edge(layout, from, i, true), edge(layout, to, i, false)];
    const middle = (y0 + y1) / 2;
    return `${pathOf([[x0, y0]])}C${[x0, middle, x1, middle, x1, y1].map(tenths).join(" ")}`;
  };
  return `<path class="thread" d="${part("tensor", "memory")}${part("memory", "rows")}"/>`;
}

/** A number over cells that are too narrow for one. */
function loupe({ views, places, width, type }, kind, i) {
  const { wide, tall, type: own } = views[kind];
  if (own) return "";
  const [w, h] = [0.62 * type * String(i).length + 9, Math.max(tall, type + 7)];
  const x = clamp(places[kind][i].x + wide / 2 - w / 2, 0, width - w);
  const y = places[kind][i].y + tall / 2 - h / 2;
  return (
    `<g class="loupe" transform="translate(${tenths(x)} ${tenths(y)})"><rect width="${tenths(w)}" height="${tenths(h)}"` +
    ` rx="4"/><text x="${tenths(w / 2)}" y="${tenths(h / 2 + 0.35 * type)}">${i}</text></g>`
  );
}

/** What stands on the cells: the pieces of the value's group under the ribbon, its address, its number. */
export function overMarkup(seen, layout, i, tr) {
  const { views, addresses, type, width } = layout;
  const { wide, bottom } = views.memory;
  const bars = pieces(seen, i).map(
    ([first, count]) =>
      `<path class="run" d="M${tenths(first * wide)} ${tenths(bottom + 5)}h${tenths(count * wide - gapOf(wide))}"/>`,
  );
  const text = tr("address {n}", { n: seen.cells[i].address });
  const half = 0.3 * type * text.length;
  const at = clamp((seen.cells[i].address + 0.5) * wide, half, width - half);
  const last = seen.cells.length - 1;
  const ends = [0, last].map((n) => {
    const x = Math.max((n + 0.5) * wide, 0.3 * type);
    return Math.abs(x - at) > half + 2 * type ? words(x, addresses, String(n), "axis", "middle") : "";
  });
  return [
    ...bars,
    words(at, addresses, text, "here", "middle"),
    ...ends,
    ...KINDS.map((k) => loupe(layout, k, i)),
  ].join("");
}
