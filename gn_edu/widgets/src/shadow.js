// What does a shadow change? A photograph's histograms of directions under no norm, HOG's, group norm and a local one.
// Takes the traits photo, edge, light, norm, cell, name; sets edge, light, norm and cell.
import { light } from "../../palette.json";
import * as drawing from "./shadow/drawing.js";
import { ROWS, SIDE, view } from "./shadow/model.js";
import { oneOf, stepped, whole } from "./shared/address.js";
import { ARROWS, choice, drive, facts, h, liveText, slider, svgElement } from "./shared/dom.js";
import { stillOfView } from "./shared/drawing.js";
import { fittedDrawing } from "./shared/fitted.js";
import { picturedByTraits } from "./shared/frame.js";
import { createGrip, dragged, followed, gripElement } from "./shared/grip.js";
import { N_, translated } from "./shared/i18n.js";
import { clamp } from "./shared/maths.js";

export { view };

const NORMS = { none: N_("none"), block: N_("HOG's blocks"), gn: N_("group norm"), local: N_("local group norm") };
const SAYS = {
  none: N_("Nothing is normalized: in the shade the numbers fall with the light, by {shade}."),
  block: N_(
    "Each block of four cells is divided by its own length, and the light goes with it. What moves lies near the edge: blocks that hold both lights.",
  ),
  gn: N_(
    "One mean and one deviation for the whole map: they mix both lights. In the shade the numbers move by {shade}, and in the light by {light}.",
  ),
  local: N_(
    "Each cell has the mean and the deviation of the 3 × 3 cells around it. Away from the edge nothing moves, as with HOG's blocks.",
  ),
};
const CLEAR = N_("No shadow lies on the picture. Drag its edge to the left.");
const ALL = {
  none: N_("All of the picture lies in the shade, and all numbers fall with the light, by {shade}."),
  other: N_(
    "All of the picture lies in the shade: its light is one factor, and the norm takes it away. Nothing moves.",
  ),
};
const NARROW = {
  shade: N_(
    "One mean and one deviation for the whole map: even this narrow shade moves the numbers in the light, by {light}.",
  ),
  light: N_(
    "One mean and one deviation for the whole map: even this narrow light moves the numbers in the shade, by {shade}.",
  ),
};
const MIXED = N_(
  "The shade is so narrow that no cell of it lies away from its edge. All numbers together move by {all}.",
);

const percent = (value) => {
  if (value === null) return "–";
  return `${(100 * value).toFixed(value < 0.0995 && value >= 0.0005 ? 1 : 0)}\u00a0%`;
};

export function sentence({ edge, light, norm }, { numbers }, tr) {
  const texts = Object.fromEntries(Object.entries(numbers).map(([key, value]) => [key, percent(value)]));
  if (edge >= SIDE || light >= 1) return tr(CLEAR);
  if (edge <= 0) return tr(norm === "none" ? ALL.none : ALL.other, texts);
  const missing = ["shade", "light"].find((part) => numbers[part] === null);
  if (norm === "gn" && missing) return tr(NARROW[missing], texts);
  const nowhere = norm === "none" && numbers.shade === null;
  return tr(nowhere ? MIXED : SAYS[norm], texts);
}

const cellText = (cell, tr) =>
  tr("row {row}, column {column}", { row: Math.floor(cell / ROWS) + 1, column: (cell % ROWS) + 1 });
const wordsOf = ({ cell }, tr) => [
  tr("photograph"),
  tr("its histograms: tap a cell"),
  cellText(cell, tr),
  tr("outlined without the shadow, filled with it"),
];

/** For pages without scripts. A function, as of the palette's colours: a page that draws no still then leaves it out. */
export const still = (traits, catalogue) =>
  stillOfView({
    view,
    sentence,
    markup: (state, seen, tr) => drawing.stillMarkup(state, seen, wordsOf(state, tr)),
    style:
      `text{font:13px system-ui,sans-serif;fill:#333}.edges{stroke:${light.ink};fill:none}.zero{stroke:${light.line}}.frame{fill:none;stroke:${light.line}}` +
      `.cell{fill:none;stroke:${light.focus};stroke-width:2}.under{fill:none;stroke:#fff;stroke-width:4}.border{fill:none;stroke:${light.ink};stroke-width:2;stroke-dasharray:5 4}.now{fill:${light.ink}}.before{fill:none;stroke:${light.ink};stroke-width:1.2}.moved{fill:${light.bad}}` +
      [0, 0.3, 0.42, 0.54, 0.66, 0.78].map((opacity, k) => `.m${k}{opacity:${opacity}}`).join(""),
  })(traits, catalogue);

/** The frame around the chosen cell, moved by arrow keys. */
function createCellGrip({ tr, set, state }) {
  const range = { min: 0, max: ROWS * ROWS - 1 };
  const grip = gripElement({
    kind: "gn-cell-grip",
    label: tr("Chosen cell"),
    mark: "cell",
    range,
    seen: '<g class="framed"></g>',
    reach: 0,
  });
  grip.element.addEventListener("keydown", (event) => {
    const arrow = ARROWS[event.key];
    if (!arrow) return;
    event.preventDefault();
    const [row, column] = [Math.floor(state.cell / ROWS) + arrow[1], (state.cell % ROWS) + arrow[0]];
    set({ cell: clamp(row, 0, ROWS - 1) * ROWS + clamp(column, 0, ROWS - 1) });
  });
  const framed = /** @type {Element} */ (grip.element.querySelector(".framed"));
  const show = ({ x, y, inPhoto, step }) => {
    framed.innerHTML = drawing.cellFrame(0, 0, step) + drawing.cellFrame(inPhoto - x, 0, step);
    grip.place({ x, y, value: state.cell, text: cellText(state.cell, tr), side: 1 });
  };
  return { element: grip.element, show };
}

