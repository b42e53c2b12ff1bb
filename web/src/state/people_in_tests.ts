import type { Participant, Source, TrackState } from '../core/types';

const off: TrackState = { kind: 'off' };

/** Somebody with nothing on. */
export function person(
  id: number,
  name: string,
  sources: Partial<Record<Source, TrackState>> = {},
  over: Partial<Participant> = {},
): Participant {
  return {
    id,
    name,
    color: 0,
    host: false,
    handRaised: 0,
    trust: 'known',
    leaving: false,
    sources: { microphone: off, camera: off, screen: off, screenAudio: off, ...sources },
    ...over,
  };
}
