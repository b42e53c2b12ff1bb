// What more cores give: a worker on each of the first ones, and a generator beside each of them on the others.
import { cpus } from "node:os";
import { contestants } from "./contestants.mjs";
import { mostGenerators, peersOf } from "./network.mjs";
import { owning } from "./owners.mjs";
import { doubt, runLoad } from "./round.mjs";
import { livestreams } from "./scenarios.mjs";

const mostLoss = 1e-4;
const roomsOfOne = [2, 4, 6, 8, 12]; // of a hundred receivers, for each generator

const sum = (results, value) => results.reduce((total, result) => total + value(result), 0);
const most = (results, value) => Math.max(...results.map(value));

async function measureTogether(own, network, options, workers, firstLoadCore, load) {
  const started = await contestants.vicino.start(own, network, options, workers);
  const results = await Promise.all(
    Array.from({ length: workers }, (_, i) => {
      const named = { ...load, args: [...load.args, "--room-name", `load${i}`] };
      return runLoad(own, network, options, started, named, peersOf(i), firstLoadCore + i);
    }),
  );
  for (const result of results) {
    const doubts = doubt(result, null, load.receivers);
    if (doubts) throw new Error(doubts);
  }
  const received = sum(results, (r) => r.received);
  return {
    expected: sum(results, (r) => r.expected),
    received,
    lost: sum(results, (r) => r.lost),
    packets_per_second: Math.round(sum(results, (r) => r.packets_per_second)),
    cpu_us_per_packet: Math.round((most(results, (r) => r.server.cpu_seconds) * 1e9) / received) / 1000,
    server_cpu_share: most(results, (r) => r.server.cpu_share),
    generator_cpu_share: most(results, (r) => r.generator.cpu_share),
    delay_us: { p50: most(results, (r) => r.delay_us.p50), p99: most(results, (r) => r.delay_us.p99) },
  };
}

export async function scaleOverCores(network, options, results) {
  const half = Math.min(mostGenerators, Math.floor(cpus().length / 2));
  for (let workers = 1; workers <= half; workers *= 2) {
    for (const rooms of options.smoke ? roomsOfOne.slice(0, 1) : roomsOfOne) {
      const load = livestreams(rooms);
      const figures = await owning((own) => measureTogether(own, network, options, workers, half, load));
      const holds = figures.lost <= mostLoss * figures.expected;
      results.add({ network: network.name, contestant: "vicino", workers, rooms: rooms * workers, holds, ...figures });
      if (!holds) break;
    }
  }
}
