// What the core says (ui.fbs) in the words of types.ts.

import { EndReason as WireEndReason } from '../generated/vicino/ui/end-reason';
import type { ParticipantT } from '../generated/vicino/ui/participant';
import { Phase } from '../generated/vicino/ui/phase';
import type { PhaseChangedT } from '../generated/vicino/ui/phase-changed';
import type { RosterT } from '../generated/vicino/ui/roster';
import { TrackState as WireTrackState } from '../generated/vicino/ui/track-state';
import type { TrackT } from '../generated/vicino/ui/track';
import type { CoreEvent, EndReason, Participant, TrackState } from './types';

const endReasons: Readonly<Record<WireEndReason, EndReason>> = {
  [WireEndReason.left]: 'left',
  [WireEndReason.link_incomplete]: 'linkIncomplete',
  [WireEndReason.wrong_link]: 'wrongLink',
  [WireEndReason.room_full]: 'roomFull',
  [WireEndReason.server_full]: 'serverFull',
  [WireEndReason.wrong_version]: 'wrongVersion',
  [WireEndReason.open_room]: 'openRoom',
  [WireEndReason.rooms_closed]: 'roomsClosed',
  [WireEndReason.replaced]: 'replaced',
  [WireEndReason.bad_offer]: 'badOffer',
  [WireEndReason.too_many_requests]: 'tooManyRequests',
  [WireEndReason.internal]: 'internal',
};

export function endReason(reason: WireEndReason): EndReason {
  return endReasons[reason];
}

export function phaseEvent({ phase, attempt }: PhaseChangedT): CoreEvent {
  if (phase === Phase.reconnecting) return { kind: 'phase', phase: 'reconnecting', attempt };
  return { kind: 'phase', phase: phase === Phase.in_call ? 'inCall' : 'connecting' };
}

export function rosterEvent({ self, participants }: RosterT): CoreEvent {
  return { kind: 'roster', self, participants: participants.map(participant) };
}

function participant({ id, name, sources }: ParticipantT): Participant {
  const track = (index: number) => trackState(sources[index]);
  return {
    id,
    name: text(name),
    sources: { microphone: track(0), camera: track(1), screen: track(2), screenAudio: track(3) },
  };
}

function trackState(track: TrackT | undefined): TrackState {
  switch (track?.state) {
    case WireTrackState.waiting:
      return { kind: 'waiting' };
    case WireTrackState.flowing:
      return { kind: 'flowing', mid: text(track.mid) ?? '' };
    case WireTrackState.undecryptable:
      return { kind: 'undecryptable' };
    default:
      return { kind: 'off' };
  }
}

/** Strings come out of FlatBuffers as text here, never as bytes. */
export function text(value: string | Uint8Array | null): string | null {
  return typeof value === 'string' ? value : null;
}
