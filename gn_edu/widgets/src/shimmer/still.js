// The picture for pages without scripts: three draws one under the other, and where sixty draws fell.
import { light } from "../../../palette.json";
import { photosOf } from "../neighbours/pictures.js";
import { stillOf, svg } from "../shared/drawing.js";
import { translator } from "../shared/i18n.js";
import { escapeText, fixed, minus } from "../shared/text.js";
import { createModel, SIDE } from "./model.js";
import { grey, NORMS, stripMarkup, valueText } from "./view.js";

const STYLE =
  `text{font:12px system-ui,sans-serif;fill:#333}.line,.ramp{fill:none;stroke:${light.line}}image{image-rendering:pixelated}` +
  `.cloud{fill:none;stroke:#555;stroke-width:4;stroke-linecap:round;stroke-opacity:.45}.mark{stroke-width:3}.pixel{fill:none;stroke:#d00000;stroke-width:2}` +
  `.mark-bn{stroke:${light.batch}}.mark-gn{stroke:${light.group}}.name-bn{fill:${light.batch};font-weight:600}.name-gn{fill:${light.group};font-weight:600}`;
const WIDTH = 340;
const SIDE_PX = 118;
const AT = { bn: 90, gn: 214 };
const DRAWS = 3;
const DOTS = 60;

/** Returns {svg, text}. */
export function still(traits, catalogue) {
  const tr = translator(catalogue);
  const view = createModel(traits.album, traits.convolution);
  const photos = photosOf(traits.album);
  const image = (href, x, y, side) => `<image x="${x}" y="${y}" width="${side}" height="${side}" href="${href}"/>`;
  const dot = SIDE_PX / SIDE;
  const [row, column] = [Math.floor(traits.pixel / SIDE), traits.pixel % SIDE];
  const parts = [
    `<text x="8" y="18">${escapeText(tr("in the batch"))}</text>`,
    ...Object.entries(AT).map(
      ([name, x]) => `<text class="name-${name}" x="${x}" y="18">${escapeText(tr(NORMS[name]))}</text>`,
    ),
  ];
  const said = [];
  for (let k = 0; k < DRAWS; k++) {
    const seen = view({ ...traits, draw: (traits.draw + k) % 200 });
    const y = 26 + (SIDE_PX + 8) * k;
    const own = seen.batch.map((i, n) =>
      n
        ? image(
            photos[i],
            8 + 18 * ((n - 1) % 4),
            y + 62 + 18 * Math.floor((n - 1) / 4),
            n > 1 || seen.batch.length > 2 ? 16 : 48,
          )
        : image(photos[i], 8, y, 56),
    );
    parts.push(...own);
    for (const [name, x] of Object.entries(AT)) {
      const at = `x="${x + dot * column}" y="${y + dot * row}" width="${dot}" height="${dot}"`;
      parts.push(image(grey(seen[name]), x, y, SIDE_PX), `<rect class="pixel" ${at}/>`);
    }
    said.push(
      tr("Draw {n}: the marked pixel is {bn} after Batch Norm, {gn} after Group Norm.", {
        n: k + 1,
        bn: valueText(seen.value.bn),
        gn: valueText(seen.value.gn),
      }),
    );
  }
  const many = view({ ...traits, draw: DOTS - 1 });
  const bottom = 26 + (SIDE_PX + 8) * DRAWS + 10;
  parts.push(`<g transform="translate(0 ${bottom})">${stripMarkup(many, tr, WIDTH)}</g>`);
  said.push(
    tr("Over {n} draws Batch Norm's value scatters by {sd}; Group Norm's is the same each time.", {
      n: DOTS,
      sd: minus(fixed(many.scatter, 2)),
    }),
  );
  return { svg: stillOf(svg("still", WIDTH, bottom + 116, parts.join(""), 1.5), STYLE), text: said.join(" ") };
}
