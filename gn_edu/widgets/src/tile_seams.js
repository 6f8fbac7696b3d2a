// Where does the seam come from? A photograph, normalized whole or in two tiles with statistics of their own.
// Takes the traits photo, border, statistics, name; sets border and statistics.
import { oneOf, whole } from "./shared/address.js";
import { choice, drive, facts, h, liveText, svgElement, uniqueName } from "./shared/dom.js";
import { stillOfView } from "./shared/drawing.js";
import { fittedDrawing } from "./shared/fitted.js";
import { picturedByTraits } from "./shared/frame.js";
import { createGrip, followed } from "./shared/grip.js";
import { N_, translated } from "./shared/i18n.js";
import { clamp } from "./shared/maths.js";
import { eachOf, escapeText, fixed } from "./shared/text.js";
import { heightAt, marksMarkup, photoMarkup, stillMarkup, updatePhoto } from "./tile_seams/drawing.js";
import { COLUMNS, LEAST, view } from "./tile_seams/model.js";

export { view };

const SOURCES = { own: N_("each tile its own"), whole: N_("the whole photograph"), mean: N_("the mean of both tiles") };
const SAYS = {
  own: N_(
    "Each tile has a mean and a standard deviation of its own. The jump at the border is {times} times the photograph's own.",
  ),
  whole: N_("Both tiles have the numbers of the whole: what you see is the photograph, without a seam."),
  mean: N_(
    "Both tiles have the mean of the two tiles' numbers. Every step of the picture is {times} times as large, at the border as elsewhere: no seam, but not quite the photograph.",
  ),
};
const CREDIT = N_("Photograph by {author}, cut and made smaller");
const AUTHOR = "danielbuechele";
const PAGE = "https://www.flickr.com/photos/danielbuechele/6061409035/";
const LICENCE_NAME = "CC BY 2.0";
const LICENCE = "https://creativecommons.org/licenses/by/2.0/";

export const sentence = (state, { numbers }, tr) => tr(SAYS[state.statistics], { times: fixed(numbers.times, 1) });

const tileText = (label, mean, sigma, tr) =>
  tr("{tile}: mean {mean}, std {sigma}", { tile: label, mean: fixed(mean, 2), sigma: fixed(sigma, 2) });

/** For pages without scripts. */
export const still = stillOfView({
  view,
  sentence,
  markup: (state, seen, tr) => {
    const { mean_left, sigma_left, mean_right, sigma_right } = seen.numbers;
    const words = [
      tileText(tr("left tile"), mean_left, sigma_left, tr),
      tileText(tr("right tile"), mean_right, sigma_right, tr),
      `${tr(CREDIT, { author: AUTHOR })} (${LICENCE_NAME})`,
    ];
    return stillMarkup(state, seen, words.map(escapeText));
  },
  style:
    "text{font:13px system-ui,sans-serif;fill:#333}.credit{font-size:12px;fill:#555}.border{fill:none;stroke:#333;stroke-width:2}",
});

/** Who made the photograph, and under which licence. */
function creditLine(tr) {
  const outside = (href, text) => h("a", { href, rel: "noopener", target: "_blank" }, text);
  const made = outside(PAGE, tr(CREDIT, { author: AUTHOR }));
  return h("p", { class: "gn-part" }, made, " (", outside(LICENCE, LICENCE_NAME), ")");
}

/** The numbers of the two tiles, over them. */
function tileNumbers(tr) {
  const of = (side, label) => {
    const [mean, sigma] = ["mean", "sigma"].map((name) => h("b", { "data-gn-value": `${name}_${side}` }));
    const element = h("p", {}, h("span", {}, label), tr("mean"), " ", mean, " · ", tr("std"), " ", sigma);
    return { element, mean, sigma };
  };
  const sides = { left: of("left", tr("left tile")), right: of("right", tr("right tile")) };
  const show = (texts) => {
    for (const [side, { mean, sigma }] of Object.entries(sides)) {
      mean.textContent = texts[`mean_${side}`];
      sigma.textContent = texts[`sigma_${side}`];
    }
  };
  return { element: h("div", { class: "gn-tiles" }, sides.left.element, sides.right.element), show };
}

const MARGIN = 10; // over and under the photograph

/** The photograph with the border's grip; the border also follows a hand anywhere on the picture. */
function createPicture({ tr, state, set }) {
  const id = uniqueName();
  let width = 0;
  const put = (border) => border !== state.border && set({ border });
  const photo = svgElement("g");
  followed(photo, (part) => put(clamp(Math.round(part * COLUMNS), LEAST, COLUMNS - LEAST)));
  const grip = createGrip({
    label: tr("Border between the tiles"),
    mark: "border",
    axis: "x",
    range: { min: LEAST, max: COLUMNS - LEAST, step: 2 },
    valueAt: (x) => (x / width) * COLUMNS,
    move: put,
    hint: tr("drag me"),
  });
  const draw = (wide) => {
    width = wide;
    const seen = view(state);
    if (!photo.firstChild) photo.innerHTML = photoMarkup(state, seen, id, { y: MARGIN, width });
    updatePhoto(photo.firstChild, state, seen, width);
    const text = tr("{columns} of {all} columns in the left tile", { columns: state.border, all: COLUMNS });
    const at = { x: (width * state.border) / COLUMNS, y: MARGIN + heightAt(width) - 28 };
    grip.show({ ...at, value: state.border, text });
    return { height: heightAt(width) + 2 * MARGIN, content: marksMarkup(state.border, width, MARGIN) };
  };
  const label = tr("A photograph after a group norm, cut in two tiles");
  return fittedDrawing({ label, draw, grips: [{ element: photo }, grip] });
}

/** @param {import("@anywidget/types").RenderProps} props */
async function render(props) {
  const box = picturedByTraits(props, {
    stem: "tile_seams",
    title: N_("Where does the seam come from?"),
    given: ["photo"],
    traits: { border: whole(LEAST, COLUMNS - LEAST), statistics: oneOf(Object.keys(SOURCES)) },
  });
  const { tr, state, body, set, run } = box;
  const source = choice({
    label: tr("statistics of"),
    options: translated(SOURCES, tr),
    mark: "data-gn-statistics",
    pick: (statistics) => set({ statistics }),
    shown: true,
  });
  const picture = createPicture(box);
  const tiles = tileNumbers(tr);
  const numbers = facts([
    ["step", tr("step across the border")],
    ["step_whole", tr("the same in the photograph")],
    ["largest", tr("largest difference from the whole")],
    ["border", tr("columns in the left tile")],
  ]);
  const computed = tr(
    "The three colours of a tile are one group (G = 1): mean and standard deviation are taken over them and all pixels of the tile, of values from 0 to 1. To be seen, the output is drawn with the mean and the standard deviation of the whole photograph. A step is the root of the mean square, in standard deviations.",
  );
  const live = liveText();
  body.append(
    h("p", {}, tr("Drag the border over the photograph, and watch the sky.")),
    drive(source.element),
    tiles.element,
    picture.element,
    live,
    h("details", { class: "gn-part" }, h("summary", {}, tr("All numbers")), numbers.element, h("p", {}, computed)),
    creditLine(tr),
  );

  const end = await run(() => {
    const seen = view(state);
    source.show(state.statistics);
    picture.show();
    const texts = eachOf(seen.numbers, (value) => fixed(value));
    const { step, step_whole, largest } = texts;
    tiles.show(eachOf(seen.numbers, (value) => fixed(value, 2)));
    numbers.show({ step, step_whole, largest, border: state.border });
    live.textContent = sentence(state, seen, tr);
  });
  return () => {
    end();
    picture.stop();
  };
}

export default { render };
