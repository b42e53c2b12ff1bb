// Who speaks, from levels measured a few times per second. Pure; times in milliseconds.

export interface Speech {
  /** Whoever is or was just heard. */
  readonly speaking: ReadonlySet<number>;
  /** Who gets the stage in speaker view: changes only when somebody else speaks and this one doesn't. */
  readonly active: number | null;
  readonly lastHeard: ReadonlyMap<number, number>;
}

export const silence: Speech = { speaking: new Set(), active: null, lastHeard: new Map() };

/** Root mean square of samples in [-1, 1]; a quiet room stays well below. */
const threshold = 0.012;
/** Bridges the gaps between words; higher keeps the mark on longer after the last word. */
const hold = 700;

export function hear(speech: Speech, now: number, levels: ReadonlyMap<number, number>): Speech {
  const lastHeard = new Map<number, number>();
  for (const [id, level] of levels) {
    const heard = level >= threshold ? now : speech.lastHeard.get(id);
    if (heard !== undefined) lastHeard.set(id, heard);
  }
  const speaking = new Set([...lastHeard].filter(([, heard]) => now - heard < hold).map(([id]) => id));
  const active = chooseActive(speech.active, speaking, levels);
  return { speaking: same(speaking, speech.speaking) ? speech.speaking : speaking, active, lastHeard };
}

function chooseActive(
  current: number | null,
  speaking: ReadonlySet<number>,
  levels: ReadonlyMap<number, number>,
): number | null {
  if (current !== null && speaking.has(current)) return current;
  const loudest = [...speaking].sort((a, b) => (levels.get(b) ?? 0) - (levels.get(a) ?? 0))[0];
  if (loudest !== undefined) return loudest;
  return current !== null && levels.has(current) ? current : null;
}

function same(a: ReadonlySet<number>, b: ReadonlySet<number>): boolean {
  return a.size === b.size && [...a].every((id) => b.has(id));
}
