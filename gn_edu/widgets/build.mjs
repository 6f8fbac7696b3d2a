// Bundles src/ into static/: node gn_edu/widgets/build.mjs [--watch] [--out FOLDER]
//
// Every src/<name>.js and .css becomes one file of the same name, and so does shared/frame.css, which all widgets need.
// A script may import another as a text that a worker can be started from: import text from "./worker.js?worker".
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join, relative, resolve, sep } from "node:path";
import { parseArgs } from "node:util";
import * as esbuild from "esbuild";

const HERE = import.meta.dirname;
const SOURCES = join(HERE, "src");
const PALETTE = join(HERE, "..", "palette.json");
// The oldest browsers that know what the widgets use.
/** @type {import("esbuild").BuildOptions} */
const SETTINGS = {
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
      const built = await esbuild.build({
        ...SETTINGS,
        entryPoints: [path],
        write: false,
        format: "iife",
        metafile: true,
      });
      const watchFiles = Object.keys(built.metafile.inputs).map((input) => resolve(input));
      return { contents: built.outputFiles[0].text.trim(), loader: "text", watchFiles };
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
      return { contents, loader: "css", watchFiles: [PALETTE] };
    });
  },
};

/** What static/ was built from; tests/test_sources.py computes the same without node. */
function digest() {
  const files = readdirSync(SOURCES, { recursive: true }).map((name) => join(SOURCES, name));
  const hash = createHash("sha256");
  const named = files
    .filter((file) => /\.\w+$/.test(file))
    .map((file) => [relative(HERE, file).split(sep).join("/"), file]);
  for (const [name, file] of [...named, ["build.mjs", join(HERE, "build.mjs")], ["palette.json", PALETTE]].sort(
    ([a], [b]) => (a < b ? -1 : 1),
  ))
    hash.update(`${name}\n`).update(readFileSync(file));
  return hash.digest("hex");
}

const { values: options } = parseArgs({ options: { watch: { type: "boolean" }, out: { type: "string" } } });
const outdir = resolve(options.out ?? join(HERE, "static"));
/** @type {import("esbuild").Plugin} */
const note = {
  name: "note",
  setup: (build) => build.onEnd(() => writeFileSync(join(outdir, "sources.sha256"), `${digest()}\n`)),
};
const entries = readdirSync(SOURCES).filter((name) => /\.(js|css)$/.test(name));
const context = await esbuild.context({
  ...SETTINGS,
  entryPoints: [
    ...entries.map((name) => ({ in: join(SOURCES, name), out: name.replace(/\.\w+$/, "") })),
    { in: join(SOURCES, "shared", "frame.css"), out: "frame" },
  ],
  outdir,
  format: "esm",
  plugins: [worker, ownRules, palette, note],
});
if (options.watch) await context.watch();
else {
  await context.rebuild();
  await context.dispose();
}
