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
/** The same of what is sent, which may be little for other reasons. */
const lostOfLittle = 0.2;
/** bit/s: the smallest picture beside a voice. */
const smallestRoom = 100_000;

/** Whether the camera takes what the voice needs. `lost`: on the way to the server, by anybody's word. */
export function isCrowded({ pictures, room, sendRate }: Figures, lost: number, level: number): boolean {
  if (pictures.length === 0) return false;
  if (level >= smallestOnly && room !== null && room < smallestRoom) return true;
  return room === null ? sendRate < little && lost >= lostOfLittle : room < little && lost >= lostForLackOfRoom;
}
