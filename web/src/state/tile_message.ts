// Why a tile shows no picture or plays no sound: nobody is ever left with a grey tile and no reason.

import type { Participant } from '../core/types';
import type { PictureSource } from './wants';

export type TileMessage =
  | 'cameraWaiting'
  | 'screenWaiting'
  | 'soundWaiting'
  | 'pictureUndecryptable'
  | 'soundUndecryptable'
  | 'otherLink'
  | 'videoTurnedOff'
  | 'reconnecting';

export interface Circumstances {
  readonly incomingVideo: boolean;
  readonly reconnecting: boolean;
  /** With more people than audio slots, whoever hasn't spoken yet has none: silence needs no reason. */
  readonly everybodyHasASlot: boolean;
}

export function messageOf(
  { name, sources }: Participant,
  source: PictureSource,
  { incomingVideo, reconnecting, everybodyHasASlot }: Circumstances,
): TileMessage | null {
  if (name === null) return 'otherLink';
  const picture = sources[source].kind;
  const sound = sources[source === 'camera' ? 'microphone' : 'screenAudio'].kind;
  if (picture === 'undecryptable') return 'pictureUndecryptable';
  if (sound === 'undecryptable') return 'soundUndecryptable';
  if (picture === 'waiting') {
    if (!incomingVideo) return 'videoTurnedOff';
    if (reconnecting) return 'reconnecting';
    return source === 'camera' ? 'cameraWaiting' : 'screenWaiting';
  }
  if (sound === 'waiting' && source === 'camera' && everybodyHasASlot && !reconnecting) return 'soundWaiting';
  return null;
}
