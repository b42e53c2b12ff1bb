// The programs under test: vicinod and vicino, as built. VICINO_BUILD names the build folder, by
// default build/release.
import assert from 'node:assert/strict';
import dgram from 'node:dgram';
import { readFileSync } from 'node:fs';
import net from 'node:net';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Child, run } from './child.mjs';
import { until } from './until.mjs';

export const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const build = resolve(root, process.env.VICINO_BUILD ?? 'build/release');
export const vicinod = join(build, 'apps/vicinod/vicinod');
export const vicino = join(build, 'apps/vicino/vicino');
export const vicinoLoad = join(build, 'apps/vicino_load/vicino-load');
export const vicinoRelay = join(build, 'tools/vicino_relay/vicino-relay');

// The tests' own settings must not depend on the caller's.
export const bareEnvironment = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !name.startsWith('VICINO_')),
);

export function freeTcpPort() {
  return new Promise((done, failed) => {
    const server = net.createServer().once('error', failed);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => done(port));
    });
  });
}

export function freeUdpPort() {
  return new Promise((done, failed) => {
    const socket = dgram.createSocket('udp4').once('error', failed);
    socket.bind(0, '127.0.0.1', () => {
      const { port } = socket.address();
      socket.close(() => done(port));
    });
  });
}

export class Server extends Child {
  constructor(own, args, environment) {
    super(own, vicinod, args, { env: { ...bareEnvironment, ...environment } });
  }

  async listening() {
    await until(() => {
      this.assertRunning();
      return this.lines.some((line) => line.startsWith('listening on '));
    }, 'vicinod listens');
    this.url = this.lines.find((line) => line.startsWith('listening on ')).slice(13);
    return this;
  }

  get port() {
    return Number(new URL(this.url).port);
  }

  // All samples of /metrics by name; those of several workers are added up.
  async metrics() {
    this.assertRunning();
    const response = await fetch(`${this.url}/metrics`, { signal: AbortSignal.timeout(10_000) });
    assert.equal(response.status, 200);
    const samples = {};
    for (const line of (await response.text()).split('\n')) {
      if (line === '' || line.startsWith('#')) continue;
      const [, name, value] = /^([a-z_]+)(?:\{[^}]*\})? ([0-9.e+]+)$/.exec(line);
      samples[name] = (samples[name] ?? 0) + Number(value);
    }
    return samples;
  }

  // As a crash or a power cut would.
  async kill() {
    this.killedByTest = true;
    await super.kill();
  }

  residentBytes() {
    const [, kilobytes] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${this.pid}/status`, 'utf8'));
    return Number(kilobytes) * 1024;
  }

  newRoom(own) {
    return newRoom(own, this.url);
  }
}

const standardFlags = {
  '--http-address': '127.0.0.1',
  '--http-port': '0',
  '--media-address': '127.0.0.1',
  '--media-announce': '127.0.0.1',
  '--media-port': '0',
  '--log-level': 'warning',
  '--shutdown-drain-seconds': '0',
};

// A server on free ports of 127.0.0.1 with a data folder of its own. `flags` win over these
// standards; null leaves one to the server. When the test ends it is stopped, and must not have
// crashed before.
export async function startServer(own, flags = {}, environment = {}) {
  const all = { ...standardFlags, ...flags };
  all['--data-folder'] ??= own.folder();
  const given = Object.entries(all).filter(([, value]) => value !== null);
  const args = given.flatMap(([flag, value]) => [flag, String(value)]);
  const server = new Server(own, args, environment);
  own.defer(async () => {
    if (server.killedByTest) return;
    const { code, signal } = await server.stop();
    assert.deepEqual({ code, signal }, { code: 0, signal: null }, server.errors.slice(-20).join('\n'));
  });
  return server.listening();
}

export async function newRoom(own, url) {
  const { code, lines, errors } = await run(own, vicino, ['new-room', url]);
  assert.equal(code, 0, errors.join('\n'));
  return lines[0];
}

// `vicino join` with its statistics. Each member of a process is found by its name.
export class Participant extends Child {
  stats = new Map(); // name -> the latest line

  constructor(own, link, args, environment = {}) {
    super(own, vicino, ['join', link, '--headless-stats', '--commands', ...args], {
      env: { ...bareEnvironment, ...environment },
    });
  }

  onLine = (line) => {
    const stats = JSON.parse(line);
    this.stats.set(stats.name, stats);
  };

  // What its members are to do (apps/vicino/member.h).
  command(line) {
    this.process.stdin.write(`${line}\n`);
  }

  // The latest statistics of its only member.
  get latest() {
    this.assertRunning();
    return [...this.stats.values()][0];
  }

  // What its only member sees of the one called `name`; undefined: nobody.
  sees(name) {
    return this.latest?.people.find((person) => person.name === name);
  }

  // Frames decrypted from the sender called `name`, of one source.
  framesFrom(name, source) {
    const received = this.latest?.received.filter((r) => r.name === name && r.source === source) ?? [];
    return received.reduce((sum, r) => sum + r.frames, 0);
  }
}

export const untilIn = (participant) => until(() => participant.latest?.inCall, `${participant.nickname} is in the call`);

// Waits until all of `participants`, and nobody else, are in one epoch of one group and send under its keys.
export function untilTogether(participants, timeout = 30_000) {
  return until(
    () => {
      const groups = participants.map((p) => p.latest?.group);
      const [first] = groups;
      const agree = (g) => g && g.epoch === first.epoch && g.sendingEpoch === g.epoch && g.members === participants.length;
      if (groups.every(agree)) return true;
      throw new Error(JSON.stringify(groups));
    },
    'everybody is in the same epoch',
    timeout,
  );
}

// Waits until each of `participants` has decrypted `more` more frames of `source` from each other one than now.
// They must have different names.
export async function untilAllSee(participants, { more = 10, source = 'camera', timeout = 30_000 } = {}) {
  const pairs = participants.flatMap((to) =>
    participants.filter((from) => from !== to).map((from) => ({ to, from: from.nickname })),
  );
  for (const pair of pairs) pair.before = pair.to.framesFrom(pair.from, source);
  await until(
    () => {
      const missing = pairs.filter((p) => p.to.framesFrom(p.from, source) < p.before + more);
      if (missing.length === 0) return true;
      const { to, from } = missing[0];
      throw new Error(`${to.nickname} has ${to.framesFrom(from, source)} frames of ${from}: ${JSON.stringify(to.latest)}`);
    },
    `everybody decrypts ${source} frames of everybody`,
    timeout,
  );
}

// As a host, it lets in everybody who waits, unless `admits` is false.
export function joinCall(own, link, nickname, args = [], { environment = {}, admits = true } = {}) {
  const hosting = admits ? ['--admit'] : [];
  const participant = new Participant(own, link, ['--name', nickname, ...hosting, ...args], environment);
  participant.nickname = nickname;
  return participant;
}
