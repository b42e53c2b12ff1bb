// A call's core in a page, living through a tape (tape.cpp): the worker's own module, messages and host functions, with the
// tape's clock and the tape's randomness. Bundled by scripts/bench.sh, for it takes web/src as it is.
import { CoreModule } from "../../web/src/core/core_module.ts";
import { commandInput, openInput } from "../../web/src/core/inputs.ts";
import { InputBody } from "../../web/src/generated/vicino/ui/input-body.ts";
import { OutputBody } from "../../web/src/generated/vicino/ui/output-body.ts";
import { SocketMessageT } from "../../web/src/generated/vicino/ui/socket-message.ts";
import { SocketOpenedT } from "../../web/src/generated/vicino/ui/socket-opened.ts";
import { TickT } from "../../web/src/generated/vicino/ui/tick.ts";

const unhex = (text) => Uint8Array.from(text.match(/../g) ?? [], (pair) => parseInt(pair, 16));
const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
const wallOffset = 1_700_000_000_000; // as in tests/call_world/world.cpp

/** SeededRandom of base/random.h. */
function seeded(seed) {
  let state = BigInt(seed);
  const next = () => {
    state = BigInt.asUintN(64, state + 0x9e3779b97f4a7c15n);
    let z = state;
    z = BigInt.asUintN(64, (z ^ (z >> 30n)) * 0xbf58476d1ce4e5b9n);
    z = BigInt.asUintN(64, (z ^ (z >> 27n)) * 0x94d049bb133111ebn);
    return z ^ (z >> 31n);
  };
  return (bytes) => {
    for (let i = 0; i < bytes.length; ++i) bytes[i] = Number((next() >> 32n) & 255n);
    return bytes;
  };
}

const median = (values) => {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1];
};
const rounded = (ms) => Math.round(ms * 100) / 100;

/** What is timed between two marks of the tape. */
class Round {
  rekey = null; // ms of core until the next epoch's keys are there
  all = null; // and until the code of the new roster is shown
  #spent = 0;

  add(ms, { bodyType, body }) {
    this.#spent += ms;
    if (bodyType === OutputBody.FrameKeys) this.rekey ??= this.#spent;
    if (bodyType === OutputBody.Code && body.emoji.length === 7) this.all ??= this.#spent;
  }
}

class Replay {
  #core;
  #start;
  #deadline = -1;
  #pending = []; // [at, input] of what follows from what the core wanted
  #said = []; // by the tape, and not yet by the core
  #clock = { now: 0 };
  #round = null;
  #rounds = new Map();
  #real = performance.now.bind(performance);

  constructor(core, start, clock) {
    this.#core = core;
    this.#start = start;
    this.#clock = clock;
  }

  run(events) {
    this.#said = events.filter(({ said }) => said !== undefined).map(({ at, said }) => ({ at, said }));
    const { link, name, at } = this.#start;
    this.#handle(at, openInput({ link, name, color: 0, keepIdentity: true }, null));
    for (const event of events) {
      if (event.said !== undefined) continue;
      this.#catchUp(event.at, event.heard !== undefined);
      if (event.heard !== undefined) this.#handle(event.at, [InputBody.SocketMessage, new SocketMessageT([...unhex(event.heard)])]);
      if (event.mark !== undefined) this.#begin(event.mark);
      if (event.remove !== undefined) this.#handle(event.at, commandInput({ kind: "remove", participant: event.remove }));
    }
    if (this.#said.length > 100) throw new Error(`the core hasn't said ${this.#said.length} messages of the tape`);
    return this.#rounds;
  }

  #begin(what) {
    this.#round = what === "" ? null : new Round();
    if (this.#round) this.#rounds.set(what, [...(this.#rounds.get(what) ?? []), this.#round]);
  }

  // Messages come before deadlines of the same moment, a user's commands after them.
  #catchUp(until, exclusive) {
    for (;;) {
      const opening = this.#pending[0]?.[0] ?? Infinity;
      const deadline = this.#deadline < 0 ? Infinity : this.#deadline;
      const next = Math.min(opening, deadline);
      if (exclusive ? next >= until : next > until) return;
      if (opening <= deadline) this.#handle(...this.#pending.shift());
      else this.#handle(next, [InputBody.Tick, new TickT()]);
    }
  }

  #handle(at, input) {
    this.#clock.now = at;
    const begun = this.#real();
    const { outputs, deadline } = this.#core.handle(...input);
    const ms = this.#real() - begun;
    this.#deadline = deadline;
    outputs.forEach((output, i) => {
      this.#round?.add(i === 0 ? ms : 0, output);
      this.#follow(at, output);
    });
    if (outputs.length === 0) this.#round?.add(ms, {});
  }

  #follow(at, { bodyType, body }) {
    const { offer, one_way_ms: way } = this.#start;
    if (bodyType === OutputBody.Connect) this.#pending.push([at + way, [InputBody.SocketOpened, new SocketOpenedT()]]);
    if (bodyType === OutputBody.Send) this.#compare(at, hex(body.data));
    if (bodyType === OutputBody.Ended) throw new Error(`the call ended: ${body.reason} ${body.detail}`);
    if (bodyType !== OutputBody.NeedOffer) return;
    const tracks = [
      { mid: "mic", source: "microphone", width: 0, height: 0 },
      { mid: "cam", source: "camera", width: 1280, height: 720 },
    ];
    const state = { microphone: true, camera: true, screen: false, screenAudio: false };
    const sdp = new TextDecoder().decode(unhex(offer));
    this.#handle(at, commandInput({ kind: "join", offer: sdp, tracks, state }));
  }

  #compare(at, message) {
    const expected = this.#said.shift();
    if (expected?.said === message && expected.at === at) return;
    throw new Error(`at ${at} the core said something else than on the tape at ${expected?.at}: ${message.slice(0, 80)} for ${expected?.said.slice(0, 80)}`);
  }
}

/** The tape's lines -> JSON lines of what it cost here. */
export async function replay(module, tape) {
  const [start, ...events] = tape.trim().split("\n").map((line) => JSON.parse(line));
  const clock = { now: start.at };
  const core = await CoreModule.load(fetch(module));
  const real = { now: performance.now, date: Date.now, random: crypto.getRandomValues };
  crypto.getRandomValues = seeded(start.seed);
  const replaying = new Replay(core, start, clock);
  performance.now = () => clock.now;
  Date.now = () => wallOffset + Math.floor(clock.now);
  try {
    const rounds = replaying.run(events);
    for (const [operation, all] of rounds) {
      const rekey = all.map((round) => round.rekey);
      const whole = all.map((round) => round.all);
      console.log(JSON.stringify({
        measure: operation, implementation: "chromium, the call's core", members: start.members,
        median_ms: rounded(median(rekey)), max_ms: rounded(Math.max(...rekey)),
        with_code_median_ms: rounded(median(whole)), rounds: all.length,
      }));
    }
  } finally {
    Object.assign(performance, { now: real.now });
    Date.now = real.date;
    crypto.getRandomValues = real.random;
  }
}
