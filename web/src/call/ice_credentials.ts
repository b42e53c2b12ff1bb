// ICE credentials in a session description (RFC 8839 section 5.4): one pair for all m-lines, as they share one path.

import type { IceCredentials } from '../core/types';

export function credentialsIn(sdp: string): IceCredentials {
  const ufrag = /^a=ice-ufrag:(\S+)/m.exec(sdp)?.[1];
  const pwd = /^a=ice-pwd:(\S+)/m.exec(sdp)?.[1];
  if (ufrag === undefined || pwd === undefined) throw new Error('a session description without ICE credentials');
  return { ufrag, pwd };
}

export function withCredentials(sdp: string, { ufrag, pwd }: IceCredentials): string {
  return sdp.replace(/^a=ice-ufrag:\S+/gm, () => `a=ice-ufrag:${ufrag}`).replace(/^a=ice-pwd:\S+/gm, () => `a=ice-pwd:${pwd}`);
}
