// What to ask the server for: the pictures the layout shows, in device pixels, largest first.

import type { Participant, Want } from '../core/types';
import type { Arrangement } from './layout';
import { isOn } from './view';

export type PictureSource = Want['source'];

/** The name of a tile in the layout. */
export function tileKey(participant: number, source: PictureSource): string {
  return `${participant}/${source}`;
}

/** Nothing of whom one can't take for who they say they are, or who is gone, is shown. */
export function isHidden({ trust, leaving }: Participant): boolean {
  return trust === 'changed' || leaving;
}

/** Sizes are rounded up to this, so that a pixel more or less isn't a new request. */
const step = 16;

export interface WantsInput {
  readonly arrangement: Arrangement;
  readonly others: readonly Participant[];
  readonly pixelRatio: number;
  /** Wants at most. */
  readonly limit: number;
  /** Who speaks, or spoke last. */
  readonly active: number | null;
  readonly pinned: string | null;
  /** Pictures are asked for so many times smaller than they are shown, because this device can't keep up. */
  readonly shrink: number;
}

export function wantsOf(input: WantsInput): Want[] {
  const { arrangement, others, active, pinned } = input;
  const sizes = new Map(arrangement.placed.map((p) => [p.key, p]));
  const wants = others.flatMap((participant) =>
    (['screen', 'camera'] as const).flatMap((source) => {
      const tile = sizes.get(tileKey(participant.id, source));
      if (!tile || !isOn(participant.sources[source]) || isHidden(participant)) return [];
      const { width, height } = tile.rect;
      const looked = tile.role === 'stage' || tile.key === pinned || participant.id === active;
      const focus = source === 'screen' || looked;
      return [{ participant: participant.id, source, width: pixels(width), height: pixels(height), focus }];
    }),
  );
  return wants.sort((a, b) => b.width * b.height - a.width * a.height).slice(0, input.limit);

  function pixels(length: number): number {
    return Math.min(0xffff, Math.ceil((length * input.pixelRatio) / input.shrink / step) * step);
  }
}
