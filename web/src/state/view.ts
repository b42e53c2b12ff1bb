// What the call screen shows, from the core's events alone. No DOM, no framework.

import type {
  CodeState,
  CoreEvent,
  Counts,
  EndReason,
  Participant,
  RoomRules,
  Source,
  TrackState,
  WaitingPerson,
} from '../core/types';
import { addMessage, type ChatMessage } from './chat';
import { qualityOf, type Quality } from './diagnosis';

export type Phase =
  | { readonly kind: 'connecting' }
  /** In the lobby: a host decides. */
  | { readonly kind: 'waiting' }
  | { readonly kind: 'inCall' }
  | { readonly kind: 'reconnecting'; readonly attempt: number }
  | { readonly kind: 'ended'; readonly reason: EndReason; readonly detail: string };

/** Something happened, for the live region and the short notes on screen. */
export interface Notice {
  readonly serial: number;
  readonly kind:
    | 'joined'
    | 'left'
    | 'shares'
    | 'stopsSharing'
    | 'raisesHand'
    | 'mutedBy'
    | 'handLoweredBy'
    | 'mutedOnEntry'
    | 'nowHost'
    | 'linkRenewed'
    | 'locked'
    | 'unlocked'
    | 'codeWithout'
    | 'codeLeftOut'
    | 'codeGivenUp';
  /** Whom it is about; '': nobody in particular. */
  readonly name: string;
}

export interface Reaction {
  readonly serial: number;
  readonly participant: number;
  readonly emoji: string;
}

export interface Room {
  readonly rules: RoomRules;
  /** What lets others in now. */
  readonly link: string;
}

export interface Code {
  readonly state: CodeState;
  /** Seven numbers below 64; empty while there are none. */
  readonly emoji: readonly number[];
  /** Participants that the code had to go on without. */
  readonly silent: readonly number[];
  readonly confirmed: boolean;
}

export interface CallView {
  readonly phase: Phase;
  /** As the others see oneself; null: not in the call yet. */
  readonly self: Participant | null;
  /** The others, in the order in which they came. */
  readonly others: readonly Participant[];
  readonly counts: Counts;
  readonly room: Room | null;
  readonly waiting: readonly WaitingPerson[];
  readonly code: Code;
  readonly chat: readonly ChatMessage[];
  readonly reactions: readonly Reaction[];
  /** The host who asks oneself to unmute. */
  readonly unmuteAskedBy: string | null;
  readonly videoSlots: number;
  /** Permille of packets that get lost on the way to the server, by participant, oneself included; who isn't in it is well. */
  readonly uplinks: ReadonlyMap<number, number>;
  /** Newest last, bounded. */
  readonly notices: readonly Notice[];
}

const maxNotices = 8;
const maxReactions = 32;
const noCode: Code = { state: 'alone', emoji: [], silent: [], confirmed: false };

export const initialView: CallView = {
  phase: { kind: 'connecting' },
  self: null,
  others: [],
  counts: { members: 1, verified: 0, guests: 0 },
  room: null,
  waiting: [],
  code: noCode,
  chat: [],
  reactions: [],
  unmuteAskedBy: null,
  videoSlots: 0,
  uplinks: new Map(),
  notices: [],
};

export function reduce(view: CallView, event: CoreEvent): CallView {
  if (view.phase.kind === 'ended') return view;
  switch (event.kind) {
    case 'ready':
    case 'answer':
    case 'iceRestarted':
    case 'watched':
      return view;
    case 'uplinks':
      return { ...view, uplinks: new Map(event.poor.map(({ participant, lostPermille }) => [participant, lostPermille])) };
    case 'needOffer':
      // A fresh stay is told anew who is badly off.
      return { ...view, videoSlots: event.videoSlots, uplinks: new Map() };
    case 'phase':
      return {
        ...view,
        phase:
          event.phase === 'reconnecting'
            ? { kind: 'reconnecting', attempt: event.attempt }
            : { kind: event.phase },
      };
    case 'roster':
      return applyRoster(view, event);
    case 'room':
      return applyRoom(view, event.rules, event.link);
    case 'waitingList':
      return { ...view, waiting: event.people };
    case 'ended':
      return { ...view, phase: { kind: 'ended', reason: event.reason, detail: event.detail } };
    default:
      return hear(view, event);
  }
}

