// One RTCPeerConnection for one stay: own tracks and receive slots, negotiated once. Every sender
// and receiver gets its transform before anything can flow: there is no way around the encryption.

import type { IceCredentials, OwnTrack, Source, TransformOptions } from '../core/types';
import type { CameraFormat } from '../platform/memory';
import { readCounters, type Counters, type Report } from '../state/statistics';
import { audioCodecs, videoCodecs } from './codecs';
import { encodingsOf, type PictureSize } from './ladder';
import { withVoice } from './opus';
import { credentialsIn, withCredentials } from './ice_credentials';
import { everything, shaped, type SendWish } from './send_layers';

export interface Slots {
  readonly audio: number;
  readonly video: number;
}

export type OwnTracks = Readonly<Record<Source, MediaStreamTrack | null>>;

export interface PeerOffer {
  readonly sdp: string;
  readonly tracks: readonly OwnTrack[];
}

/** In the order of their m-lines. */
const sources: readonly Source[] = ['microphone', 'camera', 'screen', 'screenAudio'];

/** What a track will have at most when it isn't on yet. */
const nominalSize: Readonly<Record<Source, PictureSize>> = {
  microphone: { width: 0, height: 0 },
  camera: { width: 1280, height: 720 },
  screen: { width: 1920, height: 1080 },
  screenAudio: { width: 0, height: 0 },
};

export function canEncrypt(): boolean {
  return 'RTCRtpScriptTransform' in globalThis && 'RTCPeerConnection' in globalThis;
}

export class Peer {
  readonly #format: CameraFormat;
  readonly #connection: RTCPeerConnection;
  readonly #frames: Worker;
  readonly #senders = new Map<Source, RTCRtpTransceiver>();
  readonly #receivers: RTCRtpTransceiver[] = [];
  #answer = '';
  #wish: SendWish = everything;
  #shaping: Promise<void> = Promise.resolve();

  constructor(
    frames: Worker,
    slots: Slots,
    tracks: OwnTracks,
    format: CameraFormat,
    onState: (state: RTCPeerConnectionState) => void,
  ) {
    this.#frames = frames;
    this.#format = format;
    const connection = new RTCPeerConnection({ bundlePolicy: 'max-bundle', rtcpMuxPolicy: 'require' });
    this.#connection = connection;
    connection.addEventListener('connectionstatechange', () => onState(connection.connectionState));
    for (const source of sources) this.#addSender(source, tracks[source]);
    for (let i = 0; i < slots.audio; ++i) this.#addReceiver('audio');
    for (let i = 0; i < slots.video; ++i) this.#addReceiver('video');
  }

