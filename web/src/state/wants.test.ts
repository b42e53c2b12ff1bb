import { describe, expect, it } from 'vitest';

import type { Source, TrackState } from '../core/types';
import { person as somebody } from './people_in_tests';
import type { Arrangement, Role } from './layout';
import { tileKey, wantsOf } from './wants';

const on: TrackState = { kind: 'connecting' };
const person = (id: number, sources: Partial<Record<Source, TrackState>>) => somebody(id, 'x', sources);

function tile(key: string, width: number, height: number, role: Role = 'grid') {
  return { key, role, rect: { x: 0, y: 0, width, height } };
}

const arranged = (...placed: Arrangement['placed']): Arrangement => ({ placed, hidden: 0 });

describe('wants', () => {
  it('ask for what is visible in device pixels', () => {
    const others = [person(7, { camera: on })];
    expect(wantsOf(arranged(tile(tileKey(7, 'camera'), 320, 180)), others, 2, 25)).toEqual([
      { participant: 7, source: 'camera', width: 640, height: 368 },
    ]);
  });

  it('skip what is off, hidden or one’s own', () => {
    const others = [person(7, {}), person(8, { camera: on })];
    const tiles = arranged(tile(tileKey(7, 'camera'), 320, 180), tile('self', 320, 180));
    expect(wantsOf(tiles, others, 1, 25)).toEqual([]);
  });

  it('put the largest first and keep to the slots', () => {
    const others = [person(7, { camera: on }), person(8, { camera: on, screen: on })];
    const tiles = arranged(
      tile(tileKey(7, 'camera'), 160, 96, 'strip'),
      tile(tileKey(8, 'camera'), 160, 96, 'strip'),
      tile(tileKey(8, 'screen'), 1280, 720, 'stage'),
    );
    expect(wantsOf(tiles, others, 1, 2).map((w) => [w.participant, w.source])).toEqual([
      [8, 'screen'],
      [7, 'camera'],
    ]);
  });

  it('leave out whom one can’t take for who they say they are, and who is gone', () => {
    const tiles = arranged(tile(tileKey(7, 'camera'), 320, 180));
    for (const over of [{ trust: 'changed' }, { leaving: true }] as const) {
      expect(wantsOf(tiles, [somebody(7, 'x', { camera: on }, over)], 1, 25)).toEqual([]);
    }
  });

  it('do not change with a pixel', () => {
    const others = [person(7, { camera: on })];
    const want = (width: number) => wantsOf(arranged(tile(tileKey(7, 'camera'), width, 180)), others, 1, 25);
    expect(want(318)).toEqual(want(319));
  });
});
