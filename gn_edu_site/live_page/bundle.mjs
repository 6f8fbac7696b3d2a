// Bundles the scripts that run Python in a page, at build time: what a worker is started from, and what wakes the cells.
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import * as esbuild from "esbuild";
import { PLUGINS, SETTINGS } from "../../gn_edu/widgets/bundle.mjs";

/**
 * A script may import a style sheet as a text: import css from "./cells.css?style".
 * @type {import("esbuild").Plugin}
 */
const style = {
  name: "style",
  setup(build) {
    build.onResolve({ filter: /\?style$/ }, ({ path, resolveDir }) => ({
      path: resolve(resolveDir, path.replace("?style", "")),
      namespace: "style",
    }));
    build.onLoad({ filter: /.*/, namespace: "style" }, async ({ path }) => {
      const built = await esbuild.build({ ...SETTINGS, entryPoints: [path], write: false, plugins: PLUGINS });
      return { contents: built.outputFiles[0].text.trim(), loader: "text" };
    });
  },
};

/** What MicroPython's loader tells its own developers. */
const NAMES_FOR_DEVELOPERS = /\[(?:"\w+",?)+\]\.forEach\((?:\w+|function\(sym\)\{\w+\(sym\)\})\)/g;
const ASSERTIONS = /(?<!function )\b(?:assert|consumedModuleProp)\(/g;

/**
 * MicroPython without that: it is a sixth of the loader.
 * @type {import("esbuild").Plugin}
 */
const lean = {
  name: "lean",
  setup(build) {
    build.onLoad({ filter: /[\\/]micropython\.mjs$/ }, ({ path }) => {
      const text = readFileSync(path, "utf8").replace(NAMES_FOR_DEVELOPERS, "0");
      return { contents: text.replace(ASSERTIONS, "/* @__PURE__ */$&"), loader: "js" };
    });
  },
};

/**
 * One classic script, for a page on the file system may not import.
 * @param {string[]} stems of the one module that it begins with
 */
export async function pageScript([stem]) {
  const built = await esbuild.build({
    ...SETTINGS,
    entryPoints: [resolve(import.meta.dirname, `${stem}.js`)],
    format: "iife",
    plugins: [style, lean],
    write: false,
    // MicroPython runs under node, too: what only node has is left out.
    define: { process: "undefined", "import.meta.url": "undefined" },
    external: ["module"],
  });
  return built.outputFiles[0].text;
}
