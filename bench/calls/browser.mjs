// What a rekey costs the core of a call in a page of Chromium: node browser.mjs TAPE...
import { relative, resolve } from "node:path";
import { root } from "../../tests/lib/mls.mjs";
import { withPage } from "../../tests/lib/page.mjs";

const inPage = async (tape) => {
  const { replay } = await import("/build/bench/replay.mjs");
  await replay("/build/wasm/apps/wasm/vicino_core.wasm", await (await fetch(tape)).text());
};

for (const tape of process.argv.slice(2)) {
  await withPage((page) => page.evaluate(inPage, `/${relative(root, resolve(tape))}`));
}
