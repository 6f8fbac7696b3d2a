// How the widgets are bundled: each for itself, as build.mjs does it, or those of a page together.
//
// A script may import another as a text that a worker can be started from: import text from "./worker.js?worker".
import { readFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import * as esbuild from "esbuild";

export const HERE = import.meta.dirname;
export const SOURCES = join(HERE, "src");
export const PALETTE = join(HERE, "..", "palette.json");
// The oldest browsers that know what the widgets use.
/** @type {import("esbuild").BuildOptions} */
export const SETTINGS = {
  bundle: true,
  minify: true,
  charset: "utf8",
  legalComments: "none",
  target: ["chrome97", "firefox104", "safari15.4"],
  logLevel: "warning",
};

/** @type {import("esbuild").Plugin} */
const worker = {
  name: "worker",
  setup(build) {
    build.onResolve({ filter: /\?worker$/ }, ({ path, resolveDir }) => ({
      path: resolve(resolveDir, path.replace("?worker", "")),
      namespace: "worker",
    }));
    build.onLoad({ filter: /.*/, namespace: "worker" }, async ({ path }) => {
      const built = await esbuild.build({ ...SETTINGS, entryPoints: [path], write: false, format: "iife" });
      return { contents: built.outputFiles[0].text.trim(), loader: "text" };
    });
  },
};

/**
 * Of equal rules the last one holds, and every widget of a notebook brings what all share. So the name of the widget
 * counts twice in its own rules: another widget's copy of the shared ones can't undo them.
 * @type {import("esbuild").Plugin}
 */
const ownRules = {
  name: "own-rules",
  setup(build) {
    build.onLoad({ filter: /[\\/]src[\\/]\w+\.css$/ }, ({ path }) => {
      const stem = basename(path, ".css");
      const css = readFileSync(path, "utf8");
      return { contents: css.replace(new RegExp(`\\.gn-${stem}\\b`, "g"), `.gn-${stem}.gn-${stem}`), loader: "css" };
    });
  },
};

/** shared/frame.css imports the book's colours as custom properties; browsers that do not know light-dark() stay light. */
const palette = {
  name: "palette",
  setup(build) {
    build.onResolve({ filter: /^palette$/ }, () => ({ path: PALETTE, namespace: "palette" }));
    build.onLoad({ filter: /.*/, namespace: "palette" }, () => {
      const { light, dark } = JSON.parse(readFileSync(PALETTE, "utf8"));
      const rule = (value) =>
        `.gn{${Object.keys(dark)
          .map((name) => `--gn-${name}:${value(name)};`)
          .join("")}}`;
      const both = rule((name) => `light-dark(${light[name]}, ${dark[name]})`);
      const contents = `${rule((name) => light[name])}@supports (color: light-dark(#000, #fff)){${both}}`;
      return { contents, loader: "css" };
    });
  },
};

export const PLUGINS = [worker, ownRules, palette];

/**
 * One module with the widgets of a page by name, what they share once, and without their still pictures.
 * @param {string[]} stems
 */
export async function pageScript(stems) {
  const contents = stems.map((stem) => `export { default as ${stem} } from "./${stem}.js";`).join("");
  const stdin = { contents, resolveDir: SOURCES };
  const built = await esbuild.build({ ...SETTINGS, stdin, plugins: PLUGINS, format: "esm", write: false });
  return built.outputFiles[0].text;
}
