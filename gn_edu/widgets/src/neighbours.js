// Who else is in the batch? Two trained networks answer for one picture while its companions change: batch norm's
// answer follows them, group norm's stays. Takes the traits data (pictures and weights), picture, batch, draw,
// evaluation, name; sets picture, batch, draw and evaluation. The networks run in a worker.
import { pixels, readied } from "./neighbours/network.js";
import workerScript from "./neighbours/worker.js?worker";
import { choice, escapeText, fixed, frame, h, N_, translator, twoWay } from "./shared/frame.js";
import { stream } from "./shared/random.js";

const NAMES = { bn: N_("Batch Norm says"), gn: N_("Group Norm says") };
const NETWORKS = { bn: N_("network with batch norm"), gn: N_("network with group norm") };
const SIZES = [2, 4, 8];
const percent = (p) => fixed(100 * p, 2);

/** The companions of a picture at one draw: `size` different others, the same on every machine. */
export function companions(picture, count, size, draw) {
  const next = stream((draw * 2654435761 + picture * 40503 + size) >>> 0);
  const others = Array.from({ length: count }, (_, i) => i).filter((i) => i !== picture);
  return Array.from({ length: size }, () => others.splice(Math.floor(next() * others.length), 1)[0]);
}

/** A picture as a data address: `rgb(i)` gives the colour of pixel i, row by row from the top. */
function bitmap(side, rgb) {
  const stride = side * 3;
  const bytes = new Uint8Array(54 + stride * side);
  const words = new DataView(bytes.buffer);
  bytes.set([66, 77]);
  const header = [
    [2, bytes.length],
    [10, 54],
    [14, 40],
    [18, side],
    [22, side],
    [34, stride * side],
  ];
  for (const [at, value] of header) words.setUint32(at, value, true);
  words.setUint16(26, 1, true);
  words.setUint16(28, 24, true);
  for (let row = 0; row < side; row++)
    for (let column = 0; column < side; column++) {
      const [r, g, b] = rgb(row * side + column);
      bytes.set([b, g, r], 54 + (side - 1 - row) * stride + column * 3);
    }
  return `data:image/bmp;base64,${btoa(String.fromCharCode(...bytes))}`;
}
const photo = (pixels) => bitmap(32, (i) => [pixels[i], pixels[i + 1024], pixels[i + 2048]]);
/** A feature map in grey, mean at the middle. */
function shaded(map) {
  const spread = 3 * Math.max(1e-6, Math.sqrt(map.reduce((s, v) => s + v * v, 0) / map.length));
  return bitmap(16, (i) => Array(3).fill(Math.max(0, Math.min(255, Math.round(128 + (127 * map[i]) / spread)))));
}

const best = (probabilities) => probabilities.indexOf(Math.max(...probabilities));

/** The networks at work: ask(batch, training) -> replies, in a worker, or here where none may be started. */
function start(data) {
  let worker;
  let address;
  try {
    address = URL.createObjectURL(new Blob([workerScript], { type: "text/javascript" }));
    worker = new Worker(address);
  } catch {
    const here = readied(data);
    return { ask: async (batch, training) => here(batch, training), stop() {} };
  }
  const waiting = new Map();
  let id = 0;
  worker.onmessage = ({ data: m }) => {
    waiting.get(m.id)(m.replies);
    waiting.delete(m.id);
  };
  worker.postMessage({ data });
  const ask = (batch, training) =>
    new Promise((done) => {
      waiting.set(++id, done);
      worker.postMessage({ id, batch, training });
    });
  const stop = () => {
    worker.terminate();
    URL.revokeObjectURL(address);
  };
  return { ask, stop };
}

