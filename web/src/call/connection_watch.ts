// When to start over: a path that died is noticed in seconds; one that never works is retried ever
// more slowly. The clock is an argument, so that tests have their own.

export interface Timers {
  set(callback: () => void, milliseconds: number): number;
  clear(timer: number): void;
}

export type MediaState = 'connecting' | 'connected' | 'failed';

/** A path that is silent for a moment often comes back; higher leaves people frozen for longer. */
export const patience = 4_000;
/** How long a new connection may take before it counts as failed. */
export const connectTime = 12_000;
const firstDelay = 500;
const longestDelay = 15_000;

export class ConnectionWatch {
  readonly #timers: Timers;
  readonly #restart: () => void;
  readonly #changed: (state: MediaState) => void;
  #timer: number | null = null;
  #failures = 0;

  constructor(timers: Timers, restart: () => void, changed: (state: MediaState) => void) {
    this.#timers = timers;
    this.#restart = restart;
    this.#changed = changed;
  }

  /** A fresh connection has its answer. */
  started(): void {
    if (this.#failures === 0) this.#changed('connecting');
    this.#after(connectTime, () => this.#failed());
  }

  handle(state: RTCPeerConnectionState): void {
    if (state === 'connected') {
      this.#failures = 0;
      this.#stop();
      this.#changed('connected');
    } else if (state === 'disconnected') {
      this.#after(patience, () => this.#failed());
    } else if (state === 'failed') {
      this.#failed();
    }
  }

  /** Nothing to watch: the connection is being replaced or the call is over. */
  stop(): void {
    this.#stop();
  }

  #failed(): void {
    ++this.#failures;
    if (this.#failures > 1) this.#changed('failed');
    else this.#changed('connecting');
    const delay = this.#failures === 1 ? 0 : Math.min(longestDelay, firstDelay * 2 ** this.#failures);
    this.#after(delay, this.#restart);
  }

  #after(milliseconds: number, callback: () => void): void {
    this.#stop();
    this.#timer = this.#timers.set(() => {
      this.#timer = null;
      callback();
    }, milliseconds);
  }

  #stop(): void {
    if (this.#timer !== null) this.#timers.clear(this.#timer);
    this.#timer = null;
  }
}
