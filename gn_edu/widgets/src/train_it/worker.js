// Runs in a worker: a message with `begin` starts one, every message asks for its next picture.
import { createRun } from "./run.js";

let run = /** @type {ReturnType<typeof createRun> | undefined} */ (undefined);
self.onmessage = ({ data: { begin, id } }) => {
  if (begin) run = createRun(begin);
  self.postMessage({ id, picture: run?.advance() });
};
