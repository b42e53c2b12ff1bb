// What is given up of the own camera where the way to the server carries too little. A browser sends the layers that are watched
// at the least that its encoder is made for, whatever gets lost of it, and the voice beside them is lost as well. Pure.

import { unburdened, type Budget } from './cpu_budget';
import type { Figures } from './statistics';

/** Levels of the budget (cpu_budget.ts): all layers that are watched, the smallest alone, the voice alone. */
export const smallestOnly = 1;
export const voiceOnly = 2;

/** A try that fails is heard for some seconds: a longer wait than a device that is busy needs. */
export const wholeUplink: Budget = { ...unburdened, patience: 30_000 };

/** So much lost where there is so little room, in bit/s, isn't chance: it doesn't fit. */
const lostForLackOfRoom = 0.1;
const little = 250_000;
/** So much lost isn't chance, whatever is sent: what a browser repeats, it sends in vain as well. */
const lostByFar = 0.4;
/** ms that a round trip takes longer than it did: what is sent stands in a queue. */
const standing = 100;
/** bit/s: the smallest picture beside a voice. */
const smallestRoom = 100_000;

/** ms that a round trip counts as the way without a queue. Longer takes another network's way for a queue for longer. */
const counts = 60_000;

export interface RoundTrip {
  /** ms. */
  readonly at: number;
  readonly took: number;
}

export function withRoundTrip(trips: readonly RoundTrip[], at: number, took: number | null): readonly RoundTrip[] {
  const kept = trips.filter((trip) => at - trip.at < counts);
  return took === null ? kept : [...kept, { at, took }];
}

export const shortestOf = (trips: readonly RoundTrip[]): number | null => (trips.length === 0 ? null : Math.min(...trips.map(({ took }) => took)));

/** What is known of the way to the server beside the figures. */
export interface WayUp {
  /** Share, of everything, by anybody's word. */
  readonly lost: number;
  /** ms: the shortest round trip lately; null: none measured. */
  readonly shortest: number | null;
}

/** Whether the camera takes what the voice needs. */
export function isCrowded({ pictures, room, roundTrip, voiceLoss }: Figures, { lost, shortest }: WayUp, level: number): boolean {
  if (pictures.length === 0) return false;
  if (level >= smallestOnly && room !== null && room < smallestRoom) return true;
  if (room !== null) return room < little && lost >= lostForLackOfRoom;
  const queued = (roundTrip ?? 0) - (shortest ?? 0) >= standing;
  return lost >= lostByFar || (queued && (voiceLoss ?? 0) >= lostForLackOfRoom);
}