  /** The offer, after every transform is in place. */
  async offer(): Promise<PeerOffer> {
    await this.#connection.setLocalDescription();
    if (this.#connection.getTransceivers().some(({ mid }, index) => mid !== midAt(index))) {
      throw new Error('this browser numbers m-lines in another way; frames would be attributed wrongly');
    }
    // The server is ICE-lite and learns our candidates from our checks: no need to wait for them.
    const sdp = this.#connection.localDescription?.sdp ?? '';
    return { sdp: withVoice(sdp, midAt(sources.indexOf('microphone'))), tracks: sources.map((source) => this.#describe(source)) };
  }

  async accept(answer: string): Promise<void> {
    this.#answer = answer;
    await this.#connection.setRemoteDescription({ type: 'answer', sdp: answer });
  }

  /** Fresh credentials to find another path with, for the same media; null while earlier ones are unanswered. */
  async restartIce(): Promise<IceCredentials | null> {
    if (this.#connection.signalingState !== 'stable') return null;
    this.#connection.restartIce();
    await this.#connection.setLocalDescription();
    return credentialsIn(this.#connection.localDescription?.sdp ?? '');
  }

  /** The server's credentials for those; whatever else was negotiated stays. */
  async acceptRestart(credentials: IceCredentials): Promise<void> {
    await this.accept(withCredentials(this.#answer, credentials));
  }

  async replace(source: Source, track: MediaStreamTrack | null): Promise<void> {
    await this.#senders.get(source)?.sender.replaceTrack(track);
    // It may be of another size.
    this.shape(this.#wish);
  }

  /** What is sent of the own pictures from now on. */
  shape(wish: SendWish): void {
    this.#wish = wish;
    this.#shaping = this.#shaping.then(async () => {
      for (const source of ['camera', 'screen'] as const) await this.#shapeSender(source);
    });
  }

  async counters(): Promise<Counters> {
    const reports = await this.#connection.getStats();
    return readCounters(performance.now(), reports as unknown as ReadonlyMap<string, Report>);
  }

  /** Tracks of the receive slots by m-line; none before the offer, which names the m-lines. */
  tracks(kind: 'audio' | 'video'): ReadonlyMap<string, MediaStreamTrack> {
    const tracks = new Map<string, MediaStreamTrack>();
    for (const { receiver, mid } of this.#receivers) {
      if (mid !== null && receiver.track.kind === kind) tracks.set(mid, receiver.track);
    }
    return tracks;
  }

  close(): void {
    this.#connection.close();
  }

  #addSender(source: Source, track: MediaStreamTrack | null): void {
    const kind = isAudio(source) ? 'audio' : 'video';
    const transceiver = this.#connection.addTransceiver(track ?? kind, {
      direction: 'sendonly',
      sendEncodings: encodingsOf(source, sizeOf(source, track), this.#format),
    });
    transceiver.sender.transform = this.#transform({ direction: 'send', source });
    preferCodecs(transceiver, kind, source === 'camera' ? this.#format : 'vp8');
    this.#senders.set(source, transceiver);
  }

  async #shapeSender(source: 'camera' | 'screen'): Promise<void> {
    const sender = this.#senders.get(source)?.sender;
    if (!sender) return;
    const next = shaped(source, sender.getParameters(), sizeOf(source, sender.track), this.#wish);
    // Only fails when the connection has been closed meanwhile.
    if (next) await sender.setParameters(next).catch(() => undefined);
  }

  #addReceiver(kind: 'audio' | 'video'): void {
    const mid = midAt(this.#connection.getTransceivers().length);
    const transceiver = this.#connection.addTransceiver(kind, { direction: 'recvonly' });
    // At once: Chromium ignores a receiver's transform that comes after setLocalDescription().
    transceiver.receiver.transform = this.#transform({ direction: 'receive', mid });
    preferCodecs(transceiver, kind, 'vp8');
    negotiateLayers(transceiver);
    this.#receivers.push(transceiver);
  }

  #transform(options: TransformOptions): RTCRtpScriptTransform {
    return new RTCRtpScriptTransform(this.#frames, options);
  }

  #describe(source: Source): OwnTrack {
    const transceiver = this.#senders.get(source);
    return { mid: midOf(transceiver?.mid ?? null), source, ...sizeOf(source, transceiver?.sender.track ?? null) };
  }
}

function sizeOf(source: Source, track: MediaStreamTrack | null): PictureSize {
  const { width, height } = isAudio(source) ? {} : (track?.getSettings() ?? {});
  return { width: width ?? nominalSize[source].width, height: height ?? nominalSize[source].height };
}

function isAudio(source: Source): boolean {
  return source === 'microphone' || source === 'screenAudio';
}

function preferCodecs(transceiver: RTCRtpTransceiver, kind: 'audio' | 'video', first: CameraFormat): void {
  const all = RTCRtpReceiver.getCapabilities(kind)?.codecs ?? [];
  const chosen = kind === 'audio' ? audioCodecs(all) : videoCodecs(all, first);
  if (chosen.length > 0) transceiver.setCodecPreferences(chosen);
}

/**
 * The header extension by which a receiver tells what may be missing of a layered picture. Chromium negotiates it for what it
 * sends in layers; for what it receives, it has to be told.
 */
const dependencyDescriptor = 'https://aomediacodec.github.io/av1-rtp-spec/#dependency-descriptor-rtp-header-extension';

interface HeaderExtension {
  readonly uri: string;
  direction: string;
}
/** What lib.dom.d.ts doesn't know yet, nor Firefox. */
type Negotiating = Partial<{
  getHeaderExtensionsToNegotiate(): HeaderExtension[];
  setHeaderExtensionsToNegotiate(extensions: HeaderExtension[]): void;
}>;

function negotiateLayers(transceiver: RTCRtpTransceiver & Negotiating): void {
  const extensions = transceiver.getHeaderExtensionsToNegotiate?.() ?? [];
  const layers = extensions.find(({ uri }) => uri === dependencyDescriptor);
  if (!layers) return;
  layers.direction = 'sendrecv';
  transceiver.setHeaderExtensionsToNegotiate?.(extensions);
}

/** What browsers name the m-line of the transceiver that was added at `index`; offer() makes sure. */
function midAt(index: number): string {
  return String(index);
}

function midOf(mid: string | null): string {
  if (mid === null) throw new Error('an m-line has no mid before the offer');
  return mid;
}
