import { describe, expect, it } from 'vitest';

import type { Source, TrackState } from '../core/types';
import { person as somebody } from './people_in_tests';
import type { Arrangement, Role } from './layout';
import { tileKey, wantsOf, type WantsInput } from './wants';

const on: TrackState = { kind: 'connecting' };
const person = (id: number, sources: Partial<Record<Source, TrackState>>) => somebody(id, 'x', sources);

function tile(key: string, width: number, height: number, role: Role = 'grid') {
  return { key, role, rect: { x: 0, y: 0, width, height } };
}

const ask = (arrangement: Arrangement, others: WantsInput['others'], over: Partial<WantsInput> = {}) =>
  wantsOf({ arrangement, others, pixelRatio: 1, limit: 25, active: null, pinned: null, shrink: 1, ...over });

const arranged = (...placed: Arrangement['placed']): Arrangement => ({ placed, hidden: 0 });

describe('wants', () => {
  it('ask for what is visible in device pixels', () => {
    const others = [person(7, { camera: on })];
    expect(ask(arranged(tile(tileKey(7, 'camera'), 320, 180)), others, { pixelRatio: 2 })).toEqual([
      { participant: 7, source: 'camera', width: 640, height: 368, focus: false },
    ]);
  });

  it('skip what is off, hidden or one’s own', () => {
    const others = [person(7, {}), person(8, { camera: on })];
    const tiles = arranged(tile(tileKey(7, 'camera'), 320, 180), tile('self', 320, 180));
    expect(ask(tiles, others)).toEqual([]);
  });

  it('put the largest first and keep to the slots', () => {
    const others = [person(7, { camera: on }), person(8, { camera: on, screen: on })];
    const tiles = arranged(
      tile(tileKey(7, 'camera'), 160, 96, 'strip'),
      tile(tileKey(8, 'camera'), 160, 96, 'strip'),
      tile(tileKey(8, 'screen'), 1280, 720, 'stage'),
    );
    expect(ask(tiles, others, { limit: 2 }).map((w) => [w.participant, w.source])).toEqual([
      [8, 'screen'],
      [7, 'camera'],
    ]);
  });

  it('leave out whom one can’t take for who they say they are, and who is gone', () => {
    const tiles = arranged(tile(tileKey(7, 'camera'), 320, 180));
    for (const over of [{ trust: 'changed' }, { leaving: true }] as const) {
      expect(ask(tiles, [somebody(7, 'x', { camera: on }, over)])).toEqual([]);
    }
  });

  it('do not change with a pixel', () => {
    const others = [person(7, { camera: on })];
    const want = (width: number) => ask(arranged(tile(tileKey(7, 'camera'), width, 180)), others);
    expect(want(318)).toEqual(want(319));
  });

  it('are smaller on a device that can’t keep up', () => {
    const tiles = arranged(tile(tileKey(7, 'camera'), 640, 368));
    expect(ask(tiles, [person(7, { camera: on })], { shrink: 2 })).toMatchObject([{ width: 320, height: 192 }]);
  });

  const key = tileKey(7, 'camera');
  it.each([
    ['a screen', tile(tileKey(7, 'screen'), 320, 180), {}, true],
    ['what has the stage', tile(key, 320, 180, 'stage'), {}, true],
    ['what is pinned', tile(key, 320, 180), { pinned: key }, true],
    ['whoever speaks', tile(key, 320, 180), { active: 7 }, true],
    ['anybody else', tile(key, 320, 180), { active: 8, pinned: tileKey(8, 'camera') }, false],
  ])('say whether %s is looked at', (_, placed, over, focus) => {
    expect(ask(arranged(placed), [person(7, { camera: on, screen: on })], over)).toMatchObject([{ focus }]);
  });
});
