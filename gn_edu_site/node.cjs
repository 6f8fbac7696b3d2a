// Answers one JSON line [name, request] with [name, reply]: {tex, display} -> {html}, {module, traits, catalogue} ->
// {svg|html, text}, where `module` is the path of a widget's script; {bundler, stems} -> {script} for the widgets of a page;
// {source, loader} -> {minified}, a script ("js") or a style sheet ("css").
const { readFileSync } = require("node:fs");
const { createRequire } = require("node:module");
const { createInterface } = require("node:readline");
const { pathToFileURL } = require("node:url");
const temml = require(process.argv[2]);
const esbuild = () => createRequire(process.argv[2])("esbuild"); // it lies beside Temml
const modules = new Map();

function load(path) {
  // By its text: whether Node takes a file for a module depends on a package.json somewhere above it.
  const address = () => `data:text/javascript;base64,${readFileSync(path).toString("base64")}`;
  if (!modules.has(path)) modules.set(path, import(address()));
  return modules.get(path);
}

async function answer({ tex, display, module, traits, catalogue, bundler, stems, source, loader }) {
  if (source) return { minified: esbuild().transformSync(source, { loader, minify: true, charset: "utf8" }).code };
  if (bundler) return { script: await (await import(pathToFileURL(bundler).href)).pageScript(stems) };
  if (module) return (await load(module)).still(traits, catalogue);
  return { html: temml.renderToString(tex, { displayMode: display, throwOnError: true, strict: true }) };
}

createInterface({ input: process.stdin }).on("line", async (line) => {
  const [name, request] = JSON.parse(line);
  const reply = await answer(request).catch((error) => ({ error: String(error.message ?? error) }));
  process.stdout.write(`${JSON.stringify([name, reply])}\n`);
});
