// One call, from the click on "Join" to the end: brings together the core worker, the peer
// connection, the own media and the sound. The interface reads its stores and calls its methods.

import type { CoreCommand, CoreEvent, IceCredentials, OwnState, Source, Want, WatchedLayer } from '../core/types';
import type { CameraFormat } from '../platform/memory';
import { onNetworkChange } from '../platform/network_change';
import { mostSpared } from '../state/cpu_budget';
import { hear, silence, type Speech } from '../state/speech';
import { Store } from '../state/store';
import { smallestOnly, voiceOnly } from '../state/uplink_budget';
import {
  flowingMid,
  forgetReaction,
  forgetUnmuteAsked,
  impostor,
  initialView,
  isHeldBack,
  lostOnUplinks,
  note,
  reduce,
  type CallView,
} from '../state/view';
import { ConnectionWatch, type MediaState } from './connection_watch';
import type { CorePort, OpenCore } from './core_port';
import type { LocalMedia } from './local_media';
import { NetworkWatch, type Surroundings } from './network_watch';
import { Peer, type OwnTracks } from './peer';
import { LevelMeter, Sound } from './sound';

export interface Media {
  readonly state: MediaState;
  readonly online: boolean;
  /** Video of the receive slots by m-line. */
  readonly video: ReadonlyMap<string, MediaStreamTrack>;
}

/** Who somebody is in a call. */
export interface Self {
  readonly name: string;
  readonly color: number;
  /** false: a guest. */
  readonly keepIdentity: boolean;
}

export type MemberCommand = Exclude<
  CoreCommand,
  { readonly kind: 'open' | 'join' | 'setState' | 'watch' | 'restartIce' | 'restart' | 'leave' }
>;

/** The own id in levels: participants' ids start at 1. */
export const selfId = 0;

const noTracks: OwnTracks = { microphone: null, camera: null, screen: null, screenAudio: null };
const nothingOn: OwnState = { microphone: false, camera: false, screen: false, screenAudio: false };
const sources: readonly Source[] = ['microphone', 'camera', 'screen', 'screenAudio'];
/** Layout changes come in bursts while a window is resized or somebody joins. */
const watchDelay = 120;
const levelInterval = 100;
/** How long a reaction floats over a tile; as in styles/reactions.css. */
const reactionTime = 4_000;
/** The worker gets this long to say goodbye to the server. */
const farewell = 1_000;

