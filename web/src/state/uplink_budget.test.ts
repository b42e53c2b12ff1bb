import { describe, expect, it } from 'vitest';

import type { Figures } from './statistics';
import { isCrowded, shortestOf, smallestOnly, withRoundTrip } from './uplink_budget';

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

describe('the shortest round trip', () => {
  it('is none before one was measured', () => expect(shortestOf(withRoundTrip([], 0, null))).toBeNull());
  it('stays while a queue makes others longer', () => {
    const trips = [200, 300, 250].reduce((kept, took, i) => withRoundTrip(kept, 2_000 * i, took), withRoundTrip([], 0, 30));
    expect(shortestOf(trips)).toBe(30);
  });
  it('isn’t that of a network of a minute ago', () => {
    const trips = withRoundTrip(withRoundTrip([], 0, 30), 60_000, 140);
    expect(shortestOf(trips)).toBe(140);
  });
});
