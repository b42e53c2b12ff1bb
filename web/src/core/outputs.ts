// What the core says (ui.fbs) in the words of types.ts.

import type { AnswerT } from '../generated/vicino/ui/answer';
import type { ChatReceivedT } from '../generated/vicino/ui/chat-received';
import type { CodeT } from '../generated/vicino/ui/code';
import { CodeState as WireCodeState } from '../generated/vicino/ui/code-state';
import { EndReason as WireEndReason } from '../generated/vicino/ui/end-reason';
import type { EndedT } from '../generated/vicino/ui/ended';
import type { HandLoweredT } from '../generated/vicino/ui/hand-lowered';
import type { IceRestartedT } from '../generated/vicino/ui/ice-restarted';
import type { MuteAskedT } from '../generated/vicino/ui/mute-asked';
import type { NeedOfferT } from '../generated/vicino/ui/need-offer';
import { OutputBody } from '../generated/vicino/ui/output-body';
import type { OutputT } from '../generated/vicino/ui/output';
import type { ParticipantT } from '../generated/vicino/ui/participant';
import { Phase } from '../generated/vicino/ui/phase';
import type { PhaseChangedT } from '../generated/vicino/ui/phase-changed';
import type { ReactionReceivedT } from '../generated/vicino/ui/reaction-received';
import type { RoomT } from '../generated/vicino/ui/room';
import type { RosterT } from '../generated/vicino/ui/roster';
import { TrackState as WireTrackState } from '../generated/vicino/ui/track-state';
import type { TrackT } from '../generated/vicino/ui/track';
import { Trust as WireTrust } from '../generated/vicino/ui/trust';
import type { UnmuteAskedT } from '../generated/vicino/ui/unmute-asked';
import { Source as WireSource } from '../generated/vicino/ui/source';
import type { UplinksT } from '../generated/vicino/ui/uplinks';
import type { WaitingListT } from '../generated/vicino/ui/waiting-list';
import type { WatchedLayerT } from '../generated/vicino/ui/watched-layer';
import type { WatchedT } from '../generated/vicino/ui/watched';
import type { CodeState, CoreEvent, EndReason, Participant, TrackState, Trust, WatchedLayer } from './types';

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
  [WireEndReason.not_admitted]: 'notAdmitted',
  [WireEndReason.removed]: 'removed',
  [WireEndReason.link_revoked]: 'linkRevoked',
  [WireEndReason.room_locked]: 'roomLocked',
  [WireEndReason.lobby_full]: 'lobbyFull',
  [WireEndReason.tampered]: 'tampered',
  [WireEndReason.nobody_answered]: 'nobodyAnswered',
  [WireEndReason.dropped]: 'dropped',
};

const codeStates: Readonly<Record<WireCodeState, CodeState>> = {
  [WireCodeState.alone]: 'alone',
  [WireCodeState.agreeing]: 'agreeing',
  [WireCodeState.shown]: 'shown',
  [WireCodeState.left_out]: 'leftOut',
  [WireCodeState.given_up]: 'givenUp',
};

const trusts: Readonly<Record<WireTrust, Trust>> = {
  [WireTrust.guest]: 'guest',
  [WireTrust.known]: 'known',
  [WireTrust.verified]: 'verified',
  [WireTrust.changed]: 'changed',
};

const trackStates: Readonly<Record<Exclude<WireTrackState, WireTrackState.flowing>, TrackState>> = {
  [WireTrackState.off]: { kind: 'off' },
  [WireTrackState.muted]: { kind: 'muted' },
  [WireTrackState.connecting]: { kind: 'connecting' },
  [WireTrackState.paused_by_layout]: { kind: 'pausedByLayout' },
  [WireTrackState.paused_for_bandwidth]: { kind: 'pausedForBandwidth' },
  [WireTrackState.no_key]: { kind: 'noKey' },
  [WireTrackState.refused]: { kind: 'refused' },
  [WireTrackState.connection_lost]: { kind: 'connectionLost' },
};

