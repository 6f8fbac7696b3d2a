// What a page does besides its widgets: it remembers which stops of the path were read, folds code on a phone, and loads
// what runs Python when a reader touches a cell that can be run.
(() => {
  const here = /** @type {HTMLScriptElement} */ (document.currentScript).src;
  // ---- the path: a set of page names in this browser
  const KEY = "gn-path";
  const stored = (/** @type {string} */ key) => {
    try {
      return localStorage.getItem(key);
    } catch {
      return null; // no storage here: nothing is remembered
    }
  };
  const load = () => {
    try {
      return new Set(JSON.parse(stored(KEY) ?? "[]"));
    } catch {
      return new Set(); // something else lies there
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

  // ---- cells that run: their script comes at the first touch. A classic one: a page on file:// is refused modules.
  let awake; // what it brings, when it is there
  let coming;
  function cells() {
    coming ??= new Promise((done, failed) => {
      const script = document.createElement("script");
      script.addEventListener("load", () => done(/** @type {any} */ (globalThis).gnLive.ready));
      script.addEventListener("error", failed);
      script.src = String(new URL("live/live.js", here));
      document.head.append(script);
    }).then(
      (found) => {
        awake = found;
        return awake;
      },
      () => {
        coming = null; // tried again at the next touch
        throw Error("live.js did not load");
      },
    );
    return coming;
  }
  for (const box of /** @type {NodeListOf<any>} */ (all("[data-gn-live]"))) {
    const lost = box.querySelector("[data-gn-lost]");
    const wake = (/** @type {string} */ doing) => {
      if (awake) return awake.wake(box, doing); // at once: later, a phone shows no keyboard
      cells().then(
        (found) => found.wake(box, doing),
        () => (lost.hidden = false),
      );
    };
    const asleep = (/** @type {EventTarget | null} */ target) =>
      !box.classList.contains("gn-awake") && /** @type {Element} */ (target).closest(".cell_input pre, [data-gn-do]");
    box.check = async (/** @type {string} */ source) => (await cells()).check(box, source);
    box.addEventListener("pointerdown", ({ target }) => asleep(target) && cells().catch(() => {}));
    box.addEventListener("click", ({ target }) => {
      const touched = asleep(target);
      if (touched) wake(touched.matches("pre") ? "write" : "run");
    });
    box.addEventListener("focusin", ({ target }) => {
      if (target.matches(":focus-visible") && asleep(target)) wake(target.matches("pre") ? "pass" : "");
    });
    const source = box.querySelector(".cell_input pre");
    const saved = stored(`gn-code:${box.dataset.gnExercise ?? box.dataset.gnCell}`);
    if (saved === null) continue;
    box.gnStub = source.textContent;
    source.textContent = `${saved}\n`;
    source.closest("[data-gn-numbers]").dataset.gnNumbers = saved
      .split("\n")
      .map((_, k) => k + 1)
      .join(" ");
  }
})();
