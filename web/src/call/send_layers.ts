// Which layers of the own pictures are encoded and sent, and how. Pure, up to the one function that tells a sender.

import type { WatchedLayer } from '../core/types';
import {
  cameraLayer,
  degradation,
  innerLayers,
  mostInnerLayers,
  screenEncoding,
  type SendEncoding,
  type PictureSize,
  type ScreenContent,
} from './ladder';

export interface SendWish {
  /** What somebody watches; null: the server hasn't said yet, so everything. */
  readonly watched: readonly WatchedLayer[] | null;
  /** So many of the camera's largest layers are left out, because this device can't keep up. The smallest stays. */
  readonly spared: number;
  /** The camera isn't sent: the way up carries no more than the voice. */
  readonly voiceOnly: boolean;
  readonly content: ScreenContent;
}

export const everything: SendWish = { watched: null, spared: 0, voiceOnly: false, content: 'detail' };

type Encoding = Pick<RTCRtpEncodingParameters, 'rid' | 'active'>;

/** For each encoding, from the smallest, whether it is sent. */
export function activeLayers(source: 'camera' | 'screen', encodings: readonly Encoding[], wish: SendWish): boolean[] {
  const highest = source === 'camera' ? Math.max(0, encodings.length - 1 - wish.spared) : encodings.length - 1;
  if (source === 'camera' && wish.voiceOnly) return encodings.map(() => false);
  const watched = encodings.map(({ rid }) => isWatched(source, rid, wish.watched));
  // Who watches a layer that is left out gets the largest that is sent.
  const instead = watched.some((on, i) => on && i > highest);
  return watched.map((on, i) => i <= highest && (on || (instead && i === highest)));
}

// A picture of one layer has no rid.
function isWatched(source: 'camera' | 'screen', rid: string | undefined, watched: SendWish['watched']): boolean {
  return watched === null || watched.some((layer) => layer.source === source && (rid === undefined || layer.rid === rid));
}

/** How many layers of a camera that is sent as one stream are sent, from the smallest; `most`: there are. */
export function sentInnerLayers(most: number, wish: SendWish): number {
  if (wish.voiceOnly) return 0;
  const names = wish.watched?.filter(({ source }) => source === 'camera').map(({ rid }) => rid);
  // The server doesn't know a stream's layers before its first packets: then it has no names for them.
  const watched = !names || names.includes('') ? most : Math.max(0, ...names.map((name) => Number(name) + 1));
  return Math.min(watched, Math.max(1, most - wish.spared));
}

function cameraEncodings(encodings: readonly SendEncoding[], size: PictureSize, wish: SendWish): SendEncoding[] {
  const [only] = encodings;
  if (only?.scalabilityMode !== undefined) {
    const count = sentInnerLayers(mostInnerLayers(size), wish);
    return [{ ...only, ...innerLayers(size, Math.max(1, count)), active: count > 0 }];
  }
  const active = activeLayers('camera', encodings, wish);
  return encodings.map((encoding, i) => ({ ...encoding, ...cameraLayer(size, encodings.length, i), active: active[i] ?? true }));
}

function screenEncodings(encodings: readonly SendEncoding[], wish: SendWish): SendEncoding[] {
  const active = activeLayers('screen', encodings, wish);
  return encodings.map((encoding, i) => ({ ...encoding, ...screenEncoding(wish.content), active: active[i] ?? true }));
}

/** The changed parameters; null: they are so already, and setting them would only make a key frame. */
export function shaped(
  source: 'camera' | 'screen',
  parameters: RTCRtpSendParameters,
  size: PictureSize,
  wish: SendWish,
): RTCRtpSendParameters | null {
  const encodings: readonly SendEncoding[] = parameters.encodings;
  const preference = degradation(source, wish.content);
  const next: RTCRtpSendParameters & { degradationPreference?: string } = {
    ...parameters,
    degradationPreference: preference,
    encodings: source === 'camera' ? cameraEncodings(encodings, size, wish) : screenEncodings(encodings, wish),
  };
  return JSON.stringify(next) === JSON.stringify(parameters) ? null : next;
}