/** null: an output that isn't for the page. */
export function pageEvent({ bodyType, body }: OutputT): CoreEvent | null {
  switch (bodyType) {
    case OutputBody.NeedOffer: {
      const { videoSlots, audioSlots } = body as NeedOfferT;
      return { kind: 'needOffer', videoSlots, audioSlots };
    }
    case OutputBody.Answer:
      return { kind: 'answer', sdp: text((body as AnswerT).sdp) };
    case OutputBody.IceRestarted: {
      const [ufrag, pwd] = [text((body as IceRestartedT).ufrag), text((body as IceRestartedT).pwd)];
      return { kind: 'iceRestarted', credentials: ufrag === '' ? null : { ufrag, pwd } };
    }
    case OutputBody.PhaseChanged:
      return phaseEvent(body as PhaseChangedT);
    case OutputBody.Roster:
      return rosterEvent(body as RosterT);
    case OutputBody.Room: {
      const { lobby, locked, muteOnEntry, link, linkRenewed } = body as RoomT;
      return { kind: 'room', rules: { lobby, locked, muteOnEntry }, link: text(link), linkRenewed };
    }
    case OutputBody.WaitingList: {
      const { people } = body as WaitingListT;
      return { kind: 'waitingList', people: people.map(({ id, name }) => ({ id, name: text(name) })) };
    }
    case OutputBody.Watched:
      return { kind: 'watched', layers: (body as WatchedT).layers.flatMap(watchedLayer) };
    case OutputBody.Uplinks: {
      const { poor } = body as UplinksT;
      return {
        kind: 'uplinks',
        poor: poor.map(({ participant: who, lostPermille }) => ({ participant: who, lostPermille })),
      };
    }
    case OutputBody.Ended: {
      const { reason, detail } = body as EndedT;
      return { kind: 'ended', reason: endReasons[reason], detail: text(detail) };
    }
    default:
      return saidEvent(bodyType, body);
  }
}

/** What other members said. */
function saidEvent(bodyType: OutputBody, body: OutputT['body']): CoreEvent | null {
  switch (bodyType) {
    case OutputBody.ChatReceived: {
      const { participant, name, text: words, own } = body as ChatReceivedT;
      return { kind: 'chat', participant, name: text(name), text: text(words), own };
    }
    case OutputBody.ReactionReceived: {
      const { participant, emoji } = body as ReactionReceivedT;
      return { kind: 'reaction', participant, emoji: text(emoji) };
    }
    case OutputBody.MuteAsked:
      return { kind: 'muteAsked', by: text((body as MuteAskedT).by) };
    case OutputBody.UnmuteAsked:
      return { kind: 'unmuteAsked', by: text((body as UnmuteAskedT).by) };
    case OutputBody.HandLowered:
      return { kind: 'handLowered', by: text((body as HandLoweredT).by) };
    case OutputBody.Code: {
      const { state, emoji, silent, confirmed } = body as CodeT;
      return { kind: 'code', state: codeStates[state], emoji, silent, confirmed };
    }
    default:
      return null;
  }
}

function phaseEvent({ phase, attempt }: PhaseChangedT): CoreEvent {
  switch (phase) {
    case Phase.reconnecting:
      return { kind: 'phase', phase: 'reconnecting', attempt };
    case Phase.waiting:
      return { kind: 'phase', phase: 'waiting' };
    case Phase.in_call:
      return { kind: 'phase', phase: 'inCall' };
    case Phase.connecting:
      return { kind: 'phase', phase: 'connecting' };
  }
}

function rosterEvent({ self, participants, members, verified, guests }: RosterT): CoreEvent | null {
  if (!self) return null;
  return {
    kind: 'roster',
    self: participant(self),
    participants: participants.map(participant),
    counts: { members, verified, guests },
  };
}

/** Layers of video; anything else has none. */
function watchedLayer({ source, rid }: WatchedLayerT): readonly WatchedLayer[] {
  if (source === WireSource.camera) return [{ source: 'camera', rid: text(rid) }];
  return source === WireSource.screen ? [{ source: 'screen', rid: text(rid) }] : [];
}

function participant({ id, name, color, host, handRaised, trust, leaving, sources }: ParticipantT): Participant {
  const track = (index: number) => trackState(sources[index]);
  return {
    id,
    name: text(name),
    color,
    host,
    handRaised: Number(handRaised), // milliseconds since 1970: exact
    trust: trusts[trust],
    leaving,
    sources: { microphone: track(0), camera: track(1), screen: track(2), screenAudio: track(3) },
  };
}

function trackState(track: TrackT | undefined): TrackState {
  if (!track) return trackStates[WireTrackState.off];
  if (track.state === WireTrackState.flowing) return { kind: 'flowing', mid: text(track.mid) };
  return trackStates[track.state];
}

/** Strings come out of FlatBuffers as text here, never as bytes. */
export function text(value: string | Uint8Array | null): string {
  return typeof value === 'string' ? value : '';
}
