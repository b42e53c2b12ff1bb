// Plays the core and the server for the interface alone.

import type { CorePort } from '../call/core_port';
import type { CoreCommand, CoreEvent } from '../core/types';
import { drawnTrack } from './drawn_face';
import fakeWorkerUrl from './fake_worker?worker&url';
import { roster, type Play } from './scenes';

declare const trustedTypes: { createPolicy(name: string, rules: object): { createScriptURL(url: string): string } };

const policy = trustedTypes.createPolicy('vicino', { createScriptURL: (url: string) => url });
const videoSlots = 25;
const audioSlots = 8;

export class FakeCore implements CorePort {
  readonly worker = new Worker(policy.createScriptURL(fakeWorkerUrl), { type: 'module' });
  readonly #play: Play;
  readonly #onEvent: (event: CoreEvent) => void;
  #server: RTCPeerConnection | null = null;
  readonly #sound = new AudioContext();

  constructor(play: Play, onEvent: (event: CoreEvent) => void) {
    this.#play = play;
    this.#onEvent = onEvent;
  }

  send(command: CoreCommand): void {
    console.info('core <-', JSON.stringify(command).slice(0, 400));
    if (command.kind === 'open') this.#open();
    else if (command.kind === 'join') void this.#join(command.offer);
    else if (command.kind === 'restart') this.#emit({ kind: 'needOffer', videoSlots, audioSlots });
  }

  close(): void {
    this.#server?.close();
    this.worker.terminate();
  }

  #open(): void {
    const { scene } = this.#play;
    this.#emit({ kind: 'ready' });
    this.#emit({ kind: 'phase', phase: 'connecting' });
    if (scene === 'connecting') return;
    if (scene === 'unreachable') {
      this.#emit({ kind: 'phase', phase: 'reconnecting', attempt: 3 });
      return;
    }
    if (scene !== 'plain' && scene !== 'screen' && scene !== 'reasons' && scene !== 'reconnecting') {
      this.#emit({ kind: 'ended', reason: scene, detail: scene === 'badOffer' ? 'no common codec' : '' });
      return;
    }
    this.#emit({ kind: 'needOffer', videoSlots, audioSlots });
  }

  async #join(offer: string): Promise<void> {
    this.#server?.close();
    const server = new RTCPeerConnection();
    this.#server = server;
    await server.setRemoteDescription({ type: 'offer', sdp: offer });
    const free = { audio: [] as string[], video: [] as string[] };
    for (const { mid, receiver, direction } of server.getTransceivers()) {
      // The first four m-lines are the page's own tracks.
      if (direction === 'recvonly' && Number(mid) >= 4 && mid !== null) {
        free[receiver.track.kind as 'audio' | 'video'].push(mid);
      }
    }
    const used: string[] = [];
    const participants = roster(this.#play, (kind) => {
      const mid = free[kind].shift();
      if (mid !== undefined) used.push(mid);
      return mid;
    });
    for (const transceiver of server.getTransceivers()) {
      const { mid } = transceiver;
      if (mid === null || !used.includes(mid)) continue;
      const owner = participants.find((p) => Object.values(p.sources).some((s) => s.kind === 'flowing' && s.mid === mid));
      const isScreen = owner?.sources.screen.kind === 'flowing' && owner.sources.screen.mid === mid;
      const audio = transceiver.receiver.track.kind === 'audio';
      const track = audio ? this.#tone(owner?.id ?? 0) : drawnTrack(owner?.id ?? 0, isScreen, this.#play.people > 6 ? 0.25 : 1);
      transceiver.direction = 'sendonly';
      await transceiver.sender.replaceTrack(track);
    }
    await server.setLocalDescription();
    await gathered(server);
    this.#emit({ kind: 'answer', sdp: server.localDescription!.sdp });
    this.#emit({ kind: 'phase', phase: 'inCall' });
    const last = participants.at(-1);
    this.#emit({ kind: 'roster', self: 1, participants: participants.slice(0, -1) });
    window.setTimeout(() => last && this.#emit({ kind: 'roster', self: 1, participants }), 1500);
    if (this.#play.scene === 'reconnecting') {
      window.setTimeout(() => this.#emit({ kind: 'phase', phase: 'reconnecting', attempt: 2 }), 1600);
    }
  }

  /** Only the first person is loud enough to be heard speaking. */
  #tone(id: number): MediaStreamTrack {
    const oscillator = this.#sound.createOscillator();
    const gain = this.#sound.createGain();
    gain.gain.value = id === 2 ? 0.2 : 0.001;
    const destination = this.#sound.createMediaStreamDestination();
    oscillator.connect(gain).connect(destination);
    oscillator.start();
    return destination.stream.getAudioTracks()[0]!;
  }

  #emit(event: CoreEvent): void {
    this.#onEvent(event);
  }
}

async function gathered(connection: RTCPeerConnection): Promise<void> {
  if (connection.iceGatheringState === 'complete') return;
  await new Promise<void>((resolve) => {
    connection.addEventListener('icegatheringstatechange', () => connection.iceGatheringState === 'complete' && resolve());
  });
}
