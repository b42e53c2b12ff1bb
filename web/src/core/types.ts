// What the page and the core worker say to each other: plain values over postMessage.
// The core (C++, WebAssembly) decides; the page owns the peer connection and the pixels.

export type Source = 'microphone' | 'camera' | 'screen' | 'screenAudio';

/** One of the own tracks: the m-line of the offer that carries it; picture size 0 for audio. */
export interface OwnTrack {
  readonly mid: string;
  readonly source: Source;
  readonly width: number;
  readonly height: number;
}

/** What the others are told inside the encryption: the server can't read it. */
export interface OwnState {
  readonly microphone: boolean;
  readonly camera: boolean;
  readonly screen: boolean;
  readonly screenAudio: boolean;
}

/** What the layout shows now, most wanted first; device pixels. */
export interface Want {
  readonly participant: number;
  readonly source: 'camera' | 'screen';
  readonly width: number;
  readonly height: number;
  /** Pinned, speaking or a screen: where the path is narrow, these come first. */
  readonly focus: boolean;
}

/** One layer of the own video; `rid`: '' where there is no simulcast. */
export interface WatchedLayer {
  readonly source: 'camera' | 'screen';
  readonly rid: string;
}

/** Whose media is lost on its way to the server so that it hurts. */
export interface Uplink {
  readonly participant: number;
  readonly lostPermille: number;
}

/** What hosts decide for everybody. */
export interface RoomRules {
  /** Newcomers wait until a host lets them in. */
  readonly lobby: boolean;
  /** Nobody new gets in. */
  readonly locked: boolean;
  readonly muteOnEntry: boolean;
}

/** In the commands that take one: everybody but hosts. */
export const everybody = 0;

/** Of one side of a media path (RFC 8839 section 5.4). */
export interface IceCredentials {
  readonly ufrag: string;
  readonly pwd: string;
}

/** Page -> worker. */
export type CoreCommand =
  | {
      readonly kind: 'open';
      readonly link: string;
      readonly name: string;
      /** Which of the avatars' colours. */
      readonly color: number;
      /** false: a guest, whom nobody recognises the next time. */
      readonly keepIdentity: boolean;
    }
  | { readonly kind: 'join'; readonly offer: string; readonly tracks: readonly OwnTrack[]; readonly state: OwnState }
  | { readonly kind: 'setState'; readonly state: OwnState }
  | { readonly kind: 'watch'; readonly wants: readonly Want[] }
  /** The media path is silent or the network another one: the same connection with these credentials of its own. */
  | ({ readonly kind: 'restartIce' } & IceCredentials)
  /** The peer connection failed or the network came back: start over at once, keeping the place in the room. */
  | { readonly kind: 'restart' }
  | { readonly kind: 'leave' }
  | { readonly kind: 'admit' | 'deny'; readonly waiting: number }
  | { readonly kind: 'remove' | 'makeHost'; readonly participant: number }
  | { readonly kind: 'askMute' | 'askUnmute' | 'lowerHands'; readonly participant: number }
  | { readonly kind: 'setRoom'; readonly rules: RoomRules }
  | { readonly kind: 'renewLink' }
  | { readonly kind: 'raiseHand'; readonly raised: boolean }
  | { readonly kind: 'react'; readonly emoji: string }
  | { readonly kind: 'sendChat'; readonly text: string }
  /** The person compared the code with the others, and read this one: whoever is here now is verified. Another isn't confirmed. */
  | { readonly kind: 'confirmCode'; readonly emoji: readonly number[] }
  | { readonly kind: 'acceptIdentity'; readonly participant: number };

/** Why a track is seen or heard, or isn't; the interface has a sentence for each. */
export type TrackState =
  /** No camera, no screen: its owner says so. */
  | { readonly kind: 'off' }
  /** A microphone that is switched off. */
  | { readonly kind: 'muted' }
  /** On, and nothing has come yet. */
  | { readonly kind: 'connecting' }
  /** Frames of this participant authenticate on this m-line. */
  | { readonly kind: 'flowing'; readonly mid: string }
  /** The page doesn't watch it. */
  | { readonly kind: 'pausedByLayout' }
  /** The server holds it back: the path carries no more. */
  | { readonly kind: 'pausedForBandwidth' }
  /** Frames come under keys that aren't here yet. */
  | { readonly kind: 'noKey' }
  /** Frames come that don't open: they are thrown away. */
  | { readonly kind: 'refused' }
  | { readonly kind: 'connectionLost' };

/** How sure it is that a name belongs to the person one knows by it. */
export type Trust =
  /** No kept identity: nothing to recognise them by. */
  | 'guest'
  /** A kept identity, not verified. */
  | 'known'
  | 'verified'
  /** The name of somebody verified with another identity: nothing is shown until accepted. */
  | 'changed';

