// Questions to a script in a worker, and its replies. The script hears them through `answering`.

/**
 * A worker from a script's text: ask(question) -> its reply; null where a page may start none.
 * @param {string} script
 */
export function startWorker(script) {
  const address = URL.createObjectURL(new Blob([script], { type: "text/javascript" }));
  /** @type {Worker} */
  let worker;
  try {
    worker = new Worker(address);
  } catch {
    URL.revokeObjectURL(address);
    return null;
  }
  const waiting = new Map();
  let asked = 0;
  worker.onmessage = ({ data: { id, reply } }) => {
    waiting.get(id)(reply);
    waiting.delete(id);
  };
  const ask = (/** @type {any} */ question) =>
    new Promise((done) => {
      waiting.set(++asked, done);
      worker.postMessage({ id: asked, question });
    });
  const stop = () => {
    worker.terminate();
    URL.revokeObjectURL(address);
  };
  return { ask, stop };
}

/**
 * In the worker: replies to every question.
 * @param {(question: any) => any} reply
 */
export const answering = (reply) => {
  self.onmessage = ({ data: { id, question } }) => self.postMessage({ id, reply: reply(question) });
};
