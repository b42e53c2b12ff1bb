// Real browsers in a call on bad networks: node run.mjs [--parties 2,4] [--shapes 3-1-3,loss,...]
// [--contestants vicino,janus] [--seconds N]. JSON lines, the machine in the first. See README.md.
import { parseArgs } from "node:util";
import { Browsers, makeClip, makeVoice } from "../../web/e2e/lib/browsers.mjs";
import { CallPage } from "../../web/e2e/lib/call_page.mjs";
import { machine } from "../machine.mjs";
import { owning } from "../sfu/owners.mjs";
import { janusCall } from "./janus_call.mjs";
import { between, count } from "./meter.mjs";
import { shapes } from "./shapes.mjs";
import { vicinoCall } from "./vicino_call.mjs";

const names = [["Ada", "0xC03030"], ["Bob", "0x30A040"], ["Cleo", "0x3060C0"], ["Dan", "0xC0A030"]];
const contestants = { vicino: vicinoCall, janus: janusCall };
/** Estimators find their rate within this time. */
const settleSeconds = 8;

const { values } = parseArgs({
  options: {
    parties: { type: "string", default: "2,4" },
    shapes: { type: "string", default: Object.keys(shapes).join() },
    contestants: { type: "string", default: Object.keys(contestants).join() },
    seconds: { type: "string", default: "15" },
  },
});
const wait = (seconds) => new Promise((done) => setTimeout(done, seconds * 1000));
const print = (line) => console.log(JSON.stringify(line));

/** The first `parties` people, each in a browser. */
async function makePeople(parties, browsers) {
  const people = [];
  const voice = await makeVoice(browsers.folder);
  const picture = { width: parties > 2 ? 640 : 1280, rate: 15, noise: true };
  for (const [name, colour] of names.slice(0, parties)) {
    const page = await browsers.chromium({
      clip: await makeClip(browsers.folder, name, colour, picture),
      flags: [`--use-file-for-fake-audio-capture=${voice}`],
    });
    people.push(new CallPage(page, name));
  }
  return people;
}

async function measure(own, contestant, shape, parties) {
  const { title, flags, steps } = shapes[shape];
  const browsers = new Browsers();
  own.defer(() => browsers.close());
  const people = await makePeople(parties, browsers);
  const relays = await contestants[contestant](own, people, parties, flags);
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
    for (const [i, { name: viewer }] of people.entries()) {
      print({ contestant, shape, network: title, step: name, parties, viewer, ...between(before[i], now[i], parties - 1), ...path });
    }
  }
}

print(machine({}));
for (const parties of values.parties.split(",").map(Number)) {
  for (const shape of values.shapes.split(",")) {
    for (const contestant of values.contestants.split(",")) await owning((own) => measure(own, contestant, shape, parties));
  }
}
