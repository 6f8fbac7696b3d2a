// The bar under a cell's code: run, stop, hint, reset, copy, download.
import { h } from "../../gn_edu/widgets/src/shared/dom.js";

const SHORTLY = 2000; // milliseconds

/** Copies a text; where a page has no clipboard, as it was done before there were any. */
async function copied(/** @type {string} */ text) {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  const area = h("textarea", { readonly: true, class: "gn-help" });
  area.value = text;
  document.body.append(area);
  area.select();
  const done = document.execCommand("copy");
  area.remove();
  if (!done) throw Error("no clipboard");
}

/** Hands a text over as a file. */
function saveAs(/** @type {string} */ name, /** @type {string} */ text) {
  const href = URL.createObjectURL(new Blob([text], { type: "text/x-python" }));
  h("a", { href, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(href), SHORTLY);
}

/** "ex04.py", "exercise_4_1.py" */
const fileName = (/** @type {string} */ name) => `${name.replace(/^\d/, "exercise_$&").replaceAll(".", "_")}.py`;

/**
 * Fills the bar that the page has; its button Run stays the one that it is.
 * @param {object} options
 * @param {HTMLElement} options.bar
 * @param {HTMLElement} options.help
 * @param {import("../../gn_edu/widgets/src/shared/i18n.js").Translator} options.tr
 * @param {{source: () => string, set: (code: string) => void, arranged: () => null | {reset: () => void}}} options.work
 *   what stands over the bar: its code, and the lines where these are arranged
 * @param {HTMLDetailsElement | null} options.hint the fold on the page
 * @param {string} options.name
 * @param {string} options.stub the page's own code
 */
export function createBar({ bar, help, tr, work, hint, name, stub }) {
  const button = (/** @type {string} */ does, /** @type {string} */ text) =>
    h("button", { type: "button", "data-gn-do": does }, text);
  const run = /** @type {HTMLButtonElement} */ (bar.querySelector("[data-gn-do=run]"));
  const stop = button("stop", tr("Stop"));
  const hinting = button("hint", tr("Hint"));
  const reset = button("reset", tr("Reset"));
  const copy = button("copy", tr("Copy"));
  const save = button("save", tr("Download"));
  const status = h("span", { role: "status", class: "gn-status" });
  stop.hidden = true;
  hinting.hidden = !hint;

  /** @type {string | null} what Undo brings back */
  let before = null;
  function typed() {
    before = null;
    reset.textContent = tr("Reset");
  }
  reset.addEventListener("click", () => {
    const lines = work.arranged();
    if (lines) return lines.reset();
    const code = work.source();
    const back = before;
    work.set(back ?? stub);
    before = back === null && code !== stub ? code : null;
    reset.textContent = before === null ? tr("Reset") : tr("Undo");
  });
  hinting.addEventListener("click", () => {
    if (!hint) return;
    hint.open = !hint.open;
    if (hint.open) hint.scrollIntoView({ block: "nearest" });
  });
  const open = () => hinting.setAttribute("aria-expanded", String(hint?.open));
  hint?.addEventListener("toggle", open);
  open();
  copy.addEventListener("click", async () => {
    copy.textContent = await copied(work.source()).then(
      () => tr("Copied"),
      () => tr("Not copied"),
    );
    setTimeout(() => (copy.textContent = tr("Copy")), SHORTLY);
  });
  save.addEventListener("click", () => saveAs(fileName(name), `${work.source()}\n`));

  for (const part of [...bar.children]) if (part !== run) part.remove(); // it may have the focus
  bar.append(stop, hinting, reset, copy, save, status, help);
  return {
    typed,
    does(/** @type {{run: () => void, stop: () => void}} */ does) {
      run.addEventListener("click", does.run);
      stop.addEventListener("click", does.stop);
    },
    /** It runs; `text` says so. */
    working(/** @type {string} */ text) {
      run.setAttribute("aria-disabled", "true");
      stop.hidden = false;
      status.textContent = text;
    },
    rests() {
      if (document.activeElement === stop) run.focus();
      run.removeAttribute("aria-disabled");
      stop.hidden = true;
      status.textContent = "";
    },
  };
}
