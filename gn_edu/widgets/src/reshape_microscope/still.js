// The three views as a picture of its own, for pages without scripts.
import { light } from "../../../palette.json";
import { stillOf, svg } from "../shared/drawing.js";
import { translator } from "../shared/i18n.js";
import { layoutOf } from "./layout.js";
import { view } from "./model.js";
import { sentence } from "./texts.js";
import { markup, overMarkup, threadMarkup } from "./view.js";

const WIDTH = 640;
const FONT = 15;
const STYLE =
  `text{font-family:system-ui,sans-serif;fill:${light.ink}}.head,.here{font-size:13px}.name{font-size:12px;fill:${light.quiet}}` +
  `.here{font-weight:700}.gn-piece text{text-anchor:middle}.gn-piece rect{stroke:${light.line}}` +
  `.gn-piece:not(.odd) rect{fill:#fff}.ground{fill:#dedbd2}.lines{stroke:#aaa69b}.run{stroke:${light.ink};stroke-width:3}` +
  `.cut{fill:none;stroke:${light.ink};stroke-width:1.5;stroke-dasharray:3 3}.thread{fill:none;stroke:${light.quiet}}` +
  `.loupe rect{fill:${light.ink}}.loupe text{fill:#fff;text-anchor:middle;font-size:13px}`;
const chosen = (i) =>
  `.gn-piece[data-cell="${i}"] rect{fill:${light.ink};stroke:${light.ink}}.gn-piece[data-cell="${i}"] text{fill:#fff}`;

export function still(traits, catalogue) {
  const tr = translator(catalogue);
  const seen = view(traits);
  const layout = layoutOf(traits, seen, WIDTH, FONT);
  const drawn = markup(traits, seen, layout, tr, "hatch")
    .replace('<g class="under">', `<g class="under">${threadMarkup(layout, traits.focus)}`)
    .replace('<g class="over">', `<g class="over">${overMarkup(seen, layout, traits.focus, tr)}`);
  const drawing = svg("still", WIDTH + 20, layout.height + 16, `<g transform="translate(10 8)">${drawn}</g>`);
  return { svg: stillOf(drawing, STYLE + chosen(traits.focus)), text: sentence(traits, tr) };
}
