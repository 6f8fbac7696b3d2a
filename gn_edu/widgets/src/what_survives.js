// What survives of eight channels? Levels and spreads before a norm, after it, and what a ReLU lets through.
// Takes the traits quantiles, means, spreads, beta, order, norm, centred, selected, name; sets all but quantiles.
import { flag, numbers, oneOf, stateInAddress, whole } from "./shared/address.js";
import { checkbox, choice, drive, h, liveText, slider, uniqueName } from "./shared/dom.js";
import { stillOfView } from "./shared/drawing.js";
import { fittedDrawing } from "./shared/fitted.js";
import { picturedByTraits } from "./shared/frame.js";
import { N_ } from "./shared/i18n.js";
import { eachOf, fixed, minus } from "./shared/text.js";
import { createBoxes, moved, replaced } from "./what_survives/boxes.js";
import { createCover } from "./what_survives/cover.js";
import { afterMarkup, HEIGHTS, legend, markup, STILL_STYLE, saidOf } from "./what_survives/drawing.js";
import { C, isExtreme, LEVEL, NORM_WORDS, NORMS, questionOf, SPREAD, view } from "./what_survives/model.js";
import { percentOf, sentence } from "./what_survives/told.js";

export { percentOf, questionOf, sentence, view };

const PRESETS = {
  loud: {
    label: N_("one low"),
    values: { means: [0, 0, 0, -8, 0, 0, 0, 0], spreads: Array(C).fill(1) },
  },
  wide: {
    label: N_("one wide"),
    values: { means: Array(C).fill(0), spreads: [1, 1, 1, 6, 1, 1, 1, 1] },
  },
  levels: {
    label: N_("eight levels"),
    values: { means: [-4, -3, -2, -1, 1, 2, 3, 4], spreads: Array(C).fill(1) },
  },
};

/** For pages without scripts. */
export const still = stillOfView({ view, markup, sentence: saidOf, style: STILL_STYLE });

/** The norm, and in words who shares with whom. */
function normControl({ tr, set }) {
  const norm = choice({
    label: tr("norm"),
    options: Object.entries(NORMS),
    mark: "data-gn-norm",
    pick: (value) => set({ norm: value }),
  });
  const words = h("p", { class: "gn-part" });
  const show = (state) => {
    norm.show(state.norm);
    words.textContent = state.open
      ? `${tr(NORM_WORDS[state.norm])} ${tr("Dashed: that mean.")}`
      : tr(NORM_WORDS[state.norm]);
  };
  return { element: h("div", {}, norm.element, words), show };
}

/** Some cases to start from, and the filters. */
function caseControls({ tr, set, first }) {
  const presets = Object.entries(PRESETS).map(([key, { label, values }]) => {
    const onclick = () => set({ ...values, beta: Array(C).fill(0), order: first.order, centred: false });
    return h("button", { type: "button", "data-gn-preset": key, onclick }, tr(label));
  });
  const centred = checkbox({
    label: tr("Take each channel's mean away before the norm"),
    mark: "data-gn-centred",
    pick: (on) => set({ centred: on }),
  });
  const why = tr(
    "Filters whose weights sum to 0 do so where all their inputs have one level (weight standardization, further down).",
  );
  const show = (state) => {
    centred.input.checked = state.centred;
  };
  const names = { class: "gn-labelled", role: "group", "aria-label": tr("Channels to start from") };
  const start = h("div", names, ...presets);
  return { element: h("div", {}, start, centred.element, h("p", { class: "gn-part gn-why" }, why)), show };
}

/** The chosen channel's numbers and its place, for who would rather not drag. */
function byNumber({ tr, state, set }) {
  const numberOf = (trait, label, mark, { least, most }) => {
    const pick = (value) => set({ [trait]: replaced(state[trait], state.selected, value) });
    return { trait, ...slider({ label: [label], mark, range: { min: least, max: most, step: 0.5 }, pick }) };
  };
  const sliders = [
    numberOf("means", tr("its mean"), "data-gn-mean", LEVEL),
    numberOf("spreads", tr("its spread"), "data-gn-spread", SPREAD),
    numberOf("beta", tr("its bias β"), "data-gn-beta", { least: -4, most: 4 }),
  ];
  const move = (by) => set({ order: moved(state.order, state.selected, state.order.indexOf(state.selected) + by) });
  const mover = (by, label) => h("button", { type: "button", "data-gn-move": by, onclick: () => move(by) }, label);
  const moves = h("div", { class: "gn-labelled" }, mover(-1, tr("move it left")), mover(1, tr("move it right")));
  const summary = h("summary");
  const show = () => {
    summary.textContent = tr("Channel {channel} by number", { channel: state.selected + 1 });
    for (const { trait, input, show } of sliders) {
      // Without its mean a channel has no level: what the slider says is then not what is drawn.
      input.disabled = trait === "means" && state.centred;
      const value = input.disabled ? 0 : state[trait][state.selected];
      show(value, minus(value));
    }
  };
  return { element: h("details", {}, summary, drive(...sliders.map(({ element }) => element), moves)), show };
}

