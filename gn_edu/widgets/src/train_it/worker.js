// Runs in a worker: a question with `begin` starts one, every question asks for its next picture.
import { answering } from "../shared/worker.js";
import { createRun } from "./run.js";

let run = /** @type {ReturnType<typeof createRun> | undefined} */ (undefined);
answering(({ begin }) => {
  if (begin) run = createRun(begin);
  return run?.advance();
});
