// SVG as text: the same for the live widget and for its still picture.
import { translator } from "./i18n.js";
import { escapeText } from "./text.js";

/**
 * A drawing of width x height units, `scale` pixels each.
 * @param {string} name its class
 * @param {number} width
 * @param {number} height
 * @param {string} content
 * @param {number} [scale]
 */
export const svg = (name, width, height, content, scale = 1) =>
  `<svg class="${name}" viewBox="0 0 ${width} ${height}" width="${width * scale}" height="${height * scale}"` +
  ` xmlns="http://www.w3.org/2000/svg">${content}</svg>`;

/**
 * The drawing as a picture of its own: with its style, on white.
 * @param {string} drawing
 * @param {string} style
 * @param {number} [radius] of the ground's corners
 */
export const stillOf = (drawing, style, radius = 8) =>
  drawing.replace(">", `><style>${style}</style><rect width="100%" height="100%" rx="${radius}" style="fill:#fff"/>`);

/**
 * still() of a widget whose drawing and sentence are made from what its view() sees.
 * @param {object} parts
 * @param {(traits: any) => any} parts.view
 * @param {(traits: any, seen: any, tr: any, name: string) => string} parts.markup
 * @param {(traits: any, seen: any, tr: any) => string} parts.sentence
 * @param {string} parts.style
 * @returns {(traits: any, catalogue: Record<string, string> | null) => { svg: string, text: string }}
 */
export const stillOfView =
  ({ view, markup, sentence, style }) =>
  (traits, catalogue) => {
    const tr = translator(catalogue);
    const seen = view(traits);
    return { svg: stillOf(markup(traits, seen, tr, "still"), style, 6), text: sentence(traits, seen, tr) };
  };

/** A path through points [x, y]. */
export const pathOf = (/** @type {number[][]} */ points) =>
  points.map(([x, y], i) => `${i ? "L" : "M"}${x.toFixed(1)} ${y.toFixed(1)}`).join("");

/**
 * Squares and the like in shades: a path a shade, of class `name` and its number.
 * @param {string} name
 * @param {[shade: number, path: string][]} pieces
 */
export function shaded(name, pieces) {
  const paths = /** @type {string[]} */ ([]);
  for (const [shade, path] of pieces) paths[shade] = (paths[shade] ?? "") + path;
  return paths.map((path, shade) => `<path class="${name}${shade}" d="${path}"/>`).join("");
}

/**
 * A short text of a chart.
 * @param {number | string} x
 * @param {number | string} y
 * @param {string | number} text
 * @param {"start" | "middle" | "end"} [anchor] which part of it stands at x
 * @param {string} [kind] a class of its own
 */
export const tick = (x, y, text, anchor = "middle", kind = "") =>
  `<text class="tick${kind && ` ${kind}`}" x="${x}" y="${y}" text-anchor="${anchor}">${escapeText(text)}</text>`;

/** Tenths of a unit are fine enough for a drawing. */
export const tenths = (/** @type {number} */ value) => value.toFixed(1);
