// Results as a table in Markdown, times in milliseconds: node bench/table.mjs bench/results/mls.jsonl.
import { readFileSync } from "node:fs";

const [, ...lines] = readFileSync(process.argv[2], "utf8").trim().split("\n").map((line) => JSON.parse(line));
const implementations = [...new Set(lines.map((line) => line.implementation))];
const rows = new Map();
for (const { operation, members, implementation, median_us } of lines) {
  const key = `${operation} | ${members}`;
  rows.set(key, { ...rows.get(key), [implementation]: median_us });
}
const order = [...new Set(lines.map((line) => line.operation))];
const rank = (key) => order.indexOf(key.split(" | ")[0]) * 1e6 + Number(key.split(" | ")[1]);
const time = (us) => (us === undefined ? "" : String(Number((us / 1000).toPrecision(3))));

console.log(`| operation | members | ${implementations.join(" | ")} |`);
console.log(`| --- | --: |${" --: |".repeat(implementations.length)}`);
for (const key of [...rows.keys()].sort((a, b) => rank(a) - rank(b)))
  console.log(`| ${key} | ${implementations.map((name) => time(rows.get(key)[name])).join(" | ")} |`);
