// Made-up calls.

import type { EndReason, Participant, RoomRules, Source, TrackState, Trust, WaitingPerson } from '../core/types';

const names = [
  'Ada Lovelace', 'Bo', 'Chiara Rossi', 'Dmitri', 'Élodie Martin', 'Farid', 'Grace Hopper', '花子',
  'Ivan', 'Jana Nováková', 'Kofi', 'Lin', 'Marta', 'Nils', 'Olga', 'Pia',
];

const off: TrackState = { kind: 'off' };
const muted: TrackState = { kind: 'muted' };

const running = [
  'plain', 'screen', 'screenSound', 'reasons', 'reconnecting', 'lobby', 'lobbyMany', 'identity', 'agreeing', 'silent', 'silentMany', 'leftOut', 'givenUp', 'hands', 'chat',
  'unmute', 'mute', 'muteOnEntry', 'guest', 'well', 'uplink', 'downlink', 'slow', 'voiceOnly', 'far', 'theirs',
] as const;
type Running = (typeof running)[number];

export type Scene = Running | 'connecting' | 'unreachable' | 'waiting' | EndReason;

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

export function isRunning(scene: Scene): scene is Running {
  return (running as readonly string[]).includes(scene);
}

export function ownSelf(scene: Scene, name: string, color: number): Participant {
  return {
    id: 1,
    name,
    color,
    host: scene !== 'guest' && scene !== 'muteOnEntry',
    handRaised: 0,
    trust: 'known',
    leaving: false,
    sources: { microphone: off, camera: off, screen: off, screenAudio: off },
  };
}

export function rules(scene: Scene): RoomRules {
  return { lobby: true, locked: false, muteOnEntry: scene === 'muteOnEntry' };
}

export function waitingPeople(scene: Scene): WaitingPerson[] {
  const count = scene === 'lobby' ? 1 : scene === 'lobbyMany' ? 5 : 0;
  const waiting = ['Zoë', 'Wanda Wiśniewska', 'Yusuf', 'Vera', 'Ugo'];
  return waiting.slice(0, count).map((name, i) => ({ id: 900 + i, name }));
}

export const talk = [
  { from: 0, text: 'Hi all! Can everybody see the slides?' },
  { from: 1, text: 'Yes.' },
  { from: 1, text: 'They are at https://example.org/slides/2026/autumn?view=all, page 4. (http://example.org is not a link.)' },
  { from: 2, text: 'Aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa long word, and more after it.\nSecond line.' },
] as const;

/** Everything that can be wrong with a tile, one person each. */
const troubles: readonly Partial<Record<Source, TrackState>>[] = [
  { camera: { kind: 'connecting' } },
  { camera: { kind: 'pausedByLayout' } },
  { camera: { kind: 'pausedForBandwidth' } },
  { camera: { kind: 'noKey' } },
  { camera: { kind: 'refused' } },
  { camera: { kind: 'connectionLost' }, microphone: { kind: 'connectionLost' } },
  { camera: off, microphone: { kind: 'connecting' } },
  { camera: off, microphone: muted },
  {},
];

const trusts: readonly Trust[] = ['verified', 'known', 'guest'];

/** The roster, with tracks on the m-lines that `take` hands out. */
export function roster({ scene, people }: Play, take: (kind: 'audio' | 'video') => string | undefined): Participant[] {
  return Array.from({ length: people }, (_, i) => {
    const flowing = (kind: 'audio' | 'video'): TrackState => {
      const mid = take(kind);
      return mid === undefined ? { kind: 'connecting' } : { kind: 'flowing', mid };
    };
    const sources: Record<Source, TrackState> = {
      microphone: i % 4 === 2 ? muted : flowing('audio'),
      camera: i % 5 === 4 ? off : flowing('video'),
      screen: (scene === 'screen' || scene === 'screenSound') && i === 1 ? flowing('video') : off,
      screenAudio: scene === 'screenSound' && i === 1 ? { kind: 'noKey' } : off,
    };
    if (scene === 'downlink' && i > 1) sources.camera = { kind: 'pausedForBandwidth' };
    if (scene === 'downlink' && i === 3) sources.microphone = { kind: 'pausedForBandwidth' };
    if (scene === 'reasons') Object.assign(sources, troubles[i % troubles.length]);
    return {
      id: i + 2,
      name: names[i % names.length] ?? '',
      color: (i * 3) % 8,
      host: i === 1,
      handRaised: scene === 'hands' && i % 2 === 1 ? 1_790_000_000_000 - i : 0,
      trust: scene === 'identity' && i === 0 ? 'changed' : (trusts[i % 3] ?? 'guest'),
      leaving: scene === 'reasons' && i % troubles.length === 8,
      sources,
    };
  });
}
