// "Unfair?": what an expert asks first, answered with recorded runs, 20 seeds each. A row is a setting, a mark a run.
import { choice, drawingPlace, h } from "../shared/dom.js";
import { svg, tenths, tick } from "../shared/drawing.js";
import { N_, translator } from "../shared/i18n.js";
import { mark } from "../shared/lines.js";
import { meanOf } from "../shared/maths.js";
import { MOST } from "./figure.js";
import { RATE, UPDATES } from "./training.js";

/**
 * @typedef {{ norm: { kind: string, over?: number, channels?: number }, widths: number[], bare: boolean, rate: number,
 *   updates: number, test: number[], training: number[], sliced?: number[], anew?: number[] }} Recorded
 * @typedef {{ kind: string, n?: number, rate?: number, updates?: number, thin?: boolean, bare?: boolean,
 *   which?: "training" | "sliced" | "anew" }} Row
 */

const bn = (n, more = {}) => ({ kind: "bn", n, ...more });
const gn = (n, more = {}) => ({ kind: "gn", n, ...more });
const none = (more = {}) => ({ kind: "none", ...more });

/** Each question with its rows, and its answer; {a}, {b}, ... are the rows' means in %. */
export const QUESTIONS = {
  training: {
    ask: N_("Does it only test badly?"),
    rows: [
      bn(4, { which: "training" }),
      bn(4, { which: "sliced" }),
      bn(2, { which: "training" }),
      gn(4, { which: "training" }),
    ],
    answer: N_(
      "No. Batch Norm over 4 points names {a} % of its own training points wrong, over 2 points {c} %; Group Norm {d} %. Asked as in training, with the statistics of four points, it is worse: {b} %.",
    ),
  },
  first: {
    ask: N_("Which layer is it?"),
    rows: [bn(4), bn(4, { bare: true }), bn(2), bn(2, { bare: true })],
    answer: N_(
      "Over 4 points, the first. Move four points together, and its norm says the same: it forgets where they lie. Without that one norm Batch Norm over 4 has {b} % wrong instead of {a} %. Over 2 points it fails all the same: {d} %.",
    ),
  },
  two: {
    ask: N_("Two channels a group?"),
    rows: [bn(2), gn(2), bn(4), gn(4)],
    answer: N_(
      "Then Group Norm fails as well: {b} % wrong, Batch Norm over two points {a} %. Of two numbers a norm leaves the sign, and lets hardly any gradient back. Two are too few for either; Group Norm gets more without asking for more points.",
    ),
  },
  equal: {
    ask: N_("As many numbers in each mean?"),
    rows: [bn(4), gn(4), bn(8), gn(8), bn(16), gn(16)],
    answer: N_(
      "With 4, 8 and 16 points Batch Norm has {a}, {c} and {e} % wrong, with 4, 8 and 16 channels Group Norm {b}, {d} and {f} %. So whose numbers they are counts, too: here Group Norm sees the place of each point.",
    ),
  },
  rate: {
    ask: N_("Another learning rate?"),
    rows: [0.003, 0.01, 0.03, 0.1, 0.3].flatMap((rate) => [bn(4, { rate }), gn(4, { rate })]),
    answer: N_(
      "The runs above use 0.03: of these five rates it has Batch Norm's lowest mean over 4 points, {e} %, and 0.01 is about as good, {c} %. At 0.3 Group Norm has bad seeds too, {j} % on average.",
    ),
  },
  longer: {
    ask: N_("Longer training?"),
    rows: [800, 12_800].flatMap((updates) => [
      bn(4, { updates }),
      bn(4, { updates, which: "anew" }),
      bn(2, { updates }),
    ]),
    answer: N_(
      "Sixteen times as many updates: over 4 points patience pays back a part, from {a} to {d} %, more with averages measured anew, {e} %. Over 2 points these runs show no gain: {c} and {f} %.",
    ),
  },
  anew: {
    ask: N_("Better averages for the test?"),
    rows: [bn(4), bn(4, { which: "anew" }), bn(2), bn(2, { which: "anew" })],
    answer: N_(
      "Take the mean and variance of all 400 training points at once instead of the averages that were kept. Over 4 points: {a} % before, {b} % after; over 2 points: {c} and {d} %. After 800 updates that changes nothing that twenty seeds can tell.",
    ),
  },
  deep: {
    ask: N_("A deep, thin network?"),
    rows: [bn(32, { thin: true }), bn(4, { thin: true }), gn(4, { thin: true }), none({ thin: true })],
    answer: N_(
      "With eight layers of eight channels Batch Norm over all 32 points learns, {a} % wrong, and Group Norm does not: {c} %, without a norm {d} %. Group Norm is no winner everywhere.",
    ),
  },
  none: {
    ask: N_("No norm at all?"),
    rows: [none(), gn(4), bn(32), bn(4)],
    answer: N_(
      "This small network learns without a norm as well: {a} % wrong. The runs show what few points do to Batch Norm, not that a network needs a norm.",
    ),
  },
};

