// What every widget shares: a root with its name, translated labels, a state that lives in the address, and the
// buttons reset, copy link and large type. Takes the traits `name` and `_catalogue`; touches only el and model,
// and the address of the page it stands on.

/** Fill {placeholders} in a message that may be translated: catalogue maps English to another language. */
export const translator =
  (catalogue) =>
  (message, values = {}) =>
    (catalogue?.[message] ?? message).replace(/\{(\w+)\}/g, (all, key) => values[key] ?? all);

/** Marks a message for the catalogue where it is not translated on the spot. */
export const N_ = (message) => message;

/** A DOM element from a tag, its attributes and its children (strings or elements). */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (value === true) element.setAttribute(key, "");
    else if (value !== false && value != null) element.setAttribute(key, value);
  }
  element.append(...children);
  return element;
}

/**
 * A row of choices of which one holds. options: [value, label] pairs; `mark` is the data attribute of each input.
 * Returns {element, show}: show(value) checks one.
 */
export function choice({ label, options, mark, pick }) {
  const name = `c-${Math.random().toString(36).slice(2)}`; // crypto.randomUUID is there over https alone
  const inputs = options.map(([value]) => {
    const input = h("input", { type: "radio", name, value, [mark]: value });
    input.addEventListener("change", () => pick(value));
    return input;
  });
  const labels = options.map(([, text], i) => h("label", { class: "gn-choice" }, inputs[i], h("span", {}, text)));
  const element = h("div", { class: "gn-choices-row", role: "radiogroup", "aria-label": label }, ...labels);
  const show = (value) => {
    for (const [i, input] of inputs.entries()) input.checked = options[i][0] === value;
  };
  return { element, show };
}

/**
 * Keep traits and state the same. apply(change) takes what Python changed; push() sends the state to Python.
 * Returns {push, stop}.
 */
export function twoWay(model, keys, state, apply) {
  const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);
  let pushing = false; // setting one trait must not bring back the old values of the others
  const listen = () => {
    const changed = keys.filter((key) => !same(model.get(key), state[key]));
    if (!pushing && changed.length) apply(Object.fromEntries(changed.map((key) => [key, model.get(key)])));
  };
  const events = keys.map((key) => `change:${key}`).join(" ");
  model.on(events, listen);
  const push = () => {
    pushing = true;
    for (const key of keys) model.set(key, state[key]);
    model.save_changes();
    pushing = false;
  };
  return { push, stop: () => model.off(events, listen) };
}

/** Fixed decimals without a negative zero. */
export const fixed = (value, digits = 3) => {
  const text = value.toFixed(digits);
  return Number(text) === 0 ? (0).toFixed(digits) : text;
};

