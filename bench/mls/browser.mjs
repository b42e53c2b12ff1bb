// The same again in a page of Chromium, as calls run it: node browser.mjs FIXTURES.
import { readFile } from "node:fs/promises";
import { modules, root } from "../../tests/lib/mls.mjs";
import { withPage } from "../../tests/lib/page.mjs";

async function inPage({ line, module }) {
  const [{ MlsCore }, { measure }, { measureGroup }] = await Promise.all(
    ["/build/mls_face/mls/index.mjs", "/bench/mls/measure.mjs", "/bench/mls/operations.mjs"].map((path) => import(path)),
  );
  const core = await MlsCore.load(await WebAssembly.compileStreaming(fetch(module)), { acceptsCredential: () => true });
  await measureGroup(core, JSON.parse(line), measure("chromium"));
}

await withPage(async (page) => {
  const module = `/${modules.core.slice(root.length).replace(/^\/+/, "")}`;
  for (const line of (await readFile(process.argv[2], "utf8")).trim().split("\n")) await page.evaluate(inPage, { line, module });
});
