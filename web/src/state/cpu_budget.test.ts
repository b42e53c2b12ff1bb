import { describe, expect, it } from 'vitest';

import { firstPatience, followCpu, fullCpuBudget, longestPatience, overloadTime, spend, unburdened, type Budget } from './cpu_budget';

const look = 1000;

/** Plays `seconds` of the same load; levels as they come. */
function play(budget: Budget, from: number, milliseconds: number, overloaded: boolean, most = 2): [Budget, number] {
  let now = from;
  let next = budget;
  for (; now <= from + milliseconds; now += look) next = spend(next, now, overloaded, most);
  return [next, now];
}

describe('a device that can’t keep up', () => {
  it('gives nothing up for a short load', () => {
    const [budget] = play(unburdened, 0, overloadTime - look, true);
    expect(budget.level).toBe(0);
  });

  it('gives up one thing, and the next when that didn’t help', () => {
    const [first] = play(unburdened, 0, overloadTime, true);
    expect(first.level).toBe(1);
    const [still] = play(unburdened, 0, 2 * overloadTime - look, true);
    expect(still.level).toBe(1);
    const [second] = play(unburdened, 0, 2 * overloadTime, true);
    expect(second.level).toBe(2);
  });

  it('goes no further than there is something to give up', () => {
    const [budget] = play(unburdened, 0, 20 * overloadTime, true, 2);
    expect(budget.level).toBe(2);
  });

  it('does not count loads that come and go', () => {
    let budget = unburdened;
    for (let now = 0; now < 120_000; now += look) budget = spend(budget, now, (now / look) % 3 !== 0, 2);
    expect(budget.level).toBe(0);
  });

  it('tries again when it has been well for a while, one thing at a time', () => {
    let [budget, now] = play(unburdened, 0, 2 * overloadTime + look, true);
    expect(budget.level).toBe(2);
    [budget, now] = play(budget, now, firstPatience - look, false);
    expect(budget.level).toBe(2);
    [budget, now] = play(budget, now, look, false);
    expect(budget.level).toBe(1);
    [budget] = play(budget, now, firstPatience, false);
    expect(budget.level).toBe(0);
  });

  it('waits longer each time it was too early', () => {
    let [budget, now] = play(unburdened, 0, overloadTime, true);
    const waits: number[] = [];
    for (let i = 0; i < 6; ++i) {
      const calm = now;
      while (budget.level === 1) budget = spend(budget, (now += look), false, 2);
      waits.push(now - calm);
      while (budget.level === 0) budget = spend(budget, (now += look), true, 2);
    }
    for (let i = 1; i < 3; ++i) expect(waits[i]).toBeGreaterThan(waits[i - 1]! * 1.8);
    expect(Math.max(...waits)).toBeLessThanOrEqual(longestPatience + 2 * look);
  });

  it('forgets that after it has been well for long', () => {
    let [budget, now] = play({ ...unburdened, patience: longestPatience }, 0, longestPatience, false);
    [budget, now] = play(budget, now, overloadTime, true);
    expect(budget.level).toBe(1);
    [budget] = play(budget, now, firstPatience, false);
    expect(budget.level).toBe(0);
  });

  it('cuts down encoding and decoding apart from each other', () => {
    let budget = fullCpuBudget;
    for (let now = 0; now <= overloadTime; now += look) budget = followCpu(budget, now, { encoder: false, decoder: true });
    expect([budget.send.level, budget.receive.level]).toEqual([0, 1]);
  });
});
