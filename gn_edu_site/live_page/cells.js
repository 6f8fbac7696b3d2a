// Cells that run in the page: book/_static/gn-page.js loads this at the first touch, and asks it to wake the cell.
import { dark, light } from "../../gn_edu/palette.json";
import { h, uniqueName } from "../../gn_edu/widgets/src/shared/dom.js";
import { translator } from "../../gn_edu/widgets/src/shared/i18n.js";
import { addLines, linesFirst } from "./arranging.js";
import { createBar } from "./bar.js";
import cellStyle from "./cells.css?style";
import drawingStyle from "./drawing.css?style";
import { drawCase, drawSets, drawValue, drawValues } from "./drawing.js";
import { createEditor } from "./editor.js";
import { createKeys } from "./keys.js";
import lineStyle from "./lines.css?style";
import { brought, load } from "./load.js";
import { createOutput } from "./output.js";
import { createPython } from "./python.js";
import { keep, lineNumbers } from "./stored.js";

const PATIENCE = 300; // milliseconds until the page says that it works

/** @type {import("../../gn_edu/widgets/src/shared/i18n.js").Translator} */
let tr;
/** @type {ReturnType<typeof createPython>} */
let python;
let started = false;

/** What the page holds of a cell that is at rest. */
function atRest(/** @type {any} */ box) {
  const { gnExercise, gnCell, gnOwn, gnGiven: before, gnDraw } = box.dataset;
  const pre = box.querySelector(".cell_input pre");
  const shown = pre.textContent.replace(/\n$/, "");
  const lines = (box.gnStub ?? shown).replace(/\n$/, "").split("\n");
  const stub = lines.slice(0, gnOwn ? Number(gnOwn) : lines.length).join("\n");
  const code = box.gnStub === undefined ? stub : shown;
  return { name: gnExercise ?? gnCell, isExercise: gnExercise !== undefined, before, draw: gnDraw, pre, stub, code };
}

/** Where the reader clicked or what was selected, as places in the text. */
function selected(/** @type {HTMLElement} */ pre) {
  const selection = getSelection();
  if (!selection?.rangeCount || !pre.contains(selection.focusNode)) return [0, 0];
  const range = selection.getRangeAt(0);
  const before = document.createRange();
  before.selectNodeContents(pre);
  before.setEnd(range.startContainer, range.startOffset);
  const start = before.toString().length;
  return [start, start + range.toString().length];
}

/** Asks Python; lines of errors are those of the reader's code. */
async function asked(
  /** @type {ReturnType<typeof atRest>} */ rest,
  /** @type {string} */ code,
  onText = (/** @type {string} */ _text) => {},
) {
  python ??= createPython({ load, tr });
  const { name, isExercise, before, draw } = rest;
  const first = before && !isExercise ? `${before.trimEnd()}\n` : "";
  const question = isExercise ? python.check(code, name, { onText }) : python.run(first + code, { onText, draw });
  const result = await question;
  started = true;
  if (result.error?.line) result.error.line = Math.max(0, result.error.line - first.split("\n").length + 1);
  return result;
}

/** The line of an error: a mark in the gutter and another ground. */
function createMark() {
  const element = h("div", { class: "gn-fault-line", "aria-hidden": "true", hidden: true });
  const show = (/** @type {number | null | undefined} */ line) => {
    element.hidden = !line;
    element.style.setProperty("--gn-line", String(line ?? 1));
  };
  return { element, show };
}

