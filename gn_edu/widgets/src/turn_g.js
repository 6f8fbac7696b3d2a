// Turn G in a trained network: the landing page's network with Group Norm, its twenty pictures, and a dial. Takes the
// traits album (pictures, classes), record (what was found at each G), groups, name; sets groups.
import { createAlbum } from "./neighbours/pictures.js";
import { oneOf } from "./shared/address.js";
import { drawingPlace, h, liveText } from "./shared/dom.js";
import { picturedByTraits } from "./shared/frame.js";
import { N_ } from "./shared/i18n.js";
import { chart, LEAST } from "./turn_g/chart.js";
import { createDial } from "./turn_g/dial.js";
import { runAt, sentence } from "./turn_g/model.js";

export { runAt } from "./turn_g/model.js";
export { still } from "./turn_g/still.js";

/** The twenty pictures: a tick on each that is named right; the wrong name under each that is not. */
function createPictures(album, tr) {
  const parts = Array.from({ length: album.count }, (_, i) => {
    const tick = h("span", { class: "gn-turn-tick" });
    const name = h("span", { class: "gn-name" });
    const element = h("li", { "data-gn-picture": i }, album.image(i, "gn-photo"), tick, name);
    const show = (/** @type {boolean} */ wrong, /** @type {number} */ named) => {
      element.classList.toggle("gn-out", wrong);
      tick.replaceChildren(wrong ? "✗" : "✓", h("span", { class: "gn-unseen" }, wrong ? tr("named") : tr("right")));
      name.textContent = wrong ? album.label(named) : "";
    };
    return { element, show };
  });
  const element = h("ul", { class: "gn-twenty" }, ...parts.map((part) => part.element));
  const show = ({ wrong, named }) => {
    for (const [i, part] of parts.entries()) part.show(wrong[i], named[i]);
  };
  return { element, show };
}

/** What G does at its two ends. */
function meaning(groups, channels, tr) {
  const [first, last] = [channels[0], channels.at(-1)];
  if (groups === 1)
    return tr("Every layer has one group: one mean over all its channels and pixels, as in Layer Norm.");
  if (groups === first)
    return tr("In the first layers a channel is alone, as in Instance Norm; in the last, {n} make a group.", {
      n: last / groups,
    });
  return tr("The first layer's {c} channels, a frame a group.", { c: first });
}

/** All numbers, folded. */
function table(runs, { channels, trained, tested }, tr) {
  const heads = [
    tr("G"),
    tr("channels a group, first to last layer"),
    tr("of {n}", { n: runs[0].count }),
    tr("of {n}", { n: tested.toLocaleString("en") }),
    tr("points from G = {g}, 95 %", { g: trained }),
  ];
  const rows = runs.map((run) => {
    const { mean, half } = run.apart;
    const apart = run.groups === trained ? "" : `−${Math.abs(mean).toFixed(2)} ± ${half.toFixed(2)}`;
    const sizes = [...new Set(channels.map((c) => c / run.groups))].join(", ");
    const cells = [sizes, run.right, run.tested.toLocaleString("en"), apart];
    const names = ["sizes", "right", "tested", "apart"].map((name) => `${name}-${run.groups}`);
    return h(
      "tr",
      {},
      h("th", { scope: "row" }, String(run.groups)),
      ...cells.map((cell, i) => h("td", { "data-gn-value": names[i] }, String(cell))),
    );
  });
  const about = tr(
    "The test pictures are CIFAR-10's after one lossy JPEG step. The weights are rounded, as the landing page holds them.",
  );
  return h(
    "details",
    {},
    h("summary", {}, tr("All numbers")),
    h(
      "table",
      { class: "gn-numbers" },
      h("thead", {}, h("tr", {}, ...heads.map((head) => h("th", { scope: "col" }, head)))),
      h("tbody", {}, ...rows),
    ),
    h("p", { class: "gn-part" }, about),
  );
}

/** @param {import("@anywidget/types").RenderProps} props */
async function render(props) {
  const { album: pictured, record } = { album: props.model.get("album"), record: props.model.get("record") };
  const options = record.runs.map(({ groups }) => groups);
  const { tr, state, body, set, run } = picturedByTraits(props, {
    stem: "turn_g",
    title: N_("Turn G"),
    given: ["album", "record"],
    traits: { groups: oneOf(options) },
  });
  const runs = options.map((groups) => runAt(pictured, record, groups));
  const trained = record.trained;
  const dial = createDial({
    options,
    rest: trained,
    channels: record.channels[0],
    tr,
    turn: (groups) => set({ groups }),
  });
  const pictures = createPictures(createAlbum(pictured, tr), tr);
  const live = liveText();
  const means = h("p", { class: "gn-part" });
  const plot = drawingPlace(tr("Test pictures named right, in per cent, against G"), "gn-picture");
  const tested = record.tested.toLocaleString("en");
  const said = {
    take: tr(
      "Turn the dial: G changes in every layer of the landing page's Group Norm network. Its weights stay as they were trained, with G = {groups}.",
      { groups: trained },
    ),
    all: tr("Right of all {n} test pictures, %. The axis begins at {least} %; bars: 95 % intervals.", {
      n: tested,
      least: LEAST,
    }),
    chosen: tr(
      "The twenty were chosen: this network at G = {groups} and the one with Batch Norm name all of them right. The {n} were not.",
      { groups: trained, n: tested },
    ),
    other: tr(
      "Which G to train with is another question: trained anew, a network has weights that fit its G (the paper's Table 3).",
    ),
  };
  body.append(
    h("p", {}, said.take),
    h(
      "div",
      { class: "gn-turn" },
      h("div", { class: "gn-dial" }, dial.element, means),
      h("div", { class: "gn-seen" }, pictures.element, live),
      h("div", { class: "gn-all" }, h("p", { class: "gn-part" }, said.all), plot),
    ),
    h("p", { class: "gn-part" }, said.chosen, " ", said.other),
    table(runs, record, tr),
  );
  const stop = await run(() => {
    const now = /** @type {ReturnType<typeof runAt>} */ (runs.find(({ groups }) => groups === state.groups));
    dial.show(state.groups);
    pictures.show(now);
    means.textContent = meaning(state.groups, record.channels, tr);
    plot.innerHTML = chart(runs, state.groups, trained, tr);
    live.textContent = sentence(now, record, tr);
  });
  return () => {
    stop();
    dial.stop();
  };
}

export default { render };
