// HTTPS with a certificate made here, replaced while the server runs.
import assert from 'node:assert/strict';
import { cpSync, readFileSync } from 'node:fs';
import https from 'node:https';
import { join } from 'node:path';
import { test } from 'node:test';
import { makeCertificate } from '../lib/certificate.mjs';
import { audioClip } from '../lib/clips.mjs';
import { owner } from '../lib/owner.mjs';
import { until } from '../lib/until.mjs';
import { joinCall, startServer, untilAllSee } from '../lib/vicino.mjs';

// Status and certificate name of the server at a fresh connection.
function ask(url, ca) {
  return new Promise((done, failed) => {
    const request = https.get(`${url}/healthz`, { ca, agent: false }, (response) => {
      const name = response.socket.getPeerCertificate().subject.CN;
      const transportSecurity = response.headers['strict-transport-security'];
      response.resume().on('end', () => done({ status: response.statusCode, name, transportSecurity }));
    });
    request.on('error', failed);
  });
}

test('https works, with a replaced certificate too; the native client checks it', async (t) => {
  const own = owner(t);
  const first = await makeCertificate(own, 'first');
  const second = await makeCertificate(own, 'second');
  const live = join(own.folder(), 'live');
  const put = ({ certificate, key }) => {
    cpSync(certificate, `${live}.pem`);
    cpSync(key, `${live}.key`);
  };
  put(first);
  const server = await startServer(own, { '--tls-certificate': `${live}.pem`, '--tls-key': `${live}.key` });
  assert.match(server.url, /^https:/);
  const ca = [readFileSync(first.certificate), readFileSync(second.certificate)];
  const { status, name, transportSecurity } = await ask(server.url, ca);
  assert.deepEqual({ status, name }, { status: 200, name: 'first' });
  assert.match(transportSecurity, /max-age=\d+/);
  await assert.rejects(ask(server.url, readFileSync(second.certificate)));

  const link = await server.newRoom(own);
  const args = ['--audio', await audioClip()];
  const trusting = { SSL_CERT_FILE: first.certificate };
  const call = ['Ada', 'Bo'].map((nickname) => joinCall(own, link, nickname, args, { environment: trusting }));
  await untilAllSee(call, { source: 'microphone' });
  const wary = await joinCall(own, link, 'Cy', ['--seconds', '1'], { environment: { SSL_CERT_FILE: second.certificate } }).exit();
  assert.equal(wary.code, 1);

  put(second);
  server.signal('SIGHUP');
  await until(async () => (await ask(server.url, ca)).name === 'second', 'the new certificate is served');
  await untilAllSee(call, { source: 'microphone' });
  for (const participant of call) assert.equal(participant.latest.reconnects, 0);

  put({ certificate: first.certificate, key: second.key });
  server.signal('SIGHUP');
  await until(() => server.errors.some((line) => line.includes('tls.reload_failed')), 'a bad pair is reported');
  assert.equal((await ask(server.url, ca)).name, 'second');
});
