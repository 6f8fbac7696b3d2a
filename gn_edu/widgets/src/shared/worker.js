// A script in a worker, where a page may start one.

/**
 * A worker from a script's text, or null. end(worker) stops it.
 * @param {string} script
 */
export function startWorker(script) {
  const address = URL.createObjectURL(new Blob([script], { type: "text/javascript" }));
  try {
    const worker = new Worker(address);
    const end = () => {
      worker.terminate();
      URL.revokeObjectURL(address);
    };
    return { worker, end };
  } catch {
    URL.revokeObjectURL(address);
    return null;
  }
}
