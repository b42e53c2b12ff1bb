// One round: a fresh server, one load, figures.
import { join } from "node:path";
import { Child } from "../../tests/lib/child.mjs";
import { until } from "../../tests/lib/until.mjs";
import { contestants } from "./contestants.mjs";
import { loadCore, serverCore } from "./network.mjs";
import { owning } from "./owners.mjs";
import { Sampler } from "./samples.mjs";

const patience = 300_000; // milliseconds beyond the measured time, for joins above all

const thousandth = (value) => Math.round(value * 1000) / 1000;

// What is kept of vicino-load's result.
function figures(result, shares, receivers) {
  const { server, generator, delay_us, join_ms } = result;
  return {
    srtp: result.srtp,
    srtp_tag_bytes: result.srtp_tag_bytes,
    seconds: result.seconds,
    sent: result.sent,
    expected: result.expected,
    received: result.received,
    lost: result.lost,
    bad: result.bad_stamp + result.unauthenticated,
    packets_per_second: result.packets_per_second,
    cpu_us_per_packet: thousandth((server.cpu_seconds * 1e6) / result.received),
    server_cpu_share: server.cpu_share,
    server_cpu_share_seen: shares && thousandth(shares.process),
    core_share_seen: shares && thousandth(shares.core),
    kib_per_receiver: thousandth((server.resident_kib - server.resident_kib_before) / receivers),
    generator_cpu_share: generator.cpu_share,
    generator_drops: generator.send_drops + generator.receive_drops,
    late_frames: generator.late_frames,
    delay_us,
    join_ms,
    resident_kib_over_time: result.intervals.length > 0 ? result.intervals.map((interval) => interval.server_resident_kib) : undefined,
  };
}

/** Whether the figures can be believed; a sentence if not. */
export function doubt(result, shares, receivers) {
  const { connected } = result;
  if (connected.subscribers !== receivers || connected.failed > 0 || connected.lost > 0) {
    return `only ${connected.subscribers} of ${receivers} receivers were connected (${JSON.stringify(connected)})`;
  }
  if (result.bad_stamp + result.unauthenticated > 0) return "packets came that were not what was sent";
  if (typeof result.server !== "object") return "the server ended";
  if (!shares) return null;
  const difference = Math.abs(shares.process - result.server.cpu_share);
  if (difference > 0.03 + 0.15 * shares.process) {
    return `the generator says that the server used ${result.server.cpu_share} of a core, /proc says ${shares.process}`;
  }
  return null;
}

/** The result of a vicino-load on this core, whose peers have these addresses. */
export async function runLoad(own, network, options, { server, target }, load, peers = network.peerAddresses, core = loadCore) {
  const course = ["--duration", String(options.duration), "--warmup", String(options.warmup)];
  const generator = ["--local", peers, "--poll", "100", "--server-pid", String(server.pid)];
  const args = [...load.args, ...target, ...course, ...generator];
  const [program, ...rest] = network.onLoad([join(options.build, "apps/vicino_load/vicino-load"), ...args], core);
  const child = new Child(own, program, rest);
  const intervals = () => child.lines.filter((text) => text.includes('"type":"interval"')).map((text) => JSON.parse(text));
  try {
    const result = await until(() => {
      const line = child.lines.find((text) => text.includes('"type":"result"'));
      if (line) return JSON.parse(line);
      child.assertRunning();
      return null;
    }, "vicino-load reports", patience + options.duration * 1000);
    return { ...result, intervals: intervals() };
  } finally {
    await child.stop();
  }
}

/** Throws an Error that says what went wrong. `own`: of this round alone. */
export async function measureRound(own, network, options, contestant, load) {
  const started = await contestants[contestant].start(own, network, options, load.workers ?? 1);
  const { server } = started;
  const sampler = new Sampler(server.pid, serverCore);
  own.defer(() => sampler.stop());
  const result = await runLoad(own, network, options, started, load);
  const shares = sampler.shares(options.duration);
  const doubts = doubt(result, shares, load.receivers);
  if (doubts) throw new Error(`${contestant}: ${doubts}\n${server.errors.slice(-5).join("\n")}`);
  server.assertRunning();
  return figures(result, shares, load.receivers);
}

/** A round that may be too much: adds `line` with its figures or why there are none; the result says whether it held. */
export async function tryRound(network, options, contestant, load, holds, line, results) {
  let outcome;
  try {
    const figures = await owning((own) => measureRound(own, network, options, contestant, load));
    outcome = { holds: holds(figures), ...figures };
  } catch (error) {
    outcome = { holds: false, failure: error.message.split("\n").slice(0, 2).join(" ") };
  }
  results.add({ network: network.name, contestant, ...line, ...outcome });
  return outcome.holds;
}
