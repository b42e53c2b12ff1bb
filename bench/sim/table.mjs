// Results as a table in Markdown: node bench/sim/table.mjs bench/results/sim.jsonl.
import { readFileSync } from "node:fs";

const [, ...runs] = readFileSync(process.argv[2], "utf8").trim().split("\n").map((line) => JSON.parse(line));
const rows = new Map();
for (const { scenario, title, figures } of runs) {
  for (const figure of figures) {
    const key = `${scenario} ${figure.name}`;
    const row = rows.get(key) ?? { scenario, title, name: figure.name, limit: figure.limit, runs: [] };
    row.runs.push(figure);
    rows.set(key, row);
  }
}

console.log("| scenario | what is measured | must be | median | worst | kept |");
console.log("| --- | --- | --- | --: | --: | --: |");
let before = "";
for (const { scenario, title, name, limit, runs: all } of rows.values()) {
  const sorted = [...all].sort((a, b) => a.value - b.value);
  const median = sorted[Math.floor((sorted.length - 1) / 2)];
  const worst = limit.startsWith("at most") ? sorted.at(-1) : sorted[0];
  const kept = all.filter((figure) => figure.kept).length;
  const head = scenario === before ? "" : `${scenario}: ${title}`;
  before = scenario;
  console.log(`| ${head} | ${name} | ${limit} | ${median.text} | ${worst.text} | ${kept} of ${all.length} |`);
}
