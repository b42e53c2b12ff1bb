// A UDP relay between clients and the server's media port that keeps what the clients sent, and can
// send any of it again: from the client's own path, or as a stranger.
//
// The server listens on 127.0.0.1 and announces 127.0.0.2, where the tap listens on the same port.
import dgram from 'node:dgram';

export const tapAddress = '127.0.0.2';
const kept = 4000; // datagrams per client

const bind = (socket, port, address) =>
  new Promise((done, failed) => {
    socket.once('error', failed);
    socket.bind(port, address, () => {
      socket.off('error', failed);
      socket.on('error', () => {}); // a refused port shows up as missing frames
      done();
    });
  });

export async function openTap(own, port) {
  const front = dgram.createSocket('udp4');
  const clients = new Map(); // "port" of the client -> { back, sent }
  own.defer(() => {
    for (const { back } of clients.values()) back.close();
    front.close();
  });
  front.on('message', async (datagram, from) => {
    let client = clients.get(from.port);
    if (!client) {
      client = { back: dgram.createSocket('udp4'), sent: [] };
      clients.set(from.port, client);
      client.back.on('message', (answer) => front.send(answer, from.port, from.address));
      client.ready = bind(client.back, 0, '127.0.0.1');
    }
    await client.ready;
    client.back.send(datagram, port, '127.0.0.1');
    if (client.sent.length < kept) client.sent.push(datagram);
  });
  await bind(front, port, tapAddress);
  return { clients: () => [...clients.values()] };
}

export const isRtp = (datagram) => datagram[0] >= 128 && datagram[0] < 192 && (datagram[1] < 192 || datagram[1] > 223);
export const isStun = (datagram) => datagram[0] < 4;

// Sends in small groups: a flood would only overflow the server's socket buffer.
export async function sendAll(socket, datagrams, port) {
  for (let at = 0; at < datagrams.length; at += 50) {
    const group = datagrams.slice(at, at + 50);
    await Promise.all(
      group.map((d) => new Promise((done, failed) => socket.send(d, port, '127.0.0.1', (e) => (e ? failed(e) : done())))),
    );
    await new Promise((done) => setImmediate(done));
  }
}

export async function stranger(own) {
  const socket = dgram.createSocket('udp4');
  await bind(socket, 0, '127.0.0.1');
  own.defer(() => socket.close());
  return socket;
}
