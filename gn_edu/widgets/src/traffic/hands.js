// The steps in a hand: dragged against each other, or a seam pressed; and the knob that splits the groups.
import { setAttributes, svgElement } from "../shared/dom.js";
import { fittedDrawing } from "../shared/fitted.js";
import { createGrip, dragged, holdPage } from "../shared/grip.js";
import { clamp } from "../shared/maths.js";
import { drawingMarkup, placesIn, railIn, workersMarkup } from "./drawing.js";
import { isClosed, pulled, put, SEAMS, SPLITS, view } from "./model.js";
import { drawnTexts, work } from "./told.js";

const NEAR = 9; // units that a hand must go before it closes a seam; less is a press

/**
 * The rows of steps. namesNow() are theirs.
 * @param {{ tr: import("../shared/i18n.js").Translator, state: any, set: (change: any) => void }} box
 * @param {() => string[]} namesNow
 */
export function createSteps({ tr, state, set }, namesNow) {
  const now = { places: placesIn(1, SEAMS + 1), seen: view(state), taken: false };
  const hand = { x: 0, fused: "", by: 0, step: -1, far: false };
  const close = (/** @type {string} */ fused) => fused !== state.fused && set({ fused });
  const toggle = (/** @type {number} */ seam) => close(put(state.fused, [seam], !isClosed(state.fused, seam)));

  /** What a hand does that goes down on `element`: step(by) is what it holds then. */
  function taken(/** @type {SVGElement} */ element, /** @type {(by: number) => number} */ stepOf, press = () => {}) {
    const move = ({ x }) => {
      const { pitch } = now.places;
      hand.by = x - hand.x;
      hand.far ||= Math.abs(hand.by) > 3;
      if (!hand.far) return;
      hand.step = stepOf(hand.by);
      const { steps } = now.seen;
      close(pulled(hand.fused, { step: hand.step, by: hand.by / pitch, near: NEAR / pitch, steps }));
      drawing.show();
    };
    dragged(element, move, ({ x }) => {
      now.taken = true;
      Object.assign(hand, { x, by: 0, step: -1, far: false, fused: state.fused });
    });
    const letGo = () => {
      hand.step = -1;
      drawing.show();
    };
    element.addEventListener("pointerup", () => {
      if (!hand.far) press();
      letGo();
    });
    element.addEventListener("pointercancel", letGo);
    holdPage(element);
  }

  const boxes = Array.from({ length: SEAMS + 1 }, (_, step) => {
    const element = svgElement("g", { class: "gn-push", tabindex: -1, "data-gn-step": step });
    element.innerHTML = '<rect class="hit"/>';
    taken(element, () => step);
    return element;
  });
  const seams = Array.from({ length: SEAMS }, (_, seam) => {
    const element = svgElement("g", { class: "gn-seam", tabindex: 0, role: "button", "data-gn-seam": seam });
    element.innerHTML = '<rect class="hit" rx="5"/>';
    taken(
      element,
      (by) => (by < 0 ? seam + 1 : seam),
      () => toggle(seam),
    );
    element.addEventListener("keydown", (event) => keyed(event.key, seam) && event.preventDefault());
    return element;
  });
  /** Enter and Space press a seam, arrows go to the next one, Home and End open and close all. */
  function keyed(/** @type {string} */ key, /** @type {number} */ seam) {
    const beside = { ArrowLeft: seam - 1, ArrowRight: seam + 1 }[key];
    const all = { Home: "0".repeat(SEAMS), End: "1".repeat(SEAMS) }[key];
    now.taken = true;
    if (beside !== undefined) seams[clamp(beside, 0, now.seen.steps - 2)].focus();
    else if (all !== undefined) close(all);
    else if (key === "Enter" || key === " ") toggle(seam);
    else return false;
    return true;
  }
  const draw = (/** @type {number} */ width) => {
    const { seen } = now;
    const names = namesNow();
    const places = placesIn(width, seen.steps);
    now.places = places;
    const tall = { y: places.top - 6, height: places.tall + 12 };
    for (const [step, element] of boxes.entries()) {
      element.style.display = step < seen.steps ? "" : "none";
      setAttributes(/** @type {Element} */ (element.firstChild), { x: places.left(step), width: places.box, ...tall });
    }
    const reach = places.narrow ? 11 : 17;
    for (const [seam, element] of seams.entries()) {
      element.style.display = seam < seen.steps - 1 ? "" : "none";
      const x = places.between(seam) - reach;
      setAttributes(/** @type {Element} */ (element.firstChild), { x, width: 2 * reach, ...tall });
      const label = tr("Seam between {before} and {after}: fused", { before: names[seam], after: names[seam + 1] });
      setAttributes(element, { "aria-label": label, "aria-pressed": String(isClosed(state.fused, seam)) });
    }
    const held = hand.step < 0 ? null : { step: hand.step, by: clamp(hand.by, -places.gap, places.gap) / 3 };
    const hint = now.taken || state.fused.includes("1") ? "" : tr("drag me");
    return drawingMarkup(state, seen, width, { names, texts: drawnTexts(state, seen, tr), hint, held });
  };
  const grips = [...boxes, ...seams].map((element) => ({ element }));
  const drawing = fittedDrawing({ label: tr("Steps over the memory that they read and write"), draw, grips });
  const show = (/** @type {ReturnType<typeof view>} */ seen) => {
    now.seen = seen;
    drawing.show();
  };
  return { element: drawing.element, show, stop: drawing.stop };
}

/**
 * The machine's workers, with the knob that splits each group.
 * @param {{ tr: import("../shared/i18n.js").Translator, state: any, set: (change: any) => void }} box
 */
export function createWorkers({ tr, state, set }) {
  let seen = view(state);
  let track = railIn(1);
  const knob = createGrip({
    label: tr("Blocks that share a group"),
    mark: "split",
    axis: "x",
    range: { min: 0, max: SPLITS.length - 1, step: 1 },
    valueAt: (x) => track.placeAt(x),
    move: (place) => set({ split: SPLITS[place] }),
  });
  const draw = (/** @type {number} */ width) => {
    track = railIn(width);
    const place = SPLITS.indexOf(state.split);
    knob.show({ x: track.x(place), y: track.y, value: place, text: work(state, seen, tr) });
    return workersMarkup(seen, width, tr("blocks that share a group"));
  };
  const drawing = fittedDrawing({ label: tr("The machine's workers"), draw, grips: [knob] });
  const show = (/** @type {ReturnType<typeof view>} */ now) => {
    seen = now;
    drawing.show();
  };
  return { element: drawing.element, show, stop: drawing.stop };
}