/** The picture that stands in the page until the networks run, and where they never will. */
export function still(traits, catalogue) {
  const tr = translator(catalogue);
  const { data, picture, batch } = traits;
  const photos = data.pictures.map((p) => pixels(p.pixels));
  const ask = readied(data);
  const say = (probabilities) => `${tr(data.classes[best(probabilities)])} ${percent(Math.max(...probabilities))} %`;
  const parts = [];
  const said = [];
  const image = (i, x, y, side) =>
    `<image x="${x}" y="${y}" width="${side}" height="${side}" href="${photo(photos[i])}"/>`;
  const text = (x, y, words, style = "") => `<text x="${x}" y="${y}" ${style}>${escapeText(words)}</text>`;
  parts.push(
    text(16, 26, tr("in the batch")),
    text(250, 26, tr(NAMES.bn), 'fill="#00639c"'),
    text(430, 26, tr(NAMES.gn), 'fill="#b34700"'),
  );
  for (let draw = 0; draw < 3; draw++) {
    const others = companions(picture, photos.length, batch - 1, draw);
    const y = 40 + 92 * draw;
    const replies = ask([picture, ...others], true);
    for (const [k, i] of [picture, ...others].slice(0, 4).entries())
      parts.push(image(i, 16 + (k ? 84 + 48 * (k - 1) : 0), k ? y + 32 : y, k ? 44 : 76));
    const [bn, gn] = [say(replies.bn.probabilities), say(replies.gn.probabilities)];
    parts.push(text(250, y + 46, bn, 'class="says"'), text(430, y + 46, gn, 'class="says"'));
    said.push(tr("Draw {n}: batch norm {bn}, group norm {gn}.", { n: draw + 1, bn, gn }));
  }
  const style = "text{font:14px system-ui,sans-serif;fill:#45423b}.says{font-weight:700;font-size:17px}";
  const svg =
    `<svg viewBox="0 0 610 330" width="610" height="330" xmlns="http://www.w3.org/2000/svg"><style>${style}</style>` +
    `<rect width="100%" height="100%" rx="8" fill="#fff"/>${parts.join("")}</svg>`;
  return { svg, text: [tr("One picture, three times with new neighbours."), ...said].join(" ") };
}

