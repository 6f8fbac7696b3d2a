// Python's code in the page's colours, as Pygments names them.
import { h } from "../../gn_edu/widgets/src/shared/dom.js";

const KEYWORDS =
  "and as assert async await break class continue def del elif else except finally for from global if import in is " +
  "lambda nonlocal not or pass raise return try while with yield";
const CONSTANTS = "None True False";
const BUILT_IN =
  "abs all any bool dict enumerate float int isinstance len list map max min print range reversed round set sorted str " +
  "sum super tuple type zip";
const word = (/** @type {string} */ words) => `\\b(?:${words.replaceAll(" ", "|")})\\b`;

/** Pygments' class of each kind, in the order in which they are looked for. */
const KINDS = [
  ["c1", "#.*"],
  ["sd", "[rbfuRBFU]{0,2}\"\"\"[^]*?(?:\"\"\"|$)|[rbfuRBFU]{0,2}'''[^]*?(?:'''|$)"],
  ["s2", "[rbfuRBFU]{0,2}(?:\"(?:\\\\.|[^\"\\\\\\n])*\"?|'(?:\\\\.|[^'\\\\\\n])*'?)"],
  ["kc", word(CONSTANTS)],
  ["k", word(KEYWORDS)],
  ["ne", "\\b[A-Z]\\w*(?:Error|Exception)\\b"],
  ["nb", word(BUILT_IN)],
  ["mi", "\\b(?:\\d[\\d_]*\\.?\\d*(?:[eE][-+]?\\d+)?|0[xX][\\da-fA-F]+)\\b|\\.\\d+"],
  ["n", "[^\\W\\d]\\w*"],
  ["o", "[-+*/%@=<>!&|^~]+"],
];
const TOKEN = new RegExp(KINDS.map(([, pattern]) => `(${pattern})`).join("|"), "g");

/** The names of what is defined; what follows a point is a name, whatever it is called. */
const NAMED = { def: "nf", class: "nc", ".": "n" };

/** The code as text and coloured pieces. */
export function highlighted(/** @type {string} */ code) {
  /** @type {(string | Node)[]} */
  const parts = [];
  let end = 0;
  let before = "";
  for (const found of code.matchAll(TOKEN)) {
    const between = code.slice(end, found.index);
    const kind = KINDS[found.slice(1).findIndex((piece) => piece !== undefined)][0];
    const named = NAMED[/** @type {keyof typeof NAMED} */ (between === "." ? between : before)];
    const is = named && /^\w/.test(found[0]) ? named : kind;
    parts.push(between, h("span", { class: is }, found[0]));
    before = found[0];
    end = found.index + before.length;
  }
  return [...parts, code.slice(end)];
}
