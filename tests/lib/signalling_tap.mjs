// Between a client and the server's signalling: a server that lies about what it hears and says. Everything passes but what
// a test takes out or puts in.
import net from 'node:net';
import { clientMessageKind, readServerMessage } from './flatbuffer.mjs';

// One direction of a WebSocket: the HTTP head, then messages of one or more frames (RFC 6455 section 5.2). Large ones of the
// server are in fragments.
class Messages {
  #buffer = Buffer.alloc(0);
  #inHead = true;
  #read = 0; // bytes of the buffer that are frames of an unfinished message
  #parts = []; // and what is in them

  // `pass`: bytes to go on as they are, and the payload of a message; null: no message.
  constructor(pass) {
    this.pass = pass;
  }

  add(data) {
    this.#buffer = Buffer.concat([this.#buffer, data]);
    if (this.#inHead) {
      const end = this.#buffer.indexOf('\r\n\r\n');
      if (end < 0) return;
      this.#inHead = false;
      this.#take(end + 4, null);
    }
    while (this.#frame());
  }

  #take(size, payload) {
    this.pass(this.#buffer.subarray(0, size), payload);
    this.#buffer = this.#buffer.subarray(size);
  }

  // False: there is no whole one.
  #frame() {
    const b = this.#buffer.subarray(this.#read);
    if (b.length < 2) return false;
    const short = b[1] & 127;
    const masked = b[1] & 128 ? 4 : 0;
    const header = (short === 127 ? 10 : short === 126 ? 4 : 2) + masked;
    if (b.length < header) return false;
    const length = short === 127 ? Number(b.readBigUInt64BE(2)) : short === 126 ? b.readUInt16BE(2) : short;
    if (b.length < header + length) return false;
    const payload = Buffer.from(b.subarray(header, header + length));
    if (masked) for (let i = 0; i < length; ++i) payload[i] ^= b[header - 4 + (i & 3)];
    this.#read += header + length;
    const isControl = (b[0] & 8) !== 0;
    if (!isControl) this.#parts.push(payload);
    // A control frame between fragments goes on with them.
    if (b[0] < 128 || (isControl && this.#parts.length > 0)) return true;
    this.#take(this.#read, isControl ? null : Buffer.concat(this.#parts));
    this.#read = 0;
    this.#parts = [];
    return true;
  }
}

function frameOf(payload) {
  const header = payload.length < 126 ? Buffer.alloc(2) : Buffer.alloc(4);
  header[0] = 0x82;
  header[1] = payload.length < 126 ? payload.length : 126;
  if (payload.length >= 126) header.writeUInt16BE(payload.length, 2);
  return Buffer.concat([header, payload]);
}

export class SignallingTap {
  // Which messages don't arrive, by kind; a test changes them at any time.
  lost = { fromServer: new Set(), fromClient: new Set() };
  onClientMessage = null; // (kind, payload), before it goes on
  onServerMessage = null;

  constructor(own, serverUrl) {
    this.server = new URL(serverUrl);
    this.sockets = new Set();
    this.listener = net.createServer((client) => this.#open(client));
    own.defer(() => {
      for (const socket of this.sockets) socket.destroy();
      this.listener.close();
    });
  }

  async listening() {
    await new Promise((done, failed) => this.listener.once('error', failed).listen(0, '127.0.0.1', done));
    return this;
  }

  #open(client) {
    const server = net.connect(Number(this.server.port), this.server.hostname);
    for (const [one, other] of [[client, server], [server, client]]) {
      this.sockets.add(one);
      one.on('error', () => other.destroy());
      one.on('close', () => other.destroy());
    }
    this.client = client;
    const up = new Messages((bytes, payload) => {
      const kind = payload && clientMessageKind(payload);
      if (payload) this.onClientMessage?.(kind, payload);
      if (!this.lost.fromClient.has(kind)) server.write(bytes);
    });
    const down = new Messages((bytes, payload) => {
      const kind = payload && readServerMessage(payload).kind;
      if (payload) this.onServerMessage?.(kind, payload);
      if (!this.lost.fromServer.has(kind)) client.write(bytes);
    });
    client.on('data', (data) => up.add(data));
    server.on('data', (data) => down.add(data));
  }

  // To the client that came last.
  say(message) {
    this.client.write(frameOf(message));
  }

  // The same room, through here.
  link(link) {
    const through = new URL(link);
    through.port = String(this.listener.address().port);
    return through.href;
  }
}

export const openSignallingTap = (own, serverUrl) => new SignallingTap(own, serverUrl).listening();
