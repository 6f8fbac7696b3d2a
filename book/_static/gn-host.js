// Wakes the live outputs of a page without a kernel: widgets (anywidget front-end modules) at once, Plotly figures, which
// need megabytes, when the reader asks for it. A classic script, since browsers refuse module scripts on file://.
(() => {
  const here = /** @type {HTMLScriptElement} */ (document.currentScript).src;
  const read = (script) => JSON.parse(script.textContent.replaceAll("<\\/", "</"));
  /** @type {(kind: string, root?: ParentNode) => NodeListOf<HTMLScriptElement>} */
  const scripts = (kind, root = document) => root.querySelectorAll(`script[data-gn="${kind}"]`);
  const catalogue = scripts("catalogue")[0] ? read(scripts("catalogue")[0]) : {};

  // The part of the widget model that modules use: get, set, on, off, save_changes, send.
  class Model {
    #traits;
    #handlers = new Map();
    constructor(traits) {
      this.#traits = traits;
    }
    get(key) {
      return this.#traits[key];
    }
    set(key, value) {
      if (this.#traits[key] === value) return;
      this.#traits[key] = value;
      for (const name of [`change:${key}`, "change"]) for (const f of this.#handlers.get(name) ?? []) f();
    }
    on(names, handler) {
      for (const name of names.split(" ")) {
        if (!this.#handlers.has(name)) this.#handlers.set(name, new Set());
        this.#handlers.get(name).add(handler);
      }
    }
    off(names, handler) {
      for (const name of names.split(" ")) this.#handlers.get(name)?.delete(handler);
    }
    save_changes() {}
    send() {}
  }

  // One module holds all widgets of the page, each under its name.
  let widgets;
  function load() {
    const source = scripts("source")[0].textContent.replaceAll("<\\/", "</");
    widgets ??= import(URL.createObjectURL(new Blob([source], { type: "text/javascript" })));
    return widgets;
  }

  async function wakeWidget(box) {
    const [script] = scripts("widget", box);
    const model = new Model({ ...read(script), _catalogue: catalogue });
    const el = document.createElement("div");
    const { [script.dataset.stem ?? ""]: widget } = await load();
    const still = box.querySelector(".gn-still");
    box.append(el);
    await widget.render({ model, el });
    still.remove();
    box.classList.add("gn-awake");
  }

  let plotly;
  function loadPlotly() {
    plotly ??= new Promise((done, failed) => {
      const script = document.createElement("script");
      Object.assign(script, {
        src: new URL("plotly.min.js", here),
        onload: () => done(/** @type {any} */ (window).Plotly),
        onerror: failed,
      });
      document.head.append(script);
    });
    return plotly;
  }

  function themed(layout) {
    const style = getComputedStyle(document.body);
    const colour = style.color;
    const grid = "rgba(128,128,128,.3)";
    const axis = { gridcolor: grid, linecolor: colour, zerolinecolor: grid };
    return {
      ...layout,
      font: { ...layout.font, color: colour },
      paper_bgcolor: "rgba(0,0,0,0)",
      plot_bgcolor: "rgba(0,0,0,0)",
      xaxis: { ...layout.xaxis, ...axis },
      yaxis: { ...layout.yaxis, ...axis },
    };
  }

  async function wakeFigure(box) {
    const figure = read(scripts("plotly", box)[0]);
    const Plotly = await loadPlotly();
    const el = document.createElement("div");
    const still = box.querySelector(".gn-still");
    still.replaceWith(el);
    const draw = () =>
      Plotly.react(el, figure.data, themed(figure.layout), { responsive: true, displayModeBar: false });
    await draw();
    new MutationObserver(draw).observe(document.body, { attributes: true, attributeFilter: ["data-theme"] });
    box.dataset.gnReady = "";
  }

  function offerFigure(box) {
    const button = box.querySelector(".gn-wake");
    button.hidden = false;
    button.addEventListener("click", () => {
      button.disabled = true;
      wakeFigure(box).then(() => button.remove(), console.error);
    });
  }

  // A link to a widget: the page moves to it when no still picture above it can go any more.
  const linked = [];
  document.addEventListener("gn-linked", (event) => linked.push(/** @type {CustomEvent} */ (event).detail));
  const waking = [];
  for (const box of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll(".gn-live"))) {
    if (box.dataset.gnHost === "plotly") offerFigure(box);
    else waking.push(wakeWidget(box).catch(console.error));
  }
  Promise.all(waking).then(() => {
    for (const bringIntoView of linked) bringIntoView();
  });
})();