type Said = Extract<
  CoreEvent,
  { readonly kind: 'chat' | 'reaction' | 'muteAsked' | 'unmuteAsked' | 'handLowered' | 'code' }
>;

/** What other members say. */
function hear(view: CallView, event: Said): CallView {
  switch (event.kind) {
    case 'chat':
      return { ...view, chat: addMessage(view.chat, event) };
    case 'reaction': {
      const { participant, emoji } = event;
      const serial = (view.reactions.at(-1)?.serial ?? 0) + 1;
      return { ...view, reactions: [...view.reactions, { serial, participant, emoji }].slice(-maxReactions) };
    }
    case 'muteAsked':
      return note({ ...view, unmuteAskedBy: null }, 'mutedBy', event.by);
    case 'unmuteAsked':
      return { ...view, unmuteAskedBy: event.by };
    case 'handLowered':
      return note(view, 'handLoweredBy', event.by);
    case 'code':
      return applyCode(view, event);
  }
}

function applyCode(view: CallView, { state, emoji, silent, confirmed }: Code): CallView {
  const { code, others, notices } = view;
  const changes: Change[] = silent
    .filter((id) => !code.silent.includes(id))
    .flatMap((id) => others.find((p) => p.id === id) ?? [])
    .map(({ name }) => ({ kind: 'codeWithout', name }));
  if (state !== code.state && state === 'leftOut') changes.push({ kind: 'codeLeftOut', name: '' });
  if (state !== code.state && state === 'givenUp') changes.push({ kind: 'codeGivenUp', name: '' });
  return { ...view, code: { state, emoji, silent, confirmed }, notices: addNotices(notices, changes) };
}

/** Whom the code had to go on without, by name. */
export function silentNames({ code, others }: Pick<CallView, 'code' | 'others'>): readonly string[] {
  return code.silent.flatMap((id) => others.find((p) => p.id === id)?.name ?? []);
}

/** Adds a short note. */
export function note(view: CallView, kind: Notice['kind'], name = ''): CallView {
  return { ...view, notices: addNotices(view.notices, [{ kind, name }]) };
}

/** The person has answered, one way or the other. */
export function forgetUnmuteAsked(view: CallView): CallView {
  return { ...view, unmuteAskedBy: null };
}

/** All reactions that were there before this one are over, and so is it. */
export function forgetReaction(view: CallView, serial: number): CallView {
  const reactions = view.reactions.filter((reaction) => reaction.serial > serial);
  return { ...view, reactions };
}

type RosterEvent = Extract<CoreEvent, { readonly kind: 'roster' }>;

function applyRoster(view: CallView, { self, participants, counts }: RosterEvent): CallView {
  const incoming = new Map(participants.filter((p) => p.id !== self.id).map((p) => [p.id, p]));
  const known = new Map(view.others.map((p) => [p.id, p]));
  // Tiles keep their place: those already here first, in their order.
  const others = [
    ...view.others.flatMap((p) => incoming.get(p.id) ?? []),
    ...[...incoming.values()].filter((p) => !known.has(p.id)),
  ];
  // Whoever was there before us did not "join".
  const changes = view.self === null ? [] : changesBetween(view.others, known, incoming);
  if (view.self && self.host && !view.self.host) changes.push({ kind: 'nowHost', name: '' });
  return { ...view, self, others, counts, notices: addNotices(view.notices, changes) };
}

