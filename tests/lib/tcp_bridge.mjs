// Takes a client's media by UDP and passes it on to a server's TCP port, framed as ICE-TCP is (RFC 4571): so a
// client that knows no TCP calls over nothing else. A connection for each address it comes from.
import dgram from 'node:dgram';
import net from 'node:net';

const header = 2; // bytes of a frame's length

export function frame(datagram) {
  const length = Buffer.alloc(header);
  length.writeUInt16BE(datagram.length);
  return Buffer.concat([length, datagram]);
}

// Calls `handle` for each datagram that comes over a connection.
export function onFrames(socket, handle) {
  let rest = Buffer.alloc(0);
  socket.on('data', (data) => {
    rest = Buffer.concat([rest, data]);
    while (rest.length >= header && rest.length >= header + rest.readUInt16BE()) {
      const end = header + rest.readUInt16BE();
      handle(rest.subarray(header, end));
      rest = rest.subarray(end);
    }
  });
}

// `from`: { address, port } where clients send to; `to`: the server's TCP port on 127.0.0.1. `piece`: no write is
// longer than so many bytes. The result counts datagrams, `up` and `down`.
export async function startTcpBridge(own, { from, to, piece = Infinity }) {
  const udp = dgram.createSocket('udp4');
  const connections = new Map(); // by the client's port
  const bridge = { up: 0, down: 0, connections };
  const connect = (client) => {
    const socket = net.connect({ port: to, host: '127.0.0.1', noDelay: true });
    socket.on('error', () => socket.destroy());
    socket.on('close', () => connections.delete(client.port));
    onFrames(socket, (datagram) => {
      ++bridge.down;
      udp.send(datagram, client.port, client.address);
    });
    connections.set(client.port, socket);
    return socket;
  };
  udp.on('message', (datagram, client) => {
    ++bridge.up;
    const socket = connections.get(client.port) ?? connect(client);
    const bytes = frame(datagram);
    for (let at = 0; at < bytes.length; at += piece) socket.write(bytes.subarray(at, at + piece));
  });
  own.defer(async () => {
    for (const socket of connections.values()) socket.destroy();
    await new Promise((done) => udp.close(done));
  });
  await new Promise((done, failed) => udp.once('error', failed).bind(from.port, from.address, done));
  return bridge;
}
