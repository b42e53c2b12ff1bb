// Why a tile shows no picture or plays no sound: nobody is ever left with a grey tile and no reason.

import type { Participant, TrackState } from '../core/types';
import type { PictureSource } from './wants';

export type TileMessage =
  | 'cameraOff'
  | 'cameraConnecting'
  | 'screenConnecting'
  | 'soundConnecting'
  | 'pictureNoKey'
  | 'soundNoKey'
  | 'pictureRefused'
  | 'soundRefused'
  | 'pausedByLayout'
  | 'pausedForBandwidth'
  | 'soundPaused'
  | 'screenSoundConnecting'
  | 'screenSoundNoKey'
  | 'screenSoundRefused'
  | 'screenSoundPaused'
  | 'connectionLost'
  | 'videoTurnedOff'
  | 'reconnecting'
  | 'identityChanged'
  | 'leaving';

export interface Circumstances {
  readonly incomingVideo: boolean;
  readonly reconnecting: boolean;
}

export function messageOf(
  { trust, leaving, sources }: Participant,
  source: PictureSource,
  circumstances: Circumstances,
): TileMessage | null {
  if (leaving) return 'leaving';
  if (trust === 'changed') return 'identityChanged';
  const picture = sources[source];
  const sound = sources[source === 'camera' ? 'microphone' : 'screenAudio'];
  // What is wrong comes before what is merely not there.
  if (picture.kind === 'connectionLost' || sound.kind === 'connectionLost') return 'connectionLost';
  if (picture.kind === 'refused') return 'pictureRefused';
  if (sound.kind === 'refused') return source === 'camera' ? 'soundRefused' : 'screenSoundRefused';
  // A voice that is missed says more of the path than its picture.
  if (sound.kind === 'pausedForBandwidth' && picture.kind === sound.kind) return soundMessage(sound, source, circumstances);
  return pictureMessage(picture, source, circumstances) ?? soundMessage(sound, source, circumstances) ?? restMessage(picture, source);
}

function pictureMessage(
  { kind }: TrackState,
  source: PictureSource,
  { incomingVideo, reconnecting }: Circumstances,
): TileMessage | null {
  if (kind === 'off' || kind === 'muted') return null;
  // At once, though the last pictures may still be on their way.
  if (!incomingVideo) return 'videoTurnedOff';
  if (kind === 'flowing') return null;
  if (reconnecting) return 'reconnecting';
  if (kind === 'noKey') return 'pictureNoKey';
  if (kind === 'pausedByLayout' || kind === 'pausedForBandwidth') return kind;
  return source === 'camera' ? 'cameraConnecting' : 'screenConnecting';
}

function soundMessage(
  { kind }: TrackState,
  source: PictureSource,
  { reconnecting }: Circumstances,
): TileMessage | null {
  if (reconnecting) return null;
  const ofScreen = source === 'screen';
  if (kind === 'noKey') return ofScreen ? 'screenSoundNoKey' : 'soundNoKey';
  if (kind === 'pausedForBandwidth') return ofScreen ? 'screenSoundPaused' : 'soundPaused';
  // One that is paused isn't among the loudest: silence needs no reason. One that is off or muted says so beside the name.
  if (kind !== 'connecting') return null;
  return ofScreen ? 'screenSoundConnecting' : 'soundConnecting';
}

function restMessage({ kind }: TrackState, source: PictureSource): TileMessage | null {
  return source === 'camera' && kind === 'off' ? 'cameraOff' : null;
}
