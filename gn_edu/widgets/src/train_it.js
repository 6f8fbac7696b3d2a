// Train it yourself: the same small network with batch norm and with group norm, on two arms of a spiral. The chart is the
// dial: its chosen column says over how many of the 32 points of an update batch norm averages. Takes the traits recorded (runs of scripts/record_spiral.py),
// over, seed, guesses, asked, name; sets over, seed, guesses and asked. The arithmetic runs in a worker.
import { numbers, oneOf, unlessFirst, whole } from "./shared/address.js";
import { drive, h, liveText } from "./shared/dom.js";
import { picturedByTraits } from "./shared/frame.js";
import { N_, translator } from "./shared/i18n.js";
import { stillChart } from "./shared/lines.js";
import { meanOf } from "./shared/maths.js";
import { createFields } from "./train_it/fields.js";
import { chart, createFigure, guessOf, MOST, OVERS } from "./train_it/figure.js";
import { createTraining } from "./train_it/model.js";
import { STEP } from "./train_it/run.js";
import { UPDATES } from "./train_it/training.js";
import { createUnfair, errorsOf, QUESTIONS } from "./train_it/unfair.js";

export { answers } from "./train_it/unfair.js";

const PACE = 24; // ms a picture stands at least: learning is there to be seen
const SEEDS = 999;

/** The runs of the record as those of a reader. */
function recordedRuns(recorded) {
  const gn = errorsOf({ kind: "gn", n: 4 }, recorded);
  return OVERS.flatMap((over) =>
    errorsOf({ kind: "bn", n: over }, recorded).map((bn, k) => ({ over, seed: k + 1, bn, gn: gn[k] })),
  );
}

/** For pages without scripts: the figure from recorded runs. */
export function still({ recorded }, catalogue) {
  const tr = translator(catalogue);
  const runs = recordedRuns(recorded);
  const means = OVERS.map((over) => meanOf(runs.filter((run) => run.over === over).map((run) => run.bn)).toFixed(1));
  const text = tr(
    "Recorded, 20 runs each: Batch Norm over 32, 16, 8, 4, 2 points names {means} % of the test points wrong, Group Norm {gn} %.",
    { means: means.join(", "), gn: meanOf(runs.map(({ gn }) => gn)).toFixed(1) },
  );
  return { svg: stillChart(chart(runs, tr, "still")), text };
}

/** What a finished run says, in words; `guess` in % where a hand has made one for these points. */
export function sentence({ over, guess }, { bn, gn }, tr) {
  const errors = { bn: bn.test.toFixed(1), gn: gn.test.toFixed(1), training: bn.training.toFixed(1) };
  const numbers = { n: over, guess, ...errors };
  return guess === undefined
    ? tr(
        "Batch Norm over {n} points has {bn} % of the test points wrong, and {training} % of its own training points. Group Norm has {gn} % of the test points wrong.",
        numbers,
      )
    : tr(
        "You guessed {guess} %; it is {bn} % of the test points that Batch Norm over {n} has wrong, and {training} % of its own training points. Group Norm has {gn} % of the test points wrong.",
        numbers,
      );
}

/** The buttons; the main one says what it will do. */
function createControls({ tr, train, pauseOrGoOn, step, otherSeed, counted }) {
  const main = h("button", { type: "button", class: "gn-main", "data-gn-do": "train" });
  main.addEventListener("click", () => (main.dataset.is === "rest" ? train() : pauseOrGoOn()));
  const once = h("button", { type: "button", "data-gn-do": "step", onclick: step }, tr("{n} updates", { n: STEP }));
  const seed = h("button", { type: "button", "data-gn-do": "seed", onclick: otherSeed });
  const words = { running: tr("Pause"), paused: tr("Go on") };
  const show = ({ over, seed: now }, phase, next) => {
    main.dataset.is = phase;
    seed.hidden = Boolean(next) && phase === "rest"; // the main button takes another one then
    once.disabled = seed.hidden;
    const rest = next
      ? tr("Train with a mean over {n}, seed {seed}", { n: over, seed: next })
      : tr("Train with a mean over {n}", { n: over });
    main.textContent = words[phase] ?? rest;
    seed.textContent = tr("Seed {seed}: another one", { seed: now });
  };
  return { element: drive(main, once, seed, counted), show };
}

/** What is on paper where nothing was trained: the recorded runs. */
function onPaper({ svg, text }) {
  const src = `data:image/svg+xml,${encodeURIComponent(svg)}`;
  return h("div", { class: "gn-on-paper" }, h("img", { src, alt: "" }), h("p", {}, text));
}