export interface Participant {
  readonly id: number;
  readonly name: string;
  readonly color: number;
  readonly host: boolean;
  /** 0: down; else lower is earlier. */
  readonly handRaised: number;
  readonly trust: Trust;
  /** Out of the group, but the own sending key isn't a new one yet. */
  readonly leaving: boolean;
  readonly sources: Readonly<Record<Source, TrackState>>;
}

/** Of the group, oneself included. */
export interface Counts {
  readonly members: number;
  readonly verified: number;
  readonly guests: number;
}

export interface WaitingPerson {
  readonly id: number;
  readonly name: string;
}

/** Why the call ended or could not start; the interface has a sentence for each. */
export type EndReason =
  | 'left'
  | 'linkIncomplete'
  | 'wrongLink'
  | 'roomFull'
  | 'serverFull'
  | 'wrongVersion'
  | 'openRoom'
  | 'roomsClosed'
  | 'replaced'
  | 'badOffer'
  | 'tooManyRequests'
  | 'internal'
  | 'notAdmitted'
  | 'removed'
  | 'linkRevoked'
  | 'roomLocked'
  | 'lobbyFull'
  | 'tampered'
  /** In the lobby; `notAdmitted`: a host said no. */
  | 'nobodyAnswered'
  /** The server had this device removed; `removed`: a host did. */
  | 'dropped';

export type CodeState =
  | 'alone'
  | 'agreeing'
  | 'shown'
  /** The others went on without this device, or nobody else took part; until somebody comes or goes. */
  | 'leftOut'
  /** All rounds are used up; until somebody comes or goes. */
  | 'givenUp';

/** Worker -> page. */
export type CoreEvent =
  | { readonly kind: 'ready' }
  /** Build a fresh peer connection and answer with `join`. Comes after `open`, and again after a lost connection. */
  | { readonly kind: 'needOffer'; readonly videoSlots: number; readonly audioSlots: number }
  | { readonly kind: 'answer'; readonly sdp: string }
  /** The server's, for those of `restartIce`; null: its side of the media path has ended. */
  | { readonly kind: 'iceRestarted'; readonly credentials: IceCredentials | null }
  /** `waiting`: a host decides. `reconnecting`: signalling is lost; `attempt` counts, media may still flow. */
  | { readonly kind: 'phase'; readonly phase: 'connecting' | 'waiting' | 'inCall' }
  | { readonly kind: 'phase'; readonly phase: 'reconnecting'; readonly attempt: number }
  | {
      readonly kind: 'roster';
      readonly self: Participant;
      readonly participants: readonly Participant[];
      readonly counts: Counts;
    }
  | { readonly kind: 'room'; readonly rules: RoomRules; readonly link: string; readonly linkRenewed: boolean }
  | { readonly kind: 'waitingList'; readonly people: readonly WaitingPerson[] }
  | { readonly kind: 'chat'; readonly participant: number; readonly name: string; readonly text: string; readonly own: boolean }
  | { readonly kind: 'reaction'; readonly participant: number; readonly emoji: string }
  | { readonly kind: 'muteAsked' | 'unmuteAsked' | 'handLowered'; readonly by: string }
  /** `emoji`: seven numbers below 64 of a shown one, or none. `silent`: whom it had to go on without. */
  | {
      readonly kind: 'code';
      readonly state: CodeState;
      readonly emoji: readonly number[];
      readonly silent: readonly number[];
      readonly confirmed: boolean;
    }
  /** What anybody watches of the own video: other layers needn't be sent. Until the first after an answer, all are. */
  | { readonly kind: 'watched'; readonly layers: readonly WatchedLayer[] }
  /** Oneself included. Replaces the list before. */
  | { readonly kind: 'uplinks'; readonly poor: readonly Uplink[] }
  | { readonly kind: 'ended'; readonly reason: EndReason; readonly detail: string };

/** Options of `new RTCRtpScriptTransform(worker, options)`: which stream a transform seals or opens. */
export type TransformOptions =
  | { readonly direction: 'send'; readonly source: Source }
  | { readonly direction: 'receive'; readonly mid: string };

/** Page -> either worker, first of all: its end of the channel between the two. Keys go that way and never over the page. */
export interface Channel {
  readonly kind: 'channel';
  readonly port: MessagePort;
}

/** Core worker -> frames worker. */
export type FramesCommand =
  /** A FrameKeyChange (core/frame_keys.h), in order. */
  | { readonly kind: 'keys'; readonly change: Uint8Array<ArrayBuffer> }
  /** What was negotiated: says which codec a payload type stands for. */
  | { readonly kind: 'answer'; readonly sdp: string };

/** Frames worker -> core worker: a SlotReport (core/frame_keys.h). */
export interface FramesEvent {
  readonly report: Uint8Array<ArrayBuffer>;
}
