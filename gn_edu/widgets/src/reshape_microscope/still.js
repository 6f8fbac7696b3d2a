// The three views as a picture of its own, for pages without scripts.
import { light } from "../../../palette.json";
import { stillOf, svg } from "../shared/drawing.js";
import { translator } from "../shared/i18n.js";
import { layoutOf } from "./layout.js";
import { view } from "./model.js";
import { sentence } from "./texts.js";
import { markup } from "./view.js";

const WIDTH = 640;
const STYLE =
  `text{font-family:system-ui,sans-serif;fill:${light.ink}}.head,.here,.axis{stroke:#fff;stroke-width:9px;stroke-linejoin:round;paint-order:stroke}.head,.here{font-size:13px}.axis{font-size:12px;fill:${light.quiet}}` +
  `.here{font-weight:700}.gn-piece text{text-anchor:middle}.gn-piece rect{stroke:${light.line}}` +
  `.gn-piece:not(.odd) rect{fill:#fff}.ground{fill:#dedbd2}.lines{stroke:#aaa69b}.run{stroke:${light.ink};stroke-width:3}` +
  `.cut{fill:none;stroke:${light.ink};stroke-width:1.5;stroke-dasharray:3 3}.thread{fill:none;stroke:${light.quiet}}` +
  `.loupe text{text-anchor:middle;font-size:13px}.gn-mate rect{stroke:${light.ink};stroke-width:2}` +
  `:is(.loupe,.gn-piece.gn-lit) rect{fill:${light.ink}}:is(.loupe,.gn-lit) text{fill:#fff}`;

export function still(traits, catalogue) {
  const tr = translator(catalogue);
  const seen = view(traits);
  const layout = layoutOf(traits, seen, WIDTH);
  const drawn = markup(traits, seen, layout, tr, "hatch");
  const drawing = svg("still", WIDTH + 20, layout.height + 16, `<g transform="translate(10 8)">${drawn}</g>`);
  return { svg: stillOf(drawing, STYLE), text: sentence(traits, tr) };
}
