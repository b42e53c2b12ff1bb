// Which layers of the own pictures are encoded and sent, and how. Pure, up to the one function that tells a sender.

import type { WatchedLayer } from '../core/types';
import { cameraLayer, degradation, screenEncoding, type PictureSize, type ScreenContent } from './ladder';

export interface SendWish {
  /** What somebody watches; null: the server hasn't said yet, so everything. */
  readonly watched: readonly WatchedLayer[] | null;
  /** So many of the camera's largest layers are left out, because this device can't keep up. The smallest stays. */
  readonly spared: number;
  readonly content: ScreenContent;
}

export const everything: SendWish = { watched: null, spared: 0, content: 'detail' };

type Encoding = Pick<RTCRtpEncodingParameters, 'rid' | 'active'>;

/** For each encoding, from the smallest, whether it is sent. */
export function activeLayers(source: 'camera' | 'screen', encodings: readonly Encoding[], wish: SendWish): boolean[] {
  const highest = source === 'camera' ? Math.max(0, encodings.length - 1 - wish.spared) : encodings.length - 1;
  const watched = encodings.map(({ rid }) => isWatched(source, rid, wish.watched));
  // Who watches a layer that is left out gets the largest that is sent.
  const instead = watched.some((on, i) => on && i > highest);
  return watched.map((on, i) => i <= highest && (on || (instead && i === highest)));
}

// A picture of one layer has no rid.
function isWatched(source: 'camera' | 'screen', rid: string | undefined, watched: SendWish['watched']): boolean {
  return watched === null || watched.some((layer) => layer.source === source && (rid === undefined || layer.rid === rid));
}

/** The changed parameters; null: they are so already, and setting them would only make a key frame. */
export function shaped(
  source: 'camera' | 'screen',
  parameters: RTCRtpSendParameters,
  size: PictureSize,
  wish: SendWish,
): RTCRtpSendParameters | null {
  const { encodings } = parameters;
  const active = activeLayers(source, encodings, wish);
  const preference = degradation(source, wish.content);
  const next: RTCRtpSendParameters & { degradationPreference?: string } = {
    ...parameters,
    degradationPreference: preference,
    encodings: encodings.map((encoding, i) => ({
      ...encoding,
      ...(source === 'camera' ? cameraLayer(size, encodings.length, i) : screenEncoding(wish.content)),
      active: active[i] ?? true,
    })),
  };
  return JSON.stringify(next) === JSON.stringify(parameters) ? null : next;
}
