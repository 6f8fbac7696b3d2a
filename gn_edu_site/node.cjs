// Answers one JSON line [name, request] with [name, reply]: {tex, display} -> {html}, {esm, traits, catalogue} ->
// {svg|html, text}.
const temml = require("vm").runInThisContext(require("fs").readFileSync(process.argv[2], "utf8") + ";temml");
const modules = new Map();

function load(esm) {
  if (!modules.has(esm)) modules.set(esm, import("data:text/javascript;base64," + Buffer.from(esm).toString("base64")));
  return modules.get(esm);
}

async function answer({ tex, display, esm, traits, catalogue }) {
  if (esm) return (await load(esm)).still(traits, catalogue);
  return { html: temml.renderToString(tex, { displayMode: display, throwOnError: true, strict: true }) };
}

require("readline")
  .createInterface({ input: process.stdin })
  .on("line", async (line) => {
    const [name, request] = JSON.parse(line);
    const reply = await answer(request).catch((error) => ({ error: String(error.message ?? error) }));
    process.stdout.write(JSON.stringify([name, reply]) + "\n");
  });
