// The networks in a worker: the first message brings the data, every other one asks, {id, batch, training}.
import { readied } from "./network.js";

let ask = /** @type {ReturnType<typeof readied> | undefined} */ (undefined);
self.onmessage = ({ data: message }) => {
  if (message.data) ask = readied(message.data);
  else self.postMessage({ id: message.id, replies: ask?.(message.batch, message.training) });
};
