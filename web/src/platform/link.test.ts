import { describe, expect, it } from 'vitest';

import { base64Url, createLink, formatLink, parseLink, roomPath } from './link';

const base = 'https://call.example.org';
const room = 'AAECAwQFBgcICQoLDA0ODw';
const secret = '_-7dzLuqmYh3ZlVEMyIRAA';
const counting = (bytes: Uint8Array<ArrayBuffer>) => {
  for (let i = 0; i < bytes.length; ++i) bytes[i] = i;
  return bytes;
};

describe('room links', () => {
  it('come from 16 random bytes each', () => {
    const link = createLink(base, counting);
    expect(link).toEqual({ origin: base, room, secret: room });
    let calls = 0;
    const random = createLink(base, (bytes) => bytes.fill(++calls));
    expect(random.room).not.toBe(random.secret);
    expect(parseLink(formatLink(random), base)).toEqual({ kind: 'room', link: random });
  });

  it('use the alphabet of base64url without padding', () => {
    expect(base64Url(Uint8Array.of(0xff, 0xee, 0xdd))).toBe('_-7d');
    expect(base64Url(Uint8Array.of(0xff))).toBe('_w');
  });

  it('keep the secret out of the path', () => {
    const link = { origin: base, room, secret };
    expect(formatLink(link)).toBe(`${base}/j/${room}#${secret}`);
    expect(roomPath(link)).toBe(`/j/${room}`);
  });

  it.each([
    [`${base}/j/${room}#${secret}`, base],
    [`  ${base}/j/${room}/#${secret}\n`, base],
    [`/j/${room}#${secret}`, base],
    [`http://localhost:8080/j/${room}#${secret}`, 'http://localhost:8080'],
    [`other.example:8443/j/${room}#${secret}`, 'https://other.example:8443'],
  ])('reads %s', (text, origin) => {
    expect(parseLink(text, base)).toEqual({ kind: 'room', link: { origin, room, secret } });
  });

  it.each([
    ['without fragment', `/j/${room}`],
    ['with an empty fragment', `/j/${room}#`],
    ['with a short secret', `/j/${room}#${secret.slice(0, 21)}`],
    ['with a long secret', `/j/${room}#${secret}A`],
    ['with bits that 16 bytes can not have', `/j/${room}#${secret.slice(0, 21)}B`],
    ['with a foreign character', `/j/${room}#+${secret.slice(1)}`],
    ['with a short room', `/j/${room.slice(1)}#${secret}`],
    ['without room', `/j/#${secret}`],
  ])('calls a link %s incomplete', (_, text) => {
    expect(parseLink(text, base)).toEqual({ kind: 'incomplete' });
  });

  it.each(['', '  ', 'hello', `/k/${room}#${secret}`, 'javascript:alert(1)', 'https://[', `/j/${room}/x#${secret}`])(
    'finds no room in "%s"',
    (text) => {
      expect(parseLink(text, base)).toEqual({ kind: 'none' });
    },
  );
});
