// Which exercises were solved, in this browser only: a tick beside the heading, a count on a sheet, and there the answers
// as a notebook. A cell that is right says so by the event gn-solved, with the exercise's name.
(() => {
  const here = /** @type {HTMLScriptElement} */ (document.currentScript).src;
  const KEY = "gn-solved";
  /** @type {any} */
  const page = globalThis;

  function solvedStore() {
    const solved = new Set();
    const read = () => {
      try {
        for (const name of JSON.parse(localStorage.getItem(KEY) ?? "[]")) solved.add(name);
      } catch {
        // no storage here, or something else lies there: what is solved counts until the page is left
      }
    };
    const add = (/** @type {string} */ name) => {
      read(); // another page may have added some
      solved.add(name);
      try {
        localStorage.setItem(KEY, JSON.stringify([...solved]));
      } catch {
        // the same
      }
    };
    read();
    return { has: (/** @type {string} */ name) => solved.has(name), add, read };
  }
  const store = solvedStore();

  const ticks = /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-gn-tick]"));
  const progress = /** @type {any} */ (document.querySelector(".gn-progress"));
  function show() {
    for (const tick of ticks) tick.classList.toggle("gn-solved", store.has(tick.dataset.gnTick ?? ""));
    if (!progress) return;
    const counted = [...ticks].filter((tick) => tick.matches(".gn-solved")).length;
    progress.querySelector("[data-gn-count]").textContent = String(counted);
    progress.classList.add("gn-awake");
  }
  document.addEventListener("gn-solved", (event) => {
    store.add(/** @type {CustomEvent} */ (event).detail);
    show();
  });
  addEventListener("storage", () => {
    store.read();
    show();
  });
  show();

  // ---- the answers as a notebook; its script comes when it is asked for, and again after a failure
  const button = progress?.querySelector("[data-gn-answers]");
  const lost = progress?.querySelector("[role=alert]");
  async function copy() {
    if (!page.gnLive?.copyAnswers)
      await new Promise((onload, onerror) => {
        const src = String(new URL("live/copy_answers.js", here));
        document.head.append(Object.assign(document.createElement("script"), { src, onload, onerror }));
      });
    await page.gnLive.copyAnswers(button.dataset.gnAnswers);
  }
  button?.addEventListener("click", () => {
    lost.hidden = true;
    copy().catch(() => {
      lost.hidden = false;
    });
  });
})();
