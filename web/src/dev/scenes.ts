// Made-up calls.

import type { EndReason, Participant, Source, TrackState } from '../core/types';

const names = [
  'Ada Lovelace', 'Bo', 'Chiara Rossi', 'Dmitri', 'Élodie Martin', 'Farid', 'Grace Hopper', '花子',
  'Ivan', 'Jana Nováková', 'Kofi', 'Lin', 'Marta', 'Nils', 'Olga', 'Pia',
];

const off: TrackState = { kind: 'off' };
const waiting: TrackState = { kind: 'waiting' };
const undecryptable: TrackState = { kind: 'undecryptable' };

export type Scene = 'plain' | 'screen' | 'reasons' | 'reconnecting' | 'connecting' | 'unreachable' | EndReason;

export interface Play {
  readonly scene: Scene;
  readonly people: number;
  /** The error every camera and microphone gives; '': they work. */
  readonly refusal: string;
}

export function readPlay(search: string): Play {
  const query = new URLSearchParams(search);
  return { scene: (query.get('scene') ?? 'plain') as Scene, people: Number(query.get('people') ?? 3), refusal: query.get('refusal') ?? '' };
}

/** The roster, with tracks on the m-lines that `take` hands out. */
export function roster({ scene, people }: Play, take: (kind: 'audio' | 'video') => string | undefined): Participant[] {
  return Array.from({ length: people }, (_, i) => {
    const flowing = (kind: 'audio' | 'video'): TrackState => {
      const mid = take(kind);
      return mid === undefined ? waiting : { kind: 'flowing', mid };
    };
    const sources: Record<Source, TrackState> = {
      microphone: i % 4 === 2 ? off : flowing('audio'),
      camera: i % 5 === 4 ? off : flowing('video'),
      screen: scene === 'screen' && i === 1 ? flowing('video') : off,
      screenAudio: off,
    };
    if (scene === 'reasons' && i === 1) sources.camera = undecryptable;
    if (scene === 'reasons' && i === 2) sources.camera = waiting;
    if (scene === 'reasons' && i === 3) Object.assign(sources, { microphone: waiting, camera: off });
    const name = scene === 'reasons' && i === 0 ? null : (names[i % names.length] ?? null);
    if (name === null) Object.assign(sources, { microphone: undecryptable, camera: undecryptable });
    return { id: i + 2, name, sources };
  });
}
