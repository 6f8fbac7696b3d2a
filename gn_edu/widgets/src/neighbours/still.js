// The picture that stands in the page until the widget is alive, and where it never will be.
import { light } from "../../../palette.json";
import { stillOf, svg } from "../shared/drawing.js";
import { translator } from "../shared/i18n.js";
import { escapeText } from "../shared/text.js";
import { answerText, createRecord, NETWORKS } from "./model.js";
import { photosOf } from "./pictures.js";

const STYLE = "text{font:14px system-ui,sans-serif;fill:#45423b}.says{font-weight:700;font-size:17px}";

/** One picture beside three neighbours, from the best company to the worst. Returns {svg, text}. */
export function still({ data, picture }, catalogue) {
  const tr = translator(catalogue);
  const label = (k) => tr(data.classes[k]);
  const labelOf = (i) => label(data.pictures[i].label);
  const photos = photosOf(data);
  const record = createRecord(data);
  const company = record.company(picture);
  const image = (i, x, y, side) => `<image x="${x}" y="${y}" width="${side}" height="${side}" href="${photos[i]}"/>`;
  const text = (x, y, words, style = "") => `<text x="${x}" y="${y}" ${style}>${escapeText(words)}</text>`;
  const parts = [
    text(16, 26, tr("in the batch")),
    text(250, 26, tr(NETWORKS.bn.says), `fill="${light.batch}"`),
    text(430, 26, tr(NETWORKS.gn.says), `fill="${light.group}"`),
  ];
  const said = [tr("One picture, three times with another neighbour.")];
  for (const [line, other] of [company.at(-1), company[1], company[0]].entries()) {
    const y = 40 + 92 * line;
    const answers = record.answers(picture, other, false);
    const [bn, gn] = [answerText(answers.bn, label), answerText(answers.gn, label)];
    const mark = (name) => (answers[name].top === data.pictures[picture].label ? "✓" : "✗");
    parts.push(image(picture, 16, y, 76), image(other, 108, y, 76));
    parts.push(text(250, y + 46, `${mark("bn")} ${bn}`, 'class="says"'));
    parts.push(text(430, y + 46, `${mark("gn")} ${gn}`, 'class="says"'));
    said.push(tr("Beside the {label}: Batch Norm says {bn}, Group Norm {gn}.", { label: labelOf(other), bn, gn }));
  }
  return { svg: stillOf(svg("still", 610, 330, parts.join("")), STYLE), text: said.join(" ") };
}
