import { describe, expect, it } from 'vitest';

import { ConnectionWatch, connectTime, maxRepairs, repairInterval, type MediaState, type Timers } from './connection_watch';

class VirtualTime implements Timers {
  now = 0;
  #next = 1;
  readonly #due = new Map<number, { at: number; callback: () => void }>();

  set(callback: () => void, milliseconds: number): number {
    this.#due.set(this.#next, { at: this.now + milliseconds, callback });
    return this.#next++;
  }

  clear(timer: number): void {
    this.#due.delete(timer);
  }

  advance(milliseconds: number): void {
    this.now += milliseconds;
    for (const [timer, { at, callback }] of [...this.#due]) {
      if (at > this.now) continue;
      this.#due.delete(timer);
      callback();
    }
  }
}

function watched() {
  const time = new VirtualTime();
  const restarts: number[] = [];
  const repairs: number[] = [];
  const states: MediaState[] = [];
  const watch = new ConnectionWatch(
    time,
    { repair: () => repairs.push(time.now), restart: () => restarts.push(time.now) },
    (state) => states.push(state),
  );
  return { time, restarts, repairs, states, watch };
}

describe('a media connection', () => {
  it('is left alone while it works', () => {
    const { time, restarts, states, watch } = watched();
    watch.started();
    watch.handle('connected');
    time.advance(60_000);
    expect(restarts).toEqual([]);
    expect(states).toEqual(['connecting', 'connected']);
  });

  it('is started over at once when it fails before it has worked', () => {
    const { time, restarts, repairs, watch } = watched();
    watch.started();
    watch.handle('failed');
    time.advance(0);
    expect(restarts).toEqual([0]);
    expect(repairs).toEqual([]);
  });

  it('is repaired at once when it falls silent, and again until it works', () => {
    const { time, restarts, repairs, states, watch } = watched();
    watch.started();
    watch.handle('connected');
    watch.handle('disconnected');
    watch.handle('failed');
    watch.handle('connecting');
    time.advance(repairInterval);
    time.advance(repairInterval);
    watch.handle('connected');
    time.advance(60_000);
    expect(repairs).toEqual([0, repairInterval, 2 * repairInterval]);
    expect(restarts).toEqual([]);
    expect(states.at(-1)).toBe('connected');
    watch.handle('disconnected');
    expect(repairs.length).toBe(4);
  });

  it('is started over when repairs have been in vain', () => {
    const { time, restarts, repairs, watch } = watched();
    watch.started();
    watch.handle('connected');
    watch.handle('disconnected');
    for (let i = 0; i < maxRepairs; ++i) time.advance(repairInterval);
    time.advance(0);
    expect(repairs.length).toBe(maxRepairs);
    expect(restarts.length).toBe(1);
  });

  it('is repaired when the network has changed, once if it goes on working', () => {
    const { time, restarts, repairs, watch } = watched();
    watch.networkChanged();
    expect(repairs).toEqual([]);
    watch.started();
    watch.handle('connected');
    watch.networkChanged();
    time.advance(repairInterval);
    time.advance(60_000);
    expect(repairs).toEqual([0]);
    expect(restarts).toEqual([]);
  });

  it('that never works is retried more slowly and called failed', () => {
    const { time, restarts, states, watch } = watched();
    for (let i = 0; i < 6; ++i) {
      watch.started();
      time.advance(connectTime);
      const failedAt = time.now;
      time.advance(0);
      while (restarts.length === i) time.advance(100);
      expect(time.now - failedAt).toBeLessThanOrEqual(15_000);
    }
    expect(restarts[5]! - restarts[4]!).toBeGreaterThan(restarts[1]! - restarts[0]!);
    expect(states[0]).toBe('connecting');
    expect(states.at(-1)).toBe('failed');
  });

  it('is not watched any more after stop', () => {
    const { time, restarts, watch } = watched();
    watch.started();
    watch.stop();
    time.advance(connectTime * 2);
    expect(restarts).toEqual([]);
  });
});
