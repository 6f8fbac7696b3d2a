// Where vectors of three values stand on the screen: the plane of vectors with sum 0 is the floor, and 1 stands upright.
import { dot, unit } from "./model.js";

export const FLOOR = [unit([1, -1, 0]), unit([1, 1, -2])];
const UP = unit([1, 1, 1]);
export const REACH = 2.3; // the longest vector that the drawing has room for
export const SIDE = { yaw: -1.3, pitch: 0.42 };
export const ABOVE = Math.PI / 2;

const sum = (...terms) =>
  terms[0][1].map((_, i) => terms.reduce((all, [factor, vector]) => all + factor * vector[i], 0));

/**
 * A camera at `yaw` about 1 and at `pitch` over the floor. at(vector) is its place on the screen; lifted(place, vector)
 * the vector that stands there, as far from the screen as `vector`; angleAt(place) the angle on the floor.
 */
export function camera({ yaw, pitch }, width, height) {
  const [cy, sy, cp, sp] = [Math.cos(yaw), Math.sin(yaw), Math.cos(pitch), Math.sin(pitch)];
  const right = sum([-sy, FLOOR[0]], [cy, FLOOR[1]]);
  const front = sum([cy, FLOOR[0]], [sy, FLOOR[1]]);
  const up = sum([cp, UP], [-sp, front]);
  const near = sum([sp, UP], [cp, front]);
  const scale = (Math.min(width, height) / 2 - 24) / REACH;
  const across = ([x, y]) => [(x - width / 2) / scale, (height / 2 - y) / scale];
  return {
    scale,
    at: (vector) => [width / 2 + scale * dot(vector, right), height / 2 - scale * dot(vector, up)],
    /** At most as long as the drawing has room for. */
    lifted(place, vector) {
      const depth = dot(vector, near);
      const [u, v] = across(place);
      const room = Math.sqrt(Math.max(0, REACH ** 2 - depth ** 2));
      const shorter = Math.min(1, room / (Math.hypot(u, v) || 1));
      return sum([u * shorter, right], [v * shorter, up], [depth, near]);
    },
    /** Along a direction, and how many pixels beside the place; far where the direction points at the reader. */
    nearest(place, direction) {
      const [u, v] = across(place);
      const [a, b] = [dot(direction, right), dot(direction, up)];
      const seen = a * a + b * b;
      const t = (u * a + v * b) / seen;
      const vector = direction.map((c) => t * c);
      if (seen < 0.06 || Math.abs(t) > REACH || Math.abs(t) * Math.sqrt(seen) * scale < 20)
        return { vector, beside: Number.POSITIVE_INFINITY };
      return { vector, beside: scale * Math.hypot(u - t * a, v - t * b) };
    },
    angleAt(place) {
      const [u, v] = across(place);
      return Math.atan2(sy * (-v / sp) + cy * u, cy * (-v / sp) - sy * u);
    },
  };
}
