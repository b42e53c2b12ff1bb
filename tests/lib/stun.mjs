// Binding requests as ICE sends them (RFC 8489, RFC 8445 section 7.1), for tests that play a client by hand.
import { createHmac, randomBytes } from 'node:crypto';

const cookie = 0x2112a442;
const headerSize = 20;

function attribute(type, value) {
  const padded = Buffer.alloc(4 + Math.ceil(value.length / 4) * 4);
  padded.writeUInt16BE(type, 0);
  padded.writeUInt16BE(value.length, 2);
  value.copy(padded, 4);
  return padded;
}

// `username`: "server's fragment:client's fragment". With the wrong password it is anybody's.
export function bindingRequest(username, password) {
  const head = Buffer.alloc(headerSize);
  head.writeUInt16BE(1, 0);
  head.writeUInt32BE(cookie, 4);
  randomBytes(12).copy(head, 8);
  const controlling = attribute(0x802a, randomBytes(8));
  const body = [attribute(0x0006, Buffer.from(username)), attribute(0x0024, Buffer.from([110, 255, 255, 255])), controlling];
  const before = Buffer.concat([head, ...body, attribute(0x0025, Buffer.alloc(0))]);
  before.writeUInt16BE(before.length - headerSize + 24, 2);
  const tag = createHmac('sha1', password).update(before).digest();
  return Buffer.concat([before, attribute(0x0008, tag)]);
}

export const isBindingSuccess = (datagram) => datagram.readUInt16BE(0) === 0x0101 && datagram.readUInt32BE(4) === cookie;
