import { describe, expect, it } from 'vitest';

import { cameraLayer, degradation, encodingsOf, screenEncoding } from './ladder';

const layers = (width: number, height: number) =>
  encodingsOf('camera', { width, height }, 'vp8').map(
    ({ rid, scaleResolutionDownBy, maxBitrate }) => `${rid} 1/${scaleResolutionDownBy} ${(maxBitrate ?? 0) / 1000}k`,
  );

describe('a camera’s ladder', () => {
  it.each([
    [1920, 1080, ['q 1/4 300k', 'h 1/2 1000k', 'f 1/1 2800k']],
    [1280, 720, ['q 1/4 150k', 'h 1/2 500k', 'f 1/1 1700k']],
    [720, 1280, ['q 1/4 150k', 'h 1/2 500k', 'f 1/1 1700k']],
    [960, 540, ['q 1/4 150k', 'h 1/2 300k', 'f 1/1 1000k']],
    [640, 480, ['h 1/2 300k', 'f 1/1 1000k']],
    [640, 360, ['h 1/2 150k', 'f 1/1 500k']],
    [320, 180, ['h 1/2 150k', 'f 1/1 150k']],
  ])('of %i×%i is %j', (width, height, expected) => {
    expect(layers(width, height)).toEqual(expected);
  });

  it('has one frame rate, so that all layers are encoded in one pass', () => {
    const rates = encodingsOf('camera', { width: 1280, height: 720 }, 'vp8').map(({ maxFramerate }) => maxFramerate);
    expect(new Set(rates)).toEqual(new Set([30]));
  });

  it('follows a smaller picture with the layers it has', () => {
    const small = { width: 640, height: 360 };
    expect([0, 1, 2].map((i) => cameraLayer(small, 3, i).scaleResolutionDownBy)).toEqual([2, 1, 1]);
    expect([0, 1, 2].map((i) => cameraLayer(small, 3, i).maxBitrate)).toEqual([150_000, 500_000, 500_000]);
  });
});

describe('a shared screen', () => {
  it('keeps its size and gives up frames while it shows text', () => {
    expect(encodingsOf('screen', { width: 1920, height: 1080 }, 'vp9')).toEqual([{ maxBitrate: 2_500_000, maxFramerate: 10 }]);
    expect(degradation('screen', 'detail')).toBe('maintain-resolution');
  });

  it('keeps its frames while it shows a film', () => {
    expect(screenEncoding('motion').maxFramerate).toBe(30);
    expect(degradation('screen', 'motion')).toBe('maintain-framerate');
  });
});

describe('sound', () => {
  it.each([
    ['microphone', { maxBitrate: 32_000, adaptivePtime: true }],
    ['screenAudio', { maxBitrate: 128_000 }],
  ] as const)('of the %s is encoded as %o', (source, encoding) => {
    expect(encodingsOf(source, { width: 0, height: 0 }, 'av1')).toEqual([encoding]);
  });
});
