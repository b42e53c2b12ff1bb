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

/** What the others are told, sealed: the server can't read it. */
export interface OwnState {
  readonly name: string;
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
}

/** Page -> worker. */
export type CoreCommand =
  | { readonly kind: 'open'; readonly link: string }
  | { readonly kind: 'join'; readonly offer: string; readonly tracks: readonly OwnTrack[]; readonly state: OwnState }
  | { readonly kind: 'setState'; readonly state: OwnState }
  | { readonly kind: 'watch'; readonly wants: readonly Want[] }
  /** The peer connection failed or the network came back: start over at once, keeping the place in the room. */
  | { readonly kind: 'restart' }
  | { readonly kind: 'leave' };

/** Why a track shows or doesn't; every state but `flowing` and `off` needs a sentence on the tile. */
export type TrackState =
  | { readonly kind: 'off' }
  /** Nothing has arrived and authenticated yet. */
  | { readonly kind: 'waiting' }
  /** Frames of this participant authenticate on this m-line. */
  | { readonly kind: 'flowing'; readonly mid: string }
  /** Frames arrive but don't open: a different secret, or tampering. */
  | { readonly kind: 'undecryptable' };

export interface Participant {
  readonly id: number;
  /** null: the profile could not be opened (a different secret). */
  readonly name: string | null;
  readonly sources: Readonly<Record<Source, TrackState>>;
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
  | 'internal';

/** Worker -> page. */
export type CoreEvent =
  | { readonly kind: 'ready' }
  /** Build a fresh peer connection and answer with `join`. Comes after `open`, and again after a lost connection. */
  | { readonly kind: 'needOffer'; readonly videoSlots: number; readonly audioSlots: number }
  | { readonly kind: 'answer'; readonly sdp: string }
  /** `reconnecting`: the signalling connection is lost; `attempt` counts, media may still flow. */
  | { readonly kind: 'phase'; readonly phase: 'connecting' | 'inCall' }
  | { readonly kind: 'phase'; readonly phase: 'reconnecting'; readonly attempt: number }
  | { readonly kind: 'roster'; readonly self: number; readonly participants: readonly Participant[] }
  | { readonly kind: 'ended'; readonly reason: EndReason; readonly detail: string };

/** Options of `new RTCRtpScriptTransform(worker, options)`: which stream a transform seals or opens. */
export type TransformOptions =
  | { readonly direction: 'send'; readonly source: Source }
  | { readonly direction: 'receive'; readonly mid: string };