/** The channels' numbers after the norm, a column each. */
function allNumbers({ tr, state }) {
  const rows = { after: tr("mean after"), sd: tr("std after"), active: tr("active") };
  const heads = state.order.map(() => h("th", { scope: "col" }));
  const cells = Object.fromEntries(Object.keys(rows).map((key) => [key, state.order.map(() => h("td"))]));
  const lines = Object.entries(rows).map(([key, label]) =>
    h("tr", {}, h("th", { scope: "row" }, label), ...cells[key]),
  );
  const head = h("thead", {}, h("tr", {}, h("th", { scope: "row" }, tr("channel")), ...heads));
  const table = h("table", { class: "gn-numbers gn-table" }, head, h("tbody", {}, ...lines));
  const element = h("details", {}, h("summary", {}, tr("All numbers")), table);
  const show = (places) => {
    for (const [k, place] of places.entries()) {
      const { channel, after, sd, active } = place;
      heads[k].textContent = channel + 1;
      for (const [key, text] of Object.entries(eachOf({ after, sd, active }, (value) => fixed(value, 2)))) {
        cells[key][k].textContent = text;
        cells[key][k].setAttribute("data-gn-value", `${key}[${channel}]`);
      }
      cells.active[k].className = isExtreme(place) ? "gn-extreme" : "";
    }
  };
  return { element, show };
}

/** A row's title, and what is said of the chosen channel. */
function rowTitle(words) {
  const said = h("span");
  return { element: h("p", { class: "gn-row-title" }, h("b", {}, words), said), said };
}

const small = (values) => values.every((v) => Math.abs(v) <= 10);

/** Whether the second row is open: after an answer it stays so until a reset, and a link to a state shows it. */
function openForm(name) {
  let open = false;
  const follow = () => {
    open ||= stateInAddress("what_survives", name) !== null;
  };
  const put = (now) => {
    open = now;
  };
  follow();
  window.addEventListener("hashchange", follow);
  const form = { parse: () => undefined, text: () => undefined, otherwise: () => open };
  return { form, put, stop: () => window.removeEventListener("hashchange", follow) };
}

/** The frame, with the state. */
const framed = (props, open) =>
  picturedByTraits(props, {
    stem: "what_survives",
    title: N_("What survives of a channel?"),
    given: ["quantiles"],
    start: { open: false },
    traits: {
      means: numbers(C, small),
      spreads: numbers(C, (values) => small(values) && values.every((v) => v > 0)),
      beta: numbers(C, small),
      order: numbers(C, (values) => [...values].sort().every((v, i) => v === i)),
      norm: oneOf(Object.keys(NORMS)),
      centred: flag,
      selected: whole(0, C - 1),
    },
    own: { open },
  });

/** @param {import("@anywidget/types").RenderProps} props */
async function render(props) {
  const opened = openForm(props.model.get("name"));
  const box = framed(props, opened.form);
  const { tr, state, set } = box;
  const norm = normControl(box);
  const cases = caseControls(box);
  const numbersOfOne = byNumber(box);
  const table = allNumbers(box);
  const [before, after] = [rowTitle(tr("before the norm")), rowTitle(tr("after it"))];
  const boxes = createBoxes(box, uniqueName());
  let places = view(state);
  const second = fittedDrawing({
    label: tr("The channels after the norm"),
    draw: (width) => ({ height: HEIGHTS.after, content: afterMarkup(places, width, tr) }),
  });
  const live = liveText();
  const open = () => {
    opened.put(true);
    set({ open: true });
  };
  // Before the frame resets the state: the second row is covered again.
  const reset = ({ target }) => target.closest("[data-gn-do=reset]") && opened.put(false);
  box.root.addEventListener("click", reset, true);
  const cover = createCover({ tr, part: h("div", {}, second.element, live), open });
  box.body.append(
    h("p", {}, tr("Grab a box: up and down moves its mean, sideways its place. The knob beside it sets its spread.")),
    norm.element,
    before.element,
    boxes.element,
    after.element,
    cover.element,
    cover.reply,
    cases.element,
    numbersOfOne.element,
    table.element,
  );

  const end = await box.run(() => {
    places = view(state);
    norm.show(state);
    cases.show(state);
    numbersOfOne.show();
    boxes.show(places, state.open);
    second.show();
    cover.show(state.open, questionOf(state, places, tr));
    table.element.hidden = !state.open;
    table.show(places);
    const [{ mean, spread }] = places.filter(({ channel }) => channel === state.selected);
    const chosen = { channel: state.selected + 1, mean: minus(mean), spread };
    before.said.textContent =
      spread === 1
        ? tr("channel {channel}: mean {mean}", chosen)
        : tr("channel {channel}: mean {mean}, spread {spread}", chosen);
    after.said.textContent = state.open ? legend(places, tr) : "";
    live.textContent = sentence(state, places, tr);
  });
  return () => {
    end();
    for (const { stop } of [opened, boxes, second]) stop();
  };
}

export default { render };
