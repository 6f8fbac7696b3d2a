// A few lines of Python, written in the place where they stood: a text area over the same code in colours.
import { h } from "../../gn_edu/widgets/src/shared/dom.js";
import { highlighted } from "./highlighting.js";
import { broken, indented, outdented, stepBack, straight } from "./typing.js";

let lastKey = ""; // that was pressed since the pointer was
document.addEventListener("keydown", ({ key }) => (lastKey = key), true);
document.addEventListener("pointerdown", () => (lastKey = ""), true);

/**
 * @param {object} options
 * @param {string} options.code
 * @param {string} options.label
 * @param {string} options.describedby the id of the help
 * @param {(code: string) => void} options.onInput
 * @param {() => void} options.onRun
 */
export function createEditor({ code, label, describedby, onInput, onRun }) {
  const ink = h("pre", { "aria-hidden": "true" });
  const off = { spellcheck: "false", autocapitalize: "off", autocorrect: "off", autocomplete: "off", wrap: "off" };
  const marks = { "aria-label": label, "aria-describedby": describedby, "data-gn-editor": true };
  /** @type {HTMLTextAreaElement} */
  const area = h("textarea", { ...off, ...marks });
  const sheet = h("div", { class: "gn-sheet" }, ink, area);
  const element = h("div", { class: "gn-editor" }, sheet);

  const draw = () => ink.replaceChildren(...highlighted(area.value), "\n");
  const now = () => ({ value: area.value, start: area.selectionStart, end: area.selectionEnd });

  /** As if it was typed, so that the browser can undo it; where the lines stand in its place, nothing can be typed. */
  function change(/** @type {import("./typing.js").Change} */ { from, to, text, select }) {
    area.focus();
    area.setSelectionRange(from, to);
    const typed = document.activeElement === area;
    const done = typed && document.execCommand(text ? "insertText" : "delete", false, text);
    if (!done) {
      area.setRangeText(text, from, to, "end");
      area.dispatchEvent(new Event("input"));
    }
    area.setSelectionRange(...select);
  }
  const insert = (/** @type {string} */ text) => {
    const { start, end } = now();
    change({ from: start, to: end, text, select: [start + text.length, start + text.length] });
  };
  const set = (/** @type {string} */ text) => change({ from: 0, to: area.value.length, text, select: [0, 0] });
  const indent = () => change(indented(now()));

  // Tab goes on to the next control: behind Escape, and where Tab came from the one before.
  /** The reader's cursor goes to a line, which is selected. */
  function goTo(/** @type {number} */ line) {
    const lines = area.value.split("\n");
    const start = lines.slice(0, line - 1).join("\n").length + (line > 1 ? 1 : 0);
    area.focus();
    area.setSelectionRange(start, start + (lines[line - 1]?.length ?? 0));
  }

  let leaving = false;
  const pass = () => {
    leaving = true;
  };
  area.addEventListener("focus", () => {
    leaving = lastKey === "Tab";
  });
  area.addEventListener("keydown", (event) => {
    const { key, ctrlKey, metaKey, shiftKey, altKey } = event;
    if (key === "Enter" && (ctrlKey || metaKey || shiftKey)) {
      event.preventDefault();
      onRun();
    } else if (key === "Tab" && !leaving && !ctrlKey && !altKey && !metaKey) {
      event.preventDefault();
      change(shiftKey ? outdented(now()) : indented(now()));
    }
    if (key !== "Shift") leaving = key === "Escape";
  });
  // Not by their keys, which a phone's keyboard does not name.
  area.addEventListener("beforeinput", (event) => {
    const { inputType, data, isComposing } = event;
    if (isComposing) return;
    const as = (/** @type {import("./typing.js").Change | null} */ changed) => {
      if (!changed) return;
      event.preventDefault();
      change(changed);
    };
    if (inputType === "insertLineBreak") as(broken(now()));
    else if (inputType === "deleteContentBackward") as(stepBack(now()));
    else if (inputType === "insertText" && data && straight(data) !== data) {
      event.preventDefault();
      insert(straight(data));
    }
  });
  area.addEventListener("input", () => {
    draw();
    onInput(area.value);
  });
  area.addEventListener("blur", () => {
    element.scrollLeft = 0; // the beginnings of lines are seen again
  });
  area.value = code;
  draw();
  return { element, area, set, insert, indent, goTo, pass };
}
