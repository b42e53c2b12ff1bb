// Real browsers in a call on bad networks: node run.mjs [--parties 2,4] [--shapes 3-1-3,loss,...] [--seconds N]
// JSON lines, the machine in the first. See README.md.
import { join } from "node:path";
import { parseArgs } from "node:util";
import { startBehindRelay } from "../../tests/lib/relay.mjs";
import { root } from "../../tests/lib/vicino.mjs";
import { Browsers, makeClip, makeVoice } from "../../web/e2e/lib/browsers.mjs";
import { CallPage } from "../../web/e2e/lib/call_page.mjs";
import { until } from "../../web/e2e/lib/until.mjs";
import { machine } from "../machine.mjs";
import { owning } from "../sfu/owners.mjs";
import { between, count } from "./meter.mjs";
import { shapes } from "./shapes.mjs";

const names = [["Ada", "0xC03030"], ["Bob", "0x30A040"], ["Cleo", "0x3060C0"], ["Dan", "0xC0A030"]];
/** Estimators find their rate within this time. */
const settleSeconds = 8;

const { values } = parseArgs({
  options: {
    parties: { type: "string", default: "2,4" },
    shapes: { type: "string", default: Object.keys(shapes).join() },
    seconds: { type: "string", default: "15" },
  },
});
const wait = (seconds) => new Promise((done) => setTimeout(done, seconds * 1000));
const print = (line) => console.log(JSON.stringify(line));

/** The first `parties` people in a call. */
async function callOf(parties, browsers, server) {
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
  const link = await server.newRoom(server.own);
  for (const person of people) await person.join(link, person === people[0] ? null : people[0]);
  const pairs = people.flatMap((viewer) => people.filter((other) => other !== viewer).map((other) => [viewer, other]));
  for (const [viewer, other] of pairs) await until(`${viewer.name} sees ${other.name}`, () => viewer.picture(other.name), 60_000);
  return people;
}

async function measure(own, shape, parties) {
  const { title, flags, steps } = shapes[shape];
  const { server, relay } = await startBehindRelay(own, { delay: flags.delay }, { "--web-folder": join(root, "web/dist") });
  const browsers = new Browsers();
  own.defer(() => browsers.close());
  const people = await callOf(parties, browsers, Object.assign(server, { own }));
  // The network gets bad once everybody is in: how a call begins on one isn't measured here.
  await relay.set(flags);
  for (const { name, set, settle = settleSeconds } of steps) {
    if (set) await relay.set(set);
    await wait(settle);
    await relay.say("reset");
    const before = await Promise.all(people.map(({ page }) => count(page)));
    await wait(Number(values.seconds));
    const now = await Promise.all(people.map(({ page }) => count(page)));
    const { down, late_ms_max } = await relay.stats();
    for (const [i, { name: viewer }] of people.entries()) {
      const figures = between(before[i], now[i], parties - 1);
      print({ shape, network: title, step: name, parties, viewer, ...figures, queue_p95_ms: down.queue_ms.p95, relay_late_ms: late_ms_max });
    }
  }
}

print(machine({}));
for (const parties of values.parties.split(",").map(Number)) {
  for (const shape of values.shapes.split(",")) await owning((own) => measure(own, shape, parties));
}
