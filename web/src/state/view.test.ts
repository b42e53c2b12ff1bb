import { describe, expect, it } from 'vitest';

import type { CoreEvent, Participant, Source, TrackState } from '../core/types';
import { flowingMid, initialView, reduce, type CallView } from './view';

const off: TrackState = { kind: 'off' };

function person(id: number, name: string | null, sources: Partial<Record<Source, TrackState>> = {}): Participant {
  return { id, name, sources: { microphone: off, camera: off, screen: off, screenAudio: off, ...sources } };
}

function play(...events: CoreEvent[]): CallView {
  return events.reduce(reduce, initialView);
}

const roster = (...participants: Participant[]): CoreEvent => ({ kind: 'roster', self: 1, participants });
const ada = person(2, 'Ada');
const bo = person(3, 'Bo');
const cy = person(4, 'Cy');

describe('the view of a call', () => {
  it('follows the phases', () => {
    expect(play({ kind: 'ready' }).phase).toEqual({ kind: 'connecting' });
    expect(play({ kind: 'phase', phase: 'inCall' }).phase).toEqual({ kind: 'inCall' });
    const lost = play({ kind: 'phase', phase: 'inCall' }, { kind: 'phase', phase: 'reconnecting', attempt: 3 });
    expect(lost.phase).toEqual({ kind: 'reconnecting', attempt: 3 });
    expect(reduce(lost, { kind: 'phase', phase: 'inCall' }).phase).toEqual({ kind: 'inCall' });
  });

  it('stays ended, with the first reason', () => {
    const view = play(
      { kind: 'ended', reason: 'roomFull', detail: '' },
      { kind: 'phase', phase: 'inCall' },
      { kind: 'ended', reason: 'left', detail: '' },
    );
    expect(view.phase).toEqual({ kind: 'ended', reason: 'roomFull', detail: '' });
  });

  it('keeps the number of slots', () => {
    const view = play({ kind: 'needOffer', videoSlots: 25, audioSlots: 8 });
    expect([view.videoSlots, view.audioSlots]).toEqual([25, 8]);
  });

  it('shows the others and not oneself', () => {
    const view = play(roster(person(1, 'Me'), ada));
    expect(view.self).toBe(1);
    expect(view.others).toEqual([ada]);
  });

  it('announces nobody who was there before', () => {
    expect(play(roster(ada, bo)).notices).toEqual([]);
  });

  it('announces who comes and goes, each once', () => {
    const view = play(roster(ada), roster(ada, bo), roster(ada, bo), roster(bo));
    expect(view.notices).toEqual([
      { serial: 1, kind: 'joined', name: 'Bo' },
      { serial: 2, kind: 'left', name: 'Ada' },
    ]);
  });

  it('announces screens', () => {
    const sharing = person(2, 'Ada', { screen: { kind: 'waiting' } });
    const view = play(roster(ada), roster(sharing), roster(person(2, 'Ada', { screen: { kind: 'flowing', mid: '9' } })), roster(ada));
    expect(view.notices.map((n) => n.kind)).toEqual(['shares', 'stopsSharing']);
  });

  it('does not move tiles when the roster comes in another order', () => {
    const view = play(roster(ada, bo), roster(cy, bo, ada));
    expect(view.others.map((p) => p.name)).toEqual(['Ada', 'Bo', 'Cy']);
  });

  it('takes over what changed about a person', () => {
    const louder = person(2, 'Ada Lovelace', { microphone: { kind: 'flowing', mid: '4' } });
    const view = play(roster(ada), roster(louder));
    expect(view.others).toEqual([louder]);
    expect(flowingMid(louder, 'microphone')).toBe('4');
    expect(flowingMid(louder, 'camera')).toBeNull();
  });

  it('bounds the notices', () => {
    let view = play(roster());
    for (let id = 10; id < 40; ++id) view = reduce(view, roster(person(id, 'x')));
    expect(view.notices.length).toBe(8);
    expect(view.notices.at(-1)?.serial).toBe(59);
  });
});
