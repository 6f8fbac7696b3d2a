// What a reader wrote stays in this browser.

/** Keeps the code of a cell; null: there is none but the page's own. */
export function keep(/** @type {string} */ name, /** @type {string | null} */ code) {
  try {
    if (code === null) localStorage.removeItem(`gn-code:${name}`);
    else localStorage.setItem(`gn-code:${name}`, code);
  } catch {
    // no storage here: nothing is remembered
  }
}

/** "1 2 3" for three lines. */
export const lineNumbers = (/** @type {string} */ code) =>
  code
    .split("\n")
    .map((_, k) => k + 1)
    .join(" ");
