// For pages without scripts: a line for every G, with a cross over each picture that gets a wrong name.
import { light } from "../../../palette.json";
import { definitions } from "../pair_matrix/view.js";
import { stillOf, svg } from "../shared/drawing.js";
import { translator } from "../shared/i18n.js";
import { runAt, sentence } from "./model.js";

const SIDE = 26;
const LEFT = 62;
const STYLE = `text{font:13px system-ui,sans-serif;fill:#222}.cross{stroke:#fff;stroke-width:5}.over{stroke:${light.bad};stroke-width:2.5}image{image-rendering:pixelated}`;

/** Returns {svg, text}. */
export function still({ album, record }, catalogue) {
  const tr = translator(catalogue);
  const runs = record.runs.map(({ groups }) => runAt(album, record, groups));
  const lines = runs.map((run, line) => {
    const y = 10 + line * (SIDE + 10);
    const pictures = run.wrong.map((is, i) => {
      const x = LEFT + i * (SIDE + 2);
      const cross = `M${x + 5} ${y + 5}l16 16m0-16l-16 16`;
      const crossed = is ? `<path class="cross" d="${cross}"/><path class="over" d="${cross}"/>` : "";
      return `<use href="#p-${i}" transform="translate(${x} ${y}) scale(${(SIDE / 15).toFixed(3)})"/>${crossed}`;
    });
    const end = LEFT + run.count * (SIDE + 2) + 8;
    const counted = tr("{right} of {count}", run);
    return `<text x="8" y="${y + 18}">G = ${run.groups}</text>${pictures.join("")}<text x="${end}" y="${y + 18}">${counted}</text>`;
  });
  const content = definitions(album.pictures, "p") + lines.join("");
  const chosen = tr("A cross is a wrong name. The twenty were chosen so that none is wrong at G = {groups}.", {
    groups: record.trained,
  });
  const text = [...runs.map((run) => sentence(run, record, tr)), chosen].join(" ");
  return { svg: stillOf(svg("still", LEFT + 20 * (SIDE + 2) + 72, 12 + 5 * (SIDE + 10), content), STYLE), text };
}
