import { describe, expect, it } from 'vitest';

import { hear, silence } from './speech';

const levels = (...pairs: [number, number][]) => new Map(pairs);

describe('speech', () => {
  it('marks who is loud enough and keeps the mark between words', () => {
    let speech = hear(silence, 0, levels([1, 0.1], [2, 0.001]));
    expect([...speech.speaking]).toEqual([1]);
    speech = hear(speech, 600, levels([1, 0], [2, 0]));
    expect([...speech.speaking]).toEqual([1]);
    speech = hear(speech, 701, levels([1, 0], [2, 0]));
    expect([...speech.speaking]).toEqual([]);
  });

  it('keeps the stage with whoever spoke last', () => {
    let speech = hear(silence, 0, levels([1, 0.1], [2, 0]));
    speech = hear(speech, 5000, levels([1, 0], [2, 0]));
    expect(speech.active).toBe(1);
  });

  it('does not take the stage from somebody who still speaks', () => {
    let speech = hear(silence, 0, levels([1, 0.1], [2, 0]));
    speech = hear(speech, 100, levels([1, 0.05], [2, 0.9]));
    expect(speech.active).toBe(1);
    speech = hear(speech, 900, levels([1, 0], [2, 0.9]));
    expect(speech.active).toBe(2);
  });

  it('prefers the loudest', () => {
    expect(hear(silence, 0, levels([1, 0.1], [2, 0.3])).active).toBe(2);
  });

  it('forgets who is gone', () => {
    const speech = hear(hear(silence, 0, levels([1, 0.1])), 100, levels([2, 0]));
    expect(speech.active).toBeNull();
    expect([...speech.speaking]).toEqual([]);
    expect(speech.lastHeard.size).toBe(0);
  });

  it('keeps the same set while nothing changes', () => {
    const before = hear(silence, 0, levels([1, 0.1]));
    expect(hear(before, 100, levels([1, 0.2])).speaking).toBe(before.speaking);
  });
});
