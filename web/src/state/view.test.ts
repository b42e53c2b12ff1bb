import { describe, expect, it } from 'vitest';

import type { CodeState, CoreEvent, Participant } from '../core/types';
import { person } from './people_in_tests';
import { 
  flowingMid,
  forgetReaction,
  forgetUnmuteAsked,
  handOrder,
  impostor,
  initialView,
  isHeldBack,
  lostOnUplinks,
  reduce,
  silentNames,
  type CallView,
} from './view';

const me = person(1, 'Me');

function play(...events: CoreEvent[]): CallView {
  return events.reduce(reduce, initialView);
}

const rosterOf = (self: Participant, ...participants: Participant[]): CoreEvent => ({
  kind: 'roster',
  self,
  participants,
  counts: { members: participants.length + 1, verified: 0, guests: 0 },
});
const roster = (...participants: Participant[]) => rosterOf(me, ...participants);
const room = (link: string, locked = false): CoreEvent => ({
  kind: 'room',
  rules: { lobby: true, locked, muteOnEntry: false },
  link,
  linkRenewed: false,
});
const code = (state: CodeState, over: Partial<Extract<CoreEvent, { readonly kind: 'code' }>> = {}): CoreEvent => ({
  kind: 'code',
  state,
  emoji: [],
  silent: [],
  confirmed: false,
  ...over,
});
const kinds = (view: CallView) => view.notices.map((notice) => notice.kind);
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
    expect(view.videoSlots).toBe(25);
  });

  it('shows the others and not oneself', () => {
    const view = play(roster(me, ada));
    expect(view.self).toEqual(me);
    expect(view.counts.members).toBe(3);
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
    const sharing = person(2, 'Ada', { screen: { kind: 'connecting' } });
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

  it('waits at the door until a host decides', () => {
    expect(play({ kind: 'phase', phase: 'waiting' }).phase).toEqual({ kind: 'waiting' });
    const view = play({ kind: 'phase', phase: 'waiting' }, { kind: 'ended', reason: 'notAdmitted', detail: '' });
    expect(view.phase).toEqual({ kind: 'ended', reason: 'notAdmitted', detail: '' });
  });

  it('knows who waits', () => {
    const people = [{ id: 9, name: 'Zoë' }];
    expect(play({ kind: 'waitingList', people }).waiting).toEqual(people);
    expect(play({ kind: 'waitingList', people }, { kind: 'waitingList', people: [] }).waiting).toEqual([]);
  });

  it('puts raised hands in the order of raising', () => {
    const view = play(rosterOf({ ...me, handRaised: 20 }, { ...ada, handRaised: 30 }, { ...bo, handRaised: 10 }, cy));
    expect([...handOrder(view)]).toEqual([[3, 1], [1, 2], [2, 3]]);
  });

  it('says who raises a hand, once, and not of those whose hand was up before', () => {
    const up = { ...ada, handRaised: 30 };
    expect(kinds(play(roster(ada), roster(up), roster(up), roster(ada)))).toEqual(['raisesHand']);
    expect(kinds(play(roster(bo), roster(bo, up)))).toEqual(['joined']);
  });

  it('says when one becomes a host', () => {
    const host = { ...me, host: true };
    expect(kinds(play(rosterOf(host)))).toEqual([]);
    expect(kinds(play(rosterOf(me), rosterOf(host), rosterOf(host)))).toEqual(['nowHost']);
  });

  it('keeps the room’s rules and newest link, and says what changed', () => {
    const view = play(room('a'), room('a', true), room('b', true), room('b'));
    expect(view.room).toEqual({ rules: { lobby: true, locked: false, muteOnEntry: false }, link: 'b' });
    expect(kinds(view)).toEqual(['locked', 'linkRenewed', 'unlocked']);
  });

  it('shows reactions until they are over', () => {
    const react = (participant: number, emoji: string): CoreEvent => ({ kind: 'reaction', participant, emoji });
    const view = play(react(2, '👍'), react(1, '🎉'), react(2, '👏'));
    expect(view.reactions.map((r) => [r.participant, r.emoji])).toEqual([[2, '👍'], [1, '🎉'], [2, '👏']]);
    const [first, second] = view.reactions;
    expect(forgetReaction(view, second!.serial).reactions.map((r) => r.emoji)).toEqual(['👏']);
    expect(forgetReaction(view, first!.serial).reactions.length).toBe(2);
  });

  it('asks to unmute until answered, or until one is to be quiet', () => {
    const asked = play({ kind: 'unmuteAsked', by: 'Ada' });
    expect(asked.unmuteAskedBy).toBe('Ada');
    expect(forgetUnmuteAsked(asked).unmuteAskedBy).toBeNull();
    const quiet = reduce(asked, { kind: 'muteAsked', by: 'Bo' });
    expect(quiet.unmuteAskedBy).toBeNull();
    expect(quiet.notices).toEqual([{ serial: 1, kind: 'mutedBy', name: 'Bo' }]);
  });

  it('takes back the code when the roster changes', () => {
    const view = play(code('shown', { emoji: [1, 2, 3, 4, 5, 6, 7], confirmed: true }), code('agreeing'));
    expect(view.code).toEqual({ state: 'agreeing', emoji: [], silent: [], confirmed: false });
  });

  it('names once each whom the code goes on without', () => {
    const view = play(roster(ada, bo), code('agreeing', { silent: [ada.id] }), code('shown', { silent: [ada.id, bo.id] }));
    expect(view.notices.map(({ kind, name }) => `${kind} ${name}`)).toEqual(['codeWithout Ada', 'codeWithout Bo']);
    expect(silentNames(view)).toEqual(['Ada', 'Bo']);
    expect(silentNames(play(roster(ada), code('shown', { silent: [99] })))).toEqual([]);
  });

  it('says when there will be no code, and once', () => {
    expect(kinds(play(code('agreeing'), code('leftOut'), code('leftOut')))).toEqual(['codeLeftOut']);
    expect(kinds(play(code('agreeing'), code('givenUp')))).toEqual(['codeGivenUp']);
    expect(kinds(play(code('alone'), code('agreeing'), code('shown')))).toEqual([]);
  });

  it('stops at whoever has a verified name and another identity', () => {
    expect(impostor(play(roster(ada, bo)))).toBeNull();
    expect(impostor(play(roster(ada, { ...bo, trust: 'changed' })))?.name).toBe('Bo');
  });
});

