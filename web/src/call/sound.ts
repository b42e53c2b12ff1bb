// What is heard: one audio element per receive slot, and the levels of what they play.

import { Store } from '../state/store';

export class Sound {
  /** The browser waits for a tap before it plays anything. */
  readonly blocked = new Store(false);
  readonly #elements = new Map<string, HTMLAudioElement>();
  #speaker: string | null = null;

  /** Replaces all slots: m-line to track. */
  attach(tracks: ReadonlyMap<string, MediaStreamTrack>): void {
    this.clear();
    for (const [mid, track] of tracks) {
      const element = new Audio();
      element.srcObject = new MediaStream([track]);
      this.#elements.set(mid, element);
      this.#route(element);
      void this.#play(element);
    }
  }

  /** 0 to 1, per m-line; what isn't named is at full volume. */
  setVolumes(volumes: ReadonlyMap<string, number>): void {
    for (const [mid, element] of this.#elements) element.volume = volumes.get(mid) ?? 1;
  }

  setSpeaker(device: string | null): void {
    this.#speaker = device;
    for (const element of this.#elements.values()) this.#route(element);
  }

  /** After a tap. */
  async unblock(): Promise<void> {
    this.blocked.set(false);
    await Promise.all([...this.#elements.values()].map((element) => this.#play(element)));
  }

  clear(): void {
    for (const element of this.#elements.values()) element.srcObject = null;
    this.#elements.clear();
  }

  async #play(element: HTMLAudioElement): Promise<void> {
    try {
      await element.play();
    } catch (error) {
      // AbortError: the slot was replaced meanwhile.
      if (error instanceof DOMException && error.name === 'NotAllowedError') this.blocked.set(true);
    }
  }

  #route(element: HTMLAudioElement): void {
    if (!('setSinkId' in element)) return;
    // A speaker that is gone: stay with the one that plays.
    void element.setSinkId(this.#speaker ?? '').catch(() => undefined);
  }
}

const samples = 512;

/** Measures how loud tracks are. Needs a click somewhere before, as all sound on the web does. */
export class LevelMeter {
  #context: AudioContext | null = null;
  readonly #inputs = new Map<string, { track: MediaStreamTrack; source: AudioNode; analyser: AnalyserNode }>();
  readonly #buffer = new Float32Array(samples);

  /** Measures exactly these from now on. */
  setTracks(tracks: ReadonlyMap<string, MediaStreamTrack>): void {
    for (const [key, input] of this.#inputs) {
      if (tracks.get(key) !== input.track) this.#remove(key);
    }
    for (const [key, track] of tracks) {
      if (!this.#inputs.has(key) && track.readyState === 'live') this.#add(key, track);
    }
  }

  /** Root mean square of the last 10 ms or so, 0 to 1. */
  levels(): Map<string, number> {
    if (this.#context?.state === 'suspended') void this.#context.resume();
    const levels = new Map<string, number>();
    for (const [key, { analyser }] of this.#inputs) {
      analyser.getFloatTimeDomainData(this.#buffer);
      let sum = 0;
      for (const sample of this.#buffer) sum += sample * sample;
      levels.set(key, Math.sqrt(sum / samples));
    }
    return levels;
  }

  close(): void {
    for (const key of [...this.#inputs.keys()]) this.#remove(key);
    void this.#context?.close();
    this.#context = null;
  }

  #add(key: string, track: MediaStreamTrack): void {
    this.#context ??= new AudioContext();
    const source = this.#context.createMediaStreamSource(new MediaStream([track]));
    const analyser = this.#context.createAnalyser();
    analyser.fftSize = samples;
    source.connect(analyser);
    this.#inputs.set(key, { track, source, analyser });
  }

  #remove(key: string): void {
    this.#inputs.get(key)?.source.disconnect();
    this.#inputs.delete(key);
  }
}
