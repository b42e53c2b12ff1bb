// UDP reaches nobody, as behind many a firewall: the call comes up over TCP, at the port of the page.

import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { after, before, describe, test } from 'node:test';

import { Browsers, makeClip } from './lib/browsers.mjs';
import { CallPage } from './lib/call_page.mjs';
import { Server, newRoom, otherAddress } from './lib/server.mjs';
import { until } from './lib/until.mjs';

// Announced where no UDP port is; the web server is at every address.
const withoutUdp = ['--media-address', '127.0.0.1', '--media-announce', otherAddress(), '--http-address', '0.0.0.0'];
const halfOpen = 100; // connections; fewer than an address may have, as the browsers come from the same one

/** What the path that was chosen is made of: 'tcp' or 'udp'. */
const protocol = (person) =>
  person.page.evaluate(async () => {
    const stats = await globalThis.peerConnections.at(-1).getStats();
    const reports = [...stats.values()];
    const chosen = reports.find((one) => one.type === 'transport')?.selectedCandidatePairId;
    const pair = stats.get(chosen) ?? reports.find((one) => one.type === 'candidate-pair' && one.selected);
    return pair && stats.get(pair.localCandidateId)?.protocol;
  });

describe('a network that lets no UDP through', { timeout: 300_000 }, () => {
  const browsers = new Browsers();
  let server;
  let people;

  const everybodySeesTheOther = () =>
    Promise.all(
      people.map((viewer) => {
        const other = people.find((person) => person !== viewer);
        return until(`${viewer.name} sees ${other.name}`, async () => (await viewer.picture(other.name))?.change > 0.2, 60_000);
      }),
    );

  before(async () => {
    server = await Server.start(...withoutUdp);
    const clip = await makeClip(browsers.folder, 'Ada', '0xC03030');
    people = [new CallPage(await browsers.chromium({ clip }), 'Ada'), new CallPage(await browsers.firefox(), 'Fox')];
  });
  after(async () => {
    await browsers.close();
    await server?.stop();
  });

  test('has calls over TCP, in Chromium and in Firefox', async (t) => {
    const [ada, fox] = people;
    const link = (await newRoom(server)).replace('0.0.0.0', '127.0.0.1'); // browsers trust that with a camera
    await ada.join(link);
    await fox.enter(link);
    await until('Fox waits', () => fox.waits());
    const admitted = performance.now();
    await ada.admit('Fox');
    await Promise.all(
      people.map((person) =>
        until(`${person.name} decodes a frame`, async () => Object.values((await person.received()).frames).some((count) => count > 0)),
      ),
    );
    t.diagnostic(`both decode ${((performance.now() - admitted) / 1000).toFixed(2)} s after Fox was let in`);
    await everybodySeesTheOther();
    for (const person of people) assert.equal(await protocol(person), 'tcp', person.name);
  });

  test('and they go on while strangers hold connections half open', async () => {
    const port = Number(new URL(server.url).port);
    const beginnings = [[0], [0, 100], [0, 3, 1, 2, 3], [0, 20, 0, 1, 0, 0, 0x21, 0x12, 0xa4, 0x42]];
    const sockets = Array.from({ length: halfOpen }, (_, i) => {
      const socket = connect(port, '127.0.0.1', () => socket.write(Buffer.from(beginnings[i % beginnings.length])));
      return socket.on('error', () => socket.destroy());
    });
    await everybodySeesTheOther();
    for (const socket of sockets) socket.destroy();
    for (const person of people) assert.deepEqual(person.errors, [], person.name);
  });
});
