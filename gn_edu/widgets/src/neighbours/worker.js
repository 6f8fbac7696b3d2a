// The networks in a worker: the first question brings the data, every other one asks, {batch, training}.
import { answering } from "../shared/worker.js";
import { readied } from "./network.js";

let ask = /** @type {ReturnType<typeof readied> | undefined} */ (undefined);
answering(({ data, batch, training }) => {
  if (!data) return ask?.(batch, training);
  ask = readied(data);
});
