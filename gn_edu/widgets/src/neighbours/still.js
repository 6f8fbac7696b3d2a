// The picture that stands in the page until the networks run, and where they never will.
import { light } from "../../../palette.json";
import { stillOf, svg } from "../shared/drawing.js";
import { translator } from "../shared/i18n.js";
import { escapeText } from "../shared/text.js";
import { answerText, companions, NETWORKS } from "./model.js";
import { readied } from "./network.js";
import { photosOf } from "./pictures.js";

const DRAWS = 3;
const STYLE = "text{font:14px system-ui,sans-serif;fill:#45423b}.says{font-weight:700;font-size:17px}";

/** One picture with new neighbours three times. Returns {svg, text}. */
export function still(traits, catalogue) {
  const tr = translator(catalogue);
  const { data, picture, batch } = traits;
  const photos = photosOf(data);
  const ask = readied(data);
  const say = ({ probabilities }) => answerText(probabilities, (k) => tr(data.classes[k]));
  const image = (i, x, y, side) => `<image x="${x}" y="${y}" width="${side}" height="${side}" href="${photos[i]}"/>`;
  const text = (x, y, words, style = "") => `<text x="${x}" y="${y}" ${style}>${escapeText(words)}</text>`;
  const parts = [
    text(16, 26, tr("in the batch")),
    text(250, 26, tr(NETWORKS.bn.says), `fill="${light.batch}"`),
    text(430, 26, tr(NETWORKS.gn.says), `fill="${light.group}"`),
  ];
  const said = [tr("One picture, three times with new neighbours.")];
  for (let draw = 0; draw < DRAWS; draw++) {
    const pictures = [picture, ...companions(picture, photos.length, batch - 1, draw)];
    const y = 40 + 92 * draw;
    const replies = ask(pictures, true);
    for (const [k, i] of pictures.slice(0, 4).entries())
      parts.push(k ? image(i, 100 + 48 * (k - 1), y + 32, 44) : image(i, 16, y, 76));
    const [bn, gn] = [say(replies.bn), say(replies.gn)];
    parts.push(text(250, y + 46, bn, 'class="says"'), text(430, y + 46, gn, 'class="says"'));
    said.push(tr("Draw {n}: batch norm {bn}, group norm {gn}.", { n: draw + 1, bn, gn }));
  }
  return { svg: stillOf(svg("still", 610, 330, parts.join("")), STYLE), text: said.join(" ") };
}
