// The photograph in two tiles. Each is the whole picture, its values through a line slope * x + intercept; the right one
// lies over the left one, from the border on. All without a script, so the still picture is the same.
import { svg, tenths } from "../shared/drawing.js";
import { COLUMNS, ROWS } from "./model.js";

const TILES = ["left", "right"];
const COLOURS = ["R", "G", "B"];
const lineAttributes = ({ slope, intercept }) => ({ slope: slope.toFixed(4), intercept: intercept.toFixed(4) });
const written = (attributes) =>
  Object.entries(attributes)
    .map(([key, value]) => `${key}="${value}"`)
    .join(" ");

/** The height of the photograph at a width. */
export const heightAt = (width) => Math.round((width * ROWS) / COLUMNS);

/**
 * @param {any} state
 * @param {any} seen
 * @param {string} id no other on the page has it
 * @param {{ x?: number, y?: number, width: number }} place
 */
export function photoMarkup({ photo, border }, { drawn }, id, { x = 0, y = 0, width }) {
  const image = `<image id="${id}-photo" href="data:image/webp;base64,${photo.webp}" width="${COLUMNS}" height="${ROWS}"/>`;
  const cut = `<clipPath id="${id}-cut"><rect x="${border}" y="0" width="${COLUMNS}" height="${ROWS}"/></clipPath>`;
  const tiles = TILES.map((tile, k) => {
    const line = written(lineAttributes(drawn[k]));
    const colours = COLOURS.map((colour) => `<feFunc${colour} type="linear" ${line}/>`).join("");
    const filter =
      `<filter id="${id}-${tile}" x="0" y="0" width="1" height="1" color-interpolation-filters="sRGB">` +
      `<feComponentTransfer>${colours}</feComponentTransfer></filter>`;
    const filtered = `<use href="#${id}-photo" filter="url(#${id}-${tile})"/>`;
    return `<g class="tile"${k ? ` clip-path="url(#${id}-cut)"` : ""}>${filter}${filtered}</g>`;
  });
  const size = `x="${x}" y="${y}" width="${width}" height="${heightAt(width)}"`;
  return `<svg class="photo" ${size} viewBox="0 0 ${COLUMNS} ${ROWS}" preserveAspectRatio="none"><defs>${image}${cut}</defs>${tiles.join("")}</svg>`;
}

/** Changes what photoMarkup() has drawn: to draw it anew would decode the picture again. */
export function updatePhoto(drawing, { border }, { drawn }, width) {
  drawing.setAttribute("width", String(width));
  drawing.setAttribute("height", String(heightAt(width)));
  drawing.querySelector("clipPath rect").setAttribute("x", String(border));
  for (const [k, tile] of [...drawing.querySelectorAll(".tile")].entries())
    for (const line of tile.querySelectorAll("feComponentTransfer > *"))
      for (const [key, value] of Object.entries(lineAttributes(drawn[k]))) line.setAttribute(key, value);
}

/** Two marks over and under the photograph where the border is: on it, nothing hides the seam. */
export function marksMarkup(border, width, top) {
  const x = tenths((width * border) / COLUMNS);
  return `<path class="border" d="M${x} ${top - 9}v8M${x} ${top + heightAt(width) + 1}v8"/>`;
}

/**
 * The photograph with its tiles' numbers over it and its maker under it, for pages without scripts.
 * @param {any} state
 * @param {any} seen
 * @param {string[]} words
 */
export function stillMarkup(state, seen, [left, right, credit]) {
  const width = 480;
  const top = 44;
  const words =
    `<text x="10" y="22">${left}</text><text x="${width + 10}" y="22" text-anchor="end">${right}</text>` +
    `<text class="credit" x="10" y="${top + heightAt(width) + 26}">${credit}</text>`;
  const photo = photoMarkup(state, seen, "still", { x: 10, y: top, width });
  const marks = `<g transform="translate(10 0)">${marksMarkup(state.border, width, top)}</g>`;
  return svg("still", width + 20, top + heightAt(width) + 36, words + photo + marks);
}