describe('bad networks in the view', () => {
  const uplinks = (...poor: { participant: number; lostPermille: number }[]): CoreEvent => ({ kind: 'uplinks', poor });
  const ada = person(2, 'Ada', { camera: { kind: 'flowing', mid: '9' }, microphone: { kind: 'flowing', mid: '5' } });
  const bo = person(3, 'Bo', { camera: { kind: 'flowing', mid: '10' } });

  it('are whoever the newest list names', () => {
    const view = play(uplinks({ participant: 2, lostPermille: 90 }), uplinks({ participant: 3, lostPermille: 40 }));
    expect([...view.uplinks]).toEqual([[3, 40]]);
    expect(play(uplinks({ participant: 2, lostPermille: 90 }), uplinks()).uplinks.size).toBe(0);
  });

  it('are forgotten with a connection that is lost', () => {
    const view = play(uplinks({ participant: 2, lostPermille: 90 }), { kind: 'needOffer', audioSlots: 8, videoSlots: 25 });
    expect(view.uplinks.size).toBe(0);
  });

  it('have losses of their own by m-line, of pictures what was lost twice', () => {
    const view = play(roster(ada, bo), uplinks({ participant: 2, lostPermille: 100 }));
    const lost = lostOnUplinks(view);
    expect([...lost.keys()].sort()).toEqual(['5', '9']);
    expect(lost.get('5')).toBeCloseTo(0.1);
    expect(lost.get('9')).toBeCloseTo(0.01);
  });

  it('are the server’s word where it holds something back', () => {
    expect(isHeldBack(play(roster(ada, bo)))).toBe(false);
    const held = person(4, 'Cy', { camera: { kind: 'pausedForBandwidth' } });
    expect(isHeldBack(play(roster(ada, held)))).toBe(true);
  });
});
