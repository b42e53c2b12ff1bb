import { useRef } from 'react';

import type { LocalMedia } from '../call/local_media';
import { useApp, useStore, useText } from './context';

export interface VideoChoice {
  readonly incomingVideo: boolean;
  /** Neither pictures of others nor one's own. */
  readonly audioOnly: boolean;
  setIncomingVideo(on: boolean): void;
  setAudioOnly(on: boolean): void;
}

/**
 * How much video there is. Whether pictures are received stays for the next call: it is about this device's network. "Audio
 * only" is that and the camera, and giving it up brings back what was there before.
 */
export function useVideoChoice(local: LocalMedia, say: (message: string) => void): VideoChoice {
  const text = useText().network;
  const { remembered, change } = useApp().preferences;
  const { camera } = useStore(local.view);
  const hadCamera = useRef(false);
  const { incomingVideo } = remembered;
  return {
    incomingVideo,
    audioOnly: !incomingVideo && !camera.on,
    setIncomingVideo: (on) => {
      change({ incomingVideo: on });
      say(on ? text.videoOn : text.videoOff);
    },
    setAudioOnly: (on) => {
      if (on) hadCamera.current = camera.on;
      change({ incomingVideo: !on });
      if (on || hadCamera.current) void local.setOn('camera', !on);
      say(on ? text.audioOnlyOn : text.videoOn);
    },
  };
}
