// What every widget shares: a root with its name, a state that lives in the address, and the buttons reset, copy link,
// large type and keep in view. Takes the traits `name` and `_catalogue`; touches only el and model, and the address of
// the page it stands on.
import { followInAddress, keepAddress, linkOf, meant, stateInAddress, written } from "./address.js";
import { h } from "./dom.js";
import { translator } from "./i18n.js";

/**
 * @typedef {import("@anywidget/types").AnyModel} Model
 * @typedef {import("./i18n.js").Translator} Translator
 * @typedef {Record<string, any>} State
 */

/**
 * Keep traits and state the same. apply(change) takes what Python changed; push() sends the state to Python.
 * @param {Model} model
 * @param {string[]} keys
 * @param {State} state
 * @param {(change: State) => void} apply
 */
function twoWay(model, keys, state, apply) {
  const same = (/** @type {any} */ a, /** @type {any} */ b) => JSON.stringify(a) === JSON.stringify(b);
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

/** In the middle, or from its top where it is taller than the window; of a widget that is about one of its parts, that. */
const bringIntoView = (/** @type {HTMLElement} */ root) => {
  const place = /** @type {HTMLElement} */ (root.querySelector("[data-gn-about]") ?? root);
  place.scrollIntoView({ block: place.offsetHeight > innerHeight * 0.9 ? "start" : "center" });
};

/**
 * A button that is on or off.
 * @param {string} name
 * @param {string} text
 * @param {(event: Event) => void} onclick
 */
const toggle = (name, text, onclick) =>
  h("button", { type: "button", "aria-pressed": "false", "data-gn-do": name, onclick }, text);

/**
 * Hands on a link to what is shown, or shows it to be copied by hand.
 * @param {string} link
 * @param {HTMLElement} said
 * @param {Translator} tr
 */
export async function copyLink(link, said, tr) {
  try {
    // A phone hands the link to another device through its own sheet.
    if (navigator.share && matchMedia("(pointer: coarse)").matches) return void (await navigator.share({ url: link }));
    await navigator.clipboard.writeText(link);
    said.textContent = tr("Link copied.");
  } catch {
    said.replaceChildren(tr("Copy this link:"), " ", h("a", { href: link }, link));
  }
}

/**
 * The buttons that change how the whole of a widget looks.
 * @param {HTMLElement} el
 * @param {() => HTMLElement} root
 * @param {Translator} tr
 */
function lookButtons(el, root, tr) {
  const large = toggle("large", tr("Large type"), () => {
    large.setAttribute("aria-pressed", String(root().classList.toggle("gn-large")));
  });
  // On a phone a widget can stay at the top while the text about it scrolls. Its place in the text is kept.
  const pinned = (/** @type {boolean} */ on) => {
    el.style.minHeight = on ? `${root().offsetHeight}px` : "";
    root().classList.toggle("gn-pinned", on);
    pin.setAttribute("aria-pressed", String(on));
    pin.textContent = on ? tr("Let go") : tr("Keep in view");
  };
  const pin = toggle("pin", tr("Keep in view"), () => pinned(!root().classList.contains("gn-pinned")));
  return { large, pin, letGo: () => pinned(false) };
}

/**
 * Make a widget's root inside el. Append to its body; call changed() after every change of state.
 * @param {object} options
 * @param {Model} options.model
 * @param {HTMLElement} options.el
 * @param {string} options.stem
 * @param {string} options.title what it is called
 * @param {Translator} options.tr
 * @param {() => State} options.read its state as strings
 * @param {(state: State) => any} options.write take such a state, or {} for the start; it may return a promise of the
 *   first picture
 */
export function frame({ model, el, stem, title, tr, read, write }) {
  const name = model.get("name");
  const onPage = Boolean(el.closest("[data-gn-host]"));
  const body = h("div", { class: "gn-body" });
  const said = h("span", { class: "gn-said", role: "status" });
  const changed = () => {
    said.textContent = "";
    // On the published page the address follows the view; a notebook's address belongs to the notebook.
    if (onPage) followInAddress(() => linkOf(stem, name, read()));
  };
  const reset = () => {
    write({});
    changed();
  };
  const copy = () => copyLink(location.href.split("#")[0] + linkOf(stem, name, read()), said, tr);
  const { large, pin, letGo } = lookButtons(el, () => root, tr);
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
  root.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
    event.stopPropagation();
    if (event.key === "Escape") letGo();
  });
  const follow = () => {
    const state = stateInAddress(stem, name);
    if (!state) return;
    keepAddress();
    write(state);
    bringIntoView(root);
    // The next Tab goes on from here.
    root.setAttribute("tabindex", "-1");
    root.focus({ preventScroll: true });
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
  return { root, body, changed, start, stop: () => window.removeEventListener("hashchange", follow) };
}

/**
 * A frame around a widget that is a picture of its state: every change redraws all of it. Its traits say all: how each
 * stands in the address, and where it starts. Append to its body; set(change) changes the state; run(drawing) starts
 * and gives the clean-up.
 * @param {import("@anywidget/types").RenderProps} props
 * @param {object} options
 * @param {string} options.stem
 * @param {string} options.title an English message
 * @param {import("./address.js").Forms} options.traits those that are shared with Python
 * @param {import("./address.js").Forms} [options.own] what the address holds besides them
 * @param {string[]} [options.given] traits that never change
 * @param {State} [options.start] where the state starts, unless as the model has it
 * @param {() => State} [options.afresh] what no address holds, and every address and reset begin anew
 */
export function picturedByTraits({ model, el }, options) {
  const { stem, title, traits, own, given = [], start, afresh = () => ({}) } = options;
  const tr = translator(model.get("_catalogue"));
  const keys = Object.keys(traits);
  const taken = (/** @type {string[]} */ names) => Object.fromEntries(names.map((key) => [key, model.get(key)]));
  const first = /** @type {State} */ ({ ...taken(keys), ...start });
  const state = /** @type {any} */ ({ ...taken(given), ...first, ...afresh() });
  const forms = { ...traits, ...own };
  let draw = () => {};
  const write = (/** @type {Record<string, string>} */ saved) => {
    Object.assign(state, meant(forms, saved, first), afresh());
    draw();
    python.push();
  };
  const set = (/** @type {State} */ change) => {
    Object.assign(state, change);
    draw();
    box.changed();
    python.push();
  };
  const box = frame({ model, el, stem, title: tr(title), tr, read: () => written(forms, state, first), write });
  const python = twoWay(model, keys, state, set);
  const run = async (/** @type {() => void} */ drawing) => {
    draw = drawing;
    await box.start();
    return () => {
      python.stop();
      box.stop();
    };
  };
  return { tr, state, first, root: box.root, body: box.body, set, run };
}
