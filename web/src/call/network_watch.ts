// Looks at the connection every other second: how it goes, why it doesn't, and whether this device keeps up.

import { diagnose, ownQuality, remember, settled, type Circumstances, type Finding, type History, type Quality } from '../state/diagnosis';
import { followCpu, fullCpuBudget, spend, type Budget, type CpuBudget } from '../state/cpu_budget';
import { figuresBetween, type Counters, type Figures } from '../state/statistics';
import { Store } from '../state/store';
import { isCrowded, shortestOf, voiceOnly, wholeUplink, withRoundTrip, type RoundTrip } from '../state/uplink_budget';

export interface NetworkView {
  /** null: not measured yet. */
  readonly figures: Figures | null;
  /** What has been bad for some seconds, worst first. */
  readonly findings: readonly Finding[];
  /** This device's. */
  readonly quality: Quality;
  readonly cpu: CpuBudget;
  /** What the way up carries of the camera (uplink_budget.ts). */
  readonly uplink: Budget;
}

export const unmeasured: NetworkView = { figures: null, findings: [], quality: 'good', cpu: fullCpuBudget, uplink: wholeUplink };

export type Surroundings = Omit<Circumstances, 'figures' | 'slow' | 'voiceOnly'>;

export interface Subject {
  /** null: there is no connection now. */
  counters(): Promise<Counters | null>;
  /** By m-line, the share that its owner's uplink has lost. */
  theirs(): ReadonlyMap<string, number>;
  circumstances(): Surroundings;
}

/** ms. Shorter costs a call of fifty a noticeable share of the CPU; longer finds out later. */
const interval = 2_000;

export class NetworkWatch {
  readonly view = new Store<NetworkView>(unmeasured);
  readonly #subject: Subject;
  readonly #timer: number;
  #before: Counters | null = null;
  #connections = 0;
  #roundTrips: readonly RoundTrip[] = [];
  #history: History = new Map();
  #closed = false;

  constructor(subject: Subject) {
    this.#subject = subject;
    this.#timer = window.setInterval(() => void this.#look(), interval);
  }

  /** Another connection: its counters begin anew. */
  reset(): void {
    ++this.#connections;
    this.#before = null;
    this.#roundTrips = [];
    this.view.update((view) => ({ ...view, figures: null }));
  }

  close(): void {
    this.#closed = true;
    window.clearInterval(this.#timer);
  }

  async #look(): Promise<void> {
    const connection = this.#connections;
    const counters = await this.#subject.counters();
    // Closed, or another connection, while the browser was counting.
    if (this.#closed || connection !== this.#connections) return;
    const before = this.#before;
    this.#before = counters;
    const figures = before && counters ? figuresBetween(before, counters, this.#subject.theirs()) : null;
    const now = performance.now();
    this.#roundTrips = withRoundTrip(this.#roundTrips, now, counters?.roundTrip ?? null);
    const cpu = this.#spend(now, figures);
    const slow = cpu.send.level > 0 || cpu.receive.level > 0;
    const surroundings = this.#subject.circumstances();
    const uplink = this.#fitUplink(now, figures, surroundings);
    const found = diagnose({ ...surroundings, figures, slow, voiceOnly: uplink.level === voiceOnly });
    this.#history = remember(this.#history, now, found);
    const findings = settled(this.#history);
    this.view.set({ figures, findings, quality: ownQuality(findings), cpu, uplink });
  }

  #fitUplink(now: number, figures: Figures | null, { connection, media, uplinks, self }: Surroundings): Budget {
    const { uplink } = this.view.get();
    if (!figures) return uplink;
    // A path that is gone isn't one that is narrow, and what was told of it before is old.
    if (connection === 'lost' || media !== 'connected') return spend(uplink, now, false, voiceOnly);
    const wayUp = { lost: Math.max(figures.sendLoss ?? 0, (uplinks.get(self ?? -1) ?? 0) / 1000), shortest: shortestOf(this.#roundTrips) };
    return spend(uplink, now, isCrowded(figures, wayUp, uplink.level), voiceOnly);
  }

  #spend(now: number, figures: Figures | null): CpuBudget {
    const { cpu } = this.view.get();
    // Of a page that isn't seen the browser drops frames on purpose.
    if (!figures || document.hidden) return cpu;
    return followCpu(cpu, now, { encoder: figures.encoderLate, decoder: figures.decoderLate });
  }
}