/** The cell alive in its place. */
function createCell(/** @type {any} */ box) {
  const rest = atRest(box);
  const source = box.querySelector(".cell_input");
  const help = h("span", { class: "gn-help", id: uniqueName() });
  help.textContent = tr("Ctrl+Enter runs it. Escape, then Tab leaves.");
  const mark = createMark();
  const number = rest.name.replace(/^ex0*/, "");
  const label = rest.isExercise ? tr("Your code for exercise {number}", { number }) : tr("Code that you can change");
  const editor = createEditor({ code: rest.code, label, describedby: help.id, onInput, onRun: () => run() });
  const output = createOutput({ tr, goTo: editor.goTo });
  const hint = box.closest(".gn-exercise")?.querySelector("details:not(.gn-code-folded)");
  /** @type {Awaited<ReturnType<typeof addLines>> | null} */
  let lines = null;
  const arranged = () => (lines?.shown() ? lines : null);
  const program = () => (arranged() ?? { source: () => editor.area.value }).source();
  const work = { source: program, set: editor.set, arranged };
  const bar = createBar({ bar: box.querySelector(".gn-code-bar"), help, tr, work, hint, ...rest });
  let running = false;
  let carried = ""; // the program of the lines that stands in the editor

  /** What was arranged becomes the code, where nothing else was written: it is copied and handed in as code. */
  function carry() {
    const code = lines?.source() ?? "";
    if (!code || code.includes("NotImplementedError") || ![rest.stub, carried].includes(editor.area.value)) return;
    carried = code;
    editor.set(code);
  }

  function onInput(/** @type {string} */ code) {
    mark.show(null);
    source.dataset.gnNumbers = lineNumbers(code);
    keep(rest.name, code === rest.stub ? null : code);
    bar.typed();
  }

  function show(/** @type {any} */ { error, line, value, text, ok, mistakes = [], case: failed, sets, drawn = {} }) {
    (arranged() ?? { mark: mark.show }).mark(error?.line ?? line ?? null);
    if (error)
      output.fail(arranged() ? { ...error, line: null } : error); // lines that are arranged have no numbers
    else if (text) output.answer(text, ok);
    if (value) output.value(value.text);
    const picture = failed ? drawCase(failed, { tr, mistakes }) : sets ? drawSets(mistakes, { tr }) : null;
    if (picture) output.draw(picture);
    else if (Object.keys(drawn).length) output.draw(drawValues(drawn, { tr }));
    else if (value?.array) output.draw(drawValue(value.array, { tr }));
    if (ok) box.dispatchEvent(new CustomEvent("gn-solved", { bubbles: true, detail: rest.name }));
  }

  async function run() {
    if (running) return;
    running = true;
    const saying = () => bar.working(started ? tr("Running…") : tr("Starting Python…"));
    const timer = setTimeout(saying, PATIENCE);
    bar.working("");
    output.clear();
    if (arranged()) carry();
    (arranged() ?? { mark: mark.show }).mark(null);
    box.querySelector(".cell > .cell_output:not([data-gn-new])")?.remove(); // what was stored
    try {
      show(await asked(rest, program(), output.print));
    } finally {
      clearTimeout(timer);
      bar.rests();
      running = false;
    }
  }

  bar.does({ run, stop: () => python.stop() });
  const chosen = selected(rest.pre);
  source.querySelector(".highlight").replaceChildren(editor.element);
  const keys = createKeys({ label: tr("Keys"), tab: tr("Tab"), indent: editor.indent, insert: editor.insert });
  box.querySelector(".gn-code-bar").before(mark.element, keys);
  box.querySelector(".cell").append(output.element);
  source.dataset.gnNumbers = lineNumbers(rest.code);
  box.closest(".gn-exercise")?.querySelector(".gn-kernel-check")?.setAttribute("hidden", "");
  box.classList.add("gn-awake");
  if (box.dataset.gnLines !== undefined) {
    const onChange = (/** @type {boolean | undefined} */ arranging) => {
      output.clear();
      if (arranging === false) carry();
    };
    addLines({ name: rest.name, place: source, tr, onChange }).then(
      (found) => {
        lines = found;
        if (found.source() === editor.area.value) carried = found.source();
      },
      () => {}, // the code can be written all the same
    );
  }
  return { editor, run, chosen };
}

const cells = new WeakMap();

/**
 * Wakes a cell.
 * @param {HTMLElement} box
 * @param {string} [doing] "write" where the reader touched the code, "pass" where Tab came to it, "run" where the
 *   button was pressed
 */
function wake(box, doing) {
  if (!cells.has(box)) cells.set(box, createCell(box));
  const { editor, run, chosen } = cells.get(box);
  if (doing === "run") return run();
  if (linesFirst(box)) return;
  if (doing === "write" || doing === "pass") {
    editor.area.focus({ preventScroll: true });
    editor.area.setSelectionRange(...chosen);
  }
  if (doing === "pass") editor.pass();
}

/** The check of an exercise for any code; nothing is shown. */
async function check(/** @type {HTMLElement} */ box, /** @type {string} */ code) {
  const { ok, mistakes, text, error } = await asked(atRest(box), code);
  return { ok: Boolean(ok), mistakes: mistakes ?? [], text: text ?? error?.message ?? "" };
}

const verdict = ({ bad, good }) => `.gn-code{--gn-bad:${bad};--gn-good:${good}}`;
/** Right and wrong in the colours of the theme; a browser need not know light-dark(). */
const verdictStyle =
  `${verdict(light)}body[data-theme=dark] ${verdict(dark)}` +
  `@media (prefers-color-scheme:dark){body:not([data-theme=light]) ${verdict(dark)}}`;

/** The words of the page's language, and the styles of cells that are awake; then they can wake. */
async function prepare() {
  document.head.append(h("style", {}, lineStyle + drawingStyle + cellStyle + verdictStyle));
  // An iPhone makes a page larger when small type is written in; a reader can still do so.
  if (CSS.supports("-webkit-touch-callout", "none"))
    document.querySelector("meta[name=viewport]")?.setAttribute("content", "width=device-width, maximum-scale=1");
  if (document.documentElement.lang !== "en") await load("texts");
  tr = translator(brought().texts);
  return { wake, check };
}

brought().ready = prepare();
