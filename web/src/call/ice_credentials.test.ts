import { describe, expect, it } from 'vitest';

import { credentialsIn, withCredentials } from './ice_credentials';

const section = (ufrag: string, pwd: string) => `m=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=ice-ufrag:${ufrag}\r\na=ice-pwd:${pwd}\r\na=mid:0\r\n`;

describe('ICE credentials', () => {
  it('are replaced in every m-line, and nothing else is', () => {
    const sdp = `v=0\r\na=ice-lite\r\n${section('old', 'secret')}${section('old', 'secret')}`;
    const fresh = { ufrag: 'a+b/', pwd: "$&$'+/" };
    const changed = withCredentials(sdp, fresh);
    expect(changed).toBe(`v=0\r\na=ice-lite\r\n${section(fresh.ufrag, fresh.pwd)}${section(fresh.ufrag, fresh.pwd)}`);
    expect(credentialsIn(changed)).toEqual(fresh);
  });

  it('are missed where there are none', () => {
    expect(() => credentialsIn('v=0\r\na=ice-lite\r\n')).toThrow();
  });
});