async function render({ model, el }) {
  const tr = translator(model.get("_catalogue"));
  const data = model.get("data");
  const label = (k) => tr(data.classes[k]);
  const TRAITS = ["picture", "batch", "draw", "evaluation"];
  const begin = Object.fromEntries(TRAITS.map((key) => [key, model.get(key)]));
  const state = { ...begin };
  const photos = data.pictures.map((picture) => photo(pixels(picture.pixels)));
  const truth = (i) => data.pictures[i].label;
  const nets = start(data);
  let channel = 0;
  let history = { bn: [], gn: [] };
  let replies = /** @type {any} */ (null);
  let drawing = 0;

  const box = frame({ model, el, stem: "neighbours", title: tr("Who else is in the batch?"), tr, read, write });
  const image = (i, name) => h("img", { src: photos[i], alt: label(truth(i)), class: name, draggable: "false" });

  // ---- parts
  const stays = h("div", { class: "gn-stays" });
  const others = h("div", { class: "gn-others" });
  const again = h("button", { type: "button", class: "gn-main", "data-gn-do": "again" }, tr("New neighbours"));
  const sizes = choice({
    label: tr("pictures in the batch"),
    options: SIZES.map((size) => [size, String(size)]),
    mark: "data-gn-batch",
    pick: (batch) => set({ batch }, true),
  });
  const frozen = h("input", { type: "checkbox", "data-gn-evaluation": true });
  frozen.addEventListener("change", () => set({ evaluation: frozen.checked }, true));
  again.addEventListener("click", () => set({ draw: state.draw + 1 }));
  const panels = Object.fromEntries(Object.keys(NAMES).map((name) => [name, panel(name)]));
  const live = h("p", { class: "gn-live-text", "aria-live": "polite" });
  const album = h(
    "div",
    { class: "gn-album", role: "group", "aria-label": tr("Choose the picture that stays") },
    ...photos.map((_, i) => {
      const name = tr("{label}, picture {n}", { label: label(truth(i)), n: i + 1 });
      const button = h("button", { type: "button", "data-gn-picture": i, "aria-label": name }, image(i, ""));
      button.firstChild.alt = "";
      button.addEventListener("click", () => set({ picture: i }, true));
      return button;
    }),
  );
  const why = h("details", { class: "gn-why" }, h("summary", {}, tr("Why?")));
  const maps = h("div", { class: "gn-maps" });
  const means = { bn: h("b", { "data-gn-value": "bn_mean" }), gn: h("b", { "data-gn-value": "gn_mean" }) };
  const which = h("b", { "data-gn-value": "channel" });
  const because = h("p");
  why.append(
    h(
      "p",
      {},
      tr(
        "The first convolution of each network turns a picture into 16 maps. Before the next layer reads a map, a mean is taken away and a standard deviation divided out. Touch a map: the framed maps are averaged together.",
      ),
    ),
    maps,
    h(
      "p",
      {},
      tr("Channel"),
      " ",
      which,
      ": ",
      tr("batch norm's mean"),
      " ",
      means.bn,
      ", ",
      tr("group norm's mean"),
      " ",
      means.gn,
      ".",
    ),
    because,
  );
  why.addEventListener("toggle", () => drawMaps());
  box.body.append(
    h(
      "div",
      { class: "gn-scene" },
      h("div", {}, h("p", { class: "gn-part" }, tr("This picture stays")), stays),
      h("div", {}, h("p", { class: "gn-part" }, tr("Its neighbours change")), others),
    ),
    h(
      "div",
      { class: "gn-drive" },
      again,
      h("div", { class: "gn-sizes" }, h("span", { "aria-hidden": "true" }, tr("pictures in the batch")), sizes.element),
      h("label", { class: "gn-check" }, frozen, h("span", {}, tr("evaluation mode"))),
    ),
    h("div", { class: "gn-panels" }, panels.bn.element, panels.gn.element),
    live,
    album,
    why,
  );

  function panel(name) {
    const says = h("span", { "data-gn-value": `${name}_label` });
    const sure = h("span", { "data-gn-value": `${name}_percent` });
    const bars = data.classes.map((_, k) => {
      const bar = h("span", { class: "gn-bar" });
      const number = h("span", { class: "gn-number", "data-gn-value": `${name}[${k}]` });
      return {
        row: h("div", { class: "gn-row" }, h("span", {}, label(k)), h("span", { class: "gn-track" }, bar), number),
        bar,
        number,
      };
    });
    const trail = h("p", { class: "gn-trail" });
    const element = h(
      "div",
      { class: "gn-panel", "data-net": name },
      h("p", { class: "gn-part" }, tr(NAMES[name])),
      h("p", { class: "gn-says" }, says, " ", h("span", { class: "gn-sure" }, sure, " %")),
      h("div", { class: "gn-bars" }, ...bars.map((b) => b.row)),
      trail,
    );
    return { element, says, sure, bars, trail };
  }

  // ---- state
  function read() {
    return {
      picture: state.picture,
      batch: state.batch,
      draw: state.draw,
      ...(state.evaluation ? { evaluation: 1 } : {}),
    };
  }
  function write(saved) {
    const whole = (text, fits, fallback) => (/^\d{1,6}$/.test(text ?? "") && fits(+text) ? +text : fallback);
    Object.assign(state, {
      picture: whole(saved.picture, (i) => i < photos.length, begin.picture),
      batch: whole(saved.batch, (b) => SIZES.includes(b), begin.batch),
      draw: whole(saved.draw, () => true, begin.draw),
      evaluation: saved.evaluation ? saved.evaluation === "1" : begin.evaluation,
    });
    history = { bn: [], gn: [] };
    python.push();
    return update();
  }
  function set(change, afresh = false) {
    Object.assign(state, change);
    if (afresh) history = { bn: [], gn: [] };
    update();
    box.changed();
    python.push();
  }
  const members = () => [state.picture, ...companions(state.picture, photos.length, state.batch - 1, state.draw)];

  async function update() {
    const turn = ++drawing;
    const batch = members();
    const found = await nets.ask(batch, !state.evaluation);
    if (turn !== drawing) return; // a newer question is under way
    replies = found;
    for (const name of Object.keys(NAMES)) history[name].push(best(replies[name].probabilities));
    stays.replaceChildren(image(state.picture, "gn-photo"));
    others.replaceChildren(...batch.slice(1).map((i) => image(i, "gn-photo")));
    others.dataset.count = String(batch.length - 1);
    sizes.show(state.batch);
    frozen.checked = state.evaluation;
    for (const [i, button] of [...album.children].entries())
      button.setAttribute("aria-pressed", String(i === state.picture));
    for (const [name, p] of Object.entries(panels)) {
      const { probabilities } = replies[name];
      const top = best(probabilities);
      p.says.textContent = label(top);
      p.sure.textContent = percent(probabilities[top]);
      p.element.classList.toggle("gn-off", top !== truth(state.picture));
      p.bars.forEach(({ row, bar, number }, k) => {
        bar.style.width = `${100 * probabilities[k]}%`;
        number.textContent = percent(probabilities[k]);
        row.classList.toggle("gn-top", k === top);
      });
      p.trail.textContent = tr("Answers so far: {list}", { list: tally(history[name]) });
    }
    live.textContent = sentence();
    drawMaps();
  }
  function tally(list) {
    const counts = new Map();
    for (const k of list) counts.set(k, (counts.get(k) ?? 0) + 1);
    return [...counts]
      .sort((a, b) => b[1] - a[1])
      .map(([k, n]) => `${label(k)} ${n}`)
      .join(", ");
  }
  function sentence() {
    const say = (name) => {
      const { probabilities } = replies[name];
      const top = best(probabilities);
      return `${label(top)} ${percent(probabilities[top])} %`;
    };
    const values = { truth: label(truth(state.picture)), n: state.batch, bn: say("bn"), gn: say("gn") };
    if (state.evaluation)
      return tr(
        "The {truth}, in evaluation mode: batch norm says {bn}, group norm {gn}. Batch norm now uses stored statistics, so the neighbours no longer matter.",
        values,
      );
    return tr("The {truth} in a batch of {n}, in training mode: batch norm says {bn}, group norm {gn}.", values);
  }

  // ---- why
  function drawMaps() {
    if (!why.open || !replies) return;
    const lit = (name, k) => (name === "bn" ? true : Math.floor(k / 2) === Math.floor(channel / 2));
    const block = (name) => {
      const { maps: list } = replies[name];
      const rows = list.length / 16;
      const batch = members();
      return h(
        "div",
        { class: "gn-map-block", "data-net": name },
        h("p", { class: "gn-part" }, tr(NETWORKS[name])),
        ...Array.from({ length: rows }, (_, row) =>
          h(
            "div",
            { class: "gn-map-row" },
            image(batch[row], "gn-row-photo"),
            ...Array.from({ length: 16 }, (_, k) => {
              const on = name === "bn" ? k === channel && !state.evaluation : row === 0 && lit(name, k);
              const what = tr("{label}: map of channel {c}", { label: label(truth(batch[row])), c: k + 1 });
              const button = h(
                "button",
                {
                  type: "button",
                  class: on ? "gn-on" : "",
                  "aria-label": what,
                  "aria-pressed": String(on),
                  "data-gn-map": `${name}.${row}.${k}`,
                },
                h("img", { src: shaded(list[row * 16 + k]), alt: "", draggable: "false" }),
              );
              button.addEventListener("click", () => {
                channel = k;
                drawMaps();
                maps.querySelector(`[data-gn-map="${name}.${row}.${k}"]`)?.focus();
              });
              return button;
            }),
          ),
        ),
      );
    };
    maps.replaceChildren(block("bn"), block("gn"));
    which.textContent = channel + 1;
    because.textContent = state.evaluation
      ? tr(
          "In evaluation mode batch norm takes a mean that was stored during training: nothing is averaged here, and it does not move. Group norm takes two adjacent maps of this picture, as always.",
        )
      : tr(
          "Batch norm takes the same map of every picture in the batch, so its mean moves with the neighbours. Group norm takes two adjacent maps of this picture alone.",
        );
    for (const name of Object.keys(means)) means[name].textContent = fixed(replies[name].means[channel], 4);
  }

  const python = twoWay(model, TRAITS, state, (change) => set(change, true));
  await box.start();
  return () => {
    python.stop();
    box.stop();
    nets.stop();
  };
}

export default { render };
