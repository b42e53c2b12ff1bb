// Which tiles there are and which one is large: pure, from the view and what the person chose.

import type { Participant } from '../core/types';
import { arrange, type Arrangement, type Size } from './layout';
import { tileKey } from './wants';
import { isOn } from './view';

export const ownCamera = 'self/camera';
export const ownScreen = 'self/screen';

export interface TilesInput {
  readonly area: Size;
  readonly gap: number;
  readonly others: readonly Participant[];
  readonly sharing: boolean;
  /** The tile to show large; ignored when it is gone. */
  readonly pinned: string | null;
  readonly mode: 'grid' | 'speaker';
  /** Who spoke last. */
  readonly active: number | null;
  readonly videoSlots: number;
}

/** Where every tile goes that has a place. */
export function arrangeTiles(input: TilesInput): Arrangement {
  const { area, gap, others, active } = input;
  const stage = stageOf(input);
  const screens = screenKeys(others);
  const tiles = [...screens, ...cameraKeys(others), ...(input.sharing ? [ownScreen] : [])].filter((key) => key !== stage);
  const limit = Math.max(1, input.videoSlots);
  const first = arrange({ area, gap, tiles, stage, self: ownCamera, limit });
  const speaker = active === null ? null : tileKey(active, 'camera');
  const missing = first.hidden > 0 && speaker !== null && !first.placed.some(({ key }) => key === speaker);
  if (!missing || !tiles.includes(speaker)) return first;
  // Whoever speaks is seen: in place of the last one that is.
  const last = first.placed.filter(({ key }) => tiles.includes(key)).at(-1);
  if (!last) return first;
  return { ...first, placed: first.placed.map((tile) => (tile === last ? { ...tile, key: speaker } : tile)) };
}

function stageOf({ others, pinned, sharing, mode, active }: TilesInput): string | null {
  const screens = screenKeys(others);
  const cameras = cameraKeys(others);
  const known = [...screens, ...cameras, ownCamera, ...(sharing ? [ownScreen] : [])];
  if (pinned !== null && known.includes(pinned)) return pinned;
  if (screens[0] !== undefined) return screens[0];
  if (mode === 'grid' || others.length < 2) return null;
  const speaker = active === null ? undefined : tileKey(active, 'camera');
  return speaker !== undefined && cameras.includes(speaker) ? speaker : (cameras[0] ?? null);
}

function screenKeys(others: readonly Participant[]): string[] {
  return others.filter((p) => isOn(p.sources.screen)).map((p) => tileKey(p.id, 'screen'));
}

function cameraKeys(others: readonly Participant[]): string[] {
  return others.map((p) => tileKey(p.id, 'camera'));
}
