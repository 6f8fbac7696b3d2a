// The late scripts of _static/live: each is loaded once, when it is asked for. Classic ones, for a page on the file
// system is refused both fetch and modules.

const { src: here } = /** @type {HTMLScriptElement} */ (document.currentScript);
/** @type {any} */
const page = globalThis;

/** What the late scripts have brought: python, tables, notebooks, texts. */
export const brought = () => {
  page.gnLive ??= {};
  return page.gnLive;
};

/** @type {Map<string, Promise<void>>} */
const loaded = new Map();

/** @param {string} name */
function add(name) {
  return new Promise((done, failed) => {
    const script = document.createElement("script");
    const src = new URL(`${name}.js?${brought().version ?? ""}`, here).href;
    Object.assign(script, { src, onload: () => done(undefined), onerror: () => failed(Error(`${name} did not load`)) });
    document.head.append(script);
  });
}

/**
 * Resolves when the script is there. After a failure it is tried again.
 * @param {string} name
 * @returns {Promise<void>}
 */
export function load(name) {
  let script = loaded.get(name);
  if (!script) {
    script = add(name);
    script.catch(() => loaded.delete(name));
    loaded.set(name, script);
  }
  return script;
}
