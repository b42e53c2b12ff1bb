// The same operations as main.cpp, on the same groups, by the WebAssembly module behind web/src/mls, in Node:
// node wasm.mjs FIXTURES.
import { readFile } from "node:fs/promises";
import { compile, loadFace, modules } from "../../tests/lib/mls.mjs";
import { measure } from "./measure.mjs";
import { measureCreate, measureGroup } from "./operations.mjs";

const { MlsCore } = await loadFace();
const core = await MlsCore.load(await compile(modules.core), { acceptsCredential: () => true });
const report = measure("wasm");
await measureCreate(core, report);
for (const line of (await readFile(process.argv[2], "utf8")).trim().split("\n"))
  await measureGroup(core, JSON.parse(line), report);
