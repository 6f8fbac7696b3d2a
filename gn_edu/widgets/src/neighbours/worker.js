// The networks in a worker: the first question brings the data, every other one asks.
import { answering } from "../shared/worker.js";
import { readied } from "./network.js";

let ask = /** @type {ReturnType<typeof readied> | undefined} */ (undefined);
answering(({ data, ...question }) => {
  if (!data) return ask?.(question);
  ask = readied(data);
});