export const escapeText = (text) =>
  String(text).replace(/[&<>"]/g, (c) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[c]);

const linkOf = (stem, name, state) => `#${stem}.${name}?${new URLSearchParams(state)}`;

/** The state that the page's address holds for this widget, or null. */
function stateInAddress(stem, name) {
  const [target, query] = location.hash.slice(1).split("?");
  return target === `${stem}.${name}` && query ? Object.fromEntries(new URLSearchParams(query)) : null;
}

/** In the middle, or from its top where it is taller than the window. */
const bringIntoView = (root) =>
  root.scrollIntoView({ block: root.offsetHeight > innerHeight * 0.9 ? "start" : "center" });

/**
 * Make a widget's root inside el.
 * title: what it is called; read(): its state as strings; write(state): take such a state, or {} for the start; it
 * may return a promise of the first picture.
 * Returns {root, body, changed}: append to body; call changed() after every change of state.
 */
export function frame({ model, el, stem, title, tr, read, write }) {
  const name = model.get("name");
  const body = h("div", { class: "gn-body" });
  const said = h("span", { class: "gn-said", role: "status" });
  let waiting = /** @type {ReturnType<typeof setTimeout> | undefined} */ (undefined);
  const changed = () => {
    said.textContent = "";
    // On the published page the address follows the view; a notebook's address belongs to the notebook.
    if (!onPage) return;
    clearTimeout(waiting);
    // Browsers refuse addresses that change many times a second.
    waiting = setTimeout(() => history.replaceState(history.state, "", linkOf(stem, name, read())), 250);
  };
  const reset = () => {
    write({});
    changed();
  };
  const onPage = Boolean(el.closest("[data-gn-host]"));
  const copy = async () => {
    const link = location.href.split("#")[0] + linkOf(stem, name, read());
    try {
      // A phone hands the link to another device through its own sheet.
      if (navigator.share && matchMedia("(pointer: coarse)").matches)
        return void (await navigator.share({ url: link }));
      await navigator.clipboard.writeText(link);
      said.textContent = tr("Link copied.");
    } catch {
      said.replaceChildren(tr("Copy this link:"), " ", h("a", { href: link }, link));
    }
  };
  const large = h("button", { type: "button", "aria-pressed": "false", "data-gn-do": "large" }, tr("Large type"));
  large.addEventListener("click", () => {
    const on = root.classList.toggle("gn-large");
    large.setAttribute("aria-pressed", String(on));
  });
  // On a phone a widget can stay at the top while the text about it scrolls. Its place in the text is kept.
  const pin = h("button", { type: "button", "aria-pressed": "false", "data-gn-do": "pin" }, tr("Keep in view"));
  const pinned = (on) => {
    el.style.minHeight = on ? `${root.offsetHeight}px` : "";
    root.classList.toggle("gn-pinned", on);
    pin.setAttribute("aria-pressed", String(on));
    pin.textContent = on ? tr("Let go") : tr("Keep in view");
  };
  pin.addEventListener("click", () => pinned(!root.classList.contains("gn-pinned")));
  const tools = h(
    "div",
    { class: "gn-tools" },
    h("button", { type: "button", onclick: reset, "data-gn-do": "reset" }, tr("Reset")),
    // The address of a notebook is its reader's own.
    ...(onPage ? [h("button", { type: "button", onclick: copy, "data-gn-do": "copy" }, tr("Copy link"))] : []),
    large,
    pin,
    said,
  );
  const root = h(
    "div",
    { class: `gn gn-${stem}`, role: "group", "data-gn-widget": stem, "data-gn-name": name, "aria-label": title },
    body,
    tools,
  );
  // JupyterLab takes arrow keys away from whatever stands in a cell.
  root.addEventListener("keydown", (event) => {
    event.stopPropagation();
    if (event.key === "Escape") pinned(false);
  });
  const follow = () => {
    const state = stateInAddress(stem, name);
    if (!state) return;
    write(state);
    bringIntoView(root);
  };
  window.addEventListener("hashchange", follow);
  const start = async () => {
    await write(stateInAddress(stem, name) ?? {});
    el.append(root);
    root.setAttribute("data-gn-ready", "");
    // Whoever replaces still pictures brings the widget into view when the last one is gone.
    const detail = () => bringIntoView(root);
    if (stateInAddress(stem, name)) root.dispatchEvent(new CustomEvent("gn-linked", { bubbles: true, detail }));
  };
  const stop = () => window.removeEventListener("hashchange", follow);
  return { root, body, changed, start, stop };
}

/**
 * A frame around a widget that is a picture of its state: every change redraws all of it. `traits` are shared with
 * Python; read() gives the state as strings, parse(saved) the state that such strings mean, the start for {}.
 * Returns {body, set, run}: append to body; set(change) changes the state; run() starts and gives the clean-up.
 */
export function pictured({ model, el, stem, title, tr, traits, state, read, parse, draw }) {
  const write = (saved) => {
    Object.assign(state, parse(saved));
    draw();
    python.push();
  };
  const box = frame({ model, el, stem, title, tr, read, write });
  const set = (change) => {
    Object.assign(state, change);
    draw();
    box.changed();
    python.push();
  };
  const python = twoWay(model, traits, state, set);
  const run = async () => {
    await box.start();
    return () => {
      python.stop();
      box.stop();
    };
  };
  return { body: box.body, set, run };
}
