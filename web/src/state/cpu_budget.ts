// What a device gives up when it can't keep up, and when it tries again. Pure; times in milliseconds.

/** How far one kind of work is cut down: 0 is not at all. */
export interface Budget {
  readonly level: number;
  /** Overloaded, or not, without a break since then. */
  readonly overloaded: boolean;
  readonly since: number;
  /** How long it has to be well before it tries again. */
  readonly patience: number;
  /** When it last tried again; null: it hasn't, or that went well. */
  readonly tried: number | null;
}

/** Shorter reacts to every program that starts; longer lets a call stutter. */
export const overloadTime = 4_000;
/** Longer leaves pictures small after a short load; shorter makes them go back and forth. */
export const firstPatience = 15_000;
/** Who was overloaded again so soon after trying waits twice as long the next time. */
export const relapseTime = 30_000;
export const longestPatience = 120_000;

export const unburdened: Budget = { level: 0, overloaded: false, since: 0, patience: firstPatience, tried: null };

/** `most`: the highest level there is. */
export function spend(budget: Budget, now: number, overloaded: boolean, most: number): Budget {
  const since = overloaded === budget.overloaded ? budget.since : now;
  const lasted = now - since;
  if (overloaded && lasted >= overloadTime && budget.level < most) {
    const relapsed = budget.tried !== null && now - budget.tried < relapseTime;
    const patience = relapsed ? Math.min(longestPatience, budget.patience * 2) : budget.patience;
    return { level: budget.level + 1, overloaded, since: now, patience, tried: null };
  }
  if (!overloaded && budget.level > 0 && lasted >= budget.patience) {
    return { ...budget, level: budget.level - 1, overloaded, since: now, tried: now };
  }
  // All is as it was for long enough: the next time is a first time again.
  const recovered = !overloaded && budget.level === 0 && lasted >= longestPatience;
  return { ...budget, overloaded, since, ...(recovered ? { patience: firstPatience, tried: null } : {}) };
}

/** Encoding and decoding are cut down apart from each other: one may be light and the other heavy. */
export interface CpuBudget {
  readonly send: Budget;
  readonly receive: Budget;
}

export const fullCpuBudget: CpuBudget = { send: unburdened, receive: unburdened };

/** Of the camera's layers the smallest stays. */
export const mostSpared = 2;
/** Pictures are asked for four times smaller in each direction at most. */
const mostHalved = 2;

export function followCpu(budget: CpuBudget, now: number, late: { readonly encoder: boolean; readonly decoder: boolean }): CpuBudget {
  return {
    send: spend(budget.send, now, late.encoder, mostSpared),
    receive: spend(budget.receive, now, late.decoder, mostHalved),
  };
}
