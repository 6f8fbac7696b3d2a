// The run that is on: it goes on picture by picture until it ends, is paused, or another one begins.
import { startWorker } from "../shared/worker.js";
import { createRun } from "./run.js";
import { UPDATES } from "./training.js";
import workerScript from "./worker.js?worker";

/** @typedef {import("./run.js").Picture} Picture */
/** @typedef {{ over: number, seed: number }} Options */

/** ask({ begin }) -> the next picture of a run; in a worker, or here where none may be started. */
function startTrainer() {
  const started = startWorker(workerScript);
  if (started) return started;
  let run = /** @type {ReturnType<typeof createRun> | null} */ (null);
  const ask = async ({ begin }) => {
    if (begin) run = createRun(begin);
    await new Promise((done) => setTimeout(done)); // the page stays alive
    return run?.advance();
  };
  return { ask, stop() {} };
}

/**
 * show(picture, options) is called with every picture, and resolves when it has been seen; ended(picture, options) with
 * the last one. `phase` is "rest", "running" or "paused".
 * @param {{ show: (picture: Picture, options: Options) => Promise<void>, ended: (picture: Picture, options: Options) => void, changed: () => void }} handlers
 */
export function createTraining({ show, ended, changed }) {
  let trainer = /** @type {ReturnType<typeof startTrainer> | null} */ (null); // starts with the first run
  let turn = 0;
  let options = /** @type {Options | null} */ (null);
  const training = {
    phase: /** @type {"rest" | "running" | "paused"} */ ("rest"),
    /** Begin a run; resolves to its last picture, or to null where another one began before. */
    async begin(/** @type {Options} */ asked, once = false) {
      options = { ...asked };
      return advance(++turn, options, once);
    },
    /** Go on with the run that is paused, for one picture or to the end. */
    goOn: (once = false) => (options ? advance(++turn, null, once) : undefined),
    pause() {
      turn++;
      phase("paused");
    },
    /** No run is on, none can go on. */
    clear() {
      turn++;
      options = null;
      phase("rest");
    },
    stop: () => trainer?.stop(),
  };
  function phase(now) {
    training.phase = now;
    changed();
  }
  async function advance(mine, begin, once) {
    trainer ??= startTrainer();
    phase("running");
    const of = /** @type {Options} */ (options);
    while (mine === turn) {
      const picture = await trainer.ask({ begin });
      begin = null;
      if (mine !== turn) return null;
      await show(picture, of);
      if (picture.update >= UPDATES) {
        options = null;
        phase("rest");
        ended(picture, of);
        return picture;
      }
      if (once) {
        phase("paused");
        return picture;
      }
    }
    return null;
  }
  return training;
}
