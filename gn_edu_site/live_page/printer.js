// What Python prints, on its way to the page: in pieces, and not without end.

const MOST_LINES = 2000;
const MOST_BYTES = 200_000;
const PIECE = 8192; // bytes that wait at most
const EVERY = 50; // milliseconds between two pieces, unless one is full

/**
 * print takes bytes as they come; ended says what still waits. say is given {text}, or {more}: the number of lines that
 * were left out so far.
 * @param {(said: {text: string} | {more: number}) => void} say
 */
export function printer(say) {
  const piece = new Uint8Array(PIECE);
  let decoder = new TextDecoder();
  let [filled, bytes, lines, last] = [0, 0, 0, 0];
  let [more, told] = [0, 0];
  let within = false; // a line that is left out has begun

  const send = () => {
    const text = decoder.decode(piece.subarray(0, filled), { stream: true });
    if (text) say({ text });
    if (more > told) say({ more });
    [filled, told, last] = [0, more, performance.now()];
  };
  const keep = (/** @type {number} */ byte) => {
    piece[filled++] = byte;
    bytes++;
    if (byte === 10) lines++;
  };
  const leaveOut = (/** @type {number} */ byte) => {
    if (!within) more++;
    within = byte !== 10;
  };
  const print = (/** @type {Uint8Array} */ [byte]) => {
    const full = lines >= MOST_LINES || bytes >= MOST_BYTES;
    (full ? leaveOut : keep)(byte);
    if (filled === PIECE || (byte === 10 && performance.now() > last + EVERY)) send();
  };
  const ended = () => {
    send();
    decoder = new TextDecoder();
    [bytes, lines, more, told, within] = [0, 0, 0, 0, false];
  };
  return { print, ended };
}
