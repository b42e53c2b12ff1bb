import { describe, expect, it } from 'vitest';

import type { Figures } from './statistics';
import { isCrowded, smallestOnly } from './uplink_budget';

const picture = { mid: '1', width: 320, height: 180, framesPerSecond: 15, codec: 'VP8' };
const figures = (over: Partial<Figures>) => ({ pictures: [picture], room: 1_000_000, roundTrip: 40, voiceLoss: 0, ...over }) as Figures;

describe('a camera', () => {
  it.each<[string, Partial<Figures>, number, number, boolean]>([
    ['has room', {}, 0, 0, false],
    ['has room on a path that loses by chance', {}, 0.3, 0, false],
    ['has little room and loses little: the browser fits it', { room: 120_000 }, 0.05, 0, false],
    ['takes the room of the voice', { room: 195_000 }, 0.6, 0, true],
    ['takes it by some loss already', { room: 195_000 }, 0.12, 0, true],
    ['loses by chance, in a browser that says nothing of room', { room: null, voiceLoss: 0.3 }, 0.3, 0, false],
    ['stands in a queue without loss, in such a one', { room: null, roundTrip: 200 }, 0, 0, false],
    ['takes it, in such a one', { room: null, roundTrip: 200, voiceLoss: 0.15 }, 0.05, 0, true],
    ['is lost nearly whole, in such a one', { room: null }, 0.5, 0, true],
    ['is blamed for nothing while it isn’t sent', { room: 50_000, pictures: [] }, 0.6, 0, false],
    ['takes it with the smallest layer alone', { room: 80_000 }, 0, smallestOnly, true],
    ['fits as the smallest layer', { room: 140_000 }, 0, smallestOnly, false],
  ])('%s', (_, over, lost, level, crowded) => {
    expect(isCrowded(figures(over), { lost, shortest: 30 }, level)).toBe(crowded);
  });
});
