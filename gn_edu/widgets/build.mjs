// Bundles src/ into static/: node gn_edu/widgets/build.mjs [--out FOLDER]
//
// Every src/<name>.js and .css becomes one file of the same name, and so does shared/frame.css, which all widgets need.
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative, resolve, sep } from "node:path";
import { parseArgs } from "node:util";
import * as esbuild from "esbuild";
import { HERE, PALETTE, PLUGINS, SETTINGS, SOURCES } from "./bundle.mjs";

/** What static/ was built from; tests/test_sources.py computes the same without node. */
function digest() {
  const files = readdirSync(SOURCES, { recursive: true }).map((name) => join(SOURCES, name));
  const hash = createHash("sha256");
  const named = files
    .filter((file) => /\.\w+$/.test(file))
    .map((file) => [relative(HERE, file).split(sep).join("/"), file]);
  const own = ["build.mjs", "bundle.mjs"].map((name) => [name, join(HERE, name)]);
  for (const [name, file] of [...named, ...own, ["palette.json", PALETTE]].sort(([a], [b]) => (a < b ? -1 : 1)))
    hash.update(`${name}\n`).update(readFileSync(file));
  return hash.digest("hex");
}

const { values: options } = parseArgs({ options: { out: { type: "string" } } });
const outdir = resolve(options.out ?? join(HERE, "static"));
/** @type {import("esbuild").Plugin} */
const note = {
  name: "note",
  setup: (build) =>
    build.onEnd(({ errors }) => {
      if (!errors.length) writeFileSync(join(outdir, "sources.sha256"), `${digest()}\n`);
    }),
};
const entries = readdirSync(SOURCES).filter((name) => /\.(js|css)$/.test(name));
await esbuild.build({
  ...SETTINGS,
  entryPoints: [
    ...entries.map((name) => ({ in: join(SOURCES, name), out: name.replace(/\.\w+$/, "") })),
    { in: join(SOURCES, "shared", "frame.css"), out: "frame" },
  ],
  outdir,
  format: "esm",
  plugins: [...PLUGINS, note],
});
