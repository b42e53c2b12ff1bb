// What is measured, from the command line.
import { parseArgs } from "node:util";
import { contestants } from "./contestants.mjs";
import { networks } from "./network.mjs";
import { scenarios } from "./scenarios.mjs";

const usage = `./do bench sfu [OPTIONS]
  --rounds N            kept rounds of each, one more is discarded first (default 6)
  --duration SECONDS    measured time of a round (default 10)
  --network LIST        ${Object.keys(networks).join(", ")} (default: all)
  --scenario LIST       ${Object.keys(scenarios).join(", ")} (default: all)
  --contestant LIST     ${Object.keys(contestants).join(", ")} (default: all)
  --capacity            searches for the most that one core delivers, instead of measuring at fixed load
  --crowd               one room of 600 kbit/s over two workers, with more and more receivers until packets get lost
  --scale               more and more livestreams over one worker, two, four and eight, as far as there are cores for as many
                        generators beside them
  --soak                10 minutes of a livestream in which 40 people join and leave all the time: the memory, every 30 s
  --smoke               one short round of everything, to see whether the rig works; the results are not kept
  --note TEXT           kept with the results, e.g. what else the machine was doing
  --out FILE            default bench/results/sfu.jsonl, sfu-capacity.jsonl, sfu-crowd.jsonl,
                        sfu-scale.jsonl, sfu-soak.jsonl
  --build FOLDER        with vicinod and vicino-load (default build/release)`;

const flags = {
  rounds: { type: "string", default: "6" },
  duration: { type: "string", default: "10" },
  network: { type: "string" },
  scenario: { type: "string" },
  contestant: { type: "string" },
  capacity: { type: "boolean", default: false },
  crowd: { type: "boolean", default: false },
  scale: { type: "boolean", default: false },
  soak: { type: "boolean", default: false },
  smoke: { type: "boolean", default: false },
  note: { type: "string" },
  out: { type: "string" },
  build: { type: "string", default: "build/release" },
  help: { type: "boolean", default: false },
};

function whole(name, text) {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1) throw new Error(`--${name} must be a whole number from 1`);
  return number;
}

function chosen(name, text, known) {
  const names = text?.split(",") ?? Object.keys(known);
  for (const one of names) if (!(one in known)) throw new Error(`--${name}: there is no "${one}"\n${usage}`);
  return names;
}

/** Null when only help was asked for. Throws an Error that says what is wrong. */
export function readOptions(args) {
  const { values } = parseArgs({ args, options: flags });
  if (values.help) {
    console.error(usage);
    return null;
  }
  const { smoke, capacity, crowd, scale, soak, note, build } = values;
  const kept = soak ? "sfu-soak" : scale ? "sfu-scale" : crowd ? "sfu-crowd" : capacity ? "sfu-capacity" : "sfu";
  return {
    smoke,
    capacity,
    crowd,
    scale,
    soak,
    note,
    build,
    rounds: smoke ? 1 : whole("rounds", values.rounds),
    discarded: smoke ? 0 : 1,
    warmup: smoke ? 1 : 2,
    duration: smoke ? 2 : whole("duration", values.duration),
    networks: chosen("network", values.network, networks),
    scenarios: capacity ? ["livestream"] : chosen("scenario", values.scenario, scenarios),
    contestants: chosen("contestant", values.contestant, contestants),
    out: values.out ?? (smoke ? null : `bench/results/${kept}.jsonl`),
  };
}
