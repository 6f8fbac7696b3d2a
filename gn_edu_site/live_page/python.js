// Python for the cells of a page: it runs one program at a time, and what a program may take is bounded.
import { translator } from "../../gn_edu/widgets/src/shared/i18n.js";
import { startMachine } from "./machine.js";

const LIMIT = 5000; // milliseconds that a program may run
// What MicroPython and browsers say of too many calls within calls.
const DEEP = /^(?:RuntimeError|RangeError|InternalError): .*(?:call stack|recursion|pystack)/i;
// As much as a module needs that does nothing; where wasm is blocked, this is.
const EMPTY = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0);

/** @typedef {import("./machine.js").Machine} Machine */
/** @typedef {{error: {kind: string, message: string, line?: number} | null, [key: string]: any}} Result */

/** Whether this page may run Python at all, before anything of it is loaded. */
function whyNot() {
  if (typeof Worker !== "function" || typeof DecompressionStream !== "function") return "old";
  if (typeof WebAssembly !== "object") return "blocked";
  try {
    new WebAssembly.Module(EMPTY);
    return null;
  } catch {
    return "blocked";
  }
}

/** @type {(tr: import("../../gn_edu/widgets/src/shared/i18n.js").Translator) => Record<string, string>} */
const words = (tr) => ({
  old: tr("This browser is too old to run Python in the page. Update it, or run the code in Colab."),
  blocked: tr("Python does not run here: this browser, or its settings, blocks WebAssembly. Run the code in Colab."),
  worker: tr("Python does not start in this browser. Run the code in Colab."),
  notLoaded: tr("Python did not load. Look at your connection, then try again."),
  stopped: tr("Stopped."),
  memory: tr("The program needs more memory than Python has in this page. Does a list grow without end?"),
  deep: tr("The calls go too deep. Does the function call itself without end?"),
});

/**
 * run and check resolve to what gn_edu_site/live/page.py replies, also where Python can't run: then to an error of a
 * kind that only the page knows (Refused, NotLoaded, Stopped, TimeLimit).
 * @param {{load: (name: string) => Promise<any>, tr?: import("../../gn_edu/widgets/src/shared/i18n.js").Translator,
 *   limit?: number}} options limit in milliseconds
 */
export function createPython({ load, tr = translator(null), limit = LIMIT }) {
  const word = words(tr);
  /** @type {Promise<Machine> | null} */
  let machine = null;
  let halt = () => {};
  let stops = 0;
  /** @type {Promise<any>} */
  let last = Promise.resolve();

  const failed = (/** @type {string} */ kind, /** @type {string} */ message) => ({ error: { kind, message } });
  const timeLimit = () =>
    failed("TimeLimit", tr("Stopped after {seconds} seconds. Does a loop run without end?", { seconds: limit / 1000 }));
  const live = () => /** @type {any} */ (globalThis).gnLive;

  const prepare = () => {
    machine = load("python").then(() => startMachine(live().python));
    machine.catch(() => (machine = null));
    return machine;
  };
  const renew = (/** @type {Machine} */ used) => {
    used.end();
    prepare().catch(() => {});
  };

  /** @type {(reply: {reply?: string, broken?: [string, string]}) => Result} */
  const understood = ({ reply, broken = ["", ""] }) => {
    const result = reply === undefined ? failed(...broken) : JSON.parse(reply);
    const { error } = result;
    if (error?.kind === "MemoryError") error.message = word.memory;
    else if (error && DEEP.test(`${error.kind}: ${error.message}`))
      Object.assign(error, { kind: "RecursionError", message: word.deep });
    return result;
  };

  /** @type {(used: Machine, question: string[], onText: (text: string) => void) => Promise<Result>} */
  const answer = (used, question, onText) =>
    new Promise((done) => {
      let more = 0;
      const finish = (/** @type {Result} */ result, /** @type {boolean} */ whole) => {
        clearTimeout(timer);
        if (more) onText(tr("… {more} more lines", { more: more.toLocaleString("en") }));
        if (!whole) renew(used);
        halt = () => {};
        done(result);
      };
      const timer = setTimeout(() => finish(timeLimit(), false), limit);
      halt = () => finish(failed("Stopped", word.stopped), false);
      used.ask(question, (said) => {
        if (said.text) onText(said.text);
        else if (said.more) more = said.more;
        else {
          const result = understood(said);
          finish(result, !said.broken && result.error?.kind !== "MemoryError");
        }
      });
    });

  /** @type {(question: () => Promise<string[]>, onText: (text: string) => void) => Promise<Result>} */
  const ask = async (question, onText) => {
    const reason = whyNot();
    if (reason) return failed("Refused", word[reason]);
    const before = stops;
    const words = await question().catch(() => null);
    const used = words && (await (machine ?? prepare()).catch(() => null));
    if (!words || !used) return failed("NotLoaded", word.notLoaded);
    if ((await used.ready) !== null) {
      used.end();
      machine = null;
      return failed("Refused", word.worker);
    }
    return stops > before ? failed("Stopped", word.stopped) : answer(used, words, onText);
  };

  /** One after the other. @type {typeof ask} */
  const queued = (question, onText) => {
    const before = stops;
    const stopped = failed("Stopped", word.stopped);
    last = last.then(() => {
      if (stops > before) return stopped;
      const halted = new Promise((done) => (halt = () => done(stopped)));
      return Promise.race([ask(question, onText), halted]);
    });
    return last;
  };

  return {
    /** @type {(source: string, options?: {onText?: (text: string) => void, draw?: string}) => Promise<Result>} */
    run: (source, { onText = () => {}, draw = "" } = {}) => queued(async () => ["run", source, draw], onText),
    /** @type {(source: string, name: string, options?: {onText?: (text: string) => void}) => Promise<Result>} */
    check: async (source, name, { onText = () => {} } = {}) => {
      const table = () => load(name).then(() => ["check", source, JSON.stringify(live().tables[name])]);
      const result = await queued(table, onText);
      return "ok" in result ? result : { ok: false, mistakes: [], text: result.error?.message, ...result };
    },
    /** Ends what runs, and what waits. */
    stop: () => {
      stops++;
      halt();
    },
  };
}
