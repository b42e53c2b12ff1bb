import { describe, expect, it } from 'vitest';

import type { TrackState } from '../core/types';
import { person as somebody } from './people_in_tests';
import { arrangeTiles, ownCamera, ownScreen, type TilesInput } from './tiles';

const off: TrackState = { kind: 'off' };

const person = (id: number, screen: TrackState = off) => somebody(id, 'x', { screen });

const people = (count: number) => Array.from({ length: count }, (_, i) => person(i + 1));

function arranged(over: Partial<TilesInput>) {
  return arrangeTiles({
    area: { width: 1400, height: 760 },
    gap: 12,
    others: people(3),
    sharing: false,
    pinned: null,
    mode: 'grid',
    active: null,
    videoSlots: 25,
    ...over,
  });
}

const stageKey = (over: Partial<TilesInput>) => arranged(over).placed.find((p) => p.role === 'stage')?.key;

describe('tiles', () => {
  it('are everybody and oneself', () => {
    expect(arranged({}).placed.map((p) => p.key)).toEqual(['1/camera', '2/camera', '3/camera', ownCamera]);
  });

  it('show a screen large', () => {
    expect(stageKey({ others: [person(1), person(2, { kind: 'connecting' })] })).toBe('2/screen');
  });

  it('show large what is pinned, before a screen', () => {
    const others = [person(1), person(2, { kind: 'connecting' })];
    expect(stageKey({ others, pinned: '1/camera' })).toBe('1/camera');
    expect(stageKey({ others, pinned: ownCamera })).toBe(ownCamera);
    expect(stageKey({ others: people(3), pinned: '9/camera' })).toBeUndefined();
  });

  it('do not put the own screen on the stage by themselves', () => {
    const { placed } = arranged({ sharing: true });
    expect(placed.some((p) => p.role === 'stage')).toBe(false);
    expect(placed.map((p) => p.key)).toContain(ownScreen);
  });

  it('follow the speaker in speaker view', () => {
    expect(stageKey({ mode: 'speaker', active: 2 })).toBe('2/camera');
    expect(stageKey({ mode: 'speaker', active: null })).toBe('1/camera');
    expect(stageKey({ mode: 'speaker', active: 77 })).toBe('1/camera');
  });

  it('need no stage for two', () => {
    expect(stageKey({ mode: 'speaker', others: people(1), active: 1 })).toBeUndefined();
  });

  it('never show a tile twice', () => {
    for (const count of [1, 2, 5, 40]) {
      for (const active of [null, 1, count]) {
        const keys = arranged({ others: people(count), active, videoSlots: 6, mode: 'speaker' }).placed.map((p) => p.key);
        expect(new Set(keys).size).toBe(keys.length);
      }
    }
  });

  it('show who speaks even when not everybody fits', () => {
    const { placed, hidden } = arranged({ others: people(40), videoSlots: 6, active: 33 });
    expect(placed.map((p) => p.key)).toContain('33/camera');
    expect(hidden).toBe(34);
  });
});
