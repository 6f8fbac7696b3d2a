// What the widget shows: the pictures of the batch, what each network says about the first of them, and a sentence.
import { h, liveText } from "../shared/dom.js";
import { NETWORKS, sentence } from "./model.js";

/** The pictures of the batch: the one that stays, and its neighbours. */
function createScene(album, tr) {
  const stays = h("div", { class: "gn-stays" });
  const others = h("div", { class: "gn-others" });
  const beside = h("p", { class: "gn-part" });
  const element = h(
    "div",
    { class: "gn-scene" },
    h("div", {}, h("p", { class: "gn-part" }, tr("This picture stays")), stays),
    h("div", {}, beside, others),
  );
  const show = ([picture, ...neighbours]) => {
    beside.textContent = neighbours.length === 1 ? tr("Its neighbour") : tr("Its neighbours");
    stays.replaceChildren(album.image(picture, "gn-photo"));
    others.replaceChildren(...neighbours.map((i) => album.image(i, "gn-photo")));
    others.dataset.count = String(neighbours.length);
  };
  return { element, show };
}

/** A class and its bar; its per cent stand in its title. */
function createBar(name, k, album) {
  const bar = h("span", { class: "gn-bar" });
  const element = h(
    "div",
    { class: "gn-row", "data-gn-bar": `${name}[${k}]` },
    h("span", {}, album.label(k)),
    h("span", { class: "gn-track" }, bar),
  );
  const show = (percent, isTop) => {
    bar.style.width = `${percent}%`;
    element.setAttribute("title", `${percent} %`);
    element.classList.toggle("gn-top", isTop);
  };
  return { element, show };
}

/** What one network says: its answer, whether that is right, and a bar a class. */
function createPanel(name, album, tr) {
  const says = h("span", { "data-gn-value": `${name}_label` });
  const sure = h("span", { class: "gn-sure", "data-gn-value": `${name}_percent` });
  const verdict = h("p", { class: "gn-verdict" });
  const bars = Array.from({ length: album.classes }, (_, k) => createBar(name, k, album));
  const element = h(
    "div",
    { class: "gn-panel", "data-net": name },
    h("p", { class: "gn-part" }, tr(NETWORKS[name].says)),
    h("p", { class: "gn-says" }, says, " ", sure),
    verdict,
    h("div", { class: "gn-bars" }, ...bars.map((bar) => bar.element)),
  );
  const show = ({ top, percent }, truth) => {
    says.textContent = album.label(top);
    sure.textContent = `${percent[top]} %`;
    const off = truth !== undefined && top !== truth; // of the reader's own picture no one knows
    verdict.hidden = truth === undefined;
    verdict.textContent = off ? tr("✗ wrong") : tr("✓ right");
    element.classList.toggle("gn-off", off);
    for (const [k, bar] of bars.entries()) bar.show(percent[k], k === top);
  };
  return { element, show };
}

/**
 * Returns the elements {scene, panels, live}. show(state, batch, answers) brings all of them up to date; wait(batch)
 * shows the pictures while the networks work, and fail() says that they did not come.
 */
export function createView(album, tr) {
  const scene = createScene(album, tr);
  const panels = { bn: createPanel("bn", album, tr), gn: createPanel("gn", album, tr) };
  const row = h("div", { class: "gn-panels" }, panels.bn.element, panels.gn.element);
  const live = liveText();
  const show = (state, batch, answers) => {
    scene.show(batch);
    row.removeAttribute("aria-busy");
    for (const [name, panel] of Object.entries(panels)) panel.show(answers[name], album.truth(batch[0]));
    live.textContent = sentence(state, batch, answers, album, tr);
  };
  const wait = (batch) => {
    scene.show(batch);
    row.setAttribute("aria-busy", "true");
  };
  const fail = () => {
    live.textContent = tr("The two networks did not load. Are you offline? Press again to try once more.");
  };
  return { scene: scene.element, panels: row, live, show, wait, fail };
}
