// When to repair and when to start over. A path that falls silent is repaired at once and again and again: another path for
// the same connection is cheap, and the first try after the network is back finds it. Only when that has been in vain for long is
// there a new connection; one that never works is retried ever more slowly. The clock is an argument, so that tests have their
// own.

export interface Timers {
  set(callback: () => void, milliseconds: number): number;
  clear(timer: number): void;
}

export type MediaState = 'connecting' | 'connected' | 'failed';

export interface Remedies {
  /** Another path for the same connection. */
  readonly repair: () => void;
  /** A new connection. */
  readonly restart: () => void;
}

/** Between two repairs; less doesn't leave a browser the time to try a path. */
export const repairInterval = 2_500;
/** Together about as long as the server remembers a silent connection. */
export const maxRepairs = 10;
/** How long a new connection may take before it counts as failed. */
export const connectTime = 12_000;
const firstDelay = 500;
const longestDelay = 15_000;

export class ConnectionWatch {
  readonly #timers: Timers;
  readonly #remedies: Remedies;
  readonly #changed: (state: MediaState) => void;
  #timer: number | null = null;
  #state: RTCPeerConnectionState = 'new';
  #worked = false;
  #repairs = 0;
  #failures = 0;

  constructor(timers: Timers, remedies: Remedies, changed: (state: MediaState) => void) {
    this.#timers = timers;
    this.#remedies = remedies;
    this.#changed = changed;
  }

  /** A fresh connection has its answer. */
  started(): void {
    this.#state = 'new';
    this.#worked = false;
    this.#repairs = 0;
    if (this.#failures === 0) this.#changed('connecting');
    this.#after(connectTime, () => this.#failed());
  }

  handle(state: RTCPeerConnectionState): void {
    this.#state = state;
    if (state === 'connected') {
      this.#worked = true;
      this.#repairs = 0;
      this.#failures = 0;
      this.#stop();
      this.#changed('connected');
    } else if (state === 'disconnected' || state === 'failed') {
      if (this.#worked) this.#beginRepairs();
      else if (state === 'failed') this.#failed();
    }
  }

  /** The path may be dead, though nobody has noticed yet. */
  networkChanged(): void {
    if (this.#worked) this.#beginRepairs();
  }

  /** Nothing to watch: the connection is being replaced or the call is over. */
  stop(): void {
    this.#stop();
  }

  #beginRepairs(): void {
    if (this.#repairs === 0) this.#repair();
  }

  #repair(): void {
    if (this.#repairs === maxRepairs) return this.#failed();
    ++this.#repairs;
    if (this.#state !== 'connected') this.#changed('connecting');
    this.#remedies.repair();
    this.#after(repairInterval, () => {
      if (this.#state === 'connected') this.#repairs = 0;
      else this.#repair();
    });
  }

  #failed(): void {
    this.#worked = false;
    ++this.#failures;
    if (this.#failures > 1) this.#changed('failed');
    else this.#changed('connecting');
    const delay = this.#failures === 1 ? 0 : Math.min(longestDelay, firstDelay * 2 ** this.#failures);
    this.#after(delay, this.#remedies.restart);
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
