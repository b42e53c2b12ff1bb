// A call on Vicino: its app in each browser, its media through one relay in which everybody has a path of their own.
import { join } from "node:path";
import { startBehindRelay } from "../../tests/lib/relay.mjs";
import { root } from "../../tests/lib/vicino.mjs";
import { otherAddress } from "../../web/e2e/lib/server.mjs";
import { until } from "../../web/e2e/lib/until.mjs";

/** Brings `people` (CallPage) into a call; the relays that its media goes through. */
export async function vicinoCall(own, people, flags) {
  const web = { "--web-folder": join(root, "web/dist") };
  // Firefox sends to no other loopback address than its own.
  const { server, relay } = await startBehindRelay(own, { delay: flags.delay }, web, otherAddress());
  const link = await server.newRoom(own);
  for (const person of people) await person.join(link, person === people[0] ? null : people[0]);
  const pairs = people.flatMap((viewer) => people.filter((other) => other !== viewer).map((other) => [viewer, other]));
  for (const [viewer, other] of pairs) await seen(viewer, other);
  return [relay];
}

async function seen(viewer, { name }) {
  try {
    await until(`${viewer.name} sees ${name}`, () => viewer.picture(name), 60_000);
  } catch (problem) {
    throw new Error(`${problem.message}; the tile: ${JSON.stringify(await viewer.tile(name))}`, { cause: problem });
  }
}
