// "Why?": the maps of the first convolution, and which of them share a mean with the one that was touched.
import { h } from "../shared/dom.js";
import { fixed } from "../shared/text.js";
import { CHANNELS, NETWORKS, sharesMean } from "./model.js";
import { shaded } from "./pictures.js";

const explanation = (evaluation, tr) =>
  evaluation
    ? tr(
        "In evaluation mode Batch Norm takes a mean that was stored during training: nothing is averaged here, and it does not move. Group Norm takes two adjacent maps of this picture, as always.",
      )
    : tr(
        "Batch Norm takes the same map of every picture in the batch, so its mean moves with the neighbours. Group Norm takes two adjacent maps of this picture alone.",
      );

/** The maps of one network: a row a picture, a button a map. framed(row, k): does map k lie in the mean that is shown? */
function mapBlock({ name, batch, maps, framed, touch, album, tr }) {
  const mapButton = (row, k) => {
    const on = framed(row, k);
    const button = h(
      "button",
      {
        type: "button",
        class: on ? "gn-on" : "",
        "aria-label": tr("{label}: map of channel {c}", { label: album.labelOf(batch[row]), c: k + 1 }),
        "aria-pressed": String(on),
        "data-gn-map": `${name}.${row}.${k}`,
      },
      h("img", { src: shaded(maps[row * CHANNELS + k]), alt: "", draggable: "false" }),
    );
    button.addEventListener("click", () => touch(k, `${name}.${row}.${k}`));
    return button;
  };
  const mapRow = (row) =>
    h(
      "div",
      { class: "gn-map-row" },
      album.image(batch[row], "gn-row-photo"),
      ...Array.from({ length: CHANNELS }, (_, k) => mapButton(row, k)),
    );
  return h(
    "div",
    { class: "gn-map-block", "data-net": name },
    h("p", { class: "gn-part" }, tr(NETWORKS[name].called)),
    ...Array.from({ length: maps.length / CHANNELS }, (_, row) => mapRow(row)),
  );
}

/** The text around the maps. Returns {element, maps, show}: show(channel, evaluation, replies). */
function createFold(tr) {
  const maps = h("div", { class: "gn-maps" }, h("p", { role: "status" }, tr("The two networks are loading.")));
  const number = h("b", { "data-gn-value": "channel" });
  const means = { bn: h("b", { "data-gn-value": "bn_mean" }), gn: h("b", { "data-gn-value": "gn_mean" }) };
  const because = h("p");
  const taken = tr(
    "The first convolution of each network turns a picture into 16 maps. Before the next layer reads a map, a mean is taken away and a standard deviation divided out. Touch a map: the framed maps are averaged together.",
  );
  const chosen = tr(
    "The twenty drawings were chosen: both networks name each of them right when it is tested alone, in evaluation mode. So Group Norm, for which alone and in company are the same, is right about all of them by choice.",
  );
  const [bn, gn] = [tr("Batch Norm's mean"), tr("Group Norm's mean")];
  const found = h(
    "p",
    { hidden: true },
    tr("Channel"),
    " ",
    number,
    ": ",
    bn,
    " ",
    means.bn,
    ", ",
    gn,
    " ",
    means.gn,
    ".",
  );
  const element = h(
    "details",
    { class: "gn-why" },
    h("summary", {}, tr("Why?")),
    h("p", {}, taken),
    maps,
    found,
    because,
    h("p", {}, chosen),
  );
  const show = (channel, evaluation, replies) => {
    found.hidden = false;
    number.textContent = String(channel + 1);
    because.textContent = explanation(evaluation, tr);
    for (const [name, mean] of Object.entries(means)) mean.textContent = fixed(replies[name].means[channel], 2);
  };
  const fail = () => {
    maps.textContent = tr("The two networks did not load. Are you offline? Close this and open it to try once more.");
  };
  return { element, maps, show, fail };
}

/** The fold. Returns {element, show}: show(batch) draws the maps of this batch, where the fold is open. */
export function createWhy({ state, networks, album, tr }) {
  const fold = createFold(tr);
  let channel = 0;
  let asked = 0;
  let batch = /** @type {number[]} */ ([]); // about which is asked
  let drawn = /** @type {{ batch: number[], evaluation: boolean, replies: any } | null} */ (null);
  const touch = (k, map) => {
    channel = k;
    draw();
    fold.maps.querySelector(`[data-gn-map="${map}"]`)?.focus();
  };
  function draw() {
    if (!drawn) return;
    const { batch, evaluation, replies } = drawn;
    const blocks = Object.keys(NETWORKS).map((name) => {
      const framed = (row, k) => sharesMean(name, row, k, channel, evaluation);
      return mapBlock({ name, batch, maps: replies[name].maps, framed, touch, album, tr });
    });
    fold.maps.replaceChildren(...blocks);
    fold.show(channel, evaluation, replies);
  }
  async function ask() {
    if (!fold.element.open) return;
    const turn = ++asked;
    const about = { batch, evaluation: state.evaluation };
    try {
      const replies = await networks.ask({ batch, training: !state.evaluation, own: state.own });
      if (turn !== asked) return;
      drawn = { ...about, replies };
      draw();
    } catch {
      if (turn === asked) fold.fail();
    }
  }
  const show = (now) => {
    batch = now;
    ask();
  };
  fold.element.addEventListener("toggle", ask);
  return { element: fold.element, show };
}
