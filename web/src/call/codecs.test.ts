import { describe, expect, it } from 'vitest';

import { audioCodecs, videoCodecs } from './codecs';

const codec = (mimeType: string, sdpFmtpLine?: string) => (sdpFmtpLine === undefined ? { mimeType } : { mimeType, sdpFmtpLine });

describe('offered codecs', () => {
  it('are VP8 first and one profile of each other', () => {
    const offered = videoCodecs([
      codec('video/H264', 'level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=64001f'),
      codec('video/H264', 'level-asymmetry-allowed=1;packetization-mode=0;profile-level-id=42e01f'),
      codec('video/H264', 'level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f'),
      codec('video/AV1', 'level-idx=5;profile=0;tier=0'),
      codec('video/AV1', 'level-idx=5;profile=1;tier=0'),
      codec('video/VP9', 'profile-id=2'),
      codec('video/VP9', 'profile-id=0'),
      codec('video/rtx'),
      codec('video/red'),
      codec('video/ulpfec'),
      codec('video/flexfec-03', 'repair-window=10000000'),
      codec('video/VP8'),
    ], 'vp8');
    expect(offered.map((c) => c.mimeType)).toEqual(['video/VP8', 'video/VP9', 'video/AV1', 'video/H264', 'video/rtx']);
    expect(offered[3]).toHaveProperty('sdpFmtpLine', expect.stringContaining('packetization-mode=1'));
  });

  it('begin with the one that the camera is sent in', () => {
    const offered = videoCodecs([codec('video/VP8'), codec('video/rtx'), codec('video/AV1'), codec('video/VP9')], 'av1');
    expect(offered.map((c) => c.mimeType)).toEqual(['video/AV1', 'video/VP8', 'video/VP9', 'video/rtx']);
  });

  it('are Opus alone for sound', () => {
    const all = [codec('audio/red'), codec('audio/opus', 'minptime=10;useinbandfec=1'), codec('audio/PCMU')];
    expect(audioCodecs(all).map((c) => c.mimeType)).toEqual(['audio/opus']);
  });
});