const isThin = ({ widths }) => widths.length > 4;

/**
 * The errors of a row, a run each.
 * @param {Row} row
 * @param {Recorded[]} recorded
 */
export function errorsOf({ kind, n, rate = RATE, updates = UPDATES, thin = false, bare = false, which }, recorded) {
  const found = recorded.find(
    (run) =>
      run.norm.kind === kind &&
      (run.norm.over ?? run.norm.channels) === n &&
      run.rate === rate &&
      run.updates === updates &&
      run.bare === bare &&
      isThin(run) === thin,
  );
  const errors = found?.[which ?? "test"];
  if (!errors) throw new Error(`train_it: no record of ${kind} ${n}, rate ${rate}, ${updates} updates`);
  return errors;
}

/** What a row is called. */
function rowLabel({ kind, n, rate, updates, bare, which }, tr) {
  const names = {
    bn: tr("Batch Norm, {n} points", { n }),
    gn: tr("Group Norm, {n} channels", { n }),
    none: tr("no norm"),
  };
  const more = [];
  if (rate) more.push(tr("rate {rate}", { rate }));
  if (updates) more.push(tr("{updates} updates", { updates }));
  if (bare) more.push(tr("none on the first layer"));
  if (which)
    more.push({ anew: tr("averages anew"), training: tr("training points"), sliced: tr("as in training") }[which]);
  return [names[kind], ...more].join(", ");
}

/** A question's rows with their errors and means, and its answer. */
export function answered(asked, recorded, tr) {
  const { rows, answer } = QUESTIONS[asked];
  const lines = rows.map((row) => {
    const errors = errorsOf(row, recorded);
    return { kind: row.kind, label: rowLabel(row, tr), errors, mean: meanOf(errors) };
  });
  const means = Object.fromEntries(lines.map(({ mean }, k) => ["abcdefghij"[k], mean.toFixed(1)]));
  return { lines, answer: tr(answer, means) };
}

/** Every question's answer. */
export const answers = (/** @type {Recorded[]} */ recorded, catalogue) =>
  Object.fromEntries(Object.keys(QUESTIONS).map((asked) => [asked, answered(asked, recorded, translator(catalogue))]));

const WIDE = 420;
const LEFT = 8;
const ROW = 40;
const x = (error) => LEFT + (error / MOST) * (WIDE - LEFT - 16);

/** The rows as a picture: a mark a run, a bar at the mean. */
function rowsMarkup(lines) {
  const tall = ROW * lines.length + 22;
  const rows = lines.map(({ kind, label, errors, mean }, k) => {
    const at = ROW * k + 28;
    const marks = errors.map((e) => mark(kind, `n-${kind}`, x(e), at));
    const bar = `<path class="mean" d="M${tenths(x(mean))} ${at - 9}v18"/>`;
    return `<path class="grid" d="M${x(0)} ${at}H${x(MOST)}"/>${marks.join("")}${bar}${tick(LEFT, at - 12, label, "start")}`;
  });
  const numbers = [0, 20, 40, 60].map((error) =>
    tick(tenths(x(error)), tall - 4, `${error}${error === MOST ? " %" : ""}`, error === MOST ? "end" : "middle"),
  );
  return svg("gn-in", WIDE, tall, rows.join("") + numbers.join(""));
}

/** The fold. pick(question) is called with "" when it closes; show(asked) opens it at a question. */
export function createUnfair(recorded, tr, pick) {
  const options = /** @type {[string, string][]} */ (Object.entries(QUESTIONS).map(([key, { ask }]) => [key, tr(ask)]));
  const questions = choice({ label: tr("Is it unfair?"), options, mark: "data-gn-asked", pick });
  const place = drawingPlace(undefined, "gn-chart gn-rows");
  const answer = h("p", { "aria-live": "polite" });
  const words = h(
    "p",
    { class: "gn-part" },
    tr("Recorded: {n} runs a row, one mark each, the bar is their mean. Points wrong, in %.", {
      n: recorded[0].test.length,
    }),
  );
  const element = h(
    "details",
    { class: "gn-unfair" },
    h("summary", {}, tr("Unfair?")),
    questions.element,
    answer,
    place,
    words,
  );
  let shown = "";
  element.addEventListener("toggle", () => {
    if (element.open !== Boolean(shown)) pick(element.open ? options[0][0] : "");
  });
  const show = (asked) => {
    shown = asked;
    element.open = Boolean(asked);
    element.toggleAttribute("data-gn-about", element.open);
    if (!asked) return;
    questions.show(asked);
    const found = answered(asked, recorded, tr);
    answer.textContent = found.answer;
    place.innerHTML = rowsMarkup(found.lines);
    place.setAttribute("aria-label", found.lines.map(({ label, mean }) => `${label}: ${mean.toFixed(1)} %`).join("; "));
  };
  return { element, show };
}
