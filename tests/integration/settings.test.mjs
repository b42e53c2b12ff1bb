// What vicinod says about its settings, and how it ends when it can't start.
import assert from 'node:assert/strict';
import { existsSync, writeFileSync } from 'node:fs';
import dgram from 'node:dgram';
import net from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { run } from '../lib/child.mjs';
import { owner } from '../lib/owner.mjs';
import { bareEnvironment, startServer, vicinod } from '../lib/vicino.mjs';

const runServer = (own, args, environment = {}) =>
  run(own, vicinod, args, { env: { ...bareEnvironment, ...environment } });

test('every bad setting gets one line, and nothing is begun', async (t) => {
  const own = owner(t);
  const data = join(own.folder(), 'data');
  const { code, lines, errors } = await runServer(own, [
    '--data-folder', data, '--http-address', 'nowhere', '--media-port', '70000', '--log-level', 'loud',
    '--limits-rooms', 'many', '--http-public-url', 'https://vicino.example/path',
  ]);
  assert.equal(code, 2);
  assert.deepEqual(lines, []);
  assert.deepEqual(errors.sort(), [
    'vicinod: http.address: must be a numeric IP address, is "nowhere"',
    'vicinod: http.public_url: must be like https://vicino.example, without a path, is "https://vicino.example/path"',
    'vicinod: limits.rooms: must be a whole number from 1 to 10000000, is "many"',
    'vicinod: log.level: must be debug, info, warning, error or off, is "loud"',
    'vicinod: media.port: must be a whole number from 0 to 65535, is "70000"',
  ]);
  assert.equal(existsSync(data), false);
});

test('a flag that does not exist is refused', async (t) => {
  const { code, lines, errors } = await runServer(owner(t), ['--colour', 'blue']);
  assert.equal(code, 2);
  assert.deepEqual(lines, []);
  assert.equal(errors.length, 1);
  assert.match(errors[0], /^vicinod: .*--colour/);
});

test('--check-config says what is wrong with a file, or nothing', async (t) => {
  const own = owner(t);
  const folder = own.folder();
  const file = join(folder, 'vicino.toml');
  const check = (environment) => runServer(own, ['--config', file, '--check-config'], environment);

  writeFileSync(file, `[http]\nport = 8443\n[data]\nfolder = "${folder}/data"\n`);
  assert.deepEqual(await check(), { code: 0, signal: null, lines: [], errors: [] });
  assert.equal(existsSync(join(folder, 'data')), false);

  writeFileSync(file, '[http]\nport = "high"\ncolour = "blue"\n');
  const wrong = await check();
  assert.equal(wrong.code, 2);
  assert.deepEqual(wrong.errors.sort(), [
    'vicinod: http.colour: there is no such setting (vicinod --help lists them)',
    'vicinod: http.port: must be a whole number from 0 to 65535, is "high"',
  ]);

  writeFileSync(file, '[http\nport = 1\n');
  const broken = await check();
  assert.equal(broken.code, 2);
  assert.equal(broken.errors.length, 1);
  assert.match(broken.errors[0], /vicino\.toml, line 1: /);

  const fromEnvironment = await check({ VICINO_CONFIG: '/nonexistent', VICINO_LOG_LEVEL: 'loud' });
  assert.ok(fromEnvironment.errors.some((line) => line.startsWith('vicinod: log.level: ')));
});

test('a flag wins over the environment, which wins over the file', async (t) => {
  const own = owner(t);
  const file = join(own.folder(), 'vicino.toml');
  writeFileSync(file, '[http]\npublic_url = "https://file.example"\n');
  const urlWith = async (flags, environment) => (await startServer(own, flags, environment)).url;
  const fromFile = { VICINO_CONFIG: file };
  const fromBoth = { ...fromFile, VICINO_HTTP_PUBLIC_URL: 'https://environment.example' };
  assert.equal(await urlWith({}, fromFile), 'https://file.example');
  assert.equal(await urlWith({}, fromBoth), 'https://environment.example');
  assert.equal(await urlWith({ '--http-public-url': 'https://flag.example' }, fromBoth), 'https://flag.example');
});

test('--help names every setting in all its forms; --version says which', async (t) => {
  const own = owner(t);
  const help = await runServer(own, ['--help']);
  assert.equal(help.code, 0);
  assert.deepEqual(help.errors, []);
  const text = help.lines.join(' ').replace(/\s+/g, ' ');
  for (const words of ['--media-port', 'VICINO_MEDIA_PORT', '--config', '--check-config', '--open-room']) {
    assert.ok(text.includes(words), words);
  }
  const version = await runServer(own, ['--version']);
  assert.equal(version.code, 0);
  assert.match(version.lines.join('\n'), /^vicinod \d+\.\d+\.\d+$/);
});

test('a port in use, or a data folder that is none, ends it with a sentence', async (t) => {
  const own = owner(t);
  const folder = own.folder();
  const tcp = net.createServer();
  await new Promise((done) => tcp.listen(0, '127.0.0.1', done));
  own.defer(() => tcp.close());
  const udp = dgram.createSocket('udp4');
  await new Promise((done) => udp.bind(0, '127.0.0.1', done));
  own.defer(() => udp.close());
  writeFileSync(join(folder, 'file'), '');

  const start = async (http, media, data) => {
    const args = ['--http-port', String(http), '--media-port', String(media), '--media-workers', '1'];
    const ended = await runServer(own, [...args, '--data-folder', join(folder, data)]);
    assert.equal(ended.code, 1);
    assert.deepEqual(ended.lines, []);
    return ended.errors.join('\n');
  };
  const tcpPort = tcp.address().port;
  const udpPort = udp.address().port;
  assert.match(await start(tcpPort, 0, 'a'), new RegExp(`^vicinod: TCP port ${tcpPort} can't be used: `));
  assert.match(await start(0, udpPort, 'b'), new RegExp(`^vicinod: .*${udpPort}.*in use`));
  assert.match(await start(0, 0, 'file'), /^vicinod: .*file/);
});
