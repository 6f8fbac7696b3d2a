// What the widget shows: the pictures of the batch, what each network says about the first of them, and a sentence.
import { h, liveText } from "../shared/dom.js";
import { best, NETWORKS, percent, sentence, tally } from "./model.js";

/** The pictures of the batch: the one that stays, and its neighbours. */
function createScene(album, tr) {
  const stays = h("div", { class: "gn-stays" });
  const others = h("div", { class: "gn-others" });
  const element = h(
    "div",
    { class: "gn-scene" },
    h("div", {}, h("p", { class: "gn-part" }, tr("This picture stays")), stays),
    h("div", {}, h("p", { class: "gn-part" }, tr("Its neighbours change")), others),
  );
  const show = ([picture, ...neighbours]) => {
    stays.replaceChildren(album.image(picture, "gn-photo"));
    others.replaceChildren(...neighbours.map((i) => album.image(i, "gn-photo")));
    others.dataset.count = String(neighbours.length);
  };
  return { element, show };
}

/** A class, its bar and its per cent. */
function createBar(name, k, album) {
  const bar = h("span", { class: "gn-bar" });
  const number = h("span", { class: "gn-number", "data-gn-value": `${name}[${k}]` });
  const track = h("span", { class: "gn-track" }, bar);
  const element = h("div", { class: "gn-row" }, h("span", {}, album.label(k)), track, number);
  const show = (probability, isTop) => {
    bar.style.width = `${100 * probability}%`;
    number.textContent = percent(probability);
    element.classList.toggle("gn-top", isTop);
  };
  return { element, show };
}

/** What one network says: its answer, a bar a class, and its answers so far. */
function createPanel(name, album, tr) {
  const says = h("span", { "data-gn-value": `${name}_label` });
  const sure = h("span", { "data-gn-value": `${name}_percent` });
  const bars = Array.from({ length: album.classes }, (_, k) => createBar(name, k, album));
  const trail = h("p", { class: "gn-trail" });
  const element = h(
    "div",
    { class: "gn-panel", "data-net": name },
    h("p", { class: "gn-part" }, tr(NETWORKS[name].says)),
    h("p", { class: "gn-says" }, says, " ", h("span", { class: "gn-sure" }, sure, " %")),
    h("div", { class: "gn-bars" }, ...bars.map((bar) => bar.element)),
    trail,
  );
  const show = ({ probabilities }, answers, truth) => {
    const top = best(probabilities);
    says.textContent = album.label(top);
    sure.textContent = percent(probabilities[top]);
    element.classList.toggle("gn-off", top !== truth);
    for (const [k, bar] of bars.entries()) bar.show(probabilities[k], k === top);
    trail.textContent = tr("Answers so far: {list}", { list: tally(answers, album.label) });
  };
  return { element, show };
}

/** Returns the elements {scene, panels, live}, and show(state, predictions), which brings all of them up to date. */
export function createView(album, tr) {
  const scene = createScene(album, tr);
  const panels = { bn: createPanel("bn", album, tr), gn: createPanel("gn", album, tr) };
  const live = liveText();
  const show = (state, { batch, replies, answers }) => {
    scene.show(batch);
    for (const [name, panel] of Object.entries(panels))
      panel.show(replies[name], answers[name], album.truth(state.picture));
    live.textContent = sentence(state, replies, album, tr);
  };
  return {
    scene: scene.element,
    panels: h("div", { class: "gn-panels" }, panels.bn.element, panels.gn.element),
    live,
    show,
  };
}
