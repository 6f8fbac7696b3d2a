// "Why?": the maps of the first convolution, and which of them share a mean with the one that was touched.
import { h } from "../shared/dom.js";
import { fixed } from "../shared/text.js";
import { CHANNELS, NETWORKS, sharesMean } from "./model.js";
import { shaded } from "./pictures.js";

const explanation = (evaluation, tr) =>
  evaluation
    ? tr(
        "In evaluation mode batch norm takes a mean that was stored during training: nothing is averaged here, and it does not move. Group norm takes two adjacent maps of this picture, as always.",
      )
    : tr(
        "Batch norm takes the same map of every picture in the batch, so its mean moves with the neighbours. Group norm takes two adjacent maps of this picture alone.",
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
  const maps = h("div", { class: "gn-maps" });
  const number = h("b", { "data-gn-value": "channel" });
  const means = { bn: h("b", { "data-gn-value": "bn_mean" }), gn: h("b", { "data-gn-value": "gn_mean" }) };
  const because = h("p");
  const taken = tr(
    "The first convolution of each network turns a picture into 16 maps. Before the next layer reads a map, a mean is taken away and a standard deviation divided out. Touch a map: the framed maps are averaged together.",
  );
  const [bn, gn] = [tr("batch norm's mean"), tr("group norm's mean")];
  const element = h(
    "details",
    { class: "gn-why" },
    h("summary", {}, tr("Why?")),
    h("p", {}, taken),
    maps,
    h("p", {}, tr("Channel"), " ", number, ": ", bn, " ", means.bn, ", ", gn, " ", means.gn, "."),
    because,
  );
  const show = (channel, evaluation, replies) => {
    number.textContent = String(channel + 1);
    because.textContent = explanation(evaluation, tr);
    for (const [name, mean] of Object.entries(means)) mean.textContent = fixed(replies[name].means[channel], 4);
  };
  return { element, maps, show };
}

/** The fold. Returns {element, show}: show() draws the maps of the last replies, where the fold is open. */
export function createWhy({ state, predictions, album, tr }) {
  const fold = createFold(tr);
  let channel = 0;
  const touch = (k, map) => {
    channel = k;
    show();
    fold.maps.querySelector(`[data-gn-map="${map}"]`)?.focus();
  };
  function show() {
    const { batch, replies } = predictions;
    if (!fold.element.open || !replies) return;
    const blocks = Object.keys(NETWORKS).map((name) => {
      const framed = (row, k) => sharesMean(name, row, k, channel, state.evaluation);
      return mapBlock({ name, batch, maps: replies[name].maps, framed, touch, album, tr });
    });
    fold.maps.replaceChildren(...blocks);
    fold.show(channel, state.evaluation, replies);
  }
  fold.element.addEventListener("toggle", show);
  return { element: fold.element, show };
}
