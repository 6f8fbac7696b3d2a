// A small convolutional network with batch or group norm, for a page or a worker. Float64 inside. The weights are whole
// numbers from -31 to 31 with one scale a filter.
import { moments } from "../shared/maths.js";

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const value = Object.fromEntries([...ALPHABET].map((letter, v) => [letter, v]));
/** One number from 0 to 63 a letter. */
const numbers = (text) => Uint8Array.from(text, (letter) => value[letter]);
/** A picture's 3072 bytes from steps modulo 64, in units of 4. */
export const pixels = (text) => {
  let sum = 0;
  return numbers(text).map((step) => {
    sum = (sum + step) % 64;
    return 4 * sum;
  });
};

/** A layer's filters, one after the other. */
export function filters({ weights, scale }) {
  const each = weights.length / scale.length;
  return Float64Array.from(numbers(weights), (w, i) => (w - 32) * scale[Math.floor(i / each)]);
}

/** Make a network from its stored form. */
export const load = (stored) => ({
  ...stored,
  blocks: stored.blocks.map((block) => ({ ...block, filters: filters(block) })),
  head: { ...stored.head, filters: filters(stored.head) },
});

/** 3 x 3 convolution, padding 1. x holds n images of c channels of side x side; `out` of the block is even. */
export function convolve(x, n, c, side, block) {
  const { out, stride, filters: w } = block;
  const wide = side + 2;
  const to = side / stride;
  const y = new Float64Array(n * out * to * to);
  const padded = new Float64Array(c * wide * wide);
  for (let image = 0; image < n; image++) {
    for (let i = 0; i < c; i++)
      for (let row = 0; row < side; row++) {
        const from = ((image * c + i) * side + row) * side;
        padded.set(x.subarray(from, from + side), (i * wide + row + 1) * wide + 1);
      }
    // Two filters at a time share what they read.
    for (let o = 0; o < out; o += 2) {
      const start = (image * out + o) * to * to;
      const other = to * to;
      for (let i = 0; i < c; i++) {
        const k = (o * c + i) * 9;
        const j = k + 9 * c;
        const base = i * wide * wide;
        const a0 = w[k];
        const a1 = w[k + 1];
        const a2 = w[k + 2];
        const a3 = w[k + 3];
        const a4 = w[k + 4];
        const a5 = w[k + 5];
        const a6 = w[k + 6];
        const a7 = w[k + 7];
        const a8 = w[k + 8];
        const b0 = w[j];
        const b1 = w[j + 1];
        const b2 = w[j + 2];
        const b3 = w[j + 3];
        const b4 = w[j + 4];
        const b5 = w[j + 5];
        const b6 = w[j + 6];
        const b7 = w[j + 7];
        const b8 = w[j + 8];
        for (let row = 0; row < to; row++) {
          let r = base + row * stride * wide;
          const end = start + (row + 1) * to;
          for (let at = end - to; at < end; at++, r += stride) {
            const p0 = padded[r];
            const p1 = padded[r + 1];
            const p2 = padded[r + 2];
            const p3 = padded[r + wide];
            const p4 = padded[r + wide + 1];
            const p5 = padded[r + wide + 2];
            const p6 = padded[r + 2 * wide];
            const p7 = padded[r + 2 * wide + 1];
            const p8 = padded[r + 2 * wide + 2];
            y[at] += a0 * p0 + a1 * p1 + a2 * p2 + a3 * p3 + a4 * p4 + a5 * p5 + a6 * p6 + a7 * p7 + a8 * p8;
            y[at + other] += b0 * p0 + b1 * p1 + b2 * p2 + b3 * p3 + b4 * p4 + b5 * p5 + b6 * p6 + b7 * p7 + b8 * p8;
          }
        }
      }
    }
  }
  return y;
}

function pool(x, maps, side) {
  const half = side / 2;
  const y = new Float64Array(maps * half * half);
  for (let map = 0; map < maps; map++)
    for (let row = 0; row < half; row++)
      for (let column = 0; column < half; column++) {
        const at = (map * side + 2 * row) * side + 2 * column;
        y[(map * half + row) * half + column] = Math.max(x[at], x[at + 1], x[at + side], x[at + side + 1]);
      }
  return y;
}

const range = (length, f) => Array.from({ length }, (_, i) => f(i));

/** The maps that share a mean with (image, channel). */
function shared(net, n, c, image, channel) {
  if (net.norm === "bn") return range(n, (k) => k * c + channel);
  const each = c / net.groups;
  const first = channel - (channel % each);
  return range(each, (k) => image * c + first + k);
}

