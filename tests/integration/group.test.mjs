// Who is in a call, who decides, and what that does to its keys: the lobby, hosts, links, identities, the call code.
import assert from 'node:assert/strict';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import * as nodeTest from 'node:test';
import { audioClip, videoClip } from '../lib/clips.mjs';
import { owner } from '../lib/owner.mjs';
import { until } from '../lib/until.mjs';
import { joinCall, startServer, untilAllSee, untilIn, untilTogether } from '../lib/vicino.mjs';

const { before, test } = nodeTest;
const ofFile = owner(nodeTest);
let server;
let clips;

before(async () => {
  server = await startServer(ofFile);
  clips = ['--publish', await videoClip('vp8'), '--audio', await audioClip()];
});

// The first one founds the call and is its host.
async function callOf(own, names, args = clips) {
  const link = await server.newRoom(own);
  const call = [];
  for (const name of names) {
    call.push(joinCall(own, link, name, args));
    await untilIn(call.at(-1));
  }
  await untilTogether(call);
  return { link, call };
}

async function refusal(participant) {
  const { code } = await participant.exit();
  return { code, said: participant.errors.join('\n') };
}

test('who knocks sees and hears nothing until a host opens', async (t) => {
  const own = owner(t);
  const link = await server.newRoom(own);
  const host = joinCall(own, link, 'Ada', clips, { admits: false });
  await untilIn(host);
  assert.equal(host.latest.self.host, true);
  const [guest, other] = ['Bo', 'Cy'].map((name) => joinCall(own, link, name, clips, { admits: false }));
  await until(() => host.latest.waiting.length === 2, 'two are waiting');
  assert.deepEqual([...host.latest.waiting].sort(), ['Bo', 'Cy']);
  for (const p of [guest, other]) {
    await until(() => p.latest.phase === 'waiting', `${p.nickname} knows that it waits`);
    assert.equal(p.latest.packetsReceived, 0);
    assert.deepEqual(p.latest.people, []);
  }
  assert.equal(host.latest.group.members, 1);

  host.command('admit Bo');
  await untilIn(guest);
  await untilAllSee([host, guest]);
  assert.equal(guest.latest.self.host, false);
  assert.equal(other.latest.phase, 'waiting');
  guest.command('admit Cy');
  host.command('deny Cy');
  const { code, said } = await refusal(other);
  assert.equal(code, 1);
  assert.match(said, /turned it away/);
  assert.equal(host.latest.group.members, 2);
});

test('without a lobby nobody has to be asked; in a locked room nobody gets in', async (t) => {
  const own = owner(t);
  const link = await server.newRoom(own);
  const host = joinCall(own, link, 'Ada', ['--no-lobby'], { admits: false });
  await until(() => host.latest?.room.lobby === false, 'the lobby is off');
  const guest = joinCall(own, link, 'Bo', [], { admits: false });
  await untilIn(guest);
  await untilTogether([host, guest]);
  guest.command('lock on');
  host.command('lock on');
  await until(() => guest.latest.room.locked, 'Bo knows that it is locked');
  const late = await refusal(joinCall(own, link, 'Cy'));
  assert.equal(late.code, 1);
  assert.match(late.said, /locked/);
  host.command('lock off');
  await until(() => !guest.latest.room.locked, 'it is open again');
  await untilIn(joinCall(own, link, 'Cy'));
});

test('who is removed sees and hears nothing more; the rest go on under new keys', async (t) => {
  const own = owner(t);
  const { call } = await callOf(own, ['Ada', 'Bo', 'Eve']);
  const [ada, bo, eve] = call;
  await untilAllSee(call);
  const { epoch } = ada.latest.group;
  bo.command('remove Eve'); // isn't a host
  ada.command('remove Eve');
  const { code, said } = await refusal(eve);
  assert.equal(code, 1);
  assert.match(said, /removed it/);
  await untilTogether([ada, bo]);
  assert.ok(ada.latest.group.epoch > epoch);
  await untilAllSee([ada, bo], { more: 30 });
  for (const p of [ada, bo]) assert.equal(p.latest.framesRefused, 0);
});

test('a host who leaves leaves a host', async (t) => {
  const own = owner(t);
  const { link, call } = await callOf(own, ['Ada', 'Bo', 'Cy'], []);
  const [ada, bo, cy] = call;
  ada.command('make-host Cy');
  await until(() => bo.latest.people.find((p) => p.name === 'Cy')?.host, 'Bo knows of the new host');
  await ada.stop();
  await untilTogether([bo, cy]);
  assert.equal(cy.latest.self.host, true);
  assert.equal(bo.latest.self.host, false);
  const di = joinCall(own, link, 'Di');
  await untilIn(di);
  await cy.stop();
  const deciding = () => [bo, di].filter((p) => p.latest.self.host);
  await until(() => deciding().length === 1, 'where no host is left, one of the rest decides');
  await untilIn(joinCall(own, link, 'Ed'));
});

