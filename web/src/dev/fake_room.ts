// The members of a made-up call: they do what they are asked.

import type { CoreCommand, CoreEvent, Participant, TrackState } from '../core/types';
import { ownSelf, rules, talk, waitingPeople, type Scene } from './scenes';

type State = {
  self: Participant;
  others: readonly Participant[];
  waiting: ReturnType<typeof waitingPeople>;
  rules: ReturnType<typeof rules>;
  link: string;
  confirmed: boolean;
};

const agreeingTime = 700;

export class FakeRoom {
  readonly #scene: Scene;
  readonly #emit: (event: CoreEvent) => void;
  #state: State;
  #codes = 0;
  readonly #paused = new Map<number, TrackState>();

  constructor(scene: Scene, link: string, name: string, color: number, emit: (event: CoreEvent) => void) {
    this.#scene = scene;
    this.#emit = emit;
    this.#state = {
      self: ownSelf(scene, name, color), others: [], waiting: waitingPeople(scene), rules: rules(scene), link, confirmed: false,
    };
  }

  begin(participants: readonly Participant[]): void {
    const last = participants.at(-1);
    this.#tellRoom();
    this.#set({ others: participants.slice(0, -1) });
    this.#agree();
    window.setTimeout(() => {
      if (last) this.#set({ others: participants });
      this.#emit({ kind: 'waitingList', people: this.#state.waiting });
      this.#say();
    }, 1500);
  }

  handle(command: CoreCommand): void {
    const { self, others, waiting } = this.#state;
    const all = (id: number, change: Partial<Participant>) =>
      this.#set({ others: others.map((p) => (id === 0 || p.id === id ? { ...p, ...change } : p)) });
    switch (command.kind) {
      case 'admit':
      case 'deny': {
        const person = waiting.find((p) => p.id === command.waiting);
        this.#state.waiting = waiting.filter((p) => p !== person);
        this.#emit({ kind: 'waitingList', people: this.#state.waiting });
        if (person && command.kind === 'admit') {
          this.#set({ others: [...others, { ...ownSelf('guest', person.name, 5), id: person.id, trust: 'guest' }] });
          this.#agree();
        }
        return;
      }
      case 'remove':
        this.#set({ others: others.filter((p) => p.id !== command.participant) });
        return this.#agree();
      case 'makeHost':
        return all(command.participant, { host: true });
      case 'lowerHands':
        return all(command.participant, { handRaised: 0 });
      case 'askMute':
        return this.#set({
          others: others.map((p) =>
            command.participant === 0 || p.id === command.participant
              ? { ...p, sources: { ...p.sources, microphone: { kind: 'muted' } } }
              : p,
          ),
        });
      case 'setRoom':
        this.#state.rules = command.rules;
        return this.#tellRoom();
      case 'renewLink':
        this.#state.link = this.#state.link.replace(/#.*/, '#AAECAwQFBgcICQoLDA0ODw');
        return this.#tellRoom();
      case 'raiseHand':
        return this.#set({ self: { ...self, handRaised: command.raised ? Date.now() : 0 } });
      case 'react':
        return this.#emit({ kind: 'reaction', participant: self.id, emoji: command.emoji });
      case 'sendChat':
        return this.#emit({ kind: 'chat', participant: self.id, name: self.name, text: command.text, own: true });
      case 'confirmCode':
        this.#state.confirmed = true;
        this.#tellCode();
        return all(0, { trust: 'verified' });
      case 'watch':
        return this.#pause(command.wants.length === 0);
      case 'acceptIdentity':
        return all(command.participant, { trust: 'verified' });
      default:
    }
  }

  /** Without wants no picture comes. */
  #pause(paused: boolean): void {
    const others = this.#state.others.map((p): Participant => {
      const { camera } = p.sources;
      const kept = this.#paused.get(p.id);
      if (paused && camera.kind === 'flowing') {
        this.#paused.set(p.id, camera);
        return { ...p, sources: { ...p.sources, camera: { kind: 'pausedByLayout' } } };
      }
      return !paused && kept ? { ...p, sources: { ...p.sources, camera: kept } } : p;
    });
    if (!paused) this.#paused.clear();
    this.#set({ others });
  }

  /** What others say by themselves. */
  #say(): void {
    const { others } = this.#state;
    const by = others[0]?.name ?? '';
    if (this.#scene === 'unmute' || this.#scene === 'mute') this.#emit({ kind: 'muteAsked', by });
    if (this.#scene === 'unmute') this.#emit({ kind: 'unmuteAsked', by });
    if (this.#scene === 'theirs') {
      this.#emit({ kind: 'uplinks', poor: others.slice(0, 2).map(({ id }, i) => ({ participant: id, lostPermille: 60 + 90 * i })) });
    }
    if (this.#scene === 'hands') {
      for (const [i, emoji] of ['🎉', '👍', '❤️'].entries()) {
        window.setTimeout(() => this.#emit({ kind: 'reaction', participant: others[i]?.id ?? 1, emoji }), 800 + i * 300);
      }
    }
    if (this.#scene !== 'chat') return;
    for (const { from, text } of talk) {
      const speaker = others[from % Math.max(1, others.length)];
      if (speaker) this.#emit({ kind: 'chat', participant: speaker.id, name: speaker.name, text, own: false });
    }
  }

  #agree(): void {
    this.#state.confirmed = false;
    const none = this.#scene === 'leftOut' || this.#scene === 'givenUp' ? this.#scene : null;
    this.#emit({ kind: 'code', state: none ?? 'agreeing', emoji: [], silent: [], confirmed: false });
    if (this.#scene === 'agreeing' || none !== null) return;
    window.setTimeout(() => {
      ++this.#codes;
      this.#tellCode();
    }, agreeingTime);
  }

  #tellCode(): void {
    const emoji = [3, 14, 15, 9, 26, 53, 58].map((n) => (n * this.#codes + 7) % 64);
    const silent = this.#scene === 'silent' ? this.#state.others.slice(1, 3).map((p) => p.id) : this.#scene === 'silentMany' ? this.#state.others.slice(1).map((p) => p.id) : [];
    this.#emit({ kind: 'code', state: 'shown', emoji, silent, confirmed: this.#state.confirmed });
  }

  #tellRoom(): void {
    const { rules: now, link } = this.#state;
    this.#emit({ kind: 'room', rules: now, link, linkRenewed: false });
  }

  #set(change: Partial<State>): void {
    Object.assign(this.#state, change);
    const { self, others } = this.#state;
    const number = (trust: Participant['trust']) => others.filter((p) => p.trust === trust).length;
    const counts = { members: others.length + 1, verified: number('verified'), guests: number('guest') };
    this.#emit({ kind: 'roster', self, participants: others, counts });
  }
}
