// The typed face of MLS in workers of a real browser: the page carries messages between two members and holds no secret.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { modules, root } from '../../tests/lib/mls.mjs';
import { withPage } from '../../tests/lib/page.mjs';

async function inPage({ module, suite }) {
  const carried = []; // all that the page ever had of the members, but what the test asks for at the end
  function member(name) {
    const worker = new Worker('/web/e2e/lib/mls_member.mjs', { type: 'module' });
    const ask = (action, argument) =>
      new Promise((resolve, reject) => {
        worker.onmessage = ({ data }) => (data.error ? reject(new Error(data.error)) : resolve(data.result));
        worker.onerror = (event) => reject(new Error(event.message));
        worker.postMessage({ action, argument });
      });
    const carry = async (action, argument) => {
      const result = await ask(action, argument);
      carried.push(...(result instanceof Uint8Array ? [result] : Object.values(result ?? {}).filter((v) => v instanceof Uint8Array)));
      return result;
    };
    return { ask, carry, ready: ask('load', { module, name, suite }) };
  }

  const [alice, bob] = [member('alice'), member('bob')];
  await Promise.all([alice.ready, bob.ready]);
  await alice.carry('create');
  const { welcome } = await alice.carry('add', await bob.carry('offer'));
  await bob.carry('join', welcome);
  const greeting = await alice.carry('say', 'good morning');
  const heard = [await bob.carry('hear', greeting), await alice.carry('hear', await bob.carry('say', 'and to you'))];
  const again = await bob.ask('hear', greeting).then(() => 'heard', (error) => error.message);

  const secrets = await Promise.all([alice, bob].map(({ ask }) => ask('exported')));
  const text = (bytes) => bytes.join();
  return { heard, again, secrets: secrets.map(text), leaked: carried.some((bytes) => text(bytes).includes(text(secrets[0]))), carried: carried.length };
}

for (const suite of ['x25519_aes128gcm_sha256_ed25519', 'x25519_chacha20poly1305_sha256_ed25519']) {
  test(`two members in workers agree and talk through the page: ${suite}`, { timeout: 60_000 }, () =>
    withPage(async (page) => {
      const module = modules.core.slice(root.length);
      const seen = await page.evaluate(inPage, { module: `/${module.replace(/^\/+/, '')}`, suite });
      assert.deepEqual(seen.heard, ['good morning', 'and to you']);
      assert.equal(seen.again, 'generation_consumed', 'a message is opened once');
      assert.equal(seen.secrets[0], seen.secrets[1]);
      assert.equal(seen.secrets[0].split(',').length, 32);
      assert.ok(seen.carried >= 5, `the page carried ${seen.carried} messages`);
      assert.equal(seen.leaked, false, 'the page has seen what only members may know');
    }));
}