test('everybody has the same code, and another one when somebody comes', async (t) => {
  const own = owner(t);
  const { link, call } = await callOf(own, ['Ada', 'Bo'], []);
  const codes = (participants) => participants.map((p) => p.latest.group.code.join(' '));
  const agreed = (participants) =>
    until(() => {
      const [first, ...rest] = codes(participants);
      return first !== '' && rest.every((code) => code === first) && first;
    }, 'all have the same code');
  const first = await agreed(call);
  assert.match(first, /^\d+( \d+){6}$/);
  for (const number of first.split(' ')) assert.ok(Number(number) < 64);

  for (const participant of call) participant.command('confirm-code');
  await until(() => call.every((p) => p.latest.group.verified > 0), 'they have verified each other');
  assert.equal(call[0].sees('Bo').trust, 'verified');
  const more = [...call, joinCall(own, link, 'Cy', ['--guest'])];
  await untilTogether(more);
  const second = await until(async () => {
    const code = await agreed(more);
    return code !== first && code;
  }, 'another code');
  assert.match(second, /^\d+( \d+){6}$/);
  assert.equal(call[0].sees('Bo').trust, 'verified');
  assert.equal(call[0].sees('Cy').trust, 'guest');
  assert.equal(call[0].latest.group.guests, 1);
});

test('what is said, shown and switched arrives, whoever came first', async (t) => {
  const own = owner(t);
  const { link, call } = await callOf(own, ['Ada', 'Bo']);
  const [ada, bo] = call;
  bo.command('say Hello, Ada: ☂');
  await until(() => ada.latest.chat.length > 0, 'Ada reads it');
  assert.deepEqual(ada.latest.chat, [{ name: 'Bo', text: 'Hello, Ada: ☂', own: false }]);
  bo.command('hand on');
  bo.command('microphone off');
  await until(() => ada.sees('Bo').handRaised && ada.sees('Bo').microphone === 'muted', "Ada sees Bo's hand");
  assert.equal(ada.sees('Bo').camera, 'flowing');
  const cy = joinCall(own, link, 'Cy', clips);
  await until(() => cy.sees('Bo')?.handRaised && cy.sees('Bo').microphone === 'muted', 'Cy hears of it too');
  assert.deepEqual(cy.latest.chat, [], 'but not of what was said before');
  ada.command('lower-hand Bo');
  await until(() => !cy.sees('Bo').handRaised, 'the hand is down');
  await until(() => bo.latest.asked.join() === 'hand lowered by Ada', 'Bo is told who did it');
  cy.command('ask-mute Ada'); // isn't a host
  ada.command('ask-mute Cy');
  await until(() => bo.sees('Cy').microphone === 'muted', 'Cy is muted');
  assert.deepEqual(ada.latest.asked, []);
  ada.command('ask-unmute Cy');
  await until(() => bo.sees('Cy').microphone === 'flowing', 'Cy is heard again');
});

test('a renewed link is known to all who are in, and the old one is of no use', async (t) => {
  const own = owner(t);
  const { link, call } = await callOf(own, ['Ada', 'Bo'], []);
  assert.equal(call[1].latest.room.link, link);
  call[1].command('renew-link'); // isn't a host
  call[0].command('renew-link');
  await until(() => call.every((p) => p.latest.room.linkRenewed), 'the link is new');
  const fresh = call[0].latest.room.link;
  assert.equal(call[1].latest.room.link, fresh);
  assert.notEqual(fresh, link);
  assert.equal(fresh.split('#')[0], link.split('#')[0], 'the room is the same');
  const stale = await refusal(joinCall(own, link, 'Eve'));
  assert.equal(stale.code, 1);
  assert.match(stale.said, /replaced by a newer one/);
  const cy = joinCall(own, fresh, 'Cy');
  await untilTogether([...call, cy]);
  assert.equal(cy.sees('Ada').name, 'Ada', 'names sealed under the old link are read');
});

test('an identity is kept from call to call, and one who comes back is who it was', async (t) => {
  const own = owner(t);
  const folder = own.folder();
  const as = (name) => ['--identity', join(folder, name), ...clips];
  const link = await server.newRoom(own);
  const ada = joinCall(own, link, 'Ada', as('ada'));
  await untilIn(ada);
  const bo = joinCall(own, link, 'Bo', as('bo'));
  await untilAllSee([ada, bo]);
  await until(() => [ada, bo].every((p) => p.latest.group.code.length === 7), 'there is a code');
  ada.command('confirm-code');
  await until(() => ada.sees('Bo').trust === 'verified', 'Bo is verified');
  assert.equal(statSync(join(folder, 'ada')).mode & 0o777, 0o600);

  const { sender } = bo.latest.self;
  await bo.kill();
  const back = joinCall(own, link, 'Bo', as('bo'));
  await untilAllSee([ada, back]);
  assert.equal(back.latest.self.sender, sender);
  assert.equal(ada.sees('Bo').trust, 'verified');
  assert.equal(ada.latest.group.members, 2);

  await ada.stop();
  await back.stop();
  const elsewhere = await server.newRoom(own);
  const again = joinCall(own, elsewhere, 'Ada', as('ada'));
  await untilIn(again);
  const known = joinCall(own, elsewhere, 'Bo', as('bo'));
  await until(() => again.sees('Bo')?.trust === 'verified', 'Bo is still verified');
  await known.stop();
  await until(() => !again.sees('Bo'), 'Bo is gone');
  joinCall(own, elsewhere, 'Bo', clips);
  await until(() => again.sees('Bo')?.trust === 'changed', "somebody of Bo's name isn't Bo");
  assert.equal(again.sees('Bo').camera, 'off');
  again.command('accept Bo');
  await until(() => again.sees('Bo').camera === 'flowing', 'unless Ada says so');
});
