// One Python in one worker, from its start to its end.

/**
 * ready resolves to null, or to the reason why there is no Python here.
 * @typedef {{text?: string, more?: number, reply?: string, broken?: [string, string]}} Said
 * @typedef {{ready: Promise<string | null>, ask: (question: string[], hear: (said: Said) => void) => void,
 *   end: () => void}} Machine
 * @param {{worker: string, wasm: string, files: Record<string, string>}} parts
 * @returns {Machine}
 */
export function startMachine({ worker: script, wasm, files }) {
  const address = URL.createObjectURL(new Blob([script], { type: "text/javascript" }));
  /** @type {Worker} */
  let worker;
  try {
    worker = new Worker(address);
  } catch (error) {
    URL.revokeObjectURL(address);
    return { ready: Promise.resolve(String(error)), ask: () => {}, end: () => {} };
  }
  let hear = (/** @type {Said} */ _said) => {};
  const ready = new Promise((/** @type {(reason: string | null) => void} */ done) => {
    worker.onmessage = ({ data }) => {
      if (data.ready) done(null);
      else if (data.refused) done(data.refused);
      else hear(data);
    };
    worker.onerror = (event) => {
      event.preventDefault();
      done(event.message || "the worker did not start");
      hear({ broken: ["Error", event.message] });
    };
  });
  worker.postMessage({ start: { wasm, files } });
  return {
    ready,
    ask: (question, listener) => {
      hear = listener;
      worker.postMessage({ ask: question });
    },
    end: () => {
      hear = () => {};
      worker.terminate();
      URL.revokeObjectURL(address);
    },
  };
}