/** What the norm of a block makes of x, after a ReLU: a new array. */
function normalize(net, block, x, n, c, size, training) {
  const seen = new Map();
  for (let image = 0; image < n; image++)
    for (let channel = 0; channel < c; channel++) {
      const maps = shared(net, n, c, image, channel);
      const key = maps[0];
      if (!seen.has(key)) {
        const stored = net.norm === "bn" && !training;
        seen.set(key, stored ? [block.mean[channel], block.var[channel]] : null);
      }
      if (!seen.get(key)) seen.set(key, moments(x, maps, size));
    }
  const y = new Float64Array(x.length);
  for (let image = 0; image < n; image++)
    for (let channel = 0; channel < c; channel++) {
      const [mean, variance] = seen.get(shared(net, n, c, image, channel)[0]);
      const scale = block.gamma[channel] / Math.sqrt(variance + 1e-5);
      const shift = block.beta[channel];
      const from = (image * c + channel) * size;
      for (let i = from; i < from + size; i++) y[i] = Math.max(0, (x[i] - mean) * scale + shift);
    }
  return y;
}

/** Images of 3072 bytes as a network reads them: of each colour its mean is taken away, its spread divided out. */
export function input(images, { pixel_mean: mean, pixel_std: std }) {
  const x = new Float64Array(images.length * 3072);
  for (const [k, image] of images.entries())
    for (let i = 0; i < 3072; i++) {
      const plane = Math.floor(i / 1024);
      x[k * 3072 + i] = (image[i] - mean[plane]) / std[plane];
    }
  return x;
}

/**
 * Run a loaded network on a batch. images: n arrays of 3072 bytes (red, green and blue planes of 32 x 32).
 * training: batch norm takes the statistics of this batch, else its stored ones; group norm knows one mode.
 * Returns logits (n lists of ten), and maps: the first convolution's output, with the mean over each map.
 */
export function run(net, images, training) {
  const n = images.length;
  let c = 3;
  let side = 32;
  let x = input(images, net);
  let maps;
  for (const block of net.blocks) {
    x = convolve(x, n, c, side, block);
    c = block.out;
    side /= block.stride;
    maps ??= { x, side, c };
    if (block.pool) {
      x = pool(x, n * c, side);
      side /= 2;
    }
    x = normalize(net, block, x, n, c, side * side, training);
  }
  const size = side * side;
  const { filters: w, bias } = net.head;
  const logits = range(n, (image) =>
    range(bias.length, (k) => {
      let sum = bias[k];
      for (let i = 0; i < c; i++) {
        const from = (image * c + i) * size;
        sum += w[k * c + i] * x.subarray(from, from + size).reduce((a, b) => Math.max(a, b));
      }
      return sum;
    }),
  );
  return { logits, maps };
}

/** What the widget asks: each network's answer for the first picture, and its maps with the shared means. */
function answer(nets, images, training) {
  const replies = {};
  for (const [name, net] of Object.entries(nets)) {
    const { logits, maps } = run(net, images, training);
    const top = Math.max(...logits[0]);
    const weights = logits[0].map((z) => Math.exp(z - top));
    const total = weights.reduce((a, b) => a + b);
    const rows = name === "bn" ? images.length : 1;
    const size = maps.side * maps.side;
    replies[name] = {
      probabilities: weights.map((w) => w / total),
      maps: range(rows * maps.c, (k) => Array.from(maps.x.subarray(k * size, (k + 1) * size))),
      means: range(maps.c, (k) =>
        name === "bn" && !training
          ? net.blocks[0].mean[k]
          : moments(maps.x, shared(net, images.length, maps.c, 0, k), size)[0],
      ),
    };
  }
  return replies;
}

/**
 * The stored pictures and networks, ready to be asked. own: 3072 bytes that the reader brings, a picture whose number is
 * that behind the last. {batch, training, own}, with the numbers of the pictures in the batch, gives replies by network;
 * without a batch, the class that is named for `own`: by group norm, and by batch norm beside each picture alone.
 */
export function readied({ pictures, nets }) {
  const photos = pictures.map((picture) => pixels(picture.pixels));
  const loaded = Object.fromEntries(Object.entries(nets).map(([name, net]) => [name, load(net)]));
  const named = (net, images, training) => {
    const [logits] = run(net, images, training).logits;
    return logits.indexOf(Math.max(...logits));
  };
  return ({ batch, training, own }) => {
    if (!batch)
      return {
        bn: photos.map((other) => named(loaded.bn, [own, other], training)),
        gn: named(loaded.gn, [own], training),
      };
    const images = batch.map((i) => photos[i] ?? own);
    return answer(loaded, images, training);
  };
}
