// A WebSocket client (RFC 6455) that can misbehave: any frame, and reading only when asked to.
import { randomBytes } from 'node:crypto';
import net from 'node:net';
import { readServerMessage } from './flatbuffer.mjs';
import { until } from './until.mjs';

export const opcode = { text: 1, binary: 2, close: 8, ping: 9 };

export class WebSocketClient {
  messages = []; // of the server, read
  closed = false;

  constructor(socket) {
    this.socket = socket;
    this.buffer = Buffer.alloc(0);
    socket.on('data', (data) => this.#data(data));
    socket.on('close', () => (this.closed = true));
    socket.on('error', () => {}); // 'close' follows
  }

  // Frames of the server are never masked and never fragmented.
  #data(data) {
    this.buffer = Buffer.concat([this.buffer, data]);
    for (;;) {
      if (this.buffer.length < 2) return;
      const short = this.buffer[1] & 127;
      const header = short === 127 ? 10 : short === 126 ? 4 : 2;
      if (this.buffer.length < header) return;
      const size =
        short === 127 ? Number(this.buffer.readBigUInt64BE(2)) : short === 126 ? this.buffer.readUInt16BE(2) : short;
      if (this.buffer.length < header + size) return;
      const payload = this.buffer.subarray(header, header + size);
      const kind = this.buffer[0] & 15;
      if (kind === opcode.binary) this.messages.push(readServerMessage(payload));
      if (kind === opcode.close) this.send(payload, { kind });
      this.buffer = this.buffer.subarray(header + size);
    }
  }

  // `announced`: the size in the header, if not the payload's.
  send(payload, { kind = opcode.binary, announced = payload.length } = {}) {
    const header = Buffer.alloc(14);
    header[0] = 0x80 | kind;
    header[1] = 0x80 | 127;
    header.writeBigUInt64BE(BigInt(announced), 2);
    randomBytes(4).copy(header, 10);
    const masked = Buffer.from(payload);
    for (let i = 0; i < masked.length; ++i) masked[i] ^= header[10 + (i & 3)];
    // The shortest form of the size is obligatory.
    if (announced < 126) {
      header[1] = 0x80 | announced;
      return this.socket.write(Buffer.concat([header.subarray(0, 2), header.subarray(10), masked]));
    }
    if (announced < 65_536) {
      header[1] = 0x80 | 126;
      header.writeUInt16BE(announced, 2);
      return this.socket.write(Buffer.concat([header.subarray(0, 4), header.subarray(10), masked]));
    }
    return this.socket.write(Buffer.concat([header, masked]));
  }

  untilMessage(kind, timeout) {
    return until(() => this.messages.find((m) => m.kind === kind), `the server says ${kind}`, timeout);
  }

  untilClosed(timeout) {
    return until(() => this.closed, 'the server closes the connection', timeout);
  }
}

// Opens /ws. Resolves to a WebSocketClient, or to { status } when the server refuses.
export function openWebSocket(own, url, headers = {}) {
  const { hostname, port, host } = new URL(url);
  const socket = net.connect(Number(port), hostname);
  own.defer(() => socket.destroy());
  const lines = {
    Host: host,
    Upgrade: 'websocket',
    Connection: 'Upgrade',
    'Sec-WebSocket-Key': randomBytes(16).toString('base64'),
    'Sec-WebSocket-Version': '13',
    'Sec-WebSocket-Protocol': 'vicino.v2',
    ...headers,
  };
  const text = Object.entries(lines).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.write(`GET /ws HTTP/1.1\r\n${text.join('')}\r\n`);
  return new Promise((done, failed) => {
    let answer = Buffer.alloc(0);
    const ended = () => failed(new Error('the server closed the connection'));
    socket.once('error', failed);
    socket.once('close', ended);
    const read = (data) => {
      answer = Buffer.concat([answer, data]);
      const end = answer.indexOf('\r\n\r\n');
      if (end < 0) return;
      socket.off('data', read);
      socket.off('error', failed);
      socket.off('close', ended);
      const status = Number(answer.toString('latin1', 9, 12));
      if (status !== 101) {
        socket.destroy();
        return done({ status });
      }
      const client = new WebSocketClient(socket);
      const rest = answer.subarray(end + 4);
      if (rest.length > 0) socket.emit('data', rest);
      done(client);
    };
    socket.on('data', read);
  });
}
