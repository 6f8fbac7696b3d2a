// MicroPython in a worker. It hears {start: {wasm, files}} and then {ask: [entry, program, text]}; it says {ready: true}, or
// {refused: why}; then {text} as it is printed, {reply} or {broken: [kind, why]} at the end of each question.
import { loadMicroPython } from "@micropython/micropython-webassembly-pyscript/micropython.mjs";
import { printer } from "./printer.js";

const HEAP = 16 * 2 ** 20; // bytes that Python has at first; it takes more as it needs it
const MOST_MEMORY = 260 * 2 ** 20; // bytes of all that it computes with: the heap four times doubled, and the rest
const BEGIN = "import gc, sys\nsys.path[:] = ['/', '.frozen']\nfrom live import page";

/** MicroPython takes more memory for as long as there is some. Here there is less, of which it need tell no console. */
function boundMemory() {
  console.error = () => {};
  const { grow } = WebAssembly.Memory.prototype;
  WebAssembly.Memory.prototype.grow = function (pages) {
    if (this.buffer.byteLength + pages * 65536 > MOST_MEMORY) throw RangeError("as much memory as a page's Python has");
    return grow.call(this, pages);
  };
}

/**
 * The interpreter's code came with its script: nothing is fetched. (No Blob is read either: of a page on the file
 * system WebKit refuses that to a worker.)
 * @param {string} wasm base64 of its gzipped bytes
 */
function unpacked(wasm) {
  const bytes = Uint8Array.from(atob(wasm), (character) => character.charCodeAt(0));
  const { readable, writable } = new DecompressionStream("gzip");
  const writer = writable.getWriter();
  writer.write(bytes);
  writer.close();
  return new Response(readable, { headers: { "Content-Type": "application/wasm" } });
}

/**
 * @param {any} python
 * @param {Record<string, string>} files text by path
 */
function writeFiles(python, files) {
  const made = new Set();
  for (const [path, text] of Object.entries(files)) {
    const parts = path.split("/");
    for (let depth = 1; depth < parts.length; depth++) {
      const folder = `/${parts.slice(0, depth).join("/")}`;
      if (!made.has(folder)) python.FS.mkdir(folder);
      made.add(folder);
    }
    python.FS.writeFile(`/${path}`, text);
  }
}

const { print, ended } = printer((said) => self.postMessage(said));
/** @type {any} */
let python;

/** @param {{wasm: string, files: Record<string, string>}} parts */
async function start({ wasm, files }) {
  boundMemory();
  self.fetch = async () => unpacked(wasm);
  python = await loadMicroPython({ heapsize: HEAP, linebuffer: false, stdout: print, url: "micropython.wasm" });
  writeFiles(python, files);
  python.runPython(BEGIN);
}

/** @param {string[]} question the entry's name, and what it is given */
function answer([entry, ...given]) {
  try {
    return { reply: python.globals.get("page")[entry](...given) };
  } catch (/** @type {any} */ error) {
    return { broken: [error.type ?? error.name, error.message] };
  }
}

self.onmessage = async ({ data: { start: parts, ask } }) => {
  if (parts) {
    const ready = await start(parts).then(
      () => ({ ready: true }),
      (error) => ({ refused: String(error) }),
    );
    return self.postMessage(ready);
  }
  const said = answer(ask);
  ended();
  self.postMessage(said);
  if (said.reply) python.runPython("gc.collect()"); // of its own accord it does so only between two runs
};