/**
 * The runs of a visit, and the one that is on. `picture` is what is seen of it; `quick`: nothing of it, but the end.
 * @param {{ tr: import("./shared/i18n.js").Translator, state: any, set: (change: any) => void, showRun: () => void,
 *   showControls: () => void, draw: () => void }} parts
 */
function createVisit({ tr, state, set, showRun, showControls, draw }) {
  const beforehand = tr("Four channels of one point, or some of the 32 points: which of the two learns?");
  const motion = matchMedia("(prefers-reduced-motion: reduce)");
  const visit = {
    runs: /** @type {import("./train_it/figure.js").Finished[]} */ ([]),
    picture: /** @type {import("./train_it/run.js").Picture | null} */ (null),
    said: beforehand,
    quick: false,
    training: createTraining({
      async show(now) {
        if (visit.quick || (motion.matches && now.update < UPDATES && visit.training.phase === "running")) return;
        visit.picture = now;
        showRun();
        await new Promise((done) => setTimeout(done, PACE));
      },
      ended(now, { over, seed }) {
        visit.runs.push({ over, seed, bn: now.bn.test, gn: now.gn.test });
        Object.assign(visit, { picture: now, said: sentence({ over, guess: guessOf(state.guesses, over) }, now, tr) });
        draw();
      },
      changed: () => showControls(),
    }),
    /** No run is on. */
    stopRun() {
      visit.training.clear();
      Object.assign(visit, { picture: null, said: beforehand });
    },
    choose(change) {
      visit.stopRun();
      set(change);
    },
    begin(change, once = false) {
      visit.choose(change);
      return visit.training.begin({ over: state.over, seed: state.seed }, once);
    },
    /** The seed of the next run with these points, if they had one with this seed. */
    nextSeed: () =>
      visit.runs.some(({ over, seed }) => over === state.over && seed === state.seed) ? (state.seed % SEEDS) + 1 : 0,
  };
  return visit;
}

/** @param {import("@anywidget/types").RenderProps} props */
function render(props) {
  const recorded = props.model.get("recorded");
  let restart = () => {};
  const box = picturedByTraits(props, {
    stem: "train_it",
    title: N_("Train it yourself"),
    given: ["recorded"],
    // A link or a reset begins with no run.
    afresh: () => {
      restart();
      return {};
    },
    traits: {
      over: oneOf(OVERS),
      seed: whole(1, SEEDS),
      guesses: unlessFirst(numbers(OVERS.length, (list) => list.every((v) => v >= 0 && v <= MOST))),
      asked: unlessFirst(oneOf(["", ...Object.keys(QUESTIONS)])),
    },
  });
  const { tr, state, set } = box;
  const fields = createFields(tr);
  const choose = (over) => over !== state.over && visit.choose({ over });
  const figure = createFigure(tr, {
    guess(k, error) {
      choose(OVERS[k]);
      set({ guesses: state.guesses.map((old, i) => (i === k ? error : old)) });
    },
    choose,
  });
  const unfair = createUnfair(recorded, tr, (asked) => set({ asked }));
  const live = liveText();
  const visit = createVisit({ tr, state, set, showRun, showControls, draw });
  const { training, begin } = visit;
  restart = () => {
    visit.stopRun();
    visit.runs.length = 0;
    fields.letGo();
  };
  const afterwards = () => (visit.nextSeed() ? { seed: visit.nextSeed() } : {});
  const controls = createControls({
    tr,
    train: () => begin(afterwards()),
    pauseOrGoOn: () => (training.phase === "running" ? training.pause() : training.goOn()),
    step: () => (training.phase === "rest" ? begin({}, true) : training.goOn(true)),
    otherSeed: () => visit.choose({ seed: (state.seed % SEEDS) + 1 }),
    counted: fields.counted,
  });
  function showControls() {
    controls.show(state, training.phase, visit.nextSeed());
  }
  function showRun() {
    fields.show(visit.picture, state);
    box.root.classList.toggle("gn-trained", visit.picture !== null || visit.runs.length > 0);
  }
  function draw() {
    showRun();
    showControls();
    live.textContent = visit.said;
    figure.show(visit.runs, state);
    unfair.show(state.asked);
  }
  const hint = h("p", {}, tr("Your Figure 1. Drag a hollow square to where you expect Batch Norm; then train."));
  const printed = onPaper(still({ recorded }, props.model.get("_catalogue")));
  box.body.append(hint, controls.element, figure.element, fields.element, live, printed, unfair.element);
  const root = /** @type {any} */ (box.root);
  root.run = async ({ over, seed }) => {
    visit.quick = true;
    const last = await begin({ over, seed });
    visit.quick = false;
    return last && { bn: last.bn.test, gn: last.gn.test };
  };
  const stop = box.run(draw);
  return async () => {
    (await stop)();
    training.stop();
    figure.stop();
  };
}

export default { render };
