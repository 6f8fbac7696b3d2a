// What a page does besides its widgets: it remembers which stops of the path were read, and folds code on a phone.
(() => {
  const words = document.querySelector('script[data-gn="catalogue"]');
  const catalogue = words ? JSON.parse(words.textContent) : {};
  const tr = (message) => catalogue[message] ?? message;

  // ---- the path: a set of page names in this browser
  const KEY = "gn-path";
  const load = () => {
    try {
      return new Set(JSON.parse(localStorage.getItem(KEY)) ?? []);
    } catch {
      return new Set(); // no storage here: nothing is remembered
    }
  };
  const read = load();
  const button = document.querySelector("[data-gn-read]");
  function show() {
    for (const stop of document.querySelectorAll("[data-gn-stop]")) stop.classList.toggle("gn-read", read.has(stop.dataset.gnStop));
    button?.setAttribute("aria-pressed", String(read.has(button.dataset.gnRead)));
  }
  if (button) {
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

  // ---- code on a phone: folded, its output shown
  const narrow = matchMedia("(max-width: 480px)");
  function fold() {
    for (const cell of document.querySelectorAll(".cell_input")) {
      if (cell.parentElement.matches("details")) continue;
      const lines = cell.textContent.split("\n").filter((line) => line.trim()).length;
      if (lines < 4) continue;
      const folded = document.createElement("details"), summary = document.createElement("summary");
      folded.className = "gn-code-folded";
      summary.textContent = tr("Code, {lines} lines").replace("{lines}", lines);
      cell.replaceWith(folded);
      folded.append(summary, cell);
    }
  }
  function unfold() {
    for (const folded of document.querySelectorAll(".gn-code-folded")) folded.replaceWith(folded.lastElementChild);
  }
  const follow = () => (narrow.matches ? fold() : unfold());
  narrow.addEventListener("change", follow);
  follow();
})();
