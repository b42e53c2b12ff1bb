// Waiting a moment for keys that are on their way.

/** Longer holds up a slot whose key never comes; shorter drops frames whose key needs a slow core worker. */
export const keyPatience = 400; // ms

type SetTimer = (callback: () => void, milliseconds: number) => unknown;

export class KeyWait {
  readonly #setTimer: SetTimer;
  #waiting: (() => void)[] = [];

  constructor(setTimer: SetTimer) {
    this.#setTimer = setTimer;
  }

  /** Keys have come or gone. */
  changed(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const go of waiting) go();
  }

  /** Tries again after every change until `done` or out of patience; the last result, or `first` where nothing changed. */
  async retry<T>(first: T, again: () => T, done: (result: T) => boolean): Promise<T> {
    let result = first;
    let patient = true;
    const end = new Promise<void>((resolve) => {
      this.#setTimer(() => {
        patient = false;
        resolve();
      }, keyPatience);
    });
    while (patient && !done(result)) {
      await Promise.race([end, new Promise<void>((resolve) => this.#waiting.push(resolve))]);
      if (patient) result = again();
    }
    return result;
  }
}
