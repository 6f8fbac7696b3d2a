/**
 * Runs step() every `beat` milliseconds, from a press to the next, or until step() gives false.
 * @param {number} beat
 * @param {() => boolean} step
 * @param {() => void} changed called when it starts and when it stops
 */
export function createPlayer(beat, step, changed) {
  let timer = /** @type {ReturnType<typeof setInterval> | undefined} */ (undefined);
  const stop = () => {
    clearInterval(timer);
    timer = undefined;
    changed();
  };
  const start = () => {
    timer = setInterval(() => !step() && stop(), beat);
    changed();
  };
  return { stop, toggle: () => (timer ? stop() : start()), playing: () => timer !== undefined };
}
