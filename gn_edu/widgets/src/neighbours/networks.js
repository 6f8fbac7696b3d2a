// The networks at work, in a worker, or here where none may be started.

import { startWorker } from "../shared/worker.js";
import { readied } from "./network.js";
import workerScript from "./worker.js?worker";

/**
 * @typedef {{ probabilities: number[], maps: number[][], means: number[] }} Reply by network
 * @typedef {{ batch?: number[], training: boolean, own: Uint8Array | null }} Question as network.js explains it
 */

/**
 * ask(question) -> its reply; stop() ends the worker.
 * @param {any} data {pictures, nets}
 */
function startNetworks(data) {
  const started = startWorker(workerScript);
  if (!started) {
    const here = readied(data);
    return { ask: async (question) => here(question), stop() {} };
  }
  started.ask({ data });
  return started;
}

/**
 * Networks that are loaded when the first question comes. ask(question) -> a promise of its reply; it fails where the
 * weights do not come, and the next question tries again.
 * @param {() => any} loadNets the weights, or a promise of them
 * @param {any[]} pictures
 */
export function createNetworks(loadNets, pictures) {
  let started = /** @type {Promise<ReturnType<typeof startNetworks>> | undefined} */ (undefined);
  let stopped = false;
  const start = async () => startNetworks({ pictures, nets: await loadNets() });
  /** @type {(question: Question) => Promise<any>} */
  async function ask(question) {
    started ??= start();
    try {
      const networks = await started;
      if (stopped) networks.stop();
      return networks.ask(question);
    } catch (error) {
      started = undefined;
      throw error;
    }
  }
  const stop = () => {
    stopped = true;
    started?.then(
      (networks) => networks.stop(),
      () => {},
    );
  };
  return { ask, stop };
}
