// The picture for pages without scripts: both matrices one under the other, the twins outlined.
import { light } from "../../../palette.json";
import { stillOf, svg } from "../shared/drawing.js";
import { translator } from "../shared/i18n.js";
import { escapeText } from "../shared/text.js";
import { createModel, NORMS } from "./model.js";
import { sentences, title } from "./texts.js";
import { copyMarks, definitions, sideOf, tiles, twinMarks } from "./view.js";

const LEVELS = [0.35, 0.5, 0.65, 0.8, 1];
const STYLE =
  `text{font:600 13px system-ui,sans-serif}.title-bn,.tiles-bn{fill:${light.batch}}.title-gn,.tiles-gn{fill:${light.group}}.wrong{fill:${light.bad}}` +
  `.cross{fill:none;stroke:#fff;stroke-width:2.4}.copy{fill:none;stroke:#fff;stroke-width:1.5}.twin{fill:none;stroke:#000;stroke-width:2}` +
  LEVELS.map((opacity, k) => `.t${k}{fill-opacity:${opacity}}`).join("");

/** Returns {svg, text}. */
export function still(traits, catalogue) {
  const tr = translator(catalogue);
  const model = createModel(traits.album, traits.pairs);
  const side = sideOf(model.count);
  const parts = NORMS.map(
    (norm, k) =>
      `<text class="title-${norm}" x="4" y="${k * (side + 26) + 16}">${escapeText(title(norm, model, tr))}</text>` +
      `<g transform="translate(0 ${k * (side + 26) + 22})">${tiles(model, norm, "p")}${copyMarks(model)}${twinMarks(model)}</g>`,
  );
  const content = definitions(traits.album.pictures, "p") + parts.join("");
  const said = sentences({ ...traits, twins: true }, model, (k) => tr(traits.album.classes[k]), tr);
  const rows = tr("Row: the picture you ask about. Column: its only companion in the batch. A cross is a wrong name.");
  const text = [...NORMS.map((norm) => `${title(norm, model, tr)}.`), rows, ...said.map(([, sentence]) => sentence)];
  return { svg: stillOf(svg("still", side, 2 * (side + 24), content, 1.4), STYLE), text: text.join(" ") };
}
