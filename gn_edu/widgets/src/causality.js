// Who hears the last word? Six tokens, normalized one at a time or over time. Takes and sets the traits tips and over.
import { drawingMarkup, HEIGHT, placesIn, STILL_STYLE, stillDrawing } from "./causality/drawing.js";
import { REACH, T, view } from "./causality/model.js";
import { numbers, oneOf } from "./shared/address.js";
import { choice, drive, h, liveText } from "./shared/dom.js";
import { stillOfView } from "./shared/drawing.js";
import { fittedDrawing } from "./shared/fitted.js";
import { picturedByTraits } from "./shared/frame.js";
import { createGrip } from "./shared/grip.js";
import { N_, translated } from "./shared/i18n.js";
import { escapeText, fixed, minus } from "./shared/text.js";

export { view };

const OVER = { time: N_("over time"), token: N_("a token at a time") };
const WORDS = [N_("the"), N_("cat"), N_("sat"), N_("on"), N_("the"), N_("mat")];
const STEP = 0.5;

export function sentence({ over }, { moved, changed, hear }, tr) {
  if (!changed.length) return tr("Nothing has moved yet: each number is where it was.");
  if (over === "token") return tr("Only what you changed has moved. No other word hears it.");
  const most = (/** @type {number[]} */ tokens) => fixed(Math.max(...tokens.map((t) => moved[t])), 2);
  if (!hear.length)
    return tr("No word stands before the one you changed. The words after it have moved, by up to {most}.", {
      most: most(Array.from({ length: T }, (_, t) => t).filter((t) => !changed.includes(t))),
    });
  return tr(
    "Words before the last one you changed: {count} of them have moved, by up to {most}. They hear the future.",
    {
      count: hear.length,
      most: most(hear),
    },
  );
}

const textsIn = (tr) => ({
  words: WORDS.map((word) => escapeText(tr(word))),
  heads: [tr("after the norm"), tr("moved by, at most")],
});

export const still = stillOfView({
  view,
  sentence,
  markup: (state, seen, tr) => stillDrawing(state, seen, textsIn(tr)),
  style: STILL_STYLE,
});

/** The drawing, with a grip at the second number of each token. */
function createTokens({ tr, state, set }) {
  const texts = { ...textsIn(tr), hint: escapeText(tr("drag me")) };
  let places = placesIn(1);
  let seen = view(state);
  const grips = state.tips.map((_, t) =>
    createGrip({
      label: tr("Word {number}: its second number", { number: t + 1 }),
      mark: `tip-${t}`,
      axis: "y",
      range: { min: REACH.least, max: REACH.most, step: STEP },
      valueAt: (y) => places.valueAt(y),
      move: (tip) => set({ tips: state.tips.map((old, k) => (k === t ? tip : old)) }),
      look: '<circle class="disc" r="8"/><path class="arrows" d="M-3 -2l3 -3l3 3M-3 2l3 3l3 -3"/>',
    }),
  );
  const draw = (width) => {
    places = placesIn(width);
    for (const [t, grip] of grips.entries())
      grip.show({ ...places.tip(t, state.tips[t]), value: state.tips[t], text: minus(state.tips[t]) });
    return { height: HEIGHT, content: drawingMarkup(state, seen, width, texts) };
  };
  const drawing = fittedDrawing({ label: tr("Six tokens before and after a group norm"), draw, grips });
  const show = (/** @type {ReturnType<typeof view>} */ now) => {
    seen = now;
    drawing.show();
  };
  return { ...drawing, show };
}

/** @param {import("@anywidget/types").RenderProps} props */
async function render(props) {
  const box = picturedByTraits(props, {
    stem: "causality",
    title: N_("Who hears the last word?"),
    traits: {
      tips: numbers(T, (tips) => tips.every((tip) => tip >= REACH.least && tip <= REACH.most)),
      over: oneOf(Object.keys(OVER)),
    },
  });
  const { tr, state, body, set, run } = box;
  const over = choice({
    label: tr("statistics"),
    options: translated(OVER, tr),
    mark: "data-gn-over",
    pick: (value) => set({ over: value }),
    shown: true,
  });
  const tokens = createTokens(box);
  const live = liveText();
  const how = tr("A frame holds what shares one mean, the thick line, and one variance. Dashed: as it was.");
  body.append(
    h("p", {}, tr("Drag the handle of the last word, and watch the words before it.")),
    drive(over.element),
    tokens.element,
    live,
    h("p", { class: "gn-part" }, how),
  );
  const end = await run(() => {
    const seen = view(state);
    over.show(state.over);
    tokens.show(seen);
    live.textContent = sentence(state, seen, tr);
  });
  return () => {
    end();
    tokens.stop();
  };
}

export default { render };
