import { describe, expect, test } from 'vitest';

import { CodecMap } from './codec_map';
import { codecNumbers } from './frames';

const frame = (metadata: object) => ({ getMetadata: () => metadata }) as RTCEncodedVideoFrame;

describe('the codec of a frame', () => {
  const map = new CodecMap();
  map.learn('a=rtpmap:96 VP8/90000\r\na=rtpmap:97 rtx/90000\r\na=rtpmap:111 opus/48000/2\r\n');

  test('is what the browser says', () => {
    expect(map.of(frame({ mimeType: 'video/AV1', payloadType: 96 }))).toBe(codecNumbers.av1);
  });
  test('is else what its payload type stands for', () => {
    expect(map.of(frame({ payloadType: 96 }))).toBe(codecNumbers.vp8);
    expect(map.of(frame({ payloadType: 111 }))).toBe(codecNumbers.opus);
  });
  test('is none where nothing was negotiated', () => {
    expect(map.of(frame({ payloadType: 97 }))).toBeNull();
    expect(map.of(frame({ payloadType: 50 }))).toBeNull();
    expect(map.of(frame({}))).toBeNull();
    expect(map.of(frame({ mimeType: 'audio/red' }))).toBeNull();
  });
});
