// The pictures of the widget as addresses of data: the photographs, and feature maps in grey.
import { h } from "../shared/dom.js";
import { pixels } from "./network.js";

/** A picture as a data address: `rgb(i)` gives the colour of pixel i, row by row from the top. */
export function bitmap(side, rgb) {
  const stride = side * 3;
  const bytes = new Uint8Array(54 + stride * side);
  const words = new DataView(bytes.buffer);
  bytes.set([66, 77]);
  const header = [
    [2, bytes.length],
    [10, 54],
    [14, 40],
    [18, side],
    [22, side],
    [34, stride * side],
  ];
  for (const [at, value] of header) words.setUint32(at, value, true);
  words.setUint16(26, 1, true);
  words.setUint16(28, 24, true);
  for (let row = 0; row < side; row++)
    for (let column = 0; column < side; column++) {
      const [r, g, b] = rgb(row * side + column);
      bytes.set([b, g, r], 54 + (side - 1 - row) * stride + column * 3);
    }
  return `data:image/bmp;base64,${btoa(String.fromCharCode(...bytes))}`;
}

/** The address of a picture of 3072 bytes. */
const asImage = (bytes) => bitmap(32, (i) => [bytes[i], bytes[i + 1024], bytes[i + 2048]]);

/** The addresses of the stored pictures, in their order. */
export const photosOf = ({ pictures }) => pictures.map((picture) => asImage(pixels(picture.pixels)));

/** A feature map in grey, mean at the middle. */
export function shaded(map) {
  const spread = 3 * Math.max(1e-6, Math.sqrt(map.reduce((s, v) => s + v * v, 0) / map.length));
  return bitmap(16, (i) => Array(3).fill(Math.max(0, Math.min(255, Math.round(128 + (127 * map[i]) / spread)))));
}

/**
 * What a view shows of the pictures: image(i, class) an element, label(k) the name of a class, labelOf(i) a picture's.
 * bring(bytes) puts the reader's own picture behind the last; of no class, its truth(i) is undefined.
 */
export function createAlbum(data, tr) {
  const photos = photosOf(data);
  const count = photos.length;
  const truth = (i) => data.pictures[i]?.label;
  const label = (k) => tr(data.classes[k]);
  const labelOf = (i) => (i < count ? label(truth(i)) : tr("your picture"));
  const image = (i, name) => h("img", { src: photos[i], alt: labelOf(i), class: name, draggable: "false" });
  const bring = (bytes) => {
    photos[count] = asImage(bytes);
  };
  return { count, classes: data.classes.length, truth, label, labelOf, image, bring };
}
