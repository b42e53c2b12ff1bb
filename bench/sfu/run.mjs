// Vicino's SFU beside Janus, under the same load, in turns: JSON lines, the machine in the first. See README.md.
import { appendFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { debianVersion, machine } from "../machine.mjs";
import { searchCapacity } from "./capacity.mjs";
import { growCrowd } from "./crowd.mjs";
import { makeNetwork } from "./network.mjs";
import { readOptions } from "./options.mjs";
import { owning } from "./owners.mjs";
import { measureRound } from "./round.mjs";
import { scaleOverCores } from "./scale.mjs";
import { scenarios } from "./scenarios.mjs";
import { soak } from "./soak.mjs";

// Lines go to standard output as they come, and all together into the file once they are complete.
class Results {
  #out;
  #partial;

  constructor(out) {
    this.#out = out;
    this.#partial = out && `${out}.partial`;
    if (out) writeFileSync(this.#partial, "");
  }

  add(line) {
    const text = `${JSON.stringify(line)}\n`;
    process.stdout.write(text);
    if (this.#out) appendFileSync(this.#partial, text);
  }

  keep() {
    if (this.#out) renameSync(this.#partial, this.#out);
  }

  drop() {
    if (this.#out) rmSync(this.#partial, { force: true });
  }
}

// Everyone once a round; who begins changes with the round.
const inTurn = (names, round) => names.map((_, i) => names[(i + round) % names.length]);

async function fixedLoad(network, options, results) {
  for (const scenario of options.scenarios) {
    for (let round = -options.discarded; round < options.rounds; ++round) {
      for (const contestant of inTurn(options.contestants, round + options.discarded)) {
        const load = scenarios[scenario];
        const figures = await owning((own) => measureRound(own, network, options, contestant, load));
        if (round < 0) continue;
        results.add({ scenario, network: network.name, contestant, round, ...figures });
      }
    }
  }
}

async function main() {
  const options = readOptions(process.argv.slice(2));
  if (!options) return;
  const { capacity, crowd, scale } = options;
  const measure = options.soak ? soak : scale ? scaleOverCores : crowd ? growCrowd : capacity ? searchCapacity : fixedLoad;
  const results = new Results(options.out);
  process.once("exit", () => results.drop()); // also after a signal; what was kept stays
  results.add({ ...machine({ janus: debianVersion("janus") }), note: options.note });
  for (const name of options.networks) {
    await owning((own) => measure(makeNetwork(own, name), options, results));
  }
  results.keep();
}

main().catch((error) => {
  console.error(`bench sfu: ${error.message}`);
  process.exitCode = 1;
});
