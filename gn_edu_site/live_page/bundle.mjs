// Bundles the scripts that run Python in a page, at build time: what a worker is started from, and what wakes the cells.
import { resolve } from "node:path";
import * as esbuild from "esbuild";
import { SETTINGS } from "../../gn_edu/widgets/bundle.mjs";

/**
 * One classic script, for a page on the file system may not import.
 * @param {string[]} stems of the one module that it begins with
 */
export async function pageScript([stem]) {
  const built = await esbuild.build({
    ...SETTINGS,
    entryPoints: [resolve(import.meta.dirname, `${stem}.js`)],
    format: "iife",
    write: false,
    // MicroPython runs under node, too: what only node has is left out.
    define: { process: "undefined", "import.meta.url": "undefined" },
    external: ["module"],
  });
  return built.outputFiles[0].text;
}
