// The way to a server that can be cut: its page and signalling through a TCP proxy, its media through tools/vicino_relay.

import { once } from 'node:events';
import { connect, createServer } from 'node:net';

import { startRelay } from '../../../tests/lib/relay.mjs';
import { Server, otherAddress } from './server.mjs';

export class Cut {
  #connections = new Set(); // of pairs of sockets
  #proxy = createServer((socket) => this.#accept(socket));
  #isCut = false;

  /** `own`: who ends the relay (tests/lib/owner.mjs). */
  static async start(own) {
    const cut = new Cut();
    const address = otherAddress();
    const media = ['--media-address', '127.0.0.1', '--media-announce', address, '--media-tcp', 'false'];
    cut.server = await Server.start(...media);
    const port = cut.server.mediaPort;
    cut.relay = await startRelay(own, { listen: `${address}:${port}`, target: `127.0.0.1:${port}` });
    await once(cut.#proxy.listen(0, '127.0.0.1'), 'listening');
    return cut;
  }

  /** A link to the server by way of the proxy. */
  through(link) {
    const url = new URL(link);
    url.port = String(this.#proxy.address().port);
    return url.href;
  }

  /** Nothing passes any more, or no media, and nobody is told. */
  async begin({ mediaOnly = false } = {}) {
    await this.relay.say('block');
    if (mediaOnly) return;
    this.#isCut = true;
    for (const pair of this.#connections) pair.forEach((socket) => socket.pause());
  }

  /** Everything passes again. `forgetful`: but nothing on connections from before, as where TCP waits long to repeat itself. */
  async end({ forgetful = false } = {}) {
    this.#isCut = false;
    for (const pair of this.#connections) {
      if (!forgetful) pair.forEach((socket) => socket.resume());
    }
    await this.relay.say('unblock');
  }

  async stop() {
    for (const pair of this.#connections) pair.forEach((socket) => socket.destroy());
    this.#proxy.close();
    await this.server.stop();
  }

  #accept(client) {
    const server = connect(Number(new URL(this.server.url).port), '127.0.0.1');
    const pair = [client, server];
    this.#connections.add(pair);
    for (const [from, to] of [pair, [server, client]]) {
      from.on('data', (data) => to.write(data));
      from.on('error', () => from.destroy());
      from.on('close', () => {
        to.destroy();
        this.#connections.delete(pair);
      });
      if (this.#isCut) from.pause();
    }
  }
}
