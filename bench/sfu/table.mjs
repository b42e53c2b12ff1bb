// Results as a table in Markdown, medians with the quartiles: node bench/sfu/table.mjs bench/results/sfu.jsonl.
import { readFileSync } from "node:fs";
import { contestants } from "./contestants.mjs";
import { scenarios } from "./scenarios.mjs";

const [, ...lines] = readFileSync(process.argv[2], "utf8").trim().split("\n").map((line) => JSON.parse(line));
const groups = new Map();
for (const line of lines) {
  const key = `${line.scenario} ${line.network} ${line.contestant}`;
  groups.set(key, [...(groups.get(key) ?? []), line]);
}

function quartiles(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return [0.25, 0.5, 0.75].map((q) => {
    const at = (sorted.length - 1) * q;
    const [low, high] = [sorted[Math.floor(at)], sorted[Math.ceil(at)]];
    return low + (high - low) * (at - Math.floor(at));
  });
}
const short = (value) => String(Number(value.toPrecision(3)));
const spread = (values) => {
  const [low, median, high] = quartiles(values).map(short);
  return `${median} (${low} to ${high})`;
};
const median = (values) => short(quartiles(values)[1]);

console.log("| load | network | server | µs of CPU a packet | delay p50, µs | delay p99, µs | lost | KiB a receiver |");
console.log("| --- | --- | --- | --: | --: | --: | --: | --: |");
for (const rounds of groups.values()) {
  const { scenario, network, contestant } = rounds[0];
  const all = (pick) => rounds.map(pick);
  const cells = [
    scenarios[scenario].title,
    network,
    contestants[contestant].title,
    spread(all((line) => line.cpu_us_per_packet)),
    median(all((line) => line.delay_us.p50)),
    median(all((line) => line.delay_us.p99)),
    String(all((line) => line.lost).reduce((sum, lost) => sum + lost, 0)),
    median(all((line) => line.kib_per_receiver)),
  ];
  console.log(`| ${cells.join(" | ")} |`);
}
