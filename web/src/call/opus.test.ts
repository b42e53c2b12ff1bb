import { describe, expect, it } from 'vitest';

import { withVoice } from './opus';

const voice = 'useinbandfec=1;usedtx=1;stereo=0;maxaveragebitrate=32000';
const audio = (mid: number, ...more: string[]) =>
  ['m=audio 9 UDP/TLS/RTP/SAVPF 111', `a=mid:${mid}`, 'a=rtpmap:111 opus/48000/2', ...more, ''].join('\r\n');
const session = 'v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\n';
const video = 'm=video 9 UDP/TLS/RTP/SAVPF 96\r\na=mid:1\r\na=rtpmap:96 VP8/90000\r\n';

describe('an offer', () => {
  it('asks for a voice that stands loss and is silent when nobody speaks', () => {
    const offered = withVoice(session + audio(0, 'a=fmtp:111 minptime=10;useinbandfec=1', 'a=sendonly'), '0');
    expect(offered).toBe(session + audio(0, `a=fmtp:111 minptime=10;${voice}`, 'a=sendonly'));
  });

  it('takes back what the browser offers otherwise', () => {
    const offered = withVoice(session + audio(0, 'a=fmtp:111 maxplaybackrate=48000;stereo=1;useinbandfec=0'), '0');
    expect(offered).toBe(session + audio(0, `a=fmtp:111 maxplaybackrate=48000;${voice}`));
  });

  it('has parameters where there were none', () => {
    expect(withVoice(session + audio(0), '0')).toBe(session + audio(0, `a=fmtp:111 ${voice}`));
  });

  it('leaves the sound of a screen, and all pictures, as they are', () => {
    const rest = video + audio(3, 'a=fmtp:111 minptime=10;useinbandfec=1');
    expect(withVoice(session + audio(0) + rest, '0')).toBe(session + audio(0, `a=fmtp:111 ${voice}`) + rest);
    expect(withVoice(session + rest, '1')).toBe(session + rest);
    expect(withVoice(session + rest, '0')).toBe(session + rest);
  });
});