export class CallSession {
  readonly view = new Store<CallView>(initialView);
  readonly media = new Store<Media>({ state: 'connecting', online: navigator.onLine, video: new Map() });
  readonly speech = new Store<Speech>(silence);
  readonly sound = new Sound();
  readonly network = new NetworkWatch({
    counters: async () => (await this.#peer?.counters().catch(() => null)) ?? null,
    theirs: () => lostOnUplinks(this.view.get()),
    circumstances: () => this.#circumstances(),
  });

  readonly #core: CorePort;
  readonly #local: LocalMedia;
  readonly #meter = new LevelMeter();
  readonly #watch: ConnectionWatch;
  readonly #cleanUp: (() => void)[] = [];
  #peer: Peer | null = null;
  #format: CameraFormat = 'vp8';
  #restarting = false;
  #sentState: OwnState | null = null;
  #sentTracks: OwnTracks | null = null;
  #watched: readonly WatchedLayer[] | null = null;
  #shape = '';
  #wants: readonly Want[] = [];
  #sentWants = '';
  #watchTimer: number | null = null;
  #volumes: ReadonlyMap<number, number> = new Map();
  #entered = false;
  #closed = false;

  constructor(link: string, self: Self, local: LocalMedia, openCore: OpenCore) {
    this.#local = local;
    this.#watch = new ConnectionWatch(
      { set: (callback, ms) => window.setTimeout(callback, ms), clear: (timer) => window.clearTimeout(timer) },
      { repair: () => void this.#repair(), restart: () => this.#restart() },
      (state) => this.media.update((media) => ({ ...media, state })),
    );
    this.#core = openCore((event) => this.#handle(event));
    this.#listen();
    this.#core.send({ kind: 'open', link, ...self });
  }

  /** What the layout shows, most wanted first. */
  watch(wants: readonly Want[]): void {
    this.#wants = wants;
    this.#watchTimer ??= window.setTimeout(() => {
      this.#watchTimer = null;
      this.#sendWants();
    }, watchDelay);
  }

  /** 0 to 1 by participant. */
  setVolumes(volumes: ReadonlyMap<number, number>): void {
    this.#volumes = volumes;
    this.#applyVolumes();
  }

  /** What the core does without the page's help. */
  tell(command: MemberCommand): void {
    if (!this.#closed) this.#core.send(command);
  }

  /** The host's wish is answered; `unmute`: with yes. */
  answerUnmuteAsked(unmute: boolean): void {
    this.view.update(forgetUnmuteAsked);
    if (unmute) void this.#local.setOn('microphone', true);
  }

  leave(): void {
    if (this.#closed) return;
    this.#core.send({ kind: 'leave' });
    this.#handle({ kind: 'ended', reason: 'left', detail: '' });
  }

  #listen(): void {
    const listen = (type: string, callback: () => void) => {
      window.addEventListener(type, callback);
      this.#cleanUp.push(() => window.removeEventListener(type, callback));
    };
    listen('online', () => {
      this.media.update((media) => ({ ...media, online: true }));
      this.#onOtherNetwork();
    });
    this.#cleanUp.push(onNetworkChange(() => this.#onOtherNetwork()));
    listen('offline', () => this.media.update((media) => ({ ...media, online: false })));
    listen('pagehide', () => this.leave());
    this.#cleanUp.push(this.#local.view.subscribe(() => this.#followLocal()));
    this.#cleanUp.push(this.#local.view.subscribe(() => this.#forgetNeedlessAsk()));
    this.#cleanUp.push(this.network.view.subscribe(() => this.#followLocal()));
    this.#cleanUp.push(() => this.network.close());
    const timer = window.setInterval(() => this.#measure(), levelInterval);
    this.#cleanUp.push(() => window.clearInterval(timer));
  }

  #handle(event: CoreEvent): void {
    if (this.#closed) return;
    this.view.update((view) => reduce(view, event));
    if (event.kind === 'needOffer') {
      void this.#offer(event.audioSlots, event.videoSlots);
    } else if (event.kind === 'answer') {
      void this.#accept(event.sdp);
    } else if (event.kind === 'iceRestarted') {
      void this.#continue(event.credentials);
    } else if (event.kind === 'watched') {
      this.#watched = event.layers;
      this.#shapeSent();
    } else if (event.kind === 'roster') {
      this.#applyVolumes();
      this.#followLocal();
      this.#enter();
    } else if (event.kind === 'room') {
      this.#enter();
    } else if (event.kind === 'unmuteAsked') {
      this.#forgetNeedlessAsk();
    } else if (event.kind === 'muteAsked') {
      void this.#local.setOn('microphone', false);
    } else if (event.kind === 'reaction') {
      this.#endReactionLater();
    } else if (event.kind === 'ended') {
      this.#close();
    }
  }

  /** Who is heard anyway needn't be asked to unmute. */
  #forgetNeedlessAsk(): void {
    if (this.view.get().unmuteAskedBy !== null && this.#local.view.get().microphone.on) this.view.update(forgetUnmuteAsked);
  }

  // Once per call, when it is known what the room asks of those who come.
  #enter(): void {
    const { room, self } = this.view.get();
    if (this.#entered || !room || !self) return;
    this.#entered = true;
    if (!room.rules.muteOnEntry || self.host || !this.#local.view.get().microphone.on) return;
    void this.#local.setOn('microphone', false);
    this.view.update((view) => note(view, 'mutedOnEntry'));
  }

  #endReactionLater(): void {
    const serial = this.view.get().reactions.at(-1)?.serial;
    if (serial === undefined) return;
    window.setTimeout(() => this.view.update((view) => forgetReaction(view, serial)), reactionTime);
  }

  async #offer(audio: number, video: number): Promise<void> {
    this.#restarting = false;
    this.#watch.stop();
    // The old connection goes first: two at once would seal the same streams with the same keys.
    this.#peer?.close();
    this.#peer = null;
    this.network.reset();
    // Until the server has said what is watched, everything is.
    this.#watched = null;
    this.#shape = '';
    try {
      const { tracks, state } = this.#own();
      this.#format = this.#local.view.get().cameraFormat;
      const peer = new Peer(this.#core.frames, { audio, video }, tracks, this.#format, (state) => {
        if (peer === this.#peer) this.#watch.handle(state);
      });
      this.#peer = peer;
      const offer = await peer.offer();
      if (peer !== this.#peer || this.#closed) return;
      this.sound.attach(peer.tracks('audio'));
      this.media.update((media) => ({ ...media, video: peer.tracks('video') }));
      this.#sentTracks = tracks;
      this.#sentState = state;
      this.#core.send({ kind: 'join', offer: offer.sdp, tracks: offer.tracks, state });
      // A fresh stay knows nothing of what was wanted before, nor of what changed meanwhile.
      this.#sentWants = '';
      this.watch(this.#wants);
      this.#followLocal();
      this.#applyVolumes();
    } catch (error) {
      this.#fail(error);
    }
  }

  async #accept(sdp: string): Promise<void> {
    const peer = this.#peer;
    if (!peer) return;
    try {
      this.#watch.started();
      await peer.accept(sdp);
    } catch (error) {
      // An answer to a connection that has been replaced meanwhile is nobody's problem.
      if (peer === this.#peer && !this.#closed) this.#fail(error);
    }
  }

  async #repair(): Promise<void> {
    const peer = this.#peer;
    // Fails when the connection has been closed meanwhile.
    const credentials = await peer?.restartIce().catch(() => null);
    if (credentials && peer === this.#peer && !this.#closed) this.#core.send({ kind: 'restartIce', ...credentials });
  }

  async #continue(credentials: IceCredentials | null): Promise<void> {
    const peer = this.#peer;
    if (!credentials) return this.#restart();
    await peer?.acceptRestart(credentials).catch(() => {
      if (peer === this.#peer) this.#restart();
    });
  }

  /** Nothing waits for a time-out: neither the media path nor, if it is lost, the connection to the server. */
  #onOtherNetwork(): void {
    if (this.view.get().phase.kind === 'reconnecting') this.#restart();
    else this.#watch.networkChanged();
  }

  #restart(): void {
    // While the core is connecting anyway there is nothing to hurry.
    if (this.#closed || this.#restarting || this.#peer === null) return;
    this.#restarting = true;
    this.#core.send({ kind: 'restart' });
  }

  /** What goes out: nothing, while somebody is here who may not be who they say they are. */
  #own(): { readonly tracks: OwnTracks; readonly state: OwnState } {
    if (impostor(this.view.get())) return { tracks: noTracks, state: nothingOn };
    // A camera whose pictures don't leave is off for the others, or its last one would stand still.
    const state = this.#local.state();
    return { tracks: this.#local.tracks(), state: this.#isVoiceOnly() ? { ...state, camera: false } : state };
  }

  #isVoiceOnly(): boolean {
    return this.network.view.get().uplink.level === voiceOnly;
  }

  #followLocal(): void {
    const peer = this.#peer;
    if (this.#closed || !peer || !this.#sentTracks) return;
    // What is sent in another format is negotiated anew.
    if (this.#local.view.get().cameraFormat !== this.#format) return this.#restart();
    const { tracks, state } = this.#own();
    for (const source of sources) {
      if (tracks[source] === this.#sentTracks[source]) continue;
      // Only fails when the connection has been closed meanwhile.
      void peer.replace(source, tracks[source]).catch(() => undefined);
    }
    this.#sentTracks = tracks;
    this.#shapeSent();
    if (JSON.stringify(state) === JSON.stringify(this.#sentState)) return;
    this.#sentState = state;
    this.#core.send({ kind: 'setState', state });
  }

  /** Encodes what somebody watches and this device and its way up can bear. */
  #shapeSent(): void {
    const { cpu, uplink } = this.network.view.get();
    const spared = uplink.level >= smallestOnly ? mostSpared : cpu.send.level;
    const wish = { watched: this.#watched, spared, voiceOnly: this.#isVoiceOnly(), content: this.#local.view.get().screenContent };
    const shape = JSON.stringify(wish);
    if (!this.#peer || shape === this.#shape) return;
    this.#shape = shape;
    this.#peer.shape(wish);
  }

  #sendWants(): void {
    const key = JSON.stringify(this.#wants);
    if (this.#closed || !this.#sentState || key === this.#sentWants) return;
    this.#sentWants = key;
    this.#core.send({ kind: 'watch', wants: this.#wants });
  }

  #measure(): void {
    const audio = this.#peer?.tracks('audio') ?? new Map<string, MediaStreamTrack>();
    const owners = new Map<string, number>();
    const tracks = new Map<string, MediaStreamTrack>();
    for (const participant of this.view.get().others) {
      const mid = flowingMid(participant, 'microphone');
      const track = mid === null ? undefined : audio.get(mid);
      if (mid === null || !track) continue;
      owners.set(mid, participant.id);
      tracks.set(mid, track);
    }
    const { track, on } = this.#local.view.get().microphone;
    if (track && on) {
      owners.set('self', selfId);
      tracks.set('self', track);
    }
    this.#meter.setTracks(tracks);
    const levels = new Map<number, number>();
    for (const [key, level] of this.#meter.levels()) levels.set(owners.get(key)!, level);
    this.speech.update((speech) => hear(speech, performance.now(), levels));
  }

  #circumstances(): Surroundings {
    const view = this.view.get();
    const { online, state } = this.media.get();
    return {
      online,
      connection: view.phase.kind === 'reconnecting' ? 'lost' : 'ok',
      media: state,
      uplinks: view.uplinks,
      self: view.self?.id ?? null,
      heldBack: isHeldBack(view),
    };
  }

  #applyVolumes(): void {
    const volumes = new Map<string, number>();
    for (const participant of this.view.get().others) {
      for (const source of ['microphone', 'screenAudio'] as const) {
        const mid = flowingMid(participant, source);
        if (mid !== null) volumes.set(mid, this.#volumes.get(participant.id) ?? 1);
      }
    }
    this.sound.setVolumes(volumes);
  }

  #fail(error: unknown): void {
    const detail = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    this.#core.send({ kind: 'leave' });
    this.#handle({ kind: 'ended', reason: 'internal', detail });
  }

  #close(): void {
    this.#closed = true;
    this.#watch.stop();
    if (this.#watchTimer !== null) window.clearTimeout(this.#watchTimer);
    for (const undo of this.#cleanUp) undo();
    this.sound.clear();
    this.#meter.close();
    this.#peer?.close();
    this.#peer = null;
    window.setTimeout(() => this.#core.close(), farewell);
  }
}
