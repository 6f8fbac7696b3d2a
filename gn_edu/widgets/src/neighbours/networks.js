// The networks at work, in a worker, or here where none may be started.

import { startWorker } from "../shared/worker.js";
import { readied } from "./network.js";
import workerScript from "./worker.js?worker";

/** @typedef {{ probabilities: number[], maps: number[][], means: number[] }} Reply */

/**
 * ask(batch, training) -> replies by network; stop() ends the worker.
 * @param {any} data {pictures, nets}
 */
function startNetworks(data) {
  const started = startWorker(workerScript);
  if (!started) {
    const here = readied(data);
    return { ask: async (batch, training) => here(batch, training), stop() {} };
  }
  started.ask({ data });
  return { ask: (batch, training) => started.ask({ batch, training }), stop: started.stop };
}

/**
 * Networks that are loaded when the first question comes. ask(batch, training) -> a promise of the replies by network;
 * it fails where the weights do not come, and the next question tries again.
 * @param {() => any} loadNets the weights, or a promise of them
 * @param {any[]} pictures
 */
export function createNetworks(loadNets, pictures) {
  let started = /** @type {Promise<ReturnType<typeof startNetworks>> | undefined} */ (undefined);
  let stopped = false;
  const start = async () => startNetworks({ pictures, nets: await loadNets() });
  /** @type {(batch: number[], training: boolean) => Promise<Record<string, Reply>>} */
  async function ask(batch, training) {
    started ??= start();
    try {
      const networks = await started;
      if (stopped) networks.stop();
      return networks.ask(batch, training);
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
