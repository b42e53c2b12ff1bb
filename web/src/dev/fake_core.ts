// Plays the core and the server for the interface alone.

import type { CorePort } from '../call/core_port';
import type { CoreCommand, CoreEvent } from '../core/types';
import { FakeRoom } from './fake_room';
import fakeWorkerUrl from './fake_worker?worker&url';
import { FakeServer } from './fake_server';
import { isRunning, type Play } from './scenes';

declare const trustedTypes: { createPolicy(name: string, rules: object): { createScriptURL(url: string): string } };

const policy = trustedTypes.createPolicy('vicino', { createScriptURL: (url: string) => url });
const videoSlots = 25;
const audioSlots = 8;

export class FakeCore implements CorePort {
  readonly frames = new Worker(policy.createScriptURL(fakeWorkerUrl), { type: 'module' });
  readonly #play: Play;
  readonly #onEvent: (event: CoreEvent) => void;
  readonly #server: FakeServer;
  #room: FakeRoom | null = null;

  constructor(play: Play, onEvent: (event: CoreEvent) => void) {
    this.#play = play;
    this.#onEvent = onEvent;
    this.#server = new FakeServer(play);
  }

  send(command: CoreCommand): void {
    console.info('core <-', JSON.stringify(command).slice(0, 400));
    if (command.kind === 'open') this.#open(command);
    else if (command.kind === 'join') void this.#join(command.offer);
    else if (command.kind === 'restart') this.#emit({ kind: 'needOffer', videoSlots, audioSlots });
    else this.#room?.handle(command);
  }

  close(): void {
    this.#server.close();
    this.frames.terminate();
  }

  #open({ link, name, color }: Extract<CoreCommand, { kind: 'open' }>): void {
    const { scene } = this.#play;
    this.#emit({ kind: 'ready' });
    this.#emit({ kind: 'phase', phase: 'connecting' });
    if (scene === 'connecting') return;
    if (scene === 'unreachable') {
      this.#emit({ kind: 'phase', phase: 'reconnecting', attempt: 3 });
    } else if (scene === 'waiting' || isRunning(scene)) {
      this.#room = new FakeRoom(scene, link, name, color, (event) => this.#emit(event));
      this.#emit({ kind: 'needOffer', videoSlots, audioSlots });
    } else {
      this.#emit({ kind: 'ended', reason: scene, detail: scene === 'badOffer' ? 'no common codec' : '' });
    }
  }

  async #join(offer: string): Promise<void> {
    if (this.#play.scene === 'waiting') {
      this.#emit({ kind: 'phase', phase: 'waiting' });
      return;
    }
    const { sdp, participants } = await this.#server.answer(offer);
    this.#emit({ kind: 'answer', sdp });
    this.#emit({ kind: 'phase', phase: 'inCall' });
    this.#room?.begin(participants);
    if (this.#play.scene === 'reconnecting') {
      window.setTimeout(() => this.#emit({ kind: 'phase', phase: 'reconnecting', attempt: 2 }), 1600);
    }
  }

  #emit(event: CoreEvent): void {
    this.#onEvent(event);
  }
}