function applyRoom(view: CallView, rules: RoomRules, link: string): CallView {
  const changes: Change[] = [];
  if (view.room && link !== view.room.link) changes.push({ kind: 'linkRenewed', name: '' });
  if (view.room && rules.locked !== view.room.rules.locked) {
    changes.push({ kind: rules.locked ? 'locked' : 'unlocked', name: '' });
  }
  return { ...view, room: { rules, link }, notices: addNotices(view.notices, changes) };
}

type Change = Omit<Notice, 'serial'>;

function changesBetween(
  before: readonly Participant[],
  known: ReadonlyMap<number, Participant>,
  incoming: ReadonlyMap<number, Participant>,
): Change[] {
  const changes: Change[] = [];
  for (const p of before) {
    if (!incoming.has(p.id)) changes.push({ kind: 'left', name: p.name });
  }
  for (const p of incoming.values()) {
    const old = known.get(p.id);
    if (!old) changes.push({ kind: 'joined', name: p.name });
    const shared = old !== undefined && isOn(old.sources.screen);
    const shares = isOn(p.sources.screen);
    if (shares && !shared) changes.push({ kind: 'shares', name: p.name });
    if (shared && !shares) changes.push({ kind: 'stopsSharing', name: p.name });
    if (old && old.handRaised === 0 && p.handRaised !== 0) changes.push({ kind: 'raisesHand', name: p.name });
  }
  return changes;
}

function addNotices(notices: readonly Notice[], changes: readonly Change[]): readonly Notice[] {
  if (changes.length === 0) return notices;
  const last = notices.at(-1)?.serial ?? 0;
  const added = changes.map((change, i) => ({ ...change, serial: last + 1 + i }));
  return [...notices, ...added].slice(-maxNotices);
}

/** Its owner has it on, whether or not it arrives. */
export function isOn(state: TrackState): boolean {
  return state.kind !== 'off' && state.kind !== 'muted';
}

/** The m-line on which a participant's source arrives, authenticated; null while it doesn't. */
export function flowingMid(participant: Participant, source: Source): string | null {
  const state = participant.sources[source];
  return state.kind === 'flowing' ? state.mid : null;
}

/** Everybody who raised a hand and where in the row, from 1. */
export function handOrder({ self, others }: Pick<CallView, 'self' | 'others'>): ReadonlyMap<number, number> {
  const raised = [...(self ? [self] : []), ...others].filter((p) => p.handRaised !== 0);
  raised.sort((a, b) => a.handRaised - b.handRaised || a.id - b.id);
  return new Map(raised.map((p, i) => [p.id, i + 1]));
}

/** Somebody who shows the name of a verified person and isn't known to be that person; null: nobody. */
export function impostor({ others }: Pick<CallView, 'others'>): Participant | null {
  return others.find((p) => p.trust === 'changed') ?? null;
}

/**
 * By m-line, the share that is missing since it never reached the server. Lost pictures are sent again, so that of those only
 * what was lost twice is missing.
 */
export function lostOnUplinks({ others, uplinks }: Pick<CallView, 'others' | 'uplinks'>): ReadonlyMap<string, number> {
  const missing = new Map<string, number>();
  for (const person of others) {
    const lost = (uplinks.get(person.id) ?? 0) / 1000;
    for (const source of Object.keys(person.sources) as Source[]) {
      const mid = flowingMid(person, source);
      const sound = source === 'microphone' || source === 'screenAudio';
      if (lost > 0 && mid !== null) missing.set(mid, sound ? lost : lost ** 2);
    }
  }
  return missing;
}

/** The server holds something back that is wanted. */
export function isHeldBack({ others }: Pick<CallView, 'others'>): boolean {
  return others.some(({ sources }) => Object.values(sources).some(({ kind }) => kind === 'pausedForBandwidth'));
}

/** How well somebody else is connected, by what the server says and what comes. */
export function personQuality({ uplinks }: Pick<CallView, 'uplinks'>, { id, sources }: Participant): Quality {
  const lost = Object.values(sources).some(({ kind }) => kind === 'connectionLost');
  return qualityOf(uplinks.get(id), lost);
}
