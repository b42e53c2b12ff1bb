// Real browsers in a call on bad networks: node run.mjs [--calls two,four,...] [--shapes 3-1-3,loss,...]
// [--contestants vicino,janus] [--seconds N]. JSON lines, the machine in the first. See README.md.
import { parseArgs } from "node:util";
import { Browsers, makeClip, makeVoice } from "../../web/e2e/lib/browsers.mjs";
import { CallPage } from "../../web/e2e/lib/call_page.mjs";
import { machine } from "../machine.mjs";
import { owning } from "../sfu/owners.mjs";
import { janusCall } from "./janus_call.mjs";
import { between, count, countFreezes } from "./meter.mjs";
import { shapes } from "./shapes.mjs";
import { vicinoCall } from "./vicino_call.mjs";

const names = [["Ada", "0xC03030"], ["Bob", "0x30A040"], ["Cleo", "0x3060C0"], ["Dan", "0xC0A030"]];
const calls = {
  two: ["chromium", "chromium"],
  "two-mixed": ["chromium", "firefox"],
  four: ["chromium", "chromium", "chromium", "chromium"],
  "four-mixed": ["chromium", "firefox", "chromium", "firefox"],
};
const contestants = { vicino: vicinoCall, janus: janusCall };
/** Estimators find their rate within this time. */
const settleSeconds = 8;

const { values } = parseArgs({
  options: {
    calls: { type: "string", default: Object.keys(calls).join() },
    shapes: { type: "string", default: Object.keys(shapes).join() },
    contestants: { type: "string", default: Object.keys(contestants).join() },
    seconds: { type: "string", default: "15" },
  },
});
const wait = (seconds) => new Promise((done) => setTimeout(done, seconds * 1000));
const print = (line) => console.log(JSON.stringify(line));

/** A person in each of these browsers. */
async function makePeople(call, browsers) {
  const people = [];
  const voice = await makeVoice(browsers.folder);
  const picture = { width: call.length > 2 ? 640 : 1280, rate: 15 };
  for (const [i, browser] of call.entries()) {
    const [name, colour] = names[i];
    const page =
      browser === "firefox"
        ? await browsers.firefox(picture)
        : await browsers.chromium({
            clip: await makeClip(browsers.folder, name, colour, { ...picture, noise: true }),
            flags: [`--use-file-for-fake-audio-capture=${voice}`],
          });
    people.push(Object.assign(new CallPage(page, name), { browser }));
  }
  return people;
}

async function measure(own, contestant, shape, call) {
  const { title, flags, steps } = shapes[shape];
  const browsers = new Browsers();
  own.defer(() => browsers.close());
  const parties = calls[call].length;
  const people = await makePeople(calls[call], browsers);
  const relays = await contestants[contestant](own, people, flags);
  await Promise.all(people.map(({ page }) => countFreezes(page)));
  // The network gets bad once everybody is in: how a call begins on one isn't measured here.
  const everywhere = (act) => Promise.all(relays.map(act));
  await everywhere((relay) => relay.set(flags));
  for (const { name, set, settle = settleSeconds } of steps) {
    if (set) await everywhere((relay) => relay.set(set));
    await wait(settle);
    await everywhere((relay) => relay.say("reset"));
    const before = await Promise.all(people.map(({ page }) => count(page)));
    await wait(Number(values.seconds));
    const now = await Promise.all(people.map(({ page }) => count(page)));
    const stats = await everywhere((relay) => relay.stats());
    const path = {
      queue_p95_ms: Math.max(...stats.map(({ down }) => down.queue_ms.p95)),
      relay_late_ms: Math.max(...stats.map(({ late_ms_max }) => late_ms_max)),
    };
    for (const [i, { name: viewer, browser }] of people.entries()) {
      print({ contestant, shape, network: title, step: name, call, parties, viewer, browser, ...between(before[i], now[i], parties - 1), ...path });
    }
  }
}

print(machine({}));
for (const call of values.calls.split(",")) {
  for (const shape of values.shapes.split(",")) {
    for (const contestant of values.contestants.split(",")) await owning((own) => measure(own, contestant, shape, call));
  }
}
