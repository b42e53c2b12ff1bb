// How much is sent of each own track: layers, rates, frame rates. Pure.

import type { Source } from '../core/types';
import type { CameraFormat } from '../platform/memory';

export interface PictureSize {
  readonly width: number;
  readonly height: number;
}

/** A camera's layers from small to large. The server knows them by these names. */
const rids = ['q', 'h', 'f'] as const;

/** Below this area Chromium sends two layers at most, and leaves out the largest where there are three. */
const threeLayersFrom = 960 * 540;

/**
 * bit/s at which a talking head of up to so many pixels looks right at 30 frames a second. More isn't seen; less
 * shows in faces that move.
 */
const cameraRates: readonly (readonly [pixels: number, rate: number])[] = [
  [320 * 180, 150_000],
  [480 * 270, 300_000],
  [640 * 360, 500_000],
  [960 * 540, 1_000_000],
  [1280 * 720, 1_700_000],
];
const largestCameraRate = 2_800_000;

/**
 * The same for all layers: Chromium encodes layers of one frame rate in one pass, and others in one pass each. Who has no
 * room for all frames is sent fewer by the server, which leaves out temporal layers.
 */
const cameraFrames = 30;

/**
 * Speech that is clear, with room for the repetition of lost packets (opus.ts). Below this
 * Chromium's encoder makes no such repetitions.
 */
export const microphoneRate = 32_000;
/** Music and films: stereo. */
const screenAudioRate = 128_000;

/** What a shared screen mostly shows: text that has to stay sharp, or pictures that move. */
export type ScreenContent = 'detail' | 'motion';

/** Frames a second: lower keeps text sharp on thinner links, higher makes scrolling smoother. */
const screenFrames: Readonly<Record<ScreenContent, number>> = { detail: 10, motion: 30 };
const screenRate = 2_500_000;

/**
 * Encodings for addTransceiver(): their number and names stay for the whole stay. `size`: of the track; of one that
 * isn't there yet what it will have at most.
 */
export function encodingsOf(source: Source, size: PictureSize, format: CameraFormat): SendEncoding[] {
  switch (source) {
    case 'microphone':
      // Longer packets where the way up is narrow: at 20 ms each, what surrounds a voice takes as much as itself.
      return [{ maxBitrate: microphoneRate, adaptivePtime: true }];
    case 'screenAudio':
      return [{ maxBitrate: screenAudioRate }];
    case 'screen':
      return [screenEncoding('detail')];
    case 'camera': {
      if (format !== 'vp8') return [innerLayers(size, mostInnerLayers(size))];
      const names = size.width * size.height < threeLayersFrom ? rids.slice(1) : rids;
      return names.map((rid, i) => ({ rid, ...cameraLayer(size, names.length, i) }));
    }
  }
}

/**
 * Layer `index` of `count`, from the smallest, of a picture that may have changed since the offer. A layer that has no
 * use for a picture this small is the largest again: the browser leaves it out.
 */
export function cameraLayer(size: PictureSize, count: number, index: number) {
  const useful = size.width * size.height < threeLayersFrom ? Math.min(count, 2) : count;
  const scaleResolutionDownBy = 2 ** Math.max(0, useful - 1 - index);
  const pixels = (size.width * size.height) / scaleResolutionDownBy ** 2;
  return { scaleResolutionDownBy, maxBitrate: cameraRate(pixels), maxFramerate: cameraFrames };
}

/** With what lib.dom.d.ts doesn't know yet, and not every browser. */
export type SendEncoding = RTCRtpEncodingParameters & { scalabilityMode?: string; adaptivePtime?: boolean };

/** As many layers as there are sizes otherwise. */
export function mostInnerLayers(size: PictureSize): number {
  return size.width * size.height < threeLayersFrom ? 2 : 3;
}

/** The `count` smallest layers of a camera that is sent as one stream. */
export function innerLayers(size: PictureSize, count: number) {
  const scaleResolutionDownBy = 2 ** (mostInnerLayers(size) - count);
  const pixels = (size.width * size.height) / scaleResolutionDownBy ** 2;
  return {
    scalabilityMode: count === 1 ? 'L1T3' : `L${count}T3_KEY`,
    scaleResolutionDownBy,
    maxBitrate: cameraRate(pixels),
    maxFramerate: cameraFrames,
  };
}

export function screenEncoding(content: ScreenContent) {
  return { maxBitrate: screenRate, maxFramerate: screenFrames[content] };
}

/** What to give up first when the rate doesn't suffice. A face is better soft than jerky, a text the other way round. */
export function degradation(source: 'camera' | 'screen', content: ScreenContent) {
  if (source === 'camera') return 'balanced';
  return content === 'detail' ? 'maintain-resolution' : 'maintain-framerate';
}

function cameraRate(pixels: number): number {
  return cameraRates.find(([upTo]) => pixels <= upTo)?.[1] ?? largestCameraRate;
}
