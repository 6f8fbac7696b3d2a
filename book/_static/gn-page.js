// What a page does besides its widgets: it remembers which stops of the path were read, and folds code on a phone.
(() => {
  // ---- the path: a set of page names in this browser
  const KEY = "gn-path";
  const load = () => {
    try {
      return new Set(JSON.parse(localStorage.getItem(KEY) ?? "[]"));
    } catch {
      return new Set(); // no storage here: nothing is remembered
    }
  };
  const read = load();
  /** @type {(selector: string) => NodeListOf<HTMLElement>} */
  const all = (selector) => document.querySelectorAll(selector);
  const buttons = all("[data-gn-read]");
  function show() {
    for (const stop of all("[data-gn-stop]")) {
      const done = /** @type {HTMLElement} */ (stop.querySelector(".gn-done"));
      done.hidden = !read.has(stop.dataset.gnStop);
    }
    for (const button of buttons) button.setAttribute("aria-pressed", String(read.has(button.dataset.gnRead)));
  }
  for (const button of buttons) {
    button.hidden = false;
    button.addEventListener("click", () => {
      const page = button.dataset.gnRead;
      if (!read.delete(page)) read.add(page);
      try {
        localStorage.setItem(KEY, JSON.stringify([...read]));
      } catch {
        // as above
      }
      show();
    });
  }
  show();

  // ---- code on a phone: folded, its output shown; until this runs, gn-cells.css hides it
  const narrow = matchMedia("(max-width: 480px)");
  const follow = () => {
    for (const folded of /** @type {NodeListOf<HTMLDetailsElement>} */ (all(".gn-code-folded"))) {
      folded.open = !narrow.matches;
      folded.dataset.gnFolds = "";
    }
  };
  narrow.addEventListener("change", follow);
  follow();
})();
