// The same again in a page of Chromium, as calls run it: node browser.mjs FIXTURES.
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { modules, root } from "../../tests/lib/mls.mjs";
import puppeteer from "../../web/node_modules/puppeteer-core/lib/esm/puppeteer/puppeteer-core.js";

const types = { ".mjs": "text/javascript", ".wasm": "application/wasm", ".html": "text/html" };

/** The project's folder over HTTP, to this machine alone; pages there have clocks of 5 µs. */
async function serve() {
  const server = createServer(async (request, response) => {
    const path = new URL(request.url, "http://localhost").pathname;
    const type = types[extname(path)];
    const body = path === "/" ? "<!doctype html>" : type && (await readFile(join(root, normalize(path))).catch(() => null));
    response.writeHead(body ? 200 : 404, {
      "content-type": path === "/" ? "text/html" : (type ?? "text/plain"),
      "cross-origin-opener-policy": "same-origin",
      "cross-origin-embedder-policy": "require-corp",
    });
    response.end(body ?? "");
  });
  await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
  return server;
}

async function inPage({ line, module }) {
  const [{ MlsCore }, { measure }, { measureGroup }] = await Promise.all(
    ["/build/mls_face/mls/index.mjs", "/bench/mls/measure.mjs", "/bench/mls/operations.mjs"].map((path) => import(path)),
  );
  const core = await MlsCore.load(await WebAssembly.compileStreaming(fetch(module)), { acceptsCredential: () => true });
  await measureGroup(core, JSON.parse(line), measure("chromium"));
}

const server = await serve();
const browser = await puppeteer.launch({
  executablePath: process.env.VICINO_CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"],
  protocolTimeout: 600_000,
});
try {
  const page = await browser.newPage();
  page.on("console", (message) => message.type() === "log" && console.log(message.text()));
  await page.goto(`http://127.0.0.1:${server.address().port}/`);
  const module = `/${modules.core.slice(root.length).replace(/^\/+/, "")}`;
  for (const line of (await readFile(process.argv[2], "utf8")).trim().split("\n")) await page.evaluate(inPage, { line, module });
} finally {
  await browser.close();
  server.close();
}