/** The photograph with the grip on the shadow's edge, the map, and the chosen cell's histogram. */
function createPicture({ tr, state, set }) {
  let at = drawing.places(420);
  let seen = view(state);
  const photo = svgElement("g", { class: "photo" });
  const map = svgElement("g", { class: "map" });
  const put = (edge) => {
    grip.letGo();
    if (edge !== state.edge) set({ edge });
  };
  followed(photo, (part) => put(clamp(Math.round(part * SIDE), 0, SIDE)));
  dragged(map, (point) => set({ cell: drawing.cellAt(point, at) }));
  const chosen = createCellGrip({ tr, state, set });
  const grip = createGrip({
    label: tr("Edge of the shadow"),
    mark: "edge",
    axis: "x",
    range: { min: 0, max: SIDE, step: 1 },
    valueAt: (x) => (x / at.side) * SIDE,
    move: put,
    hint: tr("drag me"),
  });
  const draw = (width) => {
    at = drawing.places(width);
    if (!photo.firstChild) photo.innerHTML = drawing.photoMarkup(state, at.side);
    drawing.updatePhoto(photo, state, at.side);
    map.innerHTML = drawing.mapMarkup(state, seen, at);
    chosen.show(drawing.middleOf(state.cell, at));
    const text = tr("{columns} of {all} columns in the light", { columns: state.edge, all: SIDE });
    const place = { x: clamp((at.side * state.edge) / SIDE, 11, at.side - 11), y: drawing.TOP + at.side - 24 };
    grip.show({ ...place, value: state.edge, text, side: state.edge > SIDE / 2 ? -1 : 1 });
    const bars = drawing.barsMarkup(seen, state.cell, at, width);
    return { height: at.height, content: drawing.wordsMarkup(wordsOf(state, tr), at) + bars };
  };
  const label = tr("A photograph under a shadow, and its histograms of directions");
  const fitted = fittedDrawing({ label, draw, most: 702, grips: [{ element: photo }, { element: map }, chosen, grip] });
  const show = (/** @type {ReturnType<typeof view>} */ now) => {
    seen = now;
    fitted.show();
  };
  return { ...fitted, show };
}

/** @param {import("@anywidget/types").RenderProps} props */
async function render(props) {
  const box = picturedByTraits(props, {
    stem: "shadow",
    title: N_("What does a shadow change?"),
    given: ["photo"],
    traits: {
      edge: whole(0, SIDE),
      light: stepped({ least: 0.2, step: 0.1, steps: 8 }),
      norm: oneOf(Object.keys(NORMS)),
      cell: whole(0, ROWS * ROWS - 1),
    },
  });
  const { tr, state, body, set, run } = box;
  const norm = choice({
    label: tr("norm"),
    options: translated(NORMS, tr),
    mark: "data-gn-norm",
    pick: (value) => set({ norm: value }),
    shown: true,
  });
  const light = slider({
    label: [tr("light left in the shade")],
    mark: "data-gn-light",
    value: "light_left",
    pick: (tens) => set({ light: tens / 10 }),
    range: { min: 2, max: 10, step: 1 },
  });
  const picture = createPicture(box);
  const numbers = facts([
    ["light", tr("moved in the light")],
    ["border", tr("near the edge")],
    ["shade", tr("in the shade")],
  ]);
  const live = liveText();
  const computed = tr(
    "The photograph has 8 × 8 cells of 8 × 8 pixels. A cell's nine numbers say how strong its edges are in each of nine directions: in the map a line for each number, the longer the larger. To group norm the cells are a map with nine channels, one group; to the local one, too, with its mean from 3 × 3 cells. How far numbers moved is the length of their change, in per cent of their own length without the shadow: of each cell in red, of the parts of the picture in figures. Per cents of centred numbers can't be compared with those of others.",
  );
  body.append(
    h("p", {}, tr("Drag the shadow's edge, then choose a norm. Red cells have other numbers than without the shadow.")),
    drive(norm.element),
    picture.element,
    drive(light.element),
    numbers.element,
    live,
    h("details", { class: "gn-part" }, h("summary", {}, tr("What is drawn")), h("p", {}, computed)),
    h(
      "p",
      { class: "gn-part" },
      tr("Photograph: Chelsea the cat, by {author} (CC0)", { author: "Stefan van der Walt" }),
    ),
  );
  const end = await run(() => {
    const seen = view(state);
    norm.show(state.norm);
    light.show(Math.round(state.light * 10), percent(state.light));
    picture.show(seen);
    const { light: lit, border, shade } = seen.numbers;
    numbers.show({ light: percent(lit), border: percent(border), shade: percent(shade) });
    live.textContent = sentence(state, seen, tr);
  });
  return () => {
    end();
    picture.stop();
  };
}

export default { render };
