// Three values in space: x_hat on its circle, g with a grip on its tip, dx on the tangent.
import { pathOf, tenths } from "../shared/drawing.js";
import { fittedDrawing } from "../shared/fitted.js";
import { dragged } from "../shared/grip.js";
import { clamp } from "../shared/maths.js";
import { escapeText } from "../shared/text.js";
import { ABOVE, camera, FLOOR, REACH, SIDE } from "./camera.js";
import { dot, unit, view } from "./model.js";
import { followed, vectors } from "./texts.js";
import { createTip } from "./tip.js";

const MAGNET = 8; // px beside 1 or x_hat within which g is laid along it
export const heightOf = (width) => Math.round(0.95 * width);

/** An arrow with its name at the tip: `off` pixels beyond it, or at `place` seen from it. */
function arrow(from, to, name, label, off, place) {
  const [dx, dy] = [to[0] - from[0], to[1] - from[1]];
  const length = Math.hypot(dx, dy);
  const [ux, uy] = length < 2 ? [0.7, -0.7] : [dx / length, dy / length];
  const size = name === "dx" ? 14 : 10;
  const neck = [to[0] - size * ux, to[1] - size * uy];
  const wing = 0.45 * size;
  const head = pathOf([[neck[0] - wing * uy, neck[1] + wing * ux], to, [neck[0] + wing * uy, neck[1] - wing * ux]]);
  const drawn =
    length < 2 ? "" : `<path d="${pathOf([from, length > size ? neck : from])}"/><path class="tip" d="${head}Z"/>`;
  const [x, y] = place ?? [off * ux, off * uy];
  const words = `<text x="${tenths(to[0] + x)}" y="${tenths(to[1] + y + 5)}" text-anchor="middle">`;
  return `<g class="a-${name}">${drawn}${words}${escapeText(label)}</text></g>`;
}

const plus = (a, b, factor = 1) => a.map((v, i) => v + factor * b[i]);

function ring(at, radius) {
  const points = Array.from({ length: 73 }, (_, k) => {
    const [c, s] = [Math.cos((k * Math.PI) / 36), Math.sin((k * Math.PI) / 36)];
    return at(FLOOR[0].map((v, i) => radius * (c * v + s * FLOOR[1][i])));
  });
  return pathOf(points);
}

/** Across an arrow on the screen, and upwards. */
function across(from, to) {
  const [x, y] = unit([to[0] - from[0], to[1] - from[1]]);
  return x > 0 ? [y, -x] : [-y, x];
}

/** dx at the tip of x_hat, as long as there is room; where nothing is left, that. */
function leftOver(at, o, { xHat, parts, numbers, lies }, eps) {
  const from = at(xHat);
  const length = numbers.length_dx;
  if (length < 0.005) {
    const [x, y] = across(o, from);
    const gone = lies === "none" || lies === "ones" || eps === 0;
    return arrow(from, from, "dx", gone ? "dx = 0" : "dx ≈ 0", 0, [-40 * x, -22 * y]);
  }
  if (length <= REACH) return arrow(from, at(plus(xHat, parts.dx)), "dx", "dx", 14);
  const cut = unit(parts.dx).map((v) => REACH * v);
  return `<g class="cut">${arrow(from, at(plus(xHat, cut)), "dx", "dx ≫", 18)}</g>`;
}

/** The mark of a right angle at the tip of x_hat. */
function corner(at, xHat, dx) {
  const [back, aside] = [unit(xHat).map((v) => -0.2 * v), unit(dx).map((v) => 0.2 * v)];
  return `<path class="corner" d="${pathOf([plus(xHat, back), plus(plus(xHat, back), aside), plus(xHat, aside)].map(at))}"/>`;
}

