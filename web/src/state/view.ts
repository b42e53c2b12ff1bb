// What the call screen shows, from the core's events alone. No DOM, no framework.

import type { CoreEvent, EndReason, Participant, Source, TrackState } from '../core/types';

export type Phase =
  | { readonly kind: 'connecting' }
  | { readonly kind: 'inCall' }
  | { readonly kind: 'reconnecting'; readonly attempt: number }
  | { readonly kind: 'ended'; readonly reason: EndReason; readonly detail: string };

/** Somebody came or went, for the live region and the short notes on screen. */
export interface Notice {
  readonly serial: number;
  readonly kind: 'joined' | 'left' | 'shares' | 'stopsSharing';
  readonly name: string | null;
}

export interface CallView {
  readonly phase: Phase;
  readonly self: number | null;
  /** The others, in the order in which they came. */
  readonly others: readonly Participant[];
  readonly videoSlots: number;
  readonly audioSlots: number;
  /** Newest last, bounded. */
  readonly notices: readonly Notice[];
}

const maxNotices = 8;

export const initialView: CallView = {
  phase: { kind: 'connecting' },
  self: null,
  others: [],
  videoSlots: 0,
  audioSlots: 0,
  notices: [],
};

export function reduce(view: CallView, event: CoreEvent): CallView {
  if (view.phase.kind === 'ended') return view;
  switch (event.kind) {
    case 'ready':
    case 'answer':
      return view;
    case 'needOffer':
      return { ...view, videoSlots: event.videoSlots, audioSlots: event.audioSlots };
    case 'phase':
      return {
        ...view,
        phase:
          event.phase === 'reconnecting'
            ? { kind: 'reconnecting', attempt: event.attempt }
            : { kind: event.phase },
      };
    case 'roster':
      return applyRoster(view, event.self, event.participants);
    case 'ended':
      return { ...view, phase: { kind: 'ended', reason: event.reason, detail: event.detail } };
  }
}

function applyRoster(view: CallView, self: number, participants: readonly Participant[]): CallView {
  const incoming = new Map(participants.filter((p) => p.id !== self).map((p) => [p.id, p]));
  const known = new Map(view.others.map((p) => [p.id, p]));
  // Tiles keep their place: those already here first, in their order.
  const others = [
    ...view.others.flatMap((p) => incoming.get(p.id) ?? []),
    ...[...incoming.values()].filter((p) => !known.has(p.id)),
  ];
  // Whoever was there before us did not "join".
  const changes = view.self === null ? [] : changesBetween(view.others, known, incoming);
  return { ...view, self, others, notices: addNotices(view.notices, changes) };
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
  }
  return changes;
}

function addNotices(notices: readonly Notice[], changes: readonly Change[]): readonly Notice[] {
  if (changes.length === 0) return notices;
  const last = notices.at(-1)?.serial ?? 0;
  const added = changes.map((change, i) => ({ ...change, serial: last + 1 + i }));
  return [...notices, ...added].slice(-maxNotices);
}

export function isOn(state: TrackState): boolean {
  return state.kind !== 'off';
}

/** The m-line on which a participant's source arrives, authenticated; null while it doesn't. */
export function flowingMid(participant: Participant, source: Source): string | null {
  const state = participant.sources[source];
  return state.kind === 'flowing' ? state.mid : null;
}
