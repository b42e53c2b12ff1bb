// Results as a table in Markdown, over all viewers in one browser: node bench/network/table.mjs bench/results/network.jsonl.
import { readFileSync } from "node:fs";

const [, ...lines] = readFileSync(process.argv[2], "utf8").trim().split("\n").map((line) => JSON.parse(line));
const groups = new Map();
for (const line of lines) {
  const key = [line.call, line.shape, line.step, line.contestant, line.browser].join();
  groups.set(key, [...(groups.get(key) ?? []), line]);
}
const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
const shown = (values, digits) => mean(values).toFixed(digits);

const names = { chromium: "Chromium", firefox: "Firefox", janus: "Janus", vicino: "Vicino" };
const calls = { two: "2", "two-mixed": "1 and 1", four: "4", "four-mixed": "2 and 2" };

console.log("| people | network | step | server | seen in | frames a second | freezes a minute | frozen, % | sound made up, % | queue p95, ms |");
console.log("| --: | --- | --- | --- | --- | --: | --: | --: | --: | --: |");
for (const group of groups.values()) {
  const [{ call, parties, network, step, contestant, browser }] = group;
  const all = (pick) => group.map(pick);
  const perMinute = all(({ freezes, seconds }) => (freezes * 60) / seconds / (parties - 1));
  const cells = [
    calls[call],
    network,
    step,
    names[contestant],
    names[browser],
    shown(all((line) => line.frames_per_second), 1),
    shown(perMinute, 1),
    shown(all((line) => line.frozen_percent), 1),
    shown(all((line) => line.concealed_percent), 1),
    shown(all((line) => line.queue_p95_ms), 0),
  ];
  console.log(`| ${cells.join(" | ")} |`);
}