/** Floor, circle and arrows as SVG; with `room` for a grip on the tip of g. */
export function spaceMarkup(seen, eps, looking, width, height, room = false) {
  const { xHat, parts } = seen;
  const { at } = camera(looking, width, height);
  const o = at([0, 0, 0]);
  const axes = [0, 1, 2].map((k) => at([0, 1, 2].map((i) => (i === k ? 1.5 : 0))));
  const onIt = seen.lies === "x_hat"; // g would cover the name at the tip
  const shadow = parts.g.map((v, i) => v - parts.mean[i]);
  return [
    `<path class="plane" d="${ring(at, 2.2)}"/><path class="circle" d="${ring(at, Math.sqrt(3))}"/>`,
    ...axes.map((end) => `<path class="axis3" d="${pathOf([o, end])}"/>`),
    arrow(o, at([1, 1, 1]), "ones", "1", 12),
    `<path class="thread" d="${pathOf([at(parts.g), at(shadow), o])}"/>`,
    arrow(o, at(xHat), "x", "x̂", 18, onIt ? across(o, at(xHat)).map((v) => 18 * v) : undefined),
    arrow(o, at(parts.g), "g", "g", 12, room ? [0, -20] : undefined),
    eps === 0 && seen.numbers.length_dx > 0.05 ? corner(at, xHat, parts.dx) : "",
    leftOver(at, o, seen, eps),
  ].join("");
}

/** The drawing with a grip on g and one on x_hat; a drag beside them turns the view, which it keeps for itself. */
export function createSpace({ tr, state, first, set }, changed) {
  const looking = { ...SIDE };
  let now = camera(looking, 1, 1);
  const seen = () => view(state);
  const magnets = () => [unit([1, 1, 1]), unit(seen().xHat)];
  const rounded = (vector) => vector.map((v) => +v.toFixed(2));
  // What is rounded at each move of a hand would drift away from the plane in which it moves.
  let exact = state.g;
  const lifted = (point) => {
    const depth = rounded(exact).every((v, i) => v === state.g[i]) ? exact : state.g;
    exact = now.lifted(point, depth);
    return rounded(exact);
  };
  const tip = createTip({
    label: tr("g, what arrives: its tip"),
    mark: "g",
    hint: tr("drag me"),
    range: [0, REACH],
    move(point) {
      const found = magnets()
        .map((direction) => now.nearest(point, direction))
        .filter((near) => near.beside < MAGNET)
        .sort((a, b) => a.beside - b.beside)[0];
      set({ g: found ? found.vector.map((v) => +v.toFixed(6)) : lifted(point) });
    },
    nudge(right, below, step) {
      const [x, y] = now.at(state.g);
      const by = now.scale * step;
      set({ g: lifted([x + by * right, y + by * below]) });
    },
  });
  const turned = (degrees) => set({ turn: (((degrees % 360) + 360) % 360) * (Math.PI / 180) });
  const angleOf = (vector) => Math.atan2(dot(vector, FLOOR[1]), dot(vector, FLOOR[0]));
  const degrees = () => Math.round((state.turn * 180) / Math.PI);
  const onCircle = createTip({
    label: tr("x̂ on its circle"),
    mark: "x",
    range: [0, 360],
    small: true,
    move(point) {
      const by = now.angleAt(point) - angleOf(seen().xHat);
      turned(Math.round(degrees() + (by * 180) / Math.PI));
    },
    nudge: (right, below) => turned(degrees() + 5 * (right - below)),
  });
  const drawing = fittedDrawing({ label: tr("x̂ on its circle, g and dx"), most: 460, draw, grips: [onCircle, tip] });
  function draw(width) {
    const height = heightOf(width);
    now = camera(looking, width, height);
    const found = seen();
    const [x, g] = [found.xHat, state.g];
    onCircle.show(now.at(x), degrees(), followed("x̂", x, found), width);
    if (g.some((v, i) => v !== first.g[i])) tip.moved();
    tip.show(now.at(g), Math.hypot(...g), followed("g", g, found), width);
    drawing.element.setAttribute("aria-label", vectors(found, tr));
    return { height, content: spaceMarkup(found, state.eps, looking, width, height, true) };
  }
  const look = (yaw, pitch) => {
    Object.assign(looking, { yaw, pitch: clamp(pitch, 0.2, ABOVE) });
    drawing.show();
    changed();
  };
  let last = { x: 0, y: 0 };
  drawing.element.classList.add("gn-space");
  dragged(
    drawing.element,
    (point) => {
      look(looking.yaw - (point.x - last.x) / 120, looking.pitch + (point.y - last.y) / 120);
      last = point;
    },
    (point, event) => {
      last = point;
      return !(/** @type {Element} */ (event.target).closest(".gn-grip"));
    },
  );
  return { element: drawing.element, show: drawing.show, look, looking };
}
