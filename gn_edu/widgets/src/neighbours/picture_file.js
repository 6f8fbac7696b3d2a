// A file that the reader brings, as the networks see it: its middle square in 32 x 32. It is read here and goes nowhere.
import { h } from "../shared/dom.js";
import { N_ } from "../shared/i18n.js";

const SIDE = 32;
const FINEST = 32; // pixels of the square for one of the 32, at most, along each side
const MEGABYTES = 20;
const LONGEST = 12_000; // pixels

/** Why a file is not taken: an English message, and what it names. */
export class Refused extends Error {
  constructor(message, values) {
    super(message);
    this.values = values;
  }
}

const LARGE_FILE = N_(
  "A picture may have up to {most} MB; “{name}” has {size}. Save a smaller copy of it, and choose that.",
);
const LARGE_PICTURE = N_(
  "A picture may be up to {most} pixels wide and high; “{name}” has {width} × {height}. Save a smaller copy of it, and choose that.",
);
const NO_PICTURE = N_(
  "The networks look at pictures; “{name}” is a file of another kind ({type}). Choose a JPEG, PNG or WebP file.",
);
const UNREADABLE = N_(
  "“{name}” can't be read: it is damaged, or of a kind of picture that this browser does not know. Save it as JPEG or PNG, and choose that.",
);

/** The file as an image, turned as its camera says. */
async function opened(file, address) {
  const image = new Image();
  const values = { name: file.name, type: file.type || file.name.split(".").at(-1), most: LONGEST };
  const isPicture = file.type.startsWith("image/");
  const unreadable = new Refused(isPicture ? UNREADABLE : NO_PICTURE, values);
  await new Promise((done, failed) => {
    Object.assign(image, { onload: done, onerror: () => failed(unreadable), src: address });
  });
  const { naturalWidth: width, naturalHeight: height } = image;
  if (Math.max(width, height) > LONGEST) throw new Refused(LARGE_PICTURE, { ...values, width, height });
  // Half a file loads, but makes no bitmap in Chromium; elsewhere it is drawn as far as it goes. Only now: a large one
  // takes much memory.
  await createImageBitmap(image, { resizeWidth: 1, resizeHeight: 1 }).catch(() => Promise.reject(unreadable));
  return image;
}

/** The middle square of an image on a canvas, a whole number of its pixels to each of the 32, on white. */
function middle(image) {
  const { naturalWidth: width, naturalHeight: height } = image;
  const side = Math.min(width, height);
  const square = SIDE * Math.min(FINEST, Math.ceil(side / SIDE));
  const canvas = h("canvas", { width: square, height: square });
  const pen = canvas.getContext("2d");
  Object.assign(pen, { fillStyle: "#fff", imageSmoothingQuality: "high" });
  pen.fillRect(0, 0, square, square);
  pen.drawImage(image, (width - side) / 2, (height - side) / 2, side, side, 0, 0, square, square);
  return canvas;
}

/** A square canvas in 32 x 32: planes of red, green and blue, each pixel the mean of its part. */
function shrunk(canvas) {
  const { width } = canvas;
  const each = width / SIDE;
  const { data } = canvas.getContext("2d").getImageData(0, 0, width, width);
  const sums = new Float64Array(3 * SIDE * SIDE);
  for (let row = 0; row < width; row++)
    for (let column = 0; column < width; column++) {
      const to = Math.floor(row / each) * SIDE + Math.floor(column / each);
      const from = 4 * (row * width + column);
      for (let plane = 0; plane < 3; plane++) sums[plane * SIDE * SIDE + to] += data[from + plane];
    }
  return Uint8Array.from(sums, (sum) => Math.round(sum / each ** 2));
}

/**
 * The middle square of a picture file: `canvas` as it is, `bytes` as a network reads it.
 * Throws Refused where it is no picture, too large, or damaged.
 * @param {File} file
 */
export async function readPicture(file) {
  const size = Math.ceil(file.size / 1e6);
  if (size > MEGABYTES) throw new Refused(LARGE_FILE, { name: file.name, size, most: MEGABYTES });
  const address = URL.createObjectURL(file);
  try {
    const canvas = middle(await opened(file, address));
    return { canvas, bytes: shrunk(canvas) };
  } finally {
    URL.revokeObjectURL(address);
  }
}
