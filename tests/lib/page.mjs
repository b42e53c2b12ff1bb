// A page of Chromium that is served the project's folder: for benchmarks and tests without a server of their own.
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { dirname, extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import puppeteer from "../../web/node_modules/puppeteer-core/lib/esm/puppeteer/puppeteer-core.js";

const root = join(dirname(fileURLToPath(import.meta.url)), "../..");
const types = { ".mjs": "text/javascript", ".wasm": "application/wasm", ".jsonl": "text/plain", ".html": "text/html" };

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

/** Runs `work` with a page; what the page logs is printed. */
export async function withPage(work) {
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
    await work(page);
  } finally {
    await browser.close();
    server.close();
  }
}
