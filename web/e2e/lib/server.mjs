// A vicinod of its own for each test file: on loopback, on ports the system picks, with a data folder that goes with it.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { createSocket } from 'node:dgram';
import { networkInterfaces, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export const root = resolve(fileURLToPath(import.meta.url), '../../../..');
export const buildFolder = process.env.VICINO_BUILD ?? join(root, 'build/release');
export const vicinoPath = join(buildFolder, 'apps/vicino/vicino');
const vicinodPath = join(buildFolder, 'apps/vicinod/vicinod');

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

async function freeUdpPort() {
  const socket = createSocket('udp4').bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const { port } = socket.address();
  socket.close();
  await once(socket, 'close');
  return port;
}

/** Another address of this machine than 127.0.0.1: browsers prefer paths that don't lead over loopback, or use no others. */
export function otherAddress() {
  const all = Object.values(networkInterfaces()).flat();
  return all.find(({ family, internal }) => family === 'IPv4' && !internal)?.address ?? '127.0.0.2';
}

export class Server {
  #settings;
  #process = null;
  folder = mkdtempSync(join(tmpdir(), 'vicino-e2e-'));
  url = '';

  /** Ports stay the same over restarts: clients come back to the same address. */
  static async start(...settings) {
    const server = new Server();
    server.mediaPort = await freeUdpPort();
    server.#settings = [
      '--web-folder', join(root, 'web/dist'), '--data-folder', server.folder, '--media-workers', '1',
      '--http-port', String(await freePort()), '--media-port', String(server.mediaPort), ...settings,
    ];
    await server.launch();
    return server;
  }

  async launch() {
    this.#process = spawn(vicinodPath, this.#settings, { stdio: ['ignore', 'pipe', 'inherit'] });
    const lines = createInterface({ input: this.#process.stdout });
    const [line] = await Promise.race([
      once(lines, 'line'),
      once(this.#process, 'exit').then(([code]) => Promise.reject(new Error(`vicinod ended with ${code}`))),
    ]);
    this.url = line.replace('listening on ', '');
  }

  /** As a power cut would: no good-bye to anybody. */
  async kill() {
    this.#process.kill('SIGKILL');
    await once(this.#process, 'exit');
  }

  /** Nothing comes from it and nothing is refused: as if the network were gone. */
  vanish() {
    this.#process.kill('SIGSTOP');
  }
  reappear() {
    this.#process.kill('SIGCONT');
  }

  async stop() {
    if (this.#process && this.#process.exitCode === null && this.#process.signalCode === null) {
      this.#process.kill('SIGTERM');
      await once(this.#process, 'exit');
    }
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Runs a program to its end; what it printed. */
export async function run(program, ...args) {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let out = '';
  let problems = '';
  child.stdout.on('data', (data) => (out += data));
  child.stderr.on('data', (data) => (problems += data));
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`${program} ended with ${code}: ${problems}`);
  return out.trim();
}

export const newRoom = (server) => run(vicinoPath, 'new-room', server.url);
