// Wakes the live outputs of a page without a kernel: widgets (anywidget front-end modules) at once, Plotly figures, which
// need megabytes, when the reader asks for it. A classic script, since browsers refuse module scripts on file://.
(() => {
  const here = /** @type {HTMLScriptElement} */ (document.currentScript).src;
  const read = (script) => JSON.parse(script.textContent.replaceAll("<\\/", "</"));
  /** @type {(kind: string, root?: ParentNode) => NodeListOf<HTMLScriptElement>} */
  const scripts = (kind, root = document) => root.querySelectorAll(`script[data-gn="${kind}"]`);
  const catalogue = scripts("catalogue")[0] ? read(scripts("catalogue")[0]) : {};

  // Names that belong to traits: "key:name key:name".
  const named = (text) =>
    (text ?? "")
      .split(" ")
      .filter(Boolean)
      .map((/** @type {string} */ pair) => pair.split(":"));

  // Values that several widgets of the page have.
  const sharedValues = new Map();
  function shared(id) {
    if (!sharedValues.has(id)) {
      const script = [...scripts("shared")].find((s) => s.dataset.id === id);
      sharedValues.set(id, read(script));
    }
    return sharedValues.get(id);
  }

  // A script of the site. A classic one: a page on file:// is refused both fetch and modules.
  function loadScript(name) {
    return new Promise((done, failed) => {
      const script = document.createElement("script");
      const onload = () => done(script);
      Object.assign(script, { src: new URL(name, here), onload, onerror: () => failed(Error(`${name} did not load`)) });
      document.head.append(script);
    });
  }

  // A value that is loaded when it is asked for: its script leaves it on its own element. Asked again after a failure,
  // it is tried again.
  const lateValues = new Map();
  function late(name) {
    if (!lateValues.has(name)) {
      const value = loadScript(name).then((script) => script.gnData);
      value.catch(() => lateValues.delete(name));
      lateValues.set(name, value);
    }
    return lateValues.get(name);
  }

  // The part of the widget model that modules use: get, set, on, off, save_changes, send. A late trait is a promise here
  // and a value in a notebook: a module awaits it.
  class Model {
    #traits;
    #late;
    #handlers = new Map();
    constructor(traits, late) {
      this.#traits = traits;
      this.#late = late;
    }
    get(key) {
      return this.#late.has(key) ? late(this.#late.get(key)) : this.#traits[key];
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
    const { stem = "", ...names } = script.dataset;
    const common = named(names.shared).map(([key, id]) => [key, shared(id)]);
    const traits = { ...read(script), ...Object.fromEntries(common), _catalogue: catalogue };
    const model = new Model(traits, new Map(named(names.late)));
    const el = document.createElement("div");
    const { [stem]: widget } = await load();
    const still = box.querySelector(".gn-still");
    box.append(el);
    await widget.render({ model, el });
    still.remove();
    box.classList.add("gn-awake");
  }

  let plotly;
  function loadPlotly() {
    plotly ??= loadScript("plotly.min.js").then(() => /** @type {any} */ (window).Plotly);
    return plotly;
  }

  const darkSystem = matchMedia("(prefers-color-scheme: dark)");
  const isDark = () => {
    const { theme } = document.body.dataset;
    return theme === "dark" || (theme !== "light" && darkSystem.matches);
  };

  /** A Plotly figure on the page's ground, in the page's colours; the figure brings those of its lines for a dark page. */
  function themed({ data, layout }) {
    const { color } = getComputedStyle(document.body);
    const grid = "rgba(128,128,128,.3)";
    const axis = { gridcolor: grid, linecolor: color, zerolinecolor: grid };
    const colours = isDark() ? layout.meta.dark : {};
    const lines = data.map((trace) => {
      const line = { ...trace.line, color: colours[trace.line.color] ?? trace.line.color };
      return { ...trace, line, marker: { ...trace.marker, color: line.color } };
    });
    const clear = { paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)" };
    const axes = { xaxis: { ...layout.xaxis, ...axis }, yaxis: { ...layout.yaxis, ...axis } };
    return { data: lines, layout: { ...layout, ...clear, ...axes, font: { ...layout.font, color } } };
  }

  async function wakeFigure(box) {
    const figure = read(scripts("plotly", box)[0]);
    const Plotly = await loadPlotly();
    const el = document.createElement("div");
    const still = box.querySelector(".gn-still");
    still.replaceWith(el);
    const draw = () => Plotly.react(el, { ...themed(figure), config: { responsive: true, displayModeBar: false } });
    await draw();
    new MutationObserver(draw).observe(document.body, { attributes: true, attributeFilter: ["data-theme"] });
    darkSystem.addEventListener("change", draw);
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
